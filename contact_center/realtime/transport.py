"""python-socketio as we need it: Redis that may be away, goodbyes that end, and strangers who speak nonsense.

One thing to know: the library trusts what comes over the wire to be packets. What is none must end its line and nothing else: an exception on
the way leaves the socket and its writer behind until the next ping, and a stack trace in the log for whoever sends it.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable
from typing import Any

import socketio  # type: ignore[import-untyped]
from aiohttp import web
from engineio import AsyncServer  # type: ignore[import-untyped]
from engineio.async_drivers.aiohttp import WebSocket  # type: ignore[import-untyped]
from engineio.packet import Packet, packet_names  # type: ignore[import-untyped]
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.logs import logger
from contact_center.clock import monotonic

PUBLISH_SECONDS = 2.0
PUBLISH_PAUSE = 5.0
GOODBYE_SECONDS = 2.0
NONSENSE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the library raises on packets that are none."""
_OURS = ("connect", "disconnect")
"""Events that the server tells itself; no client may."""
log = logger(__name__)


class SocketServer(socketio.AsyncServer):  # type: ignore[misc]
    """The server of all namespaces; a line that speaks nonsense is hung up on."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.eio._async = {**self.eio._async, "websocket": _Line}
        self.eio.logger.addFilter(_without_traces)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        if not isinstance(data[0], str) or data[0] in _OURS:
            # The library would look for no name, or run our handler with what the client says came with the connection.
            raise ValueError("no event")
        await super()._handle_event(eio_sid, namespace, id, data)

    def _engineio_server_class(self) -> type["_Transport"]:
        return _Transport

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except NONSENSE as error:
            log.info("a socket spoke nonsense; it is closed", error=type(error).__name__)
            await hang_up(self.eio, eio_sid)


class _Transport(AsyncServer):  # type: ignore[misc]
    """The transport below the namespaces. A goodbye is put in line and the line's end behind it: who polls no more holds nothing up."""

    async def handle_request(self, request: web.Request, *more: Any) -> Any:
        """Any request of either transport."""
        try:
            return await super().handle_request(request, *more)
        except KeyError:  # the session ended between two requests
            return web.json_response("Invalid session", status=400)

    async def disconnect(self, sid: str | None = None) -> None:
        """Hang up on one, or on all."""
        for one in [sid] if sid is not None else list(self.sockets):
            socket = self.sockets.get(one)
            if socket is not None:
                await socket.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
                socket.queue.put_nowait(None)
                self.sockets.pop(one, None)


def _without_traces(record: logging.LogRecord) -> bool:
    """The library logs what strangers send with a stack trace, as an error of ours."""
    if record.msg in ("post request handler error", "Unknown receive error"):
        record.exc_info, record.levelno, record.levelname = None, logging.INFO, "INFO"
    return True


class _Line(WebSocket):  # type: ignore[misc]
    """A websocket whose texts are packets; the first that is none reads as the line's end."""

    async def wait(self) -> Any:
        """The next packet, undecoded."""
        data = await super().wait()
        if isinstance(data, str):
            try:
                packet_names[Packet(encoded_packet=data).packet_type]
            except NONSENSE as error:
                raise OSError("no packet") from error
        return data


class Manager(socketio.AsyncRedisManager):  # type: ignore[misc]
    """The Redis manager with its own line for telling: an emit waits for Redis only so long; then it is left alone a while."""

    def __init__(self, redis_url: str) -> None:
        super().__init__(redis_url, channel="contact-center:sockets")
        self._line: Any = Redis.from_url(
            redis_url, socket_timeout=PUBLISH_SECONDS, socket_connect_timeout=PUBLISH_SECONDS
        )
        self._silent_until = 0.0

    async def _publish(self, data: Any) -> None:
        if monotonic() < self._silent_until:
            return
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._line.publish(self.channel, self.json.dumps(data))
        except (RedisError, OSError, TimeoutError) as error:
            self._silent_until = monotonic() + PUBLISH_PAUSE
            log.warning("redis is away; other nodes are not told for a while", error=type(error).__name__)

    async def close(self) -> None:
        """Stop listening and hang up: python-socketio itself leaves both to the end of the process."""
        self._silent_until = math.inf  # sockets that end from here on tell nobody
        self.thread.cancel()
        await asyncio.gather(self.thread, return_exceptions=True)
        for line in (self.pubsub, self.redis, self._line):
            if line is not None:
                with contextlib.suppress(RedisError, OSError, TimeoutError):
                    await line.aclose()


async def hang_up(eio: Any, sid: str) -> None:
    """Close one transport."""
    await let_go(eio.disconnect(sid))


async def let_go(goodbye: Awaitable[None]) -> None:
    """What a goodbye sets off may take its time; nobody waits for it longer than this."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await goodbye
