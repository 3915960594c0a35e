"""The corpora through a running server: mails over real SMTP, what became of them over the real API, and pages as
the API serves them. What a real browser makes of it is next door, in `corpora_browser`; strange strings are in `corpora_strings`.

Every mail is made fit for SMTP first (line ends become CRLF, as a mail server's would); nothing else is changed.
"""

import asyncio
import base64
import hashlib
import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bench.corpora_judging import Case, Judge, Tally
from channels.email import parse
from contact_center.ids import new_id
from contact_center.intake.models import Inbound, InboundState
from contact_center.interactions.models import Message
from tests.flows.house import SUPPORT, House, Person

MAY_PARK = {
    "no sender": "nobody to answer and no name to file it under: a person decides, the bytes are kept and can be replayed",
    "no header can be read": "not a mail: no field in it says who wrote, to whom or about what; kept byte for byte",
}
"""The only reasons for parking, each with its argument."""
PEER = "peer@customer.example"
PLAIN = "<p>Where is my <b>parcel</b>?</p>"
_BODY = re.compile(rb"<body>(.*)</body></html>\Z", re.S)


@dataclass(frozen=True, slots=True)
class Page:
    """A message whose HTML the API serves: the whole document as a browser gets it, without and with remote pictures."""

    case_id: str
    conversation_id: str
    message_id: str
    documents: tuple[bytes, bytes]


def fit_for_smtp(raw: bytes) -> bytes:
    """With CRLF line ends and one at the end."""
    lines = re.sub(rb"\r?\n", b"\r\n", raw)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


