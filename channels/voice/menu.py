"""The caller's menu: which key or word leads where. Pure; a call keeps the whole version it began with, so edits cannot touch it.

A choice leads to another node, a queue, voicemail, or plays the node again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Leads(StrEnum):
    """Where a choice goes."""

    NODE = "node"
    QUEUE = "queue"
    VOICEMAIL = "voicemail"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Choice:
    """`to` is a node's or queue's name; empty for voicemail and again."""

    leads: Leads
    to: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """`prompts`, `words`: language -> text, language -> {spoken word: key}. `choices`: key -> where."""

    prompts: dict[str, str]
    choices: dict[str, Choice]
    words: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Menu:
    """One version of a menu. `tries`: bad answers before `fallback`; `wait_s`: seconds to wait for an answer."""

    menu_id: str
    version: int
    root: str
    nodes: dict[str, Node]
    fallback: Choice
    tries: int = 3
    wait_s: int = 6

    def prompt(self, place: "Place", language: str) -> str:
        """What the node says in the language, or in the first one it has."""
        prompts = self.nodes[place.node].prompts
        return prompts.get(language) or next(iter(prompts.values()), "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller is, and how many answers made no sense there."""

    node: str
    bad: int = 0


def answer(menu: Menu, place: Place, language: str, digits: str, speech: str) -> Place | Choice:
    """The next place in the menu, or the choice (queue, voicemail) that leads out of it."""
    choice = _chosen(menu.nodes[place.node], language, digits, speech)
    if choice is None:
        bad = place.bad + 1
        return menu.fallback if bad >= menu.tries else Place(place.node, bad)
    if choice.leads is Leads.NODE:
        return Place(choice.to)
    return Place(place.node, place.bad) if choice.leads is Leads.AGAIN else choice


def _chosen(node: Node, language: str, digits: str, speech: str) -> Choice | None:
    if digits:
        return node.choices.get(digits)
    said = speech.casefold()
    words = node.words.get(language, {})
    keys = {key for word, key in words.items() if word.casefold() in said}
    return node.choices.get(keys.pop()) if len(keys) == 1 else None


def problems(menu: Menu, languages: Sequence[str]) -> list[str]:
    """Why the menu cannot be published, one code with its place each; empty when it can."""
    found = [] if menu.root in menu.nodes else [f"no_root {menu.root}"]
    if menu.fallback.leads not in (Leads.QUEUE, Leads.VOICEMAIL):
        found.append("fallback_stays_in_menu")
    for name, node in menu.nodes.items():
        found += [f"no_prompt {name} {language}" for language in languages if not node.prompts.get(language)]
        for key, choice in node.choices.items():
            if choice.leads is Leads.NODE and choice.to not in menu.nodes:
                found.append(f"no_node {name} {key} {choice.to}")
        for language, words in node.words.items():
            found += [f"no_key {name} {language} {word}" for word, key in words.items() if key not in node.choices]
    return found


def dry_run(menu: Menu, language: str, answers: Sequence[str]) -> list[str]:
    """What a caller who gives these answers (keys, words, "" for silence) hears; last, `-> where` when he is out."""
    here, heard = Place(menu.root), []
    for given in answers:
        heard.append(menu.prompt(here, language))
        keys = given and all(one in "0123456789*#" for one in given)
        there = answer(menu, here, language, given if keys else "", "" if keys else given)
        if isinstance(there, Choice):
            return [*heard, f"-> {there.leads} {there.to}".rstrip()]
        here = there
    return [*heard, menu.prompt(here, language)]
