"""Calls from the page `/simulator/phone`: dial, read what is heard, press keys, speak after a tone, hang up. Loopback only."""

from typing import Any

from aiohttp import web

from contact_center.clock import monotonic
from contact_center.demo.carrier.calls import CallCarrier
from contact_center.demo.carrier.phones import Phone
from contact_center.demo.pages import local_only, same_page
from contact_center.errors import BadRequest, NotFound

NUMBER_CHARACTERS, KEYS = set("+0123456789"), set("0123456789*#")
LONGEST_NUMBER, LONGEST_SPEECH, LONGEST_TICKET, SHOWN = 16, 500, 2_000, 50


class Telephone:
    """Adds its addresses to the application."""

    def __init__(self, carrier: CallCarrier) -> None:
        self._carrier = carrier

    def add_to(self, app: web.Application) -> None:
        """Serve the calls."""
        app.router.add_get("/simulator/calls", self.calls)
        app.router.add_post("/simulator/calls", self.dial)
        app.router.add_post("/simulator/calls/agent", self.connect)
        app.router.add_get("/simulator/calls/{call}", self.call)
        app.router.add_post("/simulator/calls/{call}/keys", self.press)
        app.router.add_post("/simulator/calls/{call}/words", self.speak)
        app.router.add_delete("/simulator/calls/{call}", self.hang_up)

    async def calls(self, request: web.Request) -> web.Response:
        """`{items: [{id, to, status, heard, talks_with}]}` of the phone `?number=`, oldest first."""
        local_only(request)
        found = self._carrier.of(request.query.get("number", ""))
        return web.json_response({"items": [_shown(one) for one in found]})

    async def dial(self, request: web.Request) -> web.Response:
        """Call the house: form fields number (may be empty: withheld), to."""
        number, to = await _fields(request, "number", "to")
        if not _is_number(to) or (number and not _is_number(number)):
            raise BadRequest
        return web.json_response(_shown(self._carrier.dial(number or "Anonymous", to)), status=201)

    async def connect(self, request: web.Request) -> web.Response:
        """An agent's browser dials into a call: form field ticket."""
        (ticket,) = await _fields(request, "ticket")
        if not ticket or len(ticket) > LONGEST_TICKET:
            raise BadRequest
        phone = self._carrier.connect("agent", {"ticket": ticket})
        self._carrier.end_unwatched(phone)
        return web.json_response(_shown(phone), status=201)

    async def call(self, request: web.Request) -> web.Response:
        """How one telephone stands."""
        local_only(request)
        phone = self._phone(request)
        phone.looked_at = monotonic()
        return web.json_response(_shown(phone))

    async def press(self, request: web.Request) -> web.Response:
        """Press keys: form field digits."""
        (digits,) = await _fields(request, "digits")
        if not digits or len(digits) > LONGEST_NUMBER or set(digits) - KEYS:
            raise BadRequest
        self._phone(request).press(digits)
        return web.Response(status=204)

    async def speak(self, request: web.Request) -> web.Response:
        """Say something after a tone: form field text."""
        (text,) = await _fields(request, "text")
        if not text or len(text) > LONGEST_SPEECH or "\0" in text:
            raise BadRequest
        self._phone(request).speak(text)
        return web.Response(status=204)

    async def hang_up(self, request: web.Request) -> web.Response:
        """Put the receiver down."""
        local_only(request)
        same_page(request)
        self._phone(request).hang_up()
        return web.Response(status=204)

    def _phone(self, request: web.Request) -> Phone:
        phone = self._carrier.phones.get(request.match_info["call"])
        if phone is None:
            raise NotFound
        return phone


async def _fields(request: web.Request, *names: str) -> list[str]:
    local_only(request)
    same_page(request)
    form = await request.post()
    return [str(form.get(name, "")).strip() for name in names]


def _is_number(text: str) -> bool:
    return text.startswith("+") and 6 <= len(text) <= LONGEST_NUMBER and not set(text) - NUMBER_CHARACTERS


def _shown(phone: Phone) -> dict[str, Any]:
    return {
        "id": phone.sid,
        "to": phone.receiver,
        "status": phone.status,
        "heard": phone.heard[-SHOWN:],
        "talks_with": list(phone.hears_parties()),
    }
