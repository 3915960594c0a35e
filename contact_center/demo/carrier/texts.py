"""Texts of the local carrier: takes messages over REST, reports what becomes of them, lets customers text us.

The adapter under test is the real one: it signs in, posts a form, and gets signed webhooks, as with the company itself.
Failures on purpose (`Knobs`) are what operators meet: late, repeated, re-ordered and missing reports, 429, 500, silence.
"""

import asyncio
import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import aiohttp
from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from config.logs import logger
from contact_center.clock import Clock
from contact_center.demo.carrier.calls import CallCarrier

HOST = "127.0.0.1"
API = "2010-04-01"
INBOUND = "/channels/sms/twilio/inbound"
KEPT = 1_000
WEBHOOK_SECONDS = 15.0
log = logger(__name__)


@dataclass(slots=True)
class Knobs:
    """What goes wrong: `refuse` is an HTTP status for the next `refusals` sends, `silent` never answers them."""

    refuse: int = 0
    refusals: int = 0
    silent: bool = False
    late_seconds: float = 0.0
    repeat: int = 1
    reorder: bool = False
    lose: bool = False
    fails: frozenset[str] = frozenset()
    """Numbers to which nothing can be delivered."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text that we sent to, or took from, a customer's phone."""

    sid: str
    sender: str
    receiver: str
    body: str
    media: Sequence[str]
    at: datetime


@dataclass(slots=True)
class _Sent:
    text: Text
    callback: str
    reports: list[str] = field(default_factory=list)


