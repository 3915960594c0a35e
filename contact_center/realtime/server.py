"""The staff socket server: composition and life of everything in this package. One per process.

With a Redis address, emits reach the sockets of all nodes; when Redis is away each node still serves its own, and the
heartbeat's digest finds what the others said meanwhile.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]

from config.logs import logger
from contact_center.background import Background, note_failure, stopped
from contact_center.clock import Clock, to_micros
from contact_center.db import Database, DatabaseUnavailable
from contact_center.errors import NotSignedIn
from contact_center.events import Event
from contact_center.realtime.beats import Beats, Mark
from contact_center.realtime.builders import builders
from contact_center.realtime.digest import sees
from contact_center.realtime.gossip import Gossip
from contact_center.realtime.list_news import ListNews
from contact_center.realtime.payloads import Builder, Payload
from contact_center.realtime.queue_news import QueueNews
from contact_center.realtime.rooms import Rooms, StaffSignIn
from contact_center.realtime.sockets import Socket, Sockets, conversation_room
from contact_center.realtime.staff import Answer, Staff, Typed, refused
from contact_center.realtime.telling import Telling
from contact_center.realtime.transport import Manager, SocketServer, hang_up, let_go
from contact_center.realtime.viewers import Viewers
from contact_center.workspace.payloads import list_lines

NAMESPACE = "/agent"
LARGEST_MESSAGE = 65_536
RECONNECT_WITHIN = 5.0
log = logger(__name__)


class _Wire:
    """The few things that rooms need of python-socketio, on this namespace and this node."""

    def __init__(self, server: Any) -> None:
        self._server = server

    async def enter(self, sid: str, room: str) -> None:
        with contextlib.suppress(ValueError):  # gone meanwhile
            await self._server.enter_room(sid, room, namespace=NAMESPACE)

    async def exit(self, sid: str, room: str) -> None:
        with contextlib.suppress(ValueError, KeyError):
            await self._server.leave_room(sid, room, namespace=NAMESPACE)

    async def tell(self, sid: str, event: str, payload: dict[str, Any]) -> None:
        await self._server.emit(event, payload, to=sid, namespace=NAMESPACE, ignore_queue=True)

    async def end(self, sid: str, reason: str) -> None:
        await self.tell(sid, "session.ended", {"entity": "session", "id": sid, "version": 0, "reason": reason})
        await let_go(self._server.disconnect(sid, namespace=NAMESPACE))

    async def drop(self, sid: str) -> None:
        """Close the transport: the client takes it for a lost line and comes back."""
        eio_sid = self._server.manager.eio_sid_from_sid(sid, NAMESPACE)
        if eio_sid is not None:
            await hang_up(self._server.eio, eio_sid)


class Realtime:
    """Attach to the application, hand `telling` to the announcer as its sink, start, and close when draining."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        sign_in: StaffSignIn,
        mark_seen: Mark,
        redis_url: str = "",
        public_url: str = "",
        also: Mapping[str, Builder] | None = None,
        background: Background | None = None,
    ) -> None:
        """`also`: payload builders of further kinds of events."""
        self._manager = Manager(redis_url) if redis_url else None
        self._server = SocketServer(
            async_mode="aiohttp",
            client_manager=self._manager,
            cors_allowed_origins=_own_pages(public_url),
            max_http_buffer_size=LARGEST_MESSAGE,
            ping_interval=20,
            ping_timeout=20,
            logger=False,
            engineio_logger=False,
        )
        self._clock, self._sign_in = clock, sign_in
        self.sockets = Sockets()
        self._wire = _Wire(self._server)
        self._rooms = Rooms(self.sockets, self._wire, sign_in)
        self._background = background or Background()
        self._gossip = Gossip(redis_url, self._heard, self._background)
        self._news = QueueNews(database, clock, self._emit)
        self.beats = Beats(database, clock, mark_seen)
        self._viewers = Viewers(database, clock, self._emit, self._gossip)
        self.viewing = self._viewers.viewing
        """The workspace's `Viewers`."""
        known = {**builders(self.viewing), **(also or {})}
        self._lists = ListNews(database, clock, self._emit, list_lines, heard=self._may_hear)
        self.telling = Telling(
            database, self._emit, self._news, self._lists, known, before=self._before, heard=self._may_hear
        )
        self._staff = Staff(
            database,
            clock,
            self.sockets,
            self._rooms,
            news=self._news,
            beats=self.beats,
            emit=self._emit,
            viewers=self._viewers,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._looking_again: set[asyncio.Task[None]] = set()
        self._rights = asyncio.Event()
        self._draining = False
        self._register()

    @property
    def node(self) -> str:
        """The name under which this node speaks to the others."""
        return self._gossip.node

    @property
    def socket_server(self) -> Any:
        """python-socketio's server, for the channels that have a namespace of their own on it."""
        return self._server

    def on_typing(self, hear: Typed) -> None:
        """Tell this too when somebody of the staff writes in a conversation."""
        self._staff.on_typing(hear)

    async def customer_types(self, conversation_id: str, name: str, on: bool) -> None:
        """A customer writes: told to whoever has the conversation open. Passing news; nothing keeps it."""
        payload = {
            "entity": "conversation",
            "id": conversation_id,
            "version": to_micros(self._clock.now()),
            "conversation_id": conversation_id,
            "customer": {"name": name},
            "on": on,
        }
        await self._emit("typing", payload, [conversation_room(conversation_id)])

    def attach(self, app: web.Application) -> None:
        """Serve `/socket.io` in this application."""
        self._server.attach(app)

    def start(self) -> None:
        """Begin the background work."""
        self._gossip.start()
        self._tasks = [
            self._background.keep("queue-news", self._news.run),
            self._background.keep("list-news", self._lists.run),
            self._background.keep("agent-beats", self.beats.run),
            self._background.keep("viewers", self._viewers.run),
            self._background.keep("rights-recheck", self._recheck),
        ]

    async def close(self) -> None:
        """Take no new sockets, ask the present ones to come back elsewhere (spread over some seconds), and stop."""
        if self._draining:
            return
        self._draining = True
        for socket in self.sockets:
            wait = round(random.uniform(0.2, RECONNECT_WITHIN), 3)
            payload = {"entity": "server", "id": self._gossip.node, "version": 0, "reconnect_in_s": wait}
            await self._wire.tell(socket.sid, "closing", payload)
        await asyncio.gather(*(self._wire.drop(socket.sid) for socket in self.sockets), return_exceptions=True)
        await stopped([*self._tasks, *self._looking_again])
        await self._gossip.close()
        await self._close_lines()
        await self._server.shutdown()
        if self._manager is not None:
            await self._manager.close()

    async def _close_lines(self) -> None:
        """Close every transport and take no new one: browsers come back at once, and their open requests would hold up our end."""
        eio = self._server.eio
        eio.on("connect", _refuse)
        await asyncio.gather(*(hang_up(eio, sid) for sid in list(eio.sockets)), return_exceptions=True)

    def rights_changed(self) -> None:
        """Rights, queues or sessions changed somewhere: ask every socket's person again, soon, however often this is called."""
        self._rights.set()

    def _register(self) -> None:
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        staff = self._staff
        for handler in (staff.join, staff.leave, staff.typing, staff.viewing, staff.heartbeat):
            self._server.on(handler.__name__, _guarded(handler), namespace=NAMESPACE)

    async def _connect(self, sid: str, environ: Mapping[str, Any], _: Any = None) -> None:
        request = environ["aiohttp.request"]
        if self._draining:
            raise Refused("closing")
        try:
            principal = await self._sign_in.authenticate(request)
        except NotSignedIn:
            principal = None
        except DatabaseUnavailable:
            raise Refused("unavailable") from None
        if principal is None or principal.session_id is None:
            raise Refused("not_signed_in")
        await self._rooms.admit(Socket(sid, request, principal))
        self.beats.beat(principal.agent_id)

    async def _disconnect(self, sid: str, _: Any = None) -> None:
        socket = self.sockets.remove(sid)
        if socket is not None:
            await self._viewers.look(socket, None, "viewing")

    def _may_hear(self, rooms: Sequence[str]) -> bool:
        """Alone, only rooms with a socket of this node; with other nodes, any."""
        held = self._server.manager.rooms.get(NAMESPACE, {})
        return self._manager is not None or any(room in held for room in rooms)

    async def _emit(self, event: str, payload: dict[str, Any], rooms: Sequence[str]) -> None:
        await self._server.emit(event, payload, room=list(rooms), namespace=NAMESPACE)

    async def _before(self, event: Event, payload: Payload) -> None:
        """A conversation that may have moved: narrow its room on every node, here before the news goes out."""
        item = payload.get("item")
        if event.kind != "conversation.updated" or not isinstance(item, dict):
            return
        interaction = item.get("interaction") or {}
        agent_id = (interaction.get("agent") or {}).get("id")
        await self._narrow(event.entity_id, payload.get("queue_id"), agent_id)
        if sum(room.startswith("queue:") for room in event.rooms) > 1:
            self._gossip.tell({"moved": event.entity_id, "queue": payload.get("queue_id"), "agent": agent_id})

    def _heard(self, news: Mapping[str, Any]) -> None:
        if isinstance(moved := news.get("moved"), str):
            self._look_again(self._narrow(moved, news.get("queue"), news.get("agent")))
        else:
            self._viewers.heard(news)

    async def _narrow(self, conversation_id: str, queue_id: str | None, agent_id: str | None) -> None:
        """Whoever has it open and may see it no more leaves its room; the database has the last word."""
        for socket in self.sockets.inside(conversation_id):
            if not sees(socket.principal).covers(queue_id, agent_id):
                with contextlib.suppress(DatabaseUnavailable):
                    await self._staff.keep_visible(socket)

    def _look_again(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="look-again")
        self._looking_again.add(task)
        task.add_done_callback(self._looking_again.discard)
        task.add_done_callback(note_failure)

    async def _recheck(self) -> None:
        while True:
            await self._rights.wait()
            self._rights.clear()
            for socket in self.sockets:
                await self._check_again(socket)

    async def _check_again(self, socket: Socket) -> None:
        """One socket's trouble must not keep the others from being asked; its own heartbeat asks again."""
        try:
            if await self._rooms.check_again(socket):
                await self._staff.keep_visible(socket)
        except DatabaseUnavailable:
            log.warning("rights wait for the database", user=socket.principal.user_id)
        except Exception:
            log.exception("rights could not be asked again", user=socket.principal.user_id)


async def _refuse(_: str, __: Mapping[str, Any]) -> str:
    return "closing"


def _guarded(handler: Callable[[str, Any], Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """The handler with exactly one argument, whatever a client sends, and an answer even when we fail."""

    async def handle(sid: str, *said: Any) -> Answer:
        try:
            return await handler(sid, said[0] if said else None)
        except Exception:
            log.exception("a socket event failed", kind=getattr(handler, "__name__", "?"))
            return refused("internal")

    return handle


def _own_pages(public_url: str) -> Any:
    """Only our own pages may open sockets with a user's cookie: those of the public address and of the address called."""
    public = "{0.scheme}://{0.netloc}".format(urlsplit(public_url)) if public_url else ""

    def allowed(origin: str | None, environ: Mapping[str, Any]) -> bool:
        if not origin:
            return True  # no browser: there is no foreign page that could misuse a cookie
        return origin == public or urlsplit(origin).netloc == environ.get("HTTP_HOST")

    return allowed
