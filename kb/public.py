"""`/public/v1/kb/*`: what anybody may read, without a sign-in. Only published articles for everyone are ever seen here.

Answers hold text, never markup: whoever shows them on a page of their own cannot be tricked by what an author pasted.
"""

from collections.abc import Sequence

from aiohttp import web

from contact_center import i18n
from contact_center.db import Database
from contact_center.errors import NotFound
from contact_center.ids import is_id
from contact_center.web.context import ADDRESS
from contact_center.web.middleware import language_of
from contact_center.web.ratelimit import Gate, Limit
from kb import queries
from kb.search import search
from kb.shapes import Hit
from kb.suggest import suggest

LIMIT = Limit("public-kb", burst=60, per_second=2)
QUERY_AT_MOST = 500
FOUND_AT_MOST = 10
SUGGESTED_AT_MOST = 3


class PublicKnowledge:
    """Adds its addresses to the application."""

    def __init__(self, database: Database, gate: Gate) -> None:
        self._database, self._gate = database, gate

    def add_to(self, app: web.Application) -> None:
        """Serve searching, suggesting and reading."""
        app.router.add_get("/public/v1/kb/search", self.search)
        app.router.add_get("/public/v1/kb/suggest", self.suggest)
        app.router.add_get("/public/v1/kb/articles/{article_id}", self.read)

    async def search(self, request: web.Request) -> web.Response:
        """`?q=&lang=` -> `{items: [{id, language, title, excerpt, category}]}`: every word stands in each, the best first."""
        asked, wanted = await self._asked(request)
        async with self._database.read() as session:
            hits = await search(session, asked, wanted=wanted, language=None, limit=FOUND_AT_MOST, everyone=True)
        return _found(hits)

    async def suggest(self, request: web.Request) -> web.Response:
        """`?q=&lang=`, in the same shape: what may answer a question in somebody's own words, at most three."""
        asked, wanted = await self._asked(request)
        async with self._database.read() as session:
            hits = await suggest(session, asked, wanted=wanted, limit=SUGGESTED_AT_MOST, everyone=True)
        return _found(hits)

    async def read(self, request: web.Request) -> web.Response:
        """`?lang=` -> `{id, language, title, text, category, updated_at}`, in another language where the wanted one is missing."""
        _, wanted = await self._asked(request)
        article_id = request.match_info["article_id"]
        if not is_id(article_id):
            raise NotFound
        async with self._database.read() as session:
            article = await queries.article_of(session, article_id, writes=False, everyone=True)
        language = wanted if wanted in article.texts else next(iter(article.texts))
        shown = article.texts[language]
        body = {"id": article.id, "language": language, "title": shown.title, "text": shown.text}
        body |= article.model_dump(mode="json", include={"category", "updated_at"})
        return web.json_response(body, headers={"Content-Language": language})

    async def _asked(self, request: web.Request) -> tuple[str, str]:
        """The query and the wanted language; raises `TooMany`."""
        await self._gate.strict(LIMIT, request.get(ADDRESS) or request.remote or "")
        wanted = request.query.get("lang", "")
        return request.query.get("q", "")[:QUERY_AT_MOST], i18n.normal(wanted) if wanted else language_of(request)


def _found(hits: Sequence[Hit]) -> web.Response:
    kept = {"id", "language", "title", "excerpt", "category"}
    return web.json_response({"items": [hit.model_dump(mode="json", include=kept) for hit in hits]})
