"""Telling who looks at what: to the screens of this node and, by gossip, to the other nodes."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from config.logs import logger
from contact_center.clock import Clock, to_micros
from contact_center.db import Database, DatabaseUnavailable
from contact_center.interactions.models import Conversation
from contact_center.realtime.gossip import Gossip
from contact_center.realtime.queue_news import Emit
from contact_center.realtime.sockets import Socket, conversation_room, queue_room
from contact_center.realtime.viewing import REPEAT, Viewing
from contact_center.web.refs import Ref

log = logger(__name__)


class Viewers:
    """Changes of `viewing`, told once each by the node that saw them."""

    def __init__(self, database: Database, clock: Clock, emit: Emit, gossip: Gossip) -> None:
        self._database, self._clock, self._emit, self._gossip = database, clock, emit, gossip
        self.viewing = Viewing()

    async def look(self, socket: Socket, conversation_id: str | None, doing: str) -> None:
        """A tab shows this conversation now; None: none."""
        user = Ref(id=socket.principal.user_id, name=socket.principal.name)
        self.viewing.alive(socket.sid)
        await self._tell(self.viewing.look(socket.sid, user, conversation_id, doing))

    async def leave(self, socket: Socket, conversation_id: str) -> None:
        """A tab closed this conversation; nothing when it shows another."""
        if self.viewing.shown(socket.sid) == conversation_id:
            await self.look(socket, None, "viewing")

    def heard(self, news: Mapping[str, Any]) -> None:
        """Another node said who looks at a conversation there. It told the screens itself."""
        conversation_id, viewers, node = news.get("conversation"), news.get("viewers"), news.get("node")
        if isinstance(conversation_id, str) and isinstance(viewers, list) and isinstance(node, str):
            self.viewing.hear(node, conversation_id, viewers)

    async def run(self) -> None:
        """Repeat to the other nodes what is so here, and expire, until cancelled."""
        while True:
            await asyncio.sleep(REPEAT)
            await self._tell(self.viewing.expire())
            for conversation_id in self.viewing.watched():
                self._gossip.tell({"conversation": conversation_id, "viewers": self.viewing.here(conversation_id)})

    async def _tell(self, conversation_ids: Iterable[str]) -> None:
        for conversation_id in conversation_ids:
            self._gossip.tell({"conversation": conversation_id, "viewers": self.viewing.here(conversation_id)})
            viewers = [viewer.model_dump(mode="json") for viewer in self.viewing.of(conversation_id)]
            payload = {
                "entity": "viewers",
                "id": conversation_id,
                "version": to_micros(self._clock.now()),
                "conversation_id": conversation_id,
                "viewers": viewers,
            }
            await self._emit("viewers", payload, await self._rooms(conversation_id))

    async def _rooms(self, conversation_id: str) -> list[str]:
        """Whoever has it open, and whoever has it in a list of its queue."""
        rooms = [conversation_room(conversation_id)]
        try:
            async with self._database.read() as session:
                queue_id = await session.scalar(select(Conversation.queue_id).where(Conversation.id == conversation_id))
        except DatabaseUnavailable:
            return rooms
        return rooms if queue_id is None else [*rooms, queue_room(queue_id)]
