"""The visitors' sockets of this process and the few things needed of python-socketio. Plain bookkeeping, no decisions."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.chat.accounts import Site
from channels.chat.visitors import Visitor
from contact_center.clock import to_micros

NAMESPACE = "/chat"
GOODBYE_SECONDS = 2.0
Payload = dict[str, Any]


@dataclass(slots=True)
class Tab:
    """One socket. `lock` lets one frame of it act at a time, so that a visitor's order is the order of the database."""

    sid: str
    address: str
    site: Site | None = None
    visitor: Visitor | None = None
    conversation_id: str | None = None
    typed_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Tabs:
    """All of them; `server` is python-socketio's AsyncServer, shared with the staff's namespace."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._all: dict[str, Tab] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Tab]:
        return iter(list(self._all.values()))

    def add(self, tab: Tab) -> None:
        """A socket connected."""
        self._all[tab.sid] = tab

    def get(self, sid: str) -> Tab | None:
        """The socket, if it is still here."""
        return self._all.get(sid)

    def remove(self, sid: str) -> Tab | None:
        """A socket is gone."""
        return self._all.pop(sid, None)

    def others(self, visitor_id: str) -> bool:
        """Whether this process has a tab of this visitor."""
        return any(tab.visitor is not None and tab.visitor.id == visitor_id for tab in self)

    def heard(self, room: str) -> int:
        """How many tabs of this process are in the room."""
        return len(self.server.manager.rooms.get(NAMESPACE, {}).get(room, ()))

    async def enter(self, tab: Tab, visitor: Visitor) -> None:
        """The tab is this visitor's from now on."""
        if tab.visitor is not None and tab.visitor.room != visitor.room:
            with contextlib.suppress(ValueError, KeyError):
                await self.server.leave_room(tab.sid, tab.visitor.room, namespace=NAMESPACE)
        tab.visitor = visitor
        with contextlib.suppress(ValueError, KeyError):  # gone meanwhile
            await self.server.enter_room(tab.sid, visitor.room, namespace=NAMESPACE)

    async def emit(self, event: str, payload: Mapping[str, Any], room: str, *, but: str | None = None) -> None:
        """Tell all tabs of a visitor, on every node."""
        await self.server.emit(event, dict(payload), room=room, skip_sid=but, namespace=NAMESPACE)

    async def tell(self, sid: str, event: str, payload: Mapping[str, Any]) -> None:
        """Tell one tab of this process."""
        await self.server.emit(event, dict(payload), to=sid, namespace=NAMESPACE, ignore_queue=True)

    async def drop_all(self) -> None:
        """Close the transports: browsers take it for a lost line and come back, elsewhere if need be."""
        gone: Sequence[str | None] = [self.server.manager.eio_sid_from_sid(tab.sid, NAMESPACE) for tab in self]
        await asyncio.gather(*(_drop(self.server, sid) for sid in gone if sid), return_exceptions=True)


async def _drop(server: Any, eio_sid: str) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await server.eio.disconnect(eio_sid)


def versioned(entity: str, identifier: str, at: Any, **more: Any) -> Payload:
    """A payload for passing news: its version is the moment."""
    return {"entity": entity, "id": identifier, "version": to_micros(at), **more}
