"""Strange strings through a running server: as text, subject and sender's name of a mail, as a note and as a customer's name.

What must come back is computed from the rules of `docs/decisions/0010-strange-characters.md` alone, never from a list of cases:
a rule that changes here changes there. Each use of a rule is printed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.corpora_judging import Tally
from bench.corpora_server import Desk, letter
from contact_center.intake.models import InboundState

MAIL = ("body", "subject", "sender")
GIVEN = ("note", "customer")
PLACES = MAIL + GIVEN
LONGEST = {"subject": 500, "sender": 200, "customer": 200}
"""Code points that are kept, by place."""
NUL, SURROGATE = "\x00", re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come back (None: it is not taken), and the rules that make it differ from what was sent."""

    text: str | None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What a screen must show of one strange string, by place, and where."""

    case_id: str
    conversation_id: str
    shown: dict[str, str]


def expected(place: str, text: str) -> Expected:
    """What a string becomes in one place."""
    return _from_mail(place, text) if place in MAIL else _by_hand(place, text)


def _from_mail(place: str, text: str) -> Expected:
    rules = []
    kept = SURROGATE.sub("\ufffd", text.replace(NUL, ""))
    if kept != text:
        rules.append("NUL is left out of a mail, a lone surrogate becomes U+FFFD")
    if not kept.strip():
        return Expected(None, (*rules, "a mail with neither subject nor text is ignored by the guard empty"))
    whole = _LINE_END.sub("\n" if place == "body" else " ", kept)
    if whole != kept:
        rules.append("line ends become LF, in a header field a blank")
    return _cut(place, whole, rules)


def _by_hand(place: str, text: str) -> Expected:
    if NUL in text or SURROGATE.search(text):
        return Expected(None, ("the API refuses NUL and lone surrogates",))
    if not (text.strip() if place == "note" else text):
        return Expected(None, ("the API refuses a note of blanks and an empty name",))
    return _cut(place, text, [])


def _cut(place: str, text: str, rules: list[str]) -> Expected:
    limit = LONGEST.get(place, len(text))
    return Expected(text[:limit], (*rules, f"cut at {limit} characters") if len(text) > limit else tuple(rules))


async def strings(desk: Desk, naughty: Sequence[str], name: str) -> tuple[list[Tally], list[Words]]:
    """A line for each place, and what a screen must show of the strings that were taken in."""
    tallies = {place: Tally(f"{name} naughty {place}") for place in PLACES}
    raws = [letter(n, "text/plain", text, name=text, subject=text) for n, text in enumerate(naughty)]
    spare = await desk.plain_page()
    words = []
    for number, (text, raw, told) in enumerate(zip(naughty, raws, await desk.send(raws), strict=True)):
        case_id = f"naughty-{number}"
        try:
            got, shown = await _came_back(desk, case_id, raw, text, spare) if not told else ({}, None)
        except AssertionError as error:
            got, shown, told = {}, None, str(error)[:200]
        for place in PLACES:
            _judge(tallies[place], case_id, expected(place, text), got.get(place, "nothing"), told)
        words += [shown] if shown is not None else []
    for tally in tallies.values():
        tally.summary = "; ".join(f"{count} x {rule}" for rule, count in Counter(why for _, why in tally.notes).items())
    return list(tallies.values()), words


def _judge(tally: Tally, case_id: str, wanted: Expected, got: str | None, told: str) -> None:
    tally.notes += [(case_id, rule) for rule in wanted.rules]
    tally.count(case_id, told or ("" if got == wanted.text else f"{_short(wanted.text)} became {_short(got)}"))


def _short(text: str | None) -> str:
    return "not taken" if text is None else ascii(text[:40])


async def _came_back(
    desk: Desk, case_id: str, raw: bytes, text: str, spare: str
) -> tuple[dict[str, str | None], Words | None]:
    """What the API has in each place; a string that no mail can carry is given by hand in the conversation `spare`."""
    message = await _mailed(desk, raw)
    conversation_id = spare if message is None else str(message["conversation_id"])
    given = await _given(desk, conversation_id, case_id, text)
    if message is None:
        return {**dict.fromkeys(MAIL), **given}, None
    mailed = {"body": message["text"], "subject": message["subject"], "sender": message["author"]["name"]}
    seen = {"visible": message["visible_text"] or message["text"], "subject": message["subject"], **given}
    shown = {place: one for place, one in seen.items() if one is not None}
    return {**mailed, **given}, Words(case_id, conversation_id, shown)


async def _mailed(desk: Desk, raw: bytes) -> dict[str, Any] | None:
    row = await desk.inbound(raw)
    if row is not None and row.state == InboundState.IGNORED.value and row.guard == "empty":
        return None
    if row is None or row.message_id is None:
        raise AssertionError(f"not taken in: {row.reason if row else 'lost'}")
    return await desk.message(await desk.conversation(row), row.message_id)


async def _given(desk: Desk, conversation_id: str, case_id: str, text: str) -> dict[str, str | None]:
    note = {"kind": "note", "text": text, "client_message_id": f"note-{case_id}"}
    stored = await desk.accepted("POST", f"/conversations/{conversation_id}/messages", note)
    read = None if stored is None else await desk.message(conversation_id, stored["id"])
    panel = await desk.admin.call("GET", f"/conversations/{conversation_id}")
    path = "/customers/" + panel["customer"]["id"]
    renamed = await desk.accepted("PATCH", path, {"name": text[: LONGEST["customer"]]})
    named = None if renamed is None else (await desk.admin.call("GET", path))["name"]
    return {"note": None if read is None else str(read["text"]), "customer": named}