class TextCarrier:
    """`url` stands for https://api.twilio.com; `desk` is the house's public address, `door` where it really listens.

    `calls` are the telephones.
    """

    def __init__(self, clock: Clock, *, account_sid: str, auth_token: str) -> None:
        self._clock, self.account_sid, self.auth_token = clock, account_sid, auth_token
        self.knobs = Knobs()
        self.desk = self.door = ""
        self.url = ""
        self.requests: list[tuple[str, str, MultiDict[str]]] = []
        """Method, path and form of everything that was asked of us."""
        self._sent: dict[str, _Sent] = {}
        self._seen: dict[str, Text] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self.calls = CallCarrier(self)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Serve on a free port of this machine."""
        app = web.Application()
        account = f"/{API}/Accounts/{{sid}}"
        app.router.add_post(f"{account}/Messages.json", self._send)
        app.router.add_get(f"{account}/IncomingPhoneNumbers.json", self._numbers)
        self.calls.add_to(app)
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WEBHOOK_SECONDS))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self.calls.start()

    async def close(self) -> None:
        """Hang up; reports not yet made are lost."""
        await self.calls.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- the customer's phone

    async def text(
        self, sender: str, receiver: str, body: str, *, media: Mapping[str, str] | None = None, sid: str = ""
    ) -> tuple[int, str]:
        """The customer texts us; the webhook's (status, answer). `media`: address -> media type; `sid` repeats an earlier one."""
        text = Text(sid or _sid("SM"), sender, receiver, body, list(media or {}), self._clock.now())
        self._remember(text)
        form = {
            "MessageSid": text.sid, "SmsSid": text.sid, "SmsMessageSid": text.sid, "AccountSid": self.account_sid,
            "ApiVersion": API, "From": sender, "To": receiver, "Body": body, "NumMedia": str(len(media or {})),
            "NumSegments": "1", "SmsStatus": "received",
        }  # fmt: skip
        for number, (url, kind) in enumerate((media or {}).items()):
            form |= {f"MediaUrl{number}": url, f"MediaContentType{number}": kind}
        status, answer = await self.post(f"{self.desk}{INBOUND}", form)
        for told in _messages(answer):
            self._remember(Text(_sid("SM"), receiver, sender, told, (), self._clock.now()))
        return status, answer

    def seen(self, phone: str, *, limit: int = 100) -> Sequence[Text]:
        """What this phone sent and got, oldest first."""
        return [text for text in self._seen.values() if phone in (text.sender, text.receiver)][-limit:]

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int, str]:
        """A signed webhook to an address of the desk: (status, body) of the answer."""
        assert self._http is not None
        signature = self.signature(url, form)
        reached = self.door + url.removeprefix(self.desk)
        async with self._http.post(reached, data=dict(form), headers={"X-Twilio-Signature": signature}) as answer:
            return answer.status, await answer.text()

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        """What the company writes under a webhook."""
        return str(RequestValidator(self.auth_token).compute_signature(url, dict(form)))

    # --- what the house asks

    async def _send(self, request: web.Request) -> web.StreamResponse:
        form = MultiDict((name, str(value)) for name, value in (await request.post()).items())
        self.requests.append(("POST", request.path, form))
        if not self._signed_in(request):
            return _error(401, 20003, "Authenticate")
        if self.knobs.silent:
            await asyncio.sleep(3_600)
        if self.knobs.refusals > 0:
            self.knobs.refusals -= 1
            return _error(self.knobs.refuse, 20429 if self.knobs.refuse == 429 else 20500, "refused on purpose")
        to, sender = form.get("To", ""), form.get("From") or form.get("MessagingServiceSid", "")
        if not to or not sender:
            return _error(400, 21604, "A 'To' phone number is required")
        text = Text(_sid("SM"), sender, to, form.get("Body", ""), form.getall("MediaUrl", []), self._clock.now())
        self._remember(text)
        self._report(_Sent(text, form.get("StatusCallback", "")))
        body = {"sid": text.sid, "status": "queued", "to": to, "from": sender, "body": text.body, "num_segments": "1"}
        return web.json_response(body, status=201)

    async def _numbers(self, request: web.Request) -> web.StreamResponse:
        if not self._signed_in(request):
            return _error(401, 20003, "Authenticate")
        number = request.query.get("PhoneNumber", "")
        return web.json_response({"incoming_phone_numbers": [{"sid": _sid("PN"), "phone_number": number}], "page": 0, "next_page_uri": None})  # fmt: skip

    def _signed_in(self, request: web.Request) -> bool:
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        return secrets.compare_digest(request.headers.get("Authorization", ""), f"Basic {expected}")

    # --- what becomes of it

    def _remember(self, text: Text) -> None:
        self._seen[text.sid] = text
        while len(self._seen) > KEPT:
            del self._seen[next(iter(self._seen))]

    def _report(self, sent: _Sent) -> None:
        if not sent.callback or self.knobs.lose:
            return
        arrives = "undelivered" if sent.text.receiver in self.knobs.fails else "delivered"
        statuses = ["sent", arrives] * self.knobs.repeat
        if self.knobs.reorder:
            statuses.reverse()
        task = asyncio.create_task(self._call_back(sent, statuses))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call_back(self, sent: _Sent, statuses: Sequence[str]) -> None:
        if self.knobs.late_seconds:
            await self._clock.sleep(self.knobs.late_seconds)
        for status in statuses:
            form = {
                "MessageSid": sent.text.sid, "SmsSid": sent.text.sid, "AccountSid": self.account_sid, "ApiVersion": API,
                "From": sent.text.sender, "To": sent.text.receiver, "MessageStatus": status, "SmsStatus": status,
            }  # fmt: skip
            if status == "undelivered":
                form["ErrorCode"] = "30003"
            try:
                await self.post(sent.callback, form)
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("the desk did not take a report", error=type(error).__name__)


def _messages(answer: str) -> Sequence[str]:
    """What the webhook's answer tells the customer: the texts of its `<Message>` elements."""
    try:
        return [element.text or "" for element in ElementTree.fromstring(answer).iter("Message")]
    except ElementTree.ParseError:
        return ()


def _sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


def _error(status: int, code: int, message: str) -> web.Response:
    body: dict[str, Any] = {"code": code, "message": message, "more_info": "", "status": status}
    return web.json_response(body, status=status)
