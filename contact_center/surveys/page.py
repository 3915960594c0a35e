"""`/survey/{token}`: one question as a plain form, without scripts. Looking never records: mail scanners open every link.

The token is the right to answer and the proof against forged forms at once: no cookie is read, so nothing can be ridden on.
"""

from functools import partial
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contact_center import i18n
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.errors import NotFound
from contact_center.surveys.answering import COMMENT_AT_MOST, Expired, Given, answer
from contact_center.surveys.asking import PURPOSE, SCORES
from contact_center.surveys.models import SurveyResponse
from contact_center.tokens import Tokens
from contact_center.web.context import ADDRESS
from contact_center.web.middleware import language_of
from contact_center.web.ratelimit import Gate, Limit

LIMIT = Limit("survey", burst=30, per_second=0.5)
LARGEST_FORM = 32_768
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class SurveyPage:
    """Serves the form and takes the answer."""

    def __init__(self, database: Database, clock: Clock, tokens: Tokens, gate: Gate) -> None:
        self._database, self._clock, self._tokens, self._gate = database, clock, tokens, gate
        self._template = Environment(
            loader=FileSystemLoader(i18n.FOLDER.parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ).get_template("survey.html")

    def add_to(self, app: web.Application) -> None:
        """Serve the page."""
        app.router.add_get("/survey/{token}", self.show)
        app.router.add_post("/survey/{token}", self.take)

    async def show(self, request: web.Request) -> web.Response:
        """The question; `?score=` is chosen beforehand and not stored."""
        row = await self._asked(request)
        if row is None:
            return self._page(request, None, "unknown", 404)
        if self._clock.now() >= row.expires_at:
            return self._page(request, row, "expired", 410)
        chosen = row.score or _score(request.query.get("score"))
        return self._page(request, row, "form", 200, chosen=chosen, comment=row.comment)

    async def take(self, request: web.Request) -> web.Response:
        """The answer; it may be corrected by answering again."""
        row = await self._asked(request)
        if row is None:
            return self._page(request, None, "unknown", 404)
        if (request.content_length or 0) > LARGEST_FORM:
            raise web.HTTPRequestEntityTooLarge(LARGEST_FORM, request.content_length or 0)
        form = await request.post()
        score, said = _score(form.get("score")), form.get("comment", "")
        comment = said.replace("\x00", "").strip()[:COMMENT_AT_MOST] if isinstance(said, str) else ""
        if score is None:
            return self._page(request, row, "form", 422, comment=comment, missing=True)
        now, identifier = self._clock.now(), row.id
        try:
            await self._database.write(lambda session: answer(session, identifier, Given(score, comment), at=now))
        except Expired:
            return self._page(request, row, "expired", 410)
        except NotFound:
            return self._page(request, None, "unknown", 404)
        return self._page(request, row, "thanks", 200)

    async def _asked(self, request: web.Request) -> SurveyResponse | None:
        await self._gate.strict(LIMIT, request.get(ADDRESS) or request.remote or "")
        identifier = self._tokens.named(PURPOSE, request.match_info["token"])
        if identifier is None:
            return None
        async with self._database.read() as session:
            return await session.get(SurveyResponse, identifier)

    def _page(
        self, request: web.Request, row: SurveyResponse | None, kind: str, status: int, **more: Any
    ) -> web.Response:
        language = row.language if row is not None else language_of(request)
        values = {"chosen": None, "comment": "", "missing": False} | more
        html = self._template.render(
            t=partial(i18n.text, language),
            language=language,
            kind=kind,
            question=row.question if row is not None else "",
            scores=SCORES,
            comment_at_most=COMMENT_AT_MOST,
            **values,
        )
        headers = HEADERS | {"Content-Language": language}
        return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=headers)


def _score(given: object) -> int | None:
    """A score from a form or an address, None when it is none."""
    return int(given) if isinstance(given, str) and given in {str(score) for score in SCORES} else None
