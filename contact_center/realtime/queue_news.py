"""Figures of queues for whoever watches them: counted again after changes, at most about once a second for each queue."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from config.logs import logger
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable
from routing.live import figures
from routing.live_routes import QueueLive, live_view

EVERY = 1.0
Emit = Callable[[str, dict[str, Any], Sequence[str]], Awaitable[None]]
log = logger(__name__)


class QueueNews:
    """Remembers which queues changed; `version` is when figures last differed, as this node saw it."""

    def __init__(self, database: Database, clock: Clock, emit: Emit, *, every: float = EVERY) -> None:
        self._database, self._clock, self._emit, self._every = database, clock, emit, every
        self._dirty: set[str] = set()
        self._bell = asyncio.Event()
        self._known: dict[str, QueueLive] = {}

    def changed(self, queue_ids: Iterable[str]) -> None:
        """Something happened in these queues."""
        self._dirty.update(queue_ids)
        if self._dirty:
            self._bell.set()

    async def run(self) -> None:
        """Count and tell, until cancelled."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            dirty, self._dirty = self._dirty, set()
            try:
                for live in await self.count(dirty):
                    await self._tell(live)
            except DatabaseUnavailable:
                self._dirty |= dirty
            except Exception:
                log.exception("queue figures could not be told")
            await asyncio.sleep(self._every)

    async def count(self, queue_ids: Iterable[str]) -> list[QueueLive]:
        """The figures now; an unchanged queue keeps the version under which it was last seen."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await figures(session, sorted(queue_ids))
        return [self._remember(live_view(queue, now)) for queue in found]

    def version(self, queue_id: str) -> int:
        """The version under which the queue's figures were last seen; 0 when never."""
        known = self._known.get(queue_id)
        return 0 if known is None else known.version

    def _remember(self, live: QueueLive) -> QueueLive:
        known = self._known.get(live.queue.id)
        if known is not None and _same(known, live):
            live = live.model_copy(update={"version": known.version})
        self._known[live.queue.id] = live
        return live

    async def _tell(self, live: QueueLive) -> None:
        payload = {
            "entity": "queue",
            "id": live.queue.id,
            "version": live.version,
            "live": live.model_dump(mode="json", by_alias=True),
        }
        await self._emit("queue.updated", payload, [f"queue:{live.queue.id}"])


def _same(one: QueueLive, other: QueueLive) -> bool:
    """Equal but for the moment of counting."""
    ignored = {"version": 0, "longest_wait_s": None}
    return one.model_copy(update=ignored) == other.model_copy(update=ignored)