class Desk:
    """The server from outside: a peer that sends, and an administrator who reads."""

    def __init__(self, house: House, admin: Person) -> None:
        self.house, self.admin = house, admin

    async def send(self, raws: Sequence[bytes]) -> list[str]:
        """Hand them over, one dialogue each; "" for a 250, else what the peer was told."""
        assert self.house.server.email.address is not None
        return await asyncio.to_thread(_send, self.house.server.email.address, raws)

    async def inbound(self, raw: bytes) -> Inbound | None:
        """The row of a mail that was sent; copies of one mail share one row."""
        found = parse.understand(raw, envelope_from=PEER)
        key = hashlib.sha256(f"{found.provider_id or ''}\n{found.content_hash}".encode()).hexdigest()
        async with self.house.server.database.read() as session:
            return (await session.scalars(select(Inbound).where(Inbound.dedupe_key == key))).first()

    async def conversation(self, row: Inbound) -> str:
        """The conversation of a mail that was taken in."""
        async with self.house.server.database.read() as session:
            return await session.scalar(select(Message.conversation_id).where(Message.id == row.message_id)) or ""

    async def plain_page(self) -> str:
        """The conversation of a new mail with harmless HTML, to see how the console shows one."""
        raw = letter(len(PLAIN), "text/html", PLAIN, subject="A harmless page")
        if any(await self.send([raw])) or (row := await self.inbound(raw)) is None:
            raise AssertionError("a harmless mail was not taken in")
        return await self.conversation(row)

    async def accepted(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The API's answer, or None when it refuses what it was given as invalid."""
        headers = {"X-CSRF-Token": self.admin.csrf}
        url = f"{self.admin.url}/api/v1{path}"
        async with self.admin.http.request(method, url, json=body, headers=headers) as answer:
            told = await answer.json(content_type=None)
            if answer.status >= 400 and told["code"] not in ("invalid", "malformed_json"):
                raise AssertionError(f"{method} {path}: {answer.status} {told}")
            return dict(told) if answer.status < 400 else None

    async def bytes_of(self, path: str) -> bytes:
        """A file or page as the API serves it."""
        async with self.admin.http.get(f"{self.admin.url}/api/v1{path}") as answer:
            content = await answer.read()
            if answer.status != 200:
                raise AssertionError(f"{path}: {answer.status}")
            return content

    async def message(self, conversation_id: str, message_id: str) -> dict[str, Any]:
        """One message of a thread, read page by page."""
        cursor = ""
        while True:
            page = await self.admin.call("GET", f"/conversations/{conversation_id}/messages?limit=200{cursor}")
            for one in page["items"]:
                if one["id"] == message_id:
                    return dict(one)
            if page["next_cursor"] is None:
                raise AssertionError("the message is not in its conversation")
            cursor = f"&cursor={page['next_cursor']}"


def _send(address: tuple[str, int], raws: Sequence[bytes]) -> list[str]:
    told = []
    with smtplib.SMTP(*address, timeout=60) as client:
        for raw in raws:
            try:
                client.sendmail(PEER, [SUPPORT], raw)
                told.append("")
            except smtplib.SMTPResponseException as error:
                told.append(f"{error.smtp_code} {error.smtp_error!r}")
    return told


# --- robustness ----------------------------------------------------------------------------------------------------------


async def robustness(desk: Desk, judge: Judge, name: str) -> Tally:
    """Taken in and visible, ignored by a named guard, or parked for a reason that is argued; never lost, never refused."""
    tally, counts = Tally(f"{name} robustness"), dict.fromkeys(("taken in", "ignored", "parked"), 0)
    cases = list(judge.rows("email/robustness"))
    raws = [fit_for_smtp(judge.raw(case)) for case in cases]
    for case, raw, told in zip(cases, raws, await desk.send(raws), strict=True):
        try:
            state, why = ("", told) if told else await _became(desk, raw, tally, case["id"])
        except AssertionError as error:
            state, why = "", str(error)[:300]
        if state:
            counts[state] += 1
        tally.count(case["id"], why)
    tally.summary = ", ".join(f"{count} {state}" for state, count in counts.items())
    return tally


async def _became(desk: Desk, raw: bytes, tally: Tally, case_id: str) -> tuple[str, str]:
    row = await desk.inbound(raw)
    if row is None:
        return "", "lost: 250, and no row"
    if row.state == InboundState.IGNORED.value:
        tally.notes.append((case_id, f"ignored by {row.guard}"))
        return "ignored", "" if row.guard else "no guard is named"
    if row.state == InboundState.PARKED.value:
        reason = row.reason or ""
        tally.notes.append((case_id, f"parked: {reason} ({MAY_PARK.get(reason, 'NOT ARGUED')})"))
        kept = await desk.bytes_of(f"/parked/{row.id}/raw") == raw
        return "parked", "" if kept and reason in MAY_PARK else f"parked: {reason}, kept: {kept}"
    conversation_id = await desk.conversation(row)
    message = await desk.message(conversation_id, row.message_id or "")
    interaction = await desk.admin.call("GET", f"/interactions/{message['interaction_id']}")
    if interaction["conversation_id"] != conversation_id:
        return "", "the interaction belongs elsewhere"
    if message["html"]:
        await desk.bytes_of(f"/messages/{message['id']}/html")
    return "taken in", "" if len(await desk.bytes_of(f"/messages/{message['id']}/raw")) == row.size else "raw differs"


# --- html ----------------------------------------------------------------------------------------------------------------


def coded(text: str) -> bytes:
    """Any text as base64 lines of UTF-8; a lone surrogate keeps its three bytes, as broken programs send it."""
    return base64.encodebytes(text.encode("utf-8", "surrogatepass")).replace(b"\n", b"\r\n")


def letter(number: int, kind: str, body: str, *, name: str = "", subject: str = "A page") -> bytes:
    """A mail as a careful sender writes it: names and subjects in encoded words, bodies in base64."""
    return (
        f"From: {_word(name)} <peer{number}@customer.example>\r\nTo: {SUPPORT}\r\nSubject: {_word(subject)}\r\n"
        f"Message-ID: <{new_id()}@customer.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + coded(body)


def _word(text: str) -> str:
    """Encoded words of RFC 2047, at most 45 bytes in each, cut between characters."""
    pieces, piece = [], b""
    for character in text:
        more = character.encode("utf-8", "surrogatepass")
        if len(piece) + len(more) > 45:
            pieces.append(piece)
            piece = b""
        piece += more
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(one).decode()}?=" for one in (*pieces, piece) if one)


async def attacks(desk: Desk, judge: Judge, name: str) -> tuple[Tally, list[Page]]:
    """Each payload as the HTML of a mail: nothing live in the page that the API serves."""
    tally, pages = Tally(f"{name} html/xss as served"), []
    cases = list(judge.rows("html/xss"))
    raws = [letter(number, "text/html", case["payload"]) for number, case in enumerate(cases)]
    for case, raw, told in zip(cases, raws, await desk.send(raws), strict=True):
        try:
            page = None if told else await _page(desk, case, raw, tally)
            live = (
                [] if page is None else [one for document in page.documents for one in judge.unsafe(_inside(document))]
            )
            tally.count(case["id"], told or " ".join(live))
            pages += [page] if page is not None else []
        except AssertionError as error:
            tally.count(case["id"], str(error)[:300])
    return tally, pages


async def _page(desk: Desk, case: Case, raw: bytes, tally: Tally) -> Page | None:
    row = await desk.inbound(raw)
    if row is None or row.message_id is None:
        raise AssertionError("not taken in")
    conversation_id = await desk.conversation(row)
    if not (await desk.message(conversation_id, row.message_id))["html"]:
        tally.notes.append((case["id"], "served as text alone"))
        return None
    documents = [await desk.bytes_of(f"/messages/{row.message_id}/html?images={shown}") for shown in (0, 1)]
    return Page(case["id"], conversation_id, row.message_id, (documents[0], documents[1]))


def _inside(document: bytes) -> str:
    found = _BODY.search(document)
    if found is None:
        raise AssertionError("the page has no body of its own")
    return found[1].decode()
