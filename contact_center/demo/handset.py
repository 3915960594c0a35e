"""The page `/simulator/phone`: a customer's telephone. Texts go to the house as the carrier's signed webhooks. Loopback only."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web

from contact_center.demo.carrier.texts import Knobs, Text, TextCarrier
from contact_center.demo.pages import local_only, page_of, same_page
from contact_center.demo.people import PERSONAS, QUEUES
from contact_center.errors import BadRequest, Unavailable

PAGE_TEXTS = "handset."
NUMBER = re.compile(r"(whatsapp:)?\+[1-9][0-9]{5,14}")
LONGEST = 1_600
TROUBLES: Mapping[str, Knobs] = {
    "none": Knobs(),
    "late": Knobs(late_seconds=10),
    "repeated": Knobs(repeat=3),
    "reordered": Knobs(reorder=True),
    "lost": Knobs(lose=True),
    "busy": Knobs(refuse=429, refusals=1),
    "broken": Knobs(refuse=500, refusals=1),
    "silent": Knobs(silent=True),
}
"""What a trainee may let go wrong, by name."""


class Handset:
    """Adds its addresses to the application."""

    def __init__(self, carrier: TextCarrier) -> None:
        self._carrier = carrier
        self._trouble = "none"

    def add_to(self, app: web.Application) -> None:
        """Serve the page."""
        app.router.add_get("/simulator/phone", self.page)
        app.router.add_get("/simulator/texts", self.texts)
        app.router.add_post("/simulator/texts", self.write)
        app.router.add_put("/simulator/trouble", self.trouble)

    async def page(self, request: web.Request) -> web.Response:
        """The page in the language asked for."""
        local_only(request)
        return page_of(request, "phone.html", PAGE_TEXTS, self._choices)

    async def texts(self, request: web.Request) -> web.Response:
        """`{items: [{id, from, to, text, media, at}], trouble}`, oldest first; `?number=` is the phone."""
        local_only(request)
        seen = self._carrier.seen(request.query.get("number", ""))
        return web.json_response({"items": [_shown(text) for text in seen], "trouble": self._trouble})

    async def write(self, request: web.Request) -> web.Response:
        """Text the house: form fields number, to, text; the answer says what the webhook answered."""
        local_only(request)
        same_page(request)
        form = await request.post()
        number, to, text = (str(form.get(name, "")).strip() for name in ("number", "to", "text"))
        if not NUMBER.fullmatch(number) or not NUMBER.fullmatch(to) or not 0 < len(text) <= LONGEST or "\0" in text:
            raise BadRequest
        try:
            status, _ = await self._carrier.text(number, to, text)
        except (aiohttp.ClientError, TimeoutError):
            raise Unavailable from None
        return web.json_response({"answered": status}, status=201)

    async def trouble(self, request: web.Request) -> web.Response:
        """Let something go wrong: form field name, one of those that the page lists."""
        local_only(request)
        same_page(request)
        name = str((await request.post()).get("name", ""))
        if name not in TROUBLES:
            raise BadRequest
        self._trouble, self._carrier.knobs = name, replace(TROUBLES[name])
        return web.Response(status=204)

    def _choices(self, texts: Mapping[str, str]) -> dict[str, Any]:
        return {
            "texts": dict(texts),
            "customers": [{"name": one.name, "number": one.number} for one in PERSONAS],
            "numbers": [{"name": line.name, "number": line.number} for line in QUEUES if line.number],
            "troubles": [{"name": name, "label": texts[f"trouble_{name}"]} for name in TROUBLES],
        }


def _shown(text: Text) -> dict[str, Any]:
    return {
        "id": text.sid,
        "from": text.sender,
        "to": text.receiver,
        "text": text.body,
        "media": list(text.media),
        "at": text.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
