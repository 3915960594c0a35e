"""One end of a call at the local carrier: does what the desk's TwiML says, hears it as text, presses keys, speaks, hangs up.

A telephone runs as a task of its own. Whatever happens to it from outside (keys, a redirect, being put out) comes through its inbox,
in order, so that a story can press a key before it is listened for.
"""

import asyncio
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element

from contact_center.clock import monotonic
from contact_center.demo.carrier import markup
from contact_center.demo.carrier.markup import Fault
from contact_center.demo.carrier.rooms import Member, Room

SPOKEN_SECONDS, HEARD_AT_MOST = 1.0, 500
PATIENCE = 20.0
"""Seconds of the machine that a story waits to hear something."""


class Line(Protocol):
    """What a telephone needs of its carrier."""

    second: float

    async def ask(self, phone: "Phone", url: str, more: Mapping[str, str]) -> str: ...

    def room(self, name: str, callback: str) -> Room: ...

    def recorded(self, phone: "Phone", callback: str, said: str) -> Mapping[str, str]: ...

    def fault(self, phone: "Phone", error: Exception) -> None: ...

    def ended(self, phone: "Phone") -> None: ...


@dataclass(frozen=True, slots=True)
class _Item:
    kind: str
    value: str = ""


class _Go(Exception):
    """Something else to do: a page or a document."""

    def __init__(self, url: str, twiml: str) -> None:
        super().__init__(url)
        self.url, self.twiml = url, twiml


class _Out(Exception):
    """The line is dead."""


