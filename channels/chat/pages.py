"""HTTP of the widget: the loader for any page, the panel that it frames, and what needs no sign-in (`/public/v1`).

Which pages may frame the panel stands in its Content-Security-Policy, which the visitor's browser obeys; the settings that
the loader asks for are only given to pages of those origins.
"""

import re
from pathlib import Path
from typing import Any

from aiohttp import web

from channels.chat.accounts import Site, Sites
from channels.chat.settings import origin_of
from contact_center import i18n
from contact_center.channel import WaitingRoom
from contact_center.errors import Forbidden, NotFound, Unavailable

BUILT = Path(__file__).parent / "widget" / "dist"
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+\Z")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")
FOREVER = "public, max-age=31536000, immutable"
LOADER_SECONDS = 300
SELF = "'self'"


class WidgetPages:
    """Adds its addresses to the application; `public_url` is where we are reached."""

    def __init__(self, sites: Sites, waiting: WaitingRoom, *, public_url: str, folder: Path = BUILT) -> None:
        self._sites, self._waiting, self._own, self._folder = sites, waiting, public_url, folder

    def add_to(self, app: web.Application) -> None:
        """Serve the widget."""
        app.router.add_get("/widget/loader.js", self.loader)
        app.router.add_get("/widget/panel", self.panel)
        app.router.add_get("/widget/assets/{name}", self.asset)
        app.router.add_get("/public/v1/widget/{site}", self.settings)

    async def loader(self, _: web.Request) -> web.StreamResponse:
        """The one script that a site puts on its pages."""
        return self._file("loader.js", cache=f"public, max-age={LOADER_SECONDS}", cross_origin=True)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """A file of the panel."""
        name = request.match_info["name"]
        if not _NAME.match(name):
            raise NotFound
        return self._file(f"assets/{name}", cache=FOREVER if _HASHED.search(name) else "no-cache", cross_origin=True)

    async def panel(self, request: web.Request) -> web.StreamResponse:
        """The page inside the frame."""
        site = await self._site(request.query.get("site", ""))
        response = self._file("panel.html", cache="no-cache")
        origins = {origin_of(one) for one in site.settings.origins} - {""}
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
            f"base-uri 'none'; form-action 'none'; frame-ancestors {' '.join([SELF, *sorted(origins)])}"
        )
        return response

    async def settings(self, request: web.Request) -> web.Response:
        """`{site, name, colour, greeting, ask, mail, staffed}` for pages of the site's origins."""
        site = await self._site(request.match_info["site"])
        origin = request.headers.get("Origin") or request.headers.get("Referer", "")
        own = f"{request.scheme}://{request.host}"
        if origin and not (site.settings.allows(origin, self._own) or origin_of(origin) == origin_of(own)):
            raise Forbidden
        language = i18n.normal(request.query.get("lang", "") or site.language)
        greeting = site.settings.greeting
        body: dict[str, Any] = {
            "site": site.key,
            "name": site.name,
            "language": site.language,
            "colour": site.settings.colour,
            "greeting": greeting.get(language, "") or i18n.text(language, "chat.greeting"),
            "ask": site.settings.ask,
            "mail": site.settings.mail_account_id is not None,
            "staffed": await self._waiting.staffed(site.queue_id),
        }
        headers = {"Cache-Control": "no-store", "Vary": "Origin"}
        if request.headers.get("Origin"):
            headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        return web.json_response(body, headers=headers)

    async def _site(self, key: str) -> Site:
        site = await self._sites.named(key[:100])
        if site is None:
            raise NotFound
        return site

    def _file(self, name: str, *, cache: str, cross_origin: bool = False) -> web.StreamResponse:
        path = self._folder / name
        if not path.is_file():
            if name.startswith("assets/"):
                raise NotFound
            raise Unavailable("widget_missing")
        response = web.FileResponse(path)
        response.headers["Cache-Control"] = cache
        if cross_origin:
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
