"""Durable work: a job is a row written in the transaction of its cause, run at least once, finished with its effect.

A *transactional* kind changes only the database: its effect and the job's end are one commit, so it happens exactly once.
An *outside* kind does network work first and returns a unit that records the result together with the job's end.
A job without a lane is leased to the process that wrote it and run right after the commit. `lane`: only the oldest
unfinished job of a lane runs (the order of sends in a conversation); a parked job frees its lane.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, Text, delete, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from config.logs import correlation, logger
from contact_center import bell as bells
from contact_center import clock as clocks
from contact_center.bell import Bell
from contact_center.clock import Clock
from contact_center.db import (
    Base,
    Database,
    DatabaseUnavailable,
    Json,
    Notes,
    UtcDateTime,
    id_column,
    notes,
    partial_index,
)
from contact_center.ids import new_id

LEASE = timedelta(seconds=60)
TICK = 1.0
CLAIM_AT_MOST = 50
BUSY, GATHER = 0.1, 0.02
"""Seconds: a kind that ran so shortly ago waits so long for company, which costs one commit for many instead of one each."""
BELL = "jobs"
log = logger(__name__)


class JobRow(Base):
    """One unit of work still to be done, or parked with its reason; finished ones are deleted."""

    __tablename__ = "job"
    __table_args__ = (
        partial_index("ix_job_due", "run_at", where=text("parked_at IS NULL")),
        partial_index("ix_job_lane", "lane", "id", where=text("parked_at IS NULL AND lane IS NOT NULL")),
    )
    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(60))
    lane: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    leased_by: Mapped[str | None] = mapped_column(String(200))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    correlation: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its handler sees it; `attempts` counts this one."""

    id: str
    kind: str
    lane: str | None
    payload: Mapping[str, Any]
    attempts: int
    correlation: str


Recorded = Callable[[AsyncSession], Awaitable[None]]
Transactional = Callable[[AsyncSession, Sequence[Job]], Awaitable[None]]
Outside = Callable[[Job], Awaitable[Recorded | None]]


class Later(Exception):
    """Not now: run the job again after `seconds`; does not count as a failure."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds:g} s")


@dataclass(frozen=True, slots=True)
class JobKind:
    """How a kind of job runs: exactly one of `transactional` and `outside`; then its limits.

    `parked` runs in the transaction that parks a job, so that whoever waits for it can be told.
    """

    name: str
    transactional: Transactional | None = None
    outside: Outside | None = None
    parked: Callable[[AsyncSession, Job, str], Awaitable[None]] | None = None
    tries: int = 8
    timeout: float = 60.0
    first_delay: float = 2.0

    def delay(self, attempts: int) -> float:
        """Seconds before the next try: doubling from `first_delay`, at most an hour, with jitter."""
        return float(min(3600.0, self.first_delay * 2 ** (attempts - 1)) * random.uniform(0.8, 1.2))


def enqueue(
    session: AsyncSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    at: datetime,
    lane: str | None = None,
    run_at: datetime | None = None,
) -> str:
    """Write a job with this unit's commit; `at` is now, `run_at` when it is due. Returns its id."""
    identifier = new_id()
    due = run_at or at
    left = notes(session)
    node = session.info.get("node")
    immediate = lane is None and due <= at and node is not None
    left.append(
        JobRow,
        {
            "id": identifier,
            "kind": kind,
            "lane": lane,
            "payload": dict(payload),
            "run_at": due,
            "attempts": 1 if immediate else 0,
            "leased_by": node if immediate else None,
            "leased_until": at + LEASE if immediate else None,
            "parked_at": None,
            "reason": None,
            "correlation": correlation.get(),
            "created_at": at,
        },
    )
    if immediate:
        left.jobs.append(Job(identifier, kind, None, dict(payload), 1, correlation.get()))
    else:
        left.bells.add(BELL)
    return identifier