class Phone:
    """Made by the carrier. `heard` is everything that was said to it; `status` is the provider's word."""

    def __init__(self, line: Line, sender: str, receiver: str, more: Mapping[str, str] | None = None) -> None:
        self.sid = "CA" + secrets.token_hex(16)
        self.sender, self.receiver, self.more = sender, receiver, dict(more or {})
        self.status = "ringing"
        self.heard: list[str] = []
        self.room: Room | None = None
        self._line = line
        self._inbox: asyncio.Queue[_Item] = asyncio.Queue()
        self._news = asyncio.Event()
        self._cursor = 0
        self._said = ""
        self.task: asyncio.Task[None] | None = None
        self.looked_at = monotonic()
        """When its page looked at it last, for a browser's telephone."""

    # --- the person at it

    async def hears(self, pattern: str) -> str:
        """Wait for words that match; what was heard before an earlier match does not count. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._news.clear()
                for position in range(self._cursor, len(self.heard)):
                    if re.search(pattern, self.heard[position]):
                        self._cursor = position + 1
                        return self.heard[position]
                await self._news.wait()

    async def ends(self) -> None:
        """Wait until the line is dead. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while self.status not in ("completed", "failed", "busy"):
                self._news.clear()
                await self._news.wait()

    def press(self, digits: str) -> None:
        """Press keys."""
        for digit in digits:
            self._inbox.put_nowait(_Item("keys", digit))

    def speak(self, text: str) -> None:
        """Say something, for a recording."""
        self._inbox.put_nowait(_Item("speech", text))

    def hang_up(self) -> None:
        """Put the receiver down, or close the tab."""
        self._inbox.put_nowait(_Item("out"))

    def hears_parties(self) -> Sequence[str]:
        """The labels of those whose voices reach this end now."""
        return self.room.hears(self.sid) if self.room is not None else []

    # --- the carrier

    def go(self, url: str, twiml: str) -> None:
        """The desk wants something else of it."""
        self._inbox.put_nowait(_Item("twiml", twiml) if twiml else _Item("go", url))

    def put_out(self) -> None:
        """The room has put it out."""
        self._inbox.put_nowait(_Item("left"))

    def hear(self, text: str) -> None:
        """Something sounds in the receiver."""
        self.heard.append(text)
        del self.heard[:-HEARD_AT_MOST]
        self._news.set()

    async def live(self, url: str) -> None:
        """From the first ring to the end."""
        self.status = "in-progress"
        try:
            await self._run(await self._fetch(url))
            self.status = "completed"
        except _Out:
            self.status = "completed"
        except Exception as error:
            self.status = "failed"
            self._line.fault(self, error)
        finally:
            if self.room is not None:
                self.room.leave(self.sid, "participant_hung_up")
                self.room = None
            self._line.ended(self)
            self._news.set()

    async def _fetch(self, url: str, **more: str) -> Sequence[Element]:
        return markup.read(await self._line.ask(self, url, {**self.more, **more}))

    async def _run(self, verbs: Sequence[Element]) -> None:
        """Do what the document says, and what it leads to."""
        while True:
            try:
                following = await self._perform(verbs)
            except _Go as go:
                following = markup.read(go.twiml) if go.twiml else await self._fetch(go.url)
            if following is None:
                return
            verbs = following

    async def _perform(self, verbs: Sequence[Element]) -> Sequence[Element] | None:
        """The next document, None at the end of this one."""
        for verb in verbs:
            following: Sequence[Element] | None = None
            match verb.tag:
                case "Gather":
                    following = await self._gather(verb)
                case "Redirect":
                    return await self._fetch(verb.text or "")
                case "Record":
                    following = await self._record(verb)
                case "Dial":
                    await self._dial(verb[0])
                case "Hangup":
                    return None
                case "Reject":
                    self.hear("[rejected]")
                    return None
                case _:
                    await self._sound(verb)
            if following is not None:
                return following
        return None

    async def _sound(self, verb: Element) -> str:
        """Say, Play or Pause; a key that was pressed meanwhile."""
        length = SPOKEN_SECONDS
        if verb.tag == "Pause":
            length = markup.seconds(verb, "length", 1)
        else:
            self.hear(verb.text or "" if verb.tag == "Say" else f"[play {verb.text}]")
        return await self._wait(length)

    async def _gather(self, verb: Element) -> Sequence[Element] | None:
        digits = ""
        for child in verb:
            digits = await self._sound(child)
            if digits:
                break
        wanted = int(verb.get("numDigits", "1"))
        patience = markup.seconds(verb, "timeout", 5)
        while len(digits) < wanted:
            key = await self._wait(patience)
            if not key:
                break
            digits += key
        if digits or markup.true(verb, "actionOnEmptyResult", False):
            return await self._fetch(verb.get("action", ""), Digits=digits, msg="" if digits else "Gather End")
        return None

    async def _record(self, verb: Element) -> Sequence[Element] | None:
        self.hear("[beep]")
        try:
            await self._wait(markup.seconds(verb, "maxLength", 3600), stop_at=verb.get("finishOnKey", "#"))
        finally:
            recorded = self._line.recorded(self, verb.get("recordingStatusCallback", ""), self._said)
        if not self._said:
            return None
        return await self._fetch(verb.get("action", ""), **recorded)

    async def _dial(self, conference: Element) -> None:
        """In the room until put out, redirected or hung up."""
        room = self._line.room((conference.text or "").strip(), conference.get("statusCallback", ""))
        self.room = room
        member = Member(
            self.sid,
            conference.get("participantLabel", ""),
            self.put_out,
            ends_room=markup.true(conference, "endConferenceOnExit", False),
            starts_room=markup.true(conference, "startConferenceOnEnter", True),
            muted=markup.true(conference, "muted", False),
        )
        room.join(member)
        try:
            await self._wait(None)
        except _Go:
            room.leave(self.sid, "participant_updated_via_api", "in-progress")
            raise
        except _Out:
            room.leave(self.sid, "participant_hung_up")
            raise
        finally:
            self.room = None

    async def _wait(self, seconds: float | None, *, stop_at: str = "") -> str:
        """Let time pass; a key that is pressed, "" when the time is over or the room put us out. Raises `_Go` and `_Out`."""
        try:
            async with asyncio.timeout(None if seconds is None else seconds * self._line.second):
                while True:
                    item = await self._inbox.get()
                    match item.kind:
                        case "go":
                            raise _Go(item.value, "")
                        case "twiml":
                            raise _Go("", item.value)
                        case "out":
                            raise _Out
                        case "left" if seconds is None:
                            return ""
                        case "speech":
                            self._said += item.value
                        case "keys" if seconds is not None and (not stop_at or item.value in stop_at):
                            return item.value
                        case _:
                            continue
        except TimeoutError:
            return ""


__all__ = ["Fault", "Line", "Phone"]
