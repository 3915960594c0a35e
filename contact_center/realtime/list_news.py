"""What lists show of conversations that somebody else holds: gathered, and told once a second as one event a queue.

Fifty screens that see one busy queue would otherwise each get every message of it as an event of its own. Nothing is relied upon:
a screen that misses this shows an older line until the conversation moves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from contact_center.clock import Clock, to_micros
from contact_center.db import Database, DatabaseUnavailable
from contact_center.interactions.announce import LATER
from contact_center.realtime.queue_news import EVERY, Emit

Lines = Callable[[AsyncSession, Sequence[str]], Awaitable[Mapping[str, Sequence[Mapping[str, Any]]]]]
"""Conversation ids -> queue id -> what a list shows of each."""
Heard = Callable[[Sequence[str]], bool]
log = logger(__name__)


class ListNews:
    """`worklist.updated {entity: queue, id, version, items}`; versions are moments, so the higher one is the newer."""

    def __init__(
        self, database: Database, clock: Clock, emit: Emit, lines: Lines, *, heard: Heard, every: float = EVERY
    ) -> None:
        self._database, self._clock, self._emit, self._lines = database, clock, emit, lines
        self._heard, self._every = heard, every
        self._waiting: defaultdict[str, set[str]] = defaultdict(set)
        self._bell = asyncio.Event()

    def changed(self, conversation_id: str, rooms: Iterable[str]) -> None:
        """Something was said in it; `rooms` begin with `later:`."""
        for room in rooms:
            self._waiting[room.removeprefix(LATER)].add(conversation_id)
            self._bell.set()

    async def run(self) -> None:
        """Tell, until cancelled."""
        while True:
            await self._bell.wait()
            await asyncio.sleep(self._every)
            self._bell.clear()
            waiting, self._waiting = self._waiting, defaultdict(set)
            try:
                await self.tell({room: found for room, found in waiting.items() if self._heard([room])})
            except DatabaseUnavailable:
                for room, found in waiting.items():
                    self._waiting[room] |= found
                self._bell.set()
            except Exception:
                log.exception("lists could not be told")

    async def tell(self, waiting: Mapping[str, Iterable[str]]) -> None:
        """One event for each room whose queue still has the conversations. Raises `DatabaseUnavailable`."""
        wanted = sorted({one for found in waiting.values() for one in found})
        if not wanted:
            return
        async with self._database.read() as session:
            lines = await self._lines(session, wanted)
        version = to_micros(self._clock.now())
        for room in sorted(waiting):
            queue_id = room.partition(":")[2]
            if items := lines.get(queue_id):
                payload = {"entity": "queue", "id": queue_id, "version": version, "items": items}
                await self._emit("worklist.updated", payload, [room])
