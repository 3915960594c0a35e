"""News for screens. An event is a row written with its change; the committing node announces it once, right after the
commit, and a sweeper announces rows that nobody marked (so it may be seen twice or late, never lost).

Durable consequences are not here: they are jobs (`jobs.py`), inserted in the same transaction.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.logs import correlation, logger
from contact_center.clock import Clock
from contact_center.db import (
    Base,
    Database,
    DatabaseUnavailable,
    Id,
    Json,
    Notes,
    UtcDateTime,
    id_column,
    notes,
    partial_index,
)
from contact_center.ids import new_id

SWEEP_AFTER = timedelta(seconds=2)
KEEP = timedelta(hours=1)
MARK_EVERY = 0.25
GATHER = 0.02
"""Seconds between two rounds of telling: what comes meanwhile shares its queries."""
log = logger(__name__)


class EventRow(Base):
    """One event: what changed (entity, id, version), who may hear it (rooms), when it was announced."""

    __tablename__ = "event"
    __table_args__ = (partial_index("ix_event_unannounced", "at", where=text("announced_at IS NULL")),)
    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(20))
    entity_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(BigInteger)
    rooms: Mapped[list[str]] = mapped_column(Json)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    correlation: Mapped[str] = mapped_column(String(64))
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Event:
    """What the announcer gets: ids only; the payload is made by query."""

    id: str
    kind: str
    entity: str
    entity_id: str
    version: int
    rooms: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    correlation: str = ""


Sink = Callable[[Sequence[Event]], Awaitable[None]]


def record(
    session: AsyncSession,
    kind: str,
    *,
    entity: str,
    entity_id: str,
    version: int,
    rooms: Sequence[str],
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write the event with this unit's commit; `rooms` are `user:{id}`, `conversation:{id}`, `queue:{id}`; `data` small, ids only."""
    told = Event(
        new_id(), kind, entity, entity_id, version, tuple(dict.fromkeys(rooms)), dict(data or {}), correlation.get()
    )
    left = notes(session)
    left.events.append(told)
    left.append(
        EventRow,
        {
            "id": told.id,
            "kind": kind,
            "entity": entity,
            "entity_id": entity_id,
            "version": version,
            "rooms": list(told.rooms),
            "data": dict(told.data),
            "at": at,
            "correlation": told.correlation,
            "announced_at": None,
        },
    )


class Announcer:
    """Hands committed events to the sink (the sockets), marks them, and sweeps up what another node left."""

    def __init__(self, database: Database, clock: Clock, sink: Sink) -> None:
        self._database, self._clock, self._sink = database, clock, sink
        self._queue: asyncio.Queue[list[Event]] = asyncio.Queue()
        self._announced: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        database.on_commit(self._committed)

    def start(self) -> None:
        """Begin announcing, marking and sweeping."""
        self._tasks = [
            asyncio.create_task(self._announce(), name="announcer"),
            asyncio.create_task(self._mark_and_sweep(), name="event-sweeper"),
        ]

    async def close(self) -> None:
        """Announce and mark what is still waiting, then stop."""
        while not self._queue.empty() and self._tasks and not self._tasks[0].done():
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._mark()

    def _committed(self, left: Notes) -> None:
        if left.events:
            self._queue.put_nowait(list(left.events))

    async def _announce(self) -> None:
        while True:
            batch = await self._queue.get()
            while not self._queue.empty():
                batch.extend(self._queue.get_nowait())
            await self._tell(batch)
            await asyncio.sleep(GATHER)

    async def _tell(self, batch: list[Event]) -> None:
        try:
            await self._sink(batch)
        except Exception as error:
            # Left unmarked: the sweeper of some node tells them again.
            log.warning("events could not be announced", events=len(batch), error=repr(error))
        else:
            self._announced.extend(event.id for event in batch)

    async def _mark_and_sweep(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(MARK_EVERY)
            rounds += 1
            try:
                await self._mark()
                if rounds % 4 == 0:
                    await self._sweep()
                if rounds % 1200 == 0:
                    await self._purge()
            except DatabaseUnavailable:
                log.warning("event sweep waits for the database")

    async def _mark(self) -> None:
        done, self._announced = self._announced, []
        if done:
            now = self._clock.now()

            async def unit(session: AsyncSession) -> None:
                await session.execute(update(EventRow).where(EventRow.id.in_(done)).values(announced_at=now))

            await self._database.write(unit)

    async def _sweep(self) -> None:
        before = self._clock.now() - SWEEP_AFTER
        async with self._database.read() as session:
            query = select(EventRow).where(EventRow.announced_at.is_(None), EventRow.at < before)
            rows = (await session.scalars(query.order_by(EventRow.at).limit(500))).all()
        waiting = set(self._announced)
        late = [
            Event(row.id, row.kind, row.entity, row.entity_id, row.version, tuple(row.rooms), row.data, row.correlation)
            for row in rows
            if row.id not in waiting
        ]
        if late:
            await self._tell(late)

    async def _purge(self) -> None:
        before = self._clock.now() - KEEP

        async def unit(session: AsyncSession) -> None:
            await session.execute(delete(EventRow).where(EventRow.at < before, EventRow.announced_at.is_not(None)))

        await self._database.write(unit)
