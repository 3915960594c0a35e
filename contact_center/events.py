"""News for screens. An event is a row written with its change; the committing node announces it once, right after the
commit, and a sweeper announces rows that nobody marked (so it may be seen twice or late, never lost).

Durable consequences are not here: they are jobs (`jobs.py`), inserted in the same transaction.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.logs import correlation, logger
from contact_center.background import Background, stopped
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
MARK_AT_MOST = 5_000
"""Events marked by one statement; engines take some 32,000 parameters."""
WAITING_AT_MOST = 2_000
"""Commits whose events wait to be told; what comes beyond is left to the sweeper."""
TELL_SECONDS = 30.0
GATHER = 0.005
"""Seconds between two rounds of telling when several commits were told at once: what comes meanwhile shares its queries."""
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

    def __init__(self, database: Database, clock: Clock, sink: Sink, background: Background | None = None) -> None:
        self._database, self._clock, self._sink = database, clock, sink
        self._background = background or Background()
        self._queue: asyncio.Queue[list[Event]] = asyncio.Queue(WAITING_AT_MOST)
        self._announced: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        database.on_commit(self._committed)

    def start(self) -> None:
        """Begin announcing, marking and sweeping."""
        self._tasks = [
            self._background.keep("announcer", self._announce),
            self._background.keep("event-sweeper", self._mark_and_sweep),
        ]

    async def close(self, seconds: float = 5.0) -> None:
        """Announce what is still waiting, for at most `seconds`, mark it, and stop: the rest is another node's."""
        tasks, self._tasks = self._tasks, []  # from here on nothing more is taken
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds if tasks else 0):
                await self._queue.join()
        await stopped(tasks)
        await self._mark()

    def _committed(self, left: Notes) -> None:
        """A node that announces nothing (another role), or has too much to announce, leaves it to the sweepers."""
        if left.events and self._tasks:
            with contextlib.suppress(asyncio.QueueFull):
                self._queue.put_nowait(list(left.events))

    async def _announce(self) -> None:
        while True:
            commits = [await self._queue.get()]
            while not self._queue.empty():
                commits.append(self._queue.get_nowait())
            try:
                await self._tell([event for events in commits for event in events])
            finally:
                for _ in commits:
                    self._queue.task_done()
            if len(commits) > 1:
                await asyncio.sleep(GATHER)

    async def _tell(self, batch: Sequence[Event]) -> None:
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await self._sink(batch)
        except (DatabaseUnavailable, TimeoutError) as error:
            # Left unmarked: the sweeper of some node tells them again.
            log.warning("events could not be announced yet", events=len(batch), error=repr(error))
        except Exception as error:
            await self._tell_singly(batch, error)
        else:
            self._announced.extend(event.id for event in batch)

    async def _tell_singly(self, batch: Sequence[Event], error: Exception) -> None:
        """One that cannot be told must hold up no others, nor be tried for ever: screens find the change by a digest."""
        if len(batch) > 1:
            for event in batch:
                await self._tell([event])
            return
        log.error("an event cannot be announced", kind=batch[0].kind, entity_id=batch[0].entity_id, exc_info=error)
        self._announced.append(batch[0].id)

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
        while done := self._announced[:MARK_AT_MOST]:
            now = self._clock.now()

            async def unit(session: AsyncSession, done: Sequence[str] = done, now: datetime = now) -> None:
                await session.execute(update(EventRow).where(EventRow.id.in_(done)).values(announced_at=now))

            await self._database.write(unit)
            del self._announced[: len(done)]

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