async def hasten(session: AsyncSession, job_id: str, *, at: datetime) -> bool:
    """Let a job that waits for its time run now, in its old place in the lane; False when there is none waiting."""
    waiting = update(JobRow).where(JobRow.id == job_id, JobRow.parked_at.is_(None), JobRow.leased_by.is_(None))
    found = await session.execute(waiting.values(run_at=at).execution_options(synchronize_session=False))
    notes(session).bells.add(BELL)
    return bool(found.rowcount)  # type: ignore[attr-defined]


async def cancel(session: AsyncSession, job_id: str) -> bool:
    """Take back a job that nobody runs now, parked or not, so that its lane is free; False when there is none."""
    gone = await session.execute(delete(JobRow).where(JobRow.id == job_id, JobRow.leased_by.is_(None)))
    notes(session).bells.add(BELL)
    return bool(gone.rowcount)  # type: ignore[attr-defined]


class JobRunner:
    """Runs jobs in this process: its own right after their commit, others' when they are due or were left behind."""

    def __init__(self, database: Database, clock: Clock, bell: Bell, *, node: str, at_once: int = 16) -> None:
        self._database, self._clock, self._bell, self._node = database, clock, bell, node
        self._kinds: dict[str, JobKind] = {}
        self._waiting: defaultdict[str, list[Job]] = defaultdict(list)
        self._busy: set[str] = set()
        self._ran_at: defaultdict[str, float] = defaultdict(float)
        self._outside = asyncio.Semaphore(at_once)
        self._running: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._open = False

    def register(self, kind: JobKind) -> None:
        """Make a kind known; done at composition."""
        if (kind.transactional is None) == (kind.outside is None):
            raise TypeError(f"job kind {kind.name} needs exactly one handler")
        self._kinds[kind.name] = kind

    def start(self) -> None:
        """Begin to run jobs."""
        self._open = True
        self._database.node = self._node
        self._database.on_commit(self._committed)
        self._loop = asyncio.create_task(self._sweep(), name="job-runner")

    async def close(self, *, seconds: float = 10.0) -> None:
        """Stop claiming, wait for what runs (bounded); unfinished jobs keep their row and run elsewhere."""
        self._open = False
        self._database.node = None
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=seconds)
            for task in late:
                task.cancel()

    def _committed(self, left: Notes) -> None:
        if self._open and left.jobs:
            self._dispatch(left.jobs)

    def _dispatch(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            kind = self._kinds.get(job.kind)
            if kind is None:
                continue  # another role's work; its lease runs out and that role claims it
            if kind.transactional is not None:
                self._waiting[job.kind].append(job)
                if job.kind not in self._busy:
                    self._busy.add(job.kind)
                    self._spawn(self._drain(kind))
            else:
                self._spawn(self._run_outside(kind, job))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _drain(self, kind: JobKind) -> None:
        """Run all waiting jobs of a transactional kind, many in one commit; who arrives meanwhile joins the next."""
        try:
            if clocks.monotonic() - self._ran_at[kind.name] < BUSY:
                await asyncio.sleep(GATHER)
            while batch := self._waiting[kind.name][:CLAIM_AT_MOST]:
                del self._waiting[kind.name][: len(batch)]
                await self._run_transactional(kind, batch)
                self._ran_at[kind.name] = clocks.monotonic()
        finally:
            self._busy.discard(kind.name)

    async def _run_transactional(self, kind: JobKind, batch: Sequence[Job]) -> None:
        handler = kind.transactional
        assert handler is not None

        async def unit(session: AsyncSession) -> None:
            await self._finish(session, batch)
            await handler(session, batch)

        correlation.set(batch[0].correlation)
        try:
            await self._database.write(unit)
        except _NotOurs:
            return
        except DatabaseUnavailable:
            return  # the lease runs out and the job is claimed again
        except Exception as error:
            if len(batch) > 1:
                for job in batch:
                    await self._run_transactional(kind, [job])
            else:
                await self._failed(kind, batch[0], error)

    async def _run_outside(self, kind: JobKind, job: Job) -> None:
        handler = kind.outside
        assert handler is not None
        correlation.set(job.correlation)
        async with self._outside:
            try:
                async with asyncio.timeout(kind.timeout):
                    recorded = await handler(job)

                async def unit(session: AsyncSession) -> None:
                    await self._finish(session, [job])
                    if recorded is not None:
                        await recorded(session)

                await self._database.write(unit)
            except _NotOurs:
                log.warning("job finished after its lease ended", job=job.id, kind=job.kind)
            except DatabaseUnavailable:
                log.warning("job result waits for the database", job=job.id, kind=job.kind)
            except Exception as error:
                await self._failed(kind, job, error)
        if job.lane is not None:
            self._bell.ring(BELL, everywhere=False)

    async def _finish(self, session: AsyncSession, batch: Sequence[Job]) -> None:
        """Delete the jobs, which also proves that they are still ours."""
        ids = [job.id for job in batch]
        gone = await session.execute(delete(JobRow).where(JobRow.id.in_(ids), JobRow.leased_by == self._node))
        if gone.rowcount != len(ids):  # type: ignore[attr-defined]
            raise _NotOurs

    async def _failed(self, kind: JobKind, job: Job, error: Exception) -> None:
        now = self._clock.now()
        later = error.seconds if isinstance(error, Later) else None
        park = later is None and job.attempts >= kind.tries
        reason = f"{type(error).__name__}: {error}"[:500]
        if later is None:
            log.warning("job failed", job=job.id, kind=job.kind, attempt=job.attempts, parked=park, error=reason)
        values = {
            "leased_by": None,
            "leased_until": None,
            "reason": reason,
            "parked_at": now if park else None,
            "attempts": job.attempts - (later is not None),
            "run_at": now + timedelta(seconds=later if later is not None else kind.delay(job.attempts)),
        }

        async def unit(session: AsyncSession) -> None:
            ours = update(JobRow).where(JobRow.id == job.id, JobRow.leased_by == self._node).values(values)
            changed = (await session.execute(ours)).rowcount  # type: ignore[attr-defined]
            if changed and park and kind.parked is not None:
                await kind.parked(session, job, reason)

        try:
            await self._database.write(unit)
        except DatabaseUnavailable:
            log.warning("job failure waits for the database", job=job.id, kind=job.kind)

    async def _sweep(self) -> None:
        ear = self._bell.ear(BELL)
        self._database.on_commit(lambda left: ear.set() if BELL in left.bells else None)
        while True:
            try:
                while claimed := await self._claim():
                    self._dispatch(claimed)
                    if len(claimed) < CLAIM_AT_MOST:
                        break
            except DatabaseUnavailable:
                log.warning("job runner waits for the database")
            await bells.wait(ear, TICK)

    async def _claim(self) -> list[Job]:
        """Lease what is due and free; of a lane only its oldest unfinished job."""
        now = self._clock.now()
        older = aliased(JobRow)
        free = or_(JobRow.leased_until.is_(None), JobRow.leased_until < now)
        first_of_lane = ~exists().where(older.lane == JobRow.lane, older.parked_at.is_(None), older.id < JobRow.id)
        due = (
            select(JobRow)
            .where(
                JobRow.parked_at.is_(None),
                JobRow.run_at <= now,
                free,
                JobRow.kind.in_(self._kinds),
                or_(JobRow.lane.is_(None), first_of_lane),
            )
            .order_by(JobRow.run_at)
            .limit(CLAIM_AT_MOST)
        )
        async with self._database.read() as session:  # looking first keeps an idle node from writing each second
            if (await session.execute(due.limit(1))).first() is None:
                return []

        async def unit(session: AsyncSession) -> list[Job]:
            rows = (await session.scalars(due.with_for_update(skip_locked=True))).all()
            if rows:
                await session.execute(
                    update(JobRow)
                    .where(JobRow.id.in_([row.id for row in rows]))
                    .values(leased_by=self._node, leased_until=now + LEASE, attempts=JobRow.attempts + 1)
                    .execution_options(synchronize_session=False)
                )
            return [Job(row.id, row.kind, row.lane, row.payload, row.attempts + 1, row.correlation) for row in rows]

        return await self._database.write(unit)


class _NotOurs(Exception):
    """The lease ended and somebody else runs, or ran, the job."""
