"""The staff sockets of this process: who sits behind each, which rooms they joined. Plain bookkeeping, no network."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import web

from contact_center.web import Principal

ROOMS_AT_MOST = 200


def user_room(user_id: str) -> str:
    """The room of everything addressed to one person."""
    return f"user:{user_id}"


def queue_room(queue_id: str) -> str:
    """The room of a queue's work and figures."""
    return f"queue:{queue_id}"


def conversation_room(conversation_id: str) -> str:
    """The room of whoever has a conversation open."""
    return f"conversation:{conversation_id}"


@dataclass(slots=True)
class Socket:
    """One connected browser tab. `request` is the one it connected with: its cookie is asked again on each heartbeat."""

    sid: str
    request: web.Request
    principal: Principal
    conversations: set[str] = field(default_factory=set)
    queues: set[str] = field(default_factory=set)
    typed_at: float = 0.0

    @property
    def full(self) -> bool:
        """True when no more rooms may be joined."""
        return len(self.conversations) + len(self.queues) >= ROOMS_AT_MOST


class Sockets:
    """All of them, by sid and by conversation."""

    def __init__(self) -> None:
        self._all: dict[str, Socket] = {}
        self._in: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Socket]:
        return iter(list(self._all.values()))

    def add(self, socket: Socket) -> None:
        """A socket connected."""
        self._all[socket.sid] = socket

    def get(self, sid: str) -> Socket | None:
        """The socket, if it is still here."""
        return self._all.get(sid)

    def remove(self, sid: str) -> Socket | None:
        """A socket is gone."""
        socket = self._all.pop(sid, None)
        for conversation_id in list(socket.conversations) if socket else ():
            self.leave(socket, conversation_id)  # type: ignore[arg-type]
        return socket

    def join(self, socket: Socket, conversation_id: str) -> None:
        """The socket has the conversation open."""
        socket.conversations.add(conversation_id)
        self._in.setdefault(conversation_id, set()).add(socket.sid)

    def leave(self, socket: Socket, conversation_id: str) -> None:
        """The socket has closed it."""
        socket.conversations.discard(conversation_id)
        members = self._in.get(conversation_id)
        if members is not None:
            members.discard(socket.sid)
            if not members:
                del self._in[conversation_id]

    def inside(self, conversation_id: str) -> list[Socket]:
        """The sockets of this process that have the conversation open."""
        return [self._all[sid] for sid in self._in.get(conversation_id, ()) if sid in self._all]
