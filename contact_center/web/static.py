"""The built console under /console/: hashed files for ever, the page itself never cached, unknown paths get it."""

import re
from pathlib import Path

from aiohttp import web

from contact_center.errors import NotFound, Unavailable

CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; frame-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Mantine writes style elements, hence 'unsafe-inline' for styles only."""
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+\Z")
_FOREVER = "public, max-age=31536000, immutable"


class Console:
    """Serves the files of a Vite build found in `folder`; `folder` may still be missing when the server starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def add_to(self, app: web.Application) -> None:
        """The root leads to the console."""
        app.router.add_get("/", self.lead)
        app.router.add_get("/console", self.lead)
        app.router.add_get("/console/{rest:.*}", self.serve)

    async def lead(self, _: web.Request) -> web.Response:
        """Redirect to the console."""
        return web.Response(status=302, headers={"Location": "/console/"})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file of the build; an address without one is a place inside the console."""
        rest = request.match_info["rest"]
        found = self._file(rest)
        if found is None and "." in rest.rsplit("/", 1)[-1]:
            raise NotFound
        index = self._file("index.html")
        if found is None and index is None:
            raise Unavailable("console_missing")
        response = web.FileResponse(found or index or self._folder)
        forever = found is not None and _HASHED.search(found.name) is not None
        response.headers["Cache-Control"] = _FOREVER if forever else "no-cache"
        response.headers["Content-Security-Policy"] = CONSOLE_POLICY
        return response

    def _file(self, rest: str) -> Path | None:
        """The file behind a path, never outside the folder. FileResponse itself finds a `.gz` or `.br` beside it."""
        if not rest or "\x00" in rest:
            return None
        candidate = (self._folder / rest).resolve()
        return candidate if candidate.is_relative_to(self._folder) and candidate.is_file() else None
