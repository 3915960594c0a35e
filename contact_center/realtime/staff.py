"""What a staff client may say on its socket: join, leave, typing, viewing, heartbeat. Commands go by HTTP.

Every handler treats what came as hostile: wrong shapes are answered with a code, never with an exception.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from contact_center import clock as clocks
from contact_center.clock import Clock, to_micros
from contact_center.db import Database, DatabaseUnavailable
from contact_center.ids import is_id
from contact_center.realtime.beats import Beats
from contact_center.realtime.digest import digest, visible_versions
from contact_center.realtime.queue_news import Emit, QueueNews
from contact_center.realtime.rooms import Rooms
from contact_center.realtime.sockets import Socket, Sockets, conversation_room, queue_room
from contact_center.realtime.viewers import Viewers
from contact_center.realtime.viewing import DOINGS
from contact_center.web import Reach

TYPING_EVERY = 1.0
Answer = dict[str, Any]
Typed = Callable[[str, str], Awaitable[None]]
"""conversation, the writer's name."""


def refused(code: str) -> Answer:
    """The acknowledgement of something that was not done."""
    return {"ok": False, "code": code}


def _identifier(given: object) -> str | None:
    return given if isinstance(given, str) and is_id(given) else None


class Staff:
    """The handlers, one call each; `sid` names the socket."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sockets: Sockets,
        rooms: Rooms,
        *,
        news: QueueNews,
        beats: Beats,
        emit: Emit,
        viewers: Viewers,
    ) -> None:
        self._database, self._clock, self._sockets, self._rooms = database, clock, sockets, rooms
        self._news, self._beats, self._emit, self._viewers = news, beats, emit, viewers
        self._typed: list[Typed] = []

    async def join(self, sid: str, data: Any = None) -> Answer:
        """`{room}` -> `{ok, version}`: the version to compare the next snapshot with."""
        socket = self._sockets.get(sid)
        kind, _, given = str(data.get("room", "")).partition(":") if isinstance(data, dict) else ("", "", "")
        identifier = _identifier(given)
        if socket is None or identifier is None or kind not in ("conversation", "queue"):
            return refused("bad_request")
        if socket.full:
            return refused("too_many")
        if kind == "queue":
            return await self._join_queue(socket, identifier)
        try:
            async with self._database.read() as session:
                seen = await visible_versions(session, socket.principal, [identifier])
        except DatabaseUnavailable:
            return refused("unavailable")
        if identifier not in seen:
            return refused("not_found")
        await self._rooms.join_conversation(socket, identifier)
        return {"ok": True, "version": seen[identifier][0]}

    async def _join_queue(self, socket: Socket, queue_id: str) -> Answer:
        reach = socket.principal.reach("queues.live")
        if reach is not Reach.ALL and (reach is None or queue_id not in socket.principal.queue_ids):
            return refused("not_found")
        await self._rooms.join_queue(socket, queue_id)
        return {"ok": True, "version": self._news.version(queue_id)}

    async def leave(self, sid: str, data: Any = None) -> Answer:
        """`{room}`; leaving what was not joined is harmless."""
        socket = self._sockets.get(sid)
        if socket is None or not isinstance(data, dict):
            return refused("bad_request")
        kind, _, identifier = str(data.get("room", "")).partition(":")
        if kind == "conversation":
            await self._viewers.leave(socket, identifier)
            await self._rooms.leave_conversation(socket, identifier)
        elif kind == "queue":
            await self._rooms.leave_queue(socket, identifier)
        return {"ok": True}

    async def typing(self, sid: str, data: Any = None) -> Answer:
        """`{conversation_id}`: told to the others who have it open, at most once a second."""
        socket = self._sockets.get(sid)
        identifier = _identifier(data.get("conversation_id")) if isinstance(data, dict) else None
        if socket is None or identifier not in socket.conversations:
            return refused("bad_request")
        now = clocks.monotonic()
        if socket.principal.reach("conversations.write") is None or now - socket.typed_at < TYPING_EVERY:
            return refused("not_now")
        socket.typed_at = now
        payload = {
            "entity": "conversation",
            "id": identifier,
            "version": to_micros(self._clock.now()),
            "conversation_id": identifier,
            "user": {"id": socket.principal.user_id, "name": socket.principal.name},
        }
        await self._emit("typing", payload, [conversation_room(identifier)])
        for hear in self._typed:
            await hear(identifier, socket.principal.name)
        return {"ok": True}

    def on_typing(self, hear: Typed) -> None:
        """Tell this too when somebody writes in a conversation."""
        self._typed.append(hear)

    async def viewing(self, sid: str, data: Any = None) -> Answer:
        """`{conversation_id|null, doing}` of a conversation that this socket joined."""
        socket = self._sockets.get(sid)
        if socket is None or not isinstance(data, dict):
            return refused("bad_request")
        identifier, doing = _identifier(data.get("conversation_id")), data.get("doing") or "viewing"
        shows = data.get("conversation_id") is not None
        if doing not in DOINGS or (shows and identifier not in socket.conversations):
            return refused("bad_request")
        await self._viewers.look(socket, identifier, doing)
        return {"ok": True}

    async def heartbeat(self, sid: str, _: Any = None) -> Answer:
        """`{server_now, digest}`; also asks again who this is and what they may see."""
        socket = self._sockets.get(sid)
        if socket is None:
            return refused("not_signed_in")
        try:
            if not await self._rooms.check_again(socket):
                return refused("not_signed_in")
            async with self._database.read() as session:
                found = await digest(session, socket.principal, socket.conversations)
        except DatabaseUnavailable:
            return refused("unavailable")
        await self._rooms.keep_only(socket, found.conversations)
        self._beats.beat(socket.principal.agent_id)
        self._viewers.viewing.alive(sid)
        answer: Answer = {conversation_room(key): version for key, version in found.conversations.items()}
        answer |= {queue_room(queue_id): self._news.version(queue_id) for queue_id in socket.queues}
        answer |= {"offers": found.offers, "agent": found.agent, "worklist": found.worklist}
        now = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"ok": True, "server_now": now, "digest": answer}

    async def keep_visible(self, socket: Socket) -> None:
        """After rights changed: leave the conversations that are out of sight now."""
        if socket.conversations:
            async with self._database.read() as session:
                seen = await visible_versions(session, socket.principal, socket.conversations)
            await self._rooms.keep_only(socket, seen)
