"""Which queue an interaction belongs to, with what priority and skills. `decide` is pure; `triage_job` applies it in bulk.

What a channel wished for by name comes first, then the first rule that matches, then the account's default queue, then the
first enabled queue. Only where no queue is enabled at all does an interaction stay `received`, and is tried again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from contact_center.db import fold
from routing.doors import Door, Target, entered

ANY = "any"
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What triage may look at. `language` is the message's or the customer's, a BCP 47 tag."""

    account_id: str
    sender: str
    subject: str
    text: str
    language: str | None
    default_queue_id: str | None = None
    wished_queue: str = ""
    wished_skills: Mapping[str, int] = field(default_factory=dict)
    """Skill name -> minimum level."""
    classes: frozenset[str] = frozenset()
    """What is known of the customer that may move them ahead: vip, at_risk, complaint_open."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A triage rule as stored: all conditions given must hold, of each list one entry."""

    id: str
    name: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """An enabled queue. `language_level`: it asks for a language (a queue skill of that kind) at this level."""

    id: str
    name_key: str
    priority: int
    language_level: int | None = None
    spoken: frozenset[str] = frozenset()
    """Language skills that somebody in the queue holds at that level."""
    boosts: Mapping[str, int] = field(default_factory=dict)
    """Customer class -> units of head start."""
    door: Door | None = None
    """Its opening hours (None: always open)."""


@dataclass(frozen=True, slots=True)
class House:
    """The settings: rules and queues in their order, skills by folded name."""

    rules: Sequence[Rule]
    queues: Sequence[QueueFacts]
    skills: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    """Folded name of a language skill -> its id."""
    speaking: frozenset[str] = frozenset()
    """Queues that have something to say by themselves to whoever comes."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    """Queue -> how soon it answers."""

    def due_at(self, queue_id: str, channel: str, since: datetime) -> datetime | None:
        """When what came at `since` should be answered; None without a target."""
        target = self.targets.get(queue_id)
        return target.due_at(channel, since) if target else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where it goes; `skills` as stored on the interaction: [{skill_id, level, required}]."""

    queue_id: str
    priority: int
    skills: tuple[Mapping[str, Any], ...]
    rule: Rule | None = None
    not_before: datetime | None = None
    """Held until its queue opens."""


def decide(facts: Facts, house: House) -> Outcome | None:
    """The outcome, or None when no queue is enabled."""
    queues = {queue.id: queue for queue in house.queues}
    rule = first_match(house.rules, facts, queues)
    then: Mapping[str, Any] = rule.then if rule else {}
    wished = next(
        (queue for queue in house.queues if facts.wished_queue and queue.name_key == fold(facts.wished_queue)), None
    )
    named = wished or queues.get(then.get("queue_id", "")) or queues.get(facts.default_queue_id or "")
    wanted = named or next(iter(house.queues), None)
    if wanted is None:
        return None
    queue_id, not_before = entered(wanted.id, {queue.id: queue.door for queue in house.queues})
    queue = queues[queue_id]
    priority = queue.priority + int(then.get("priority") or 0) + _boost(facts, queue)
    return Outcome(queue.id, priority, _skills(facts, house, queue, then), rule, not_before)


def _boost(facts: Facts, queue: QueueFacts) -> int:
    """Units of head start for the customer's classes; several add up."""
    return sum(int(queue.boosts.get(each, 0)) for each in facts.classes)


def first_match(rules: Sequence[Rule], facts: Facts, queues: Mapping[str, QueueFacts]) -> Rule | None:
    """The first rule that matches; one that names a queue no longer enabled is passed over."""
    for rule in rules:
        target = rule.then.get("queue_id")
        if (target is None or target in queues) and matches(rule.when, facts):
            return rule
    return None


def matches(when: Mapping[str, Any], facts: Facts) -> bool:
    """True when every condition given holds; a rule without conditions matches everything."""
    accounts, languages = when.get("account_ids") or (), when.get("languages") or ()
    keywords, senders = when.get("keywords") or (), when.get("senders") or ()
    if accounts and facts.account_id not in accounts:
        return False
    if languages and not any(speaks(facts.language, wanted) for wanted in languages):
        return False
    if senders and not any(sent_by(facts.sender, wanted) for wanted in senders):
        return False
    if not keywords:
        return True
    text = fold(f"{facts.subject}\n{facts.text}" if when.get("keyword_in") == ANY else facts.subject)
    return any(contains(text, keyword) for keyword in keywords)


def speaks(language: str | None, wanted: str) -> bool:
    """True when the language is `wanted` or a variety of it: zh covers zh-CN."""
    given, asked = fold(language or ""), fold(wanted)
    return bool(given) and (given == asked or given.startswith(asked + "-"))


def sent_by(sender: str, wanted: str) -> bool:
    """`wanted` is a whole address, or a domain (with or without the @) that covers its subdomains."""
    address, asked = fold(sender), fold(wanted)
    if "@" in asked.lstrip("@"):
        return address == asked
    domain = asked.lstrip("@")
    host = address.rpartition("@")[2]
    return bool(domain) and (host == domain or host.endswith("." + domain))


def contains(folded: str, keyword: str) -> bool:
    """The keyword occurs in the folded text: as whole words, or anywhere when it is written without spaces between words."""
    found = _pattern(keyword)
    return found is not None and found.search(folded) is not None


@lru_cache(maxsize=2048)
def _pattern(keyword: str) -> re.Pattern[str] | None:
    folded = fold(keyword)
    if not folded:
        return None
    literal = r"\s+".join(re.escape(part) for part in folded.split())
    return re.compile(literal if _CJK.search(folded) else rf"(?<!\w){literal}(?!\w)")


def _skills(facts: Facts, house: House, queue: QueueFacts, then: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The rule's skills, the wished ones that exist, and the customer's language where the queue asks and somebody speaks it."""
    found: dict[str, Mapping[str, Any]] = {}
    for skill in then.get("skills") or ():
        found[skill["skill_id"]] = {"skill_id": skill["skill_id"], "level": int(skill["level"]), "required": True}
    for name, level in facts.wished_skills.items():
        skill_id = house.skills.get(fold(name))
        if skill_id is not None:
            found.setdefault(skill_id, {"skill_id": skill_id, "level": min(10, max(1, int(level))), "required": True})
    spoken = _language_skill(facts.language, house)
    if queue.language_level is not None and spoken in queue.spoken:
        found.setdefault(spoken, {"skill_id": spoken, "level": queue.language_level, "required": True})
    return tuple(found[skill_id] for skill_id in sorted(found))


def _language_skill(language: str | None, house: House) -> str:
    """The skill named like the language tag, or like its primary part; empty when there is none."""
    tag = fold(language or "")
    return house.languages.get(tag) or house.languages.get(tag.partition("-")[0]) or ""
