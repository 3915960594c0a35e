"""Who may be in which room: entered at connect and by join, left again as soon as rights or the work itself move away."""

from collections.abc import Collection
from typing import Any, Protocol

from aiohttp import web

from contact_center.accounts.changes import ROOM
from contact_center.realtime.sockets import Socket, Sockets, conversation_room, queue_room, user_room
from contact_center.web import Principal


class StaffSignIn(Protocol):
    """Implemented by accounts, handed in by the composition."""

    async def authenticate(self, request: web.Request) -> Principal | None:
        """The caller; None when nobody is signed in."""
        ...


class Wire(Protocol):
    """What rooms need of the socket server."""

    async def enter(self, sid: str, room: str) -> None:
        """Put the socket into the room."""
        ...

    async def exit(self, sid: str, room: str) -> None:
        """Take it out."""
        ...

    async def tell(self, sid: str, event: str, payload: dict[str, Any]) -> None:
        """Say something to this socket only."""
        ...

    async def end(self, sid: str, reason: str) -> None:
        """Say why, and close for good: the client does not come back by itself."""
        ...


class Rooms:
    """Keeps sockets in the rooms they may be in."""

    def __init__(self, sockets: Sockets, wire: Wire, sign_in: StaffSignIn) -> None:
        self._sockets, self._wire, self._sign_in = sockets, wire, sign_in

    async def admit(self, socket: Socket) -> None:
        """A new socket: its person's room, and the queues that the person serves."""
        self._sockets.add(socket)
        await self._wire.enter(socket.sid, user_room(socket.principal.user_id))
        for queue_id in sorted(socket.principal.queue_ids):
            await self.join_queue(socket, queue_id)
        if _reads_settings(socket.principal):
            await self._wire.enter(socket.sid, ROOM)

    async def join_queue(self, socket: Socket, queue_id: str) -> None:
        """Watch a queue; the caller has checked the right."""
        socket.queues.add(queue_id)
        await self._wire.enter(socket.sid, queue_room(queue_id))

    async def leave_queue(self, socket: Socket, queue_id: str) -> None:
        """Watch it no longer."""
        if queue_id in socket.queues:
            socket.queues.discard(queue_id)
            await self._wire.exit(socket.sid, queue_room(queue_id))

    async def join_conversation(self, socket: Socket, conversation_id: str) -> None:
        """Have a conversation open; the caller has checked the right."""
        self._sockets.join(socket, conversation_id)
        await self._wire.enter(socket.sid, conversation_room(conversation_id))

    async def leave_conversation(self, socket: Socket, conversation_id: str) -> None:
        """Close it."""
        if conversation_id in socket.conversations:
            self._sockets.leave(socket, conversation_id)
            await self._wire.exit(socket.sid, conversation_room(conversation_id))

    async def check_again(self, socket: Socket) -> bool:
        """Ask who this is now; False (and the socket closed) when the session is over.

        Queues that the person serves since are joined, those no longer theirs are left.
        """
        principal = await self._sign_in.authenticate(socket.request)
        if principal is None or principal.user_id != socket.principal.user_id:
            await self._wire.end(socket.sid, "session_ended")
            return False
        before, socket.principal = socket.principal, principal
        if _reads_settings(before) != _reads_settings(principal):
            await (self._wire.enter if _reads_settings(principal) else self._wire.exit)(socket.sid, ROOM)
        if before.queue_ids != principal.queue_ids:
            for queue_id in sorted(before.queue_ids - principal.queue_ids):
                await self.leave_queue(socket, queue_id)
            for queue_id in sorted(principal.queue_ids - before.queue_ids):
                await self.join_queue(socket, queue_id)
        return True

    async def keep_only(self, socket: Socket, conversation_ids: Collection[str]) -> None:
        """Leave the conversations that are out of the person's sight now, and say so."""
        for conversation_id in sorted(socket.conversations.difference(conversation_ids)):
            await self._put_out(socket, conversation_id)

    async def _put_out(self, socket: Socket, conversation_id: str) -> None:
        await self.leave_conversation(socket, conversation_id)
        room = conversation_room(conversation_id)
        await self._wire.tell(socket.sid, "left", {"entity": "room", "id": conversation_id, "version": 0, "room": room})


def _reads_settings(principal: Principal) -> bool:
    return principal.reach("settings.read") is not None
