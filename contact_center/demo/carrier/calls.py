"""Calls of the local carrier: telephones that dial in, browsers that connect, rooms, and the REST that moves them about.

The adapter under test is the real one: it answers signed webhooks with TwiML, which is read strictly, and signs in to change calls.
`second` is how long a second takes here: stories run it fast, the demo as it is.
"""

import asyncio
import base64
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
from aiohttp import web
from multidict import MultiDict

from config.logs import logger
from contact_center.clock import monotonic
from contact_center.demo.carrier import markup, sound
from contact_center.demo.carrier.phones import Phone
from contact_center.demo.carrier.rooms import Member, Room

API = "2010-04-01"
VOICE = "/channels/voice/twilio"
BROWSER = "client:"
KEPT, FAULTS = 200, 50
UNWATCHED_SECONDS = 8.0
TOGETHER = 0.05
"""Seconds in which events gather that are told in the wrong order."""
log = logger(__name__)


class Exchange(Protocol):
    """The carrier that these calls belong to: its account, its knobs, its way to the desk."""

    account_sid: str
    auth_token: str
    desk: str
    knobs: Any
    requests: list[tuple[str, str, MultiDict[str]]]

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int, str]: ...


class Busy(Exception):
    """The desk did not answer with a document."""


class CallCarrier:
    """`dial` is a customer's telephone, `connect` an agent's browser. What broke the provider's rules is in `faults`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.second = 1.0
        self.faults: list[str] = []
        self.phones: dict[str, Phone] = {}
        self._rooms: dict[str, Room] = {}
        self._out: asyncio.Queue[tuple[str, Mapping[str, str]]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers: dict[str, int] = {}
        self._recordings: dict[str, str] = {}

    # --- customers and agents

    def dial(self, caller: str, called: str) -> Phone:
        """A customer calls."""
        return self._begin(Phone(self, caller, called), f"{self._exchange.desk}{VOICE}/inbound")

    def connect(self, identity: str, params: Mapping[str, str]) -> Phone:
        """An agent's browser dials in; `params` come along with its webhook."""
        return self._begin(Phone(self, BROWSER + identity, "", params), f"{self._exchange.desk}{VOICE}/agent")

    def end_unwatched(self, phone: Phone) -> None:
        """End the line of a browser's telephone soon after its page, which has died, looked at it last."""
        self._spawn(self._watch(phone))

    async def _watch(self, phone: Phone) -> None:
        while phone.status in ("ringing", "in-progress"):
            await asyncio.sleep(UNWATCHED_SECONDS / 4)
            if monotonic() - phone.looked_at > UNWATCHED_SECONDS:
                phone.hang_up()
                return

    def _begin(self, phone: Phone, url: str) -> Phone:
        self.phones[phone.sid] = phone
        while len(self.phones) > KEPT:
            del self.phones[next(iter(self.phones))]
        phone.task = self._spawn(phone.live(url))
        return phone

    def of(self, number: str) -> list[Phone]:
        """Calls of this number, oldest first."""
        return [one for one in self.phones.values() if one.sender == number]

    # --- for the telephones

    async def ask(self, phone: Phone, url: str, more: Mapping[str, str]) -> str:
        """A page of the desk, asked for by a signed webhook."""
        status, text = await self._exchange.post(url, {**self._form(phone), **more})
        if status != 200:
            raise Busy(f"{url} answered {status}")
        return text

    def room(self, name: str, callback: str) -> Room:
        """The open room of this name; only the first who comes says where its events go."""
        known = self._rooms.get(name)
        if known is None or known.over:
            known = Room("CF" + secrets.token_hex(16), name, callback, self._tell)
            self._rooms[name] = known
        return known

    def recorded(self, phone: Phone, callback: str, said: str) -> Mapping[str, str]:
        """What was said is a recording, silence is none; told to `callback`."""
        sid = "RE" + secrets.token_hex(16)
        made = {
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/{API}/Accounts/{self._exchange.account_sid}/Recordings/{sid}",
            "RecordingDuration": str(len(said.split())),
        }
        word = "completed" if said else "absent"
        if said:
            self._recordings[sid] = said
            while len(self._recordings) > KEPT:
                del self._recordings[next(iter(self._recordings))]
        self._tell(callback, {"CallSid": phone.sid, "RecordingStatus": word, "RecordingSource": "RecordVerb", **made})
        return made

    def fault(self, phone: Phone, error: Exception) -> None:
        """Something of ours was wrong."""
        self.faults = [*self.faults, f"{phone.sender}: {type(error).__name__}: {error}"][-FAULTS:]
        log.warning("a call failed at the carrier", call=phone.sid, error=str(error))

    def ended(self, phone: Phone) -> None:
        """The line is dead."""
        self._tell(
            f"{self._exchange.desk}{VOICE}/status", {**self._form(phone), "CallbackSource": "call-progress-events"}
        )

    def _form(self, phone: Phone) -> dict[str, str]:
        return {
            "AccountSid": self._exchange.account_sid, "ApiVersion": API, "CallSid": phone.sid, "CallStatus": phone.status,
            "Direction": "inbound", "From": phone.sender, "To": phone.receiver, "Caller": phone.sender,
            "Called": phone.receiver,
        }  # fmt: skip

    # --- what the desk is told

    def start(self) -> None:
        """Begin to tell."""
        self._spawn(self._telling())

    def _tell(self, url: str, form: Mapping[str, str]) -> None:
        if not url or self._exchange.knobs.lose:
            return
        sid = form.get("ConferenceSid") or form.get("CallSid", "")
        if "SequenceNumber" not in form:
            number = self._numbers[sid] = self._numbers.get(sid, -1) + 1
            form = {**form, "SequenceNumber": str(number)}
        self._out.put_nowait((url, {"AccountSid": self._exchange.account_sid, **form}))

    async def _telling(self) -> None:
        while True:
            batch = [await self._out.get()]
            knobs = self._exchange.knobs
            if knobs.late_seconds:
                await asyncio.sleep(knobs.late_seconds * self.second)
            if knobs.reorder:
                await asyncio.sleep(TOGETHER)
                while not self._out.empty():
                    batch.append(self._out.get_nowait())
                batch.reverse()
            for url, form in batch:
                for _ in range(knobs.repeat):
                    await self._told(url, form)

    async def _told(self, url: str, form: Mapping[str, str]) -> None:
        try:
            status, _ = await self._exchange.post(url, form)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("the desk did not take an event", error=type(error).__name__)
            return
        if status >= 400:
            self.faults = [*self.faults, f"{url} answered {status}"][-FAULTS:]

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """All lines are dead; what was not told is lost."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- what the desk asks

    def add_to(self, app: web.Application) -> None:
        """Serve the REST of calls and conferences."""
        account = f"/{API}/Accounts/{{sid}}"
        room = f"{account}/Conferences/{{room}}/Participants"
        for method, path, handler in (
            ("POST", f"{account}/Calls/{{call}}.json", self._change_call),
            ("GET", f"{account}/Calls/{{call}}.json", self._show_call),
            ("GET", f"{account}/Recordings/{{recording}}", self._play),
            ("GET", f"{room}.json", self._list),
            ("POST", f"{room}/{{who}}.json", self._change_member),
            ("DELETE", f"{room}/{{who}}.json", self._remove),
        ):
            app.router.add_route(method, path, self._guarded(handler))

    async def _play(self, request: web.Request, _: MultiDict[str]) -> web.Response:
        said = self._recordings.get(request.match_info["recording"])
        if said is None:
            return refusal(404, 20404, "The requested resource was not found")
        return web.Response(body=sound.tones(said), content_type="audio/x-wav")

    def _guarded(self, handler: Any) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            form = MultiDict((name, str(value)) for name, value in (await request.post()).items())
            self._exchange.requests.append((request.method, request.path, form))
            expected = f"{self._exchange.account_sid}:{self._exchange.auth_token}"
            signed = "Basic " + base64.b64encode(expected.encode()).decode()
            if not secrets.compare_digest(request.headers.get("Authorization", ""), signed):
                return refusal(401, 20003, "Authenticate")
            knobs = self._exchange.knobs
            if knobs.refusals > 0:
                knobs.refusals -= 1
                return refusal(knobs.refuse, 20429 if knobs.refuse == 429 else 20500, "refused on purpose")
            answer: web.StreamResponse = await handler(request, form)
            return answer

        return handle

    async def _change_call(self, request: web.Request, form: MultiDict[str]) -> web.StreamResponse:
        phone = self.phones.get(request.match_info["call"])
        if phone is None:
            return refusal(404, 20404, "no such call")
        if phone.status not in ("ringing", "in-progress"):
            return refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
        url, twiml, status = (form.get(name, "") for name in ("Url", "Twiml", "Status"))
        if sum(map(bool, (url, twiml, status))) != 1 or status not in ("", "completed", "canceled"):
            return refusal(400, 21218, "one of Url, Twiml, Status")
        if status:
            phone.hang_up()
        else:
            phone.go(url, twiml)
        return web.json_response(self._call(phone))

    async def _show_call(self, request: web.Request, _: MultiDict[str]) -> web.StreamResponse:
        phone = self.phones.get(request.match_info["call"])
        return refusal(404, 20404, "no such call") if phone is None else web.json_response(self._call(phone))

    def _call(self, phone: Phone) -> dict[str, Any]:
        return {"sid": phone.sid, "status": phone.status, "from": phone.sender, "to": phone.receiver}

    def _room_of(self, request: web.Request) -> Room | None:
        wanted = request.match_info["room"]
        return next((one for one in self._rooms.values() if not one.over and wanted in (one.sid, one.name)), None)

    async def _list(self, request: web.Request, _: MultiDict[str]) -> web.StreamResponse:
        room = self._room_of(request)
        if room is None:
            return refusal(404, 20404, "no such conference in progress")
        members = [self._member(room, one) for one in room.members.values()]
        return web.json_response({"participants": members, "page": 0, "page_size": 50, "next_page_uri": None})

    def _member(self, room: Room, one: Member) -> dict[str, Any]:
        return {"call_sid": one.sid, "conference_sid": room.sid, "label": one.label, "muted": one.muted,
                "hold": one.hold, "coaching": bool(one.coaching), "status": "connected"}  # fmt: skip

    async def _change_member(self, request: web.Request, form: MultiDict[str]) -> web.StreamResponse:
        room = self._room_of(request)
        member = room.find(request.match_info["who"]) if room is not None else None
        if room is None or member is None:
            return refusal(404, 20404, "no such participant")
        room.change(member, form)
        phone = self.phones.get(member.sid)
        if member.hold and form.get("HoldUrl") and phone is not None:
            self._spawn(self._music(phone, form["HoldUrl"]))
        return web.json_response(self._member(room, member))

    async def _music(self, phone: Phone, url: str) -> None:
        """What a held leg hears, once."""
        try:
            for verb in markup.read(await self.ask(phone, url, {}), only=markup.WHILE_HELD):
                if verb.tag != "Pause":
                    phone.hear(verb.text or "")
        except (markup.Fault, Busy, aiohttp.ClientError, TimeoutError) as error:
            self.fault(phone, error)

    async def _remove(self, request: web.Request, _: MultiDict[str]) -> web.StreamResponse:
        room = self._room_of(request)
        member = room.find(request.match_info["who"]) if room is not None else None
        if room is None or member is None:
            return refusal(404, 20404, "no such participant")
        member.leave()
        room.leave(member.sid, "participant_removed_via_api", "in-progress")
        return web.Response(status=204)


def refusal(status: int, code: int, message: str) -> web.Response:
    """The provider's way of saying no."""
    return web.json_response({"code": code, "message": message, "more_info": "", "status": status}, status=status)
