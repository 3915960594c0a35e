"""aiohttp's runner, except that bytes which are no HTTP are answered in our words too, and noted without a stack trace.

Whoever sends garbage to a public port must not fill the log, and every answer of the house is problem+json.
"""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest

from config.logs import logger
from contact_center import i18n
from contact_center.web import problems

log = logger(__name__)


class _Protocol(RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What could not even be read as a request, or failed outside of the application."""
        if status >= 500:
            log.error("request failed outside of the application", error=repr(exc))
        else:
            log.info("unreadable request", peer=request.remote, error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way already")
        code = "unreadable_request" if status < 500 else "unavailable"
        answer = problems.plain(status, code, i18n.choose(request.headers.get("Accept-Language")))
        answer.force_close()
        return answer


class _Server(web.Server):
    """Makes our connections instead of aiohttp's."""

    def __call__(self) -> _Protocol:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Use as `aiohttp.web.AppRunner`."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server
        return server
