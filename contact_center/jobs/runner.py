"""Running jobs. The one thing to know: finishing one deletes its row under our own lease, so what ran too long records nothing.

Whatever a handler does, its job ends here: finished, put off, tried again, or parked; and the others go on.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from config.logs import correlation, logger
from contact_center import bell as bells
from contact_center import clock as clocks
from contact_center.background import Background, note_failure, stopped
from contact_center.bell import Bell
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable, Notes
from contact_center.jobs.rows import BELL, LEASE, Job, JobRow

TICK = 1.0
CLAIM_AT_MOST = 50
HELD_AT_MOST = 200
"""Jobs that this process has claimed and not finished; with more it claims none: their leases would run out in our hands."""
BUSY, GATHER = 0.1, 0.02
"""Seconds: a kind that ran so shortly ago waits so long for company, which costs one commit for many instead of one each."""
log = logger(__name__)


Recorded = Callable[[AsyncSession], Awaitable[None]]
Transactional = Callable[[AsyncSession, Sequence[Job]], Awaitable[None]]
Outside = Callable[[Job], Awaitable[Recorded | None]]


class Later(Exception):
    """Not now: run the job again after `seconds`; does not count as a failure."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds:g} s")


class TookTooLong(Exception):
    """A handler did not end within its kind's `timeout`; counts as a failure."""


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


class JobRunner:
    """Runs jobs in this process: its own right after their commit, others' when they are due or were left behind."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bell: Bell,
        *,
        node: str,
        at_once: int = 16,
        background: Background | None = None,
    ) -> None:
        self._background = background or Background()
        self._ear = bell.ear(BELL)
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
        self._loop = self._background.keep("job-runner", self._sweep)

    async def close(self, *, seconds: float = 10.0) -> None:
        """Stop claiming, wait for what runs (bounded); unfinished jobs keep their row and run elsewhere."""
        self._open = False
        self._database.node = None
        await stopped([self._loop])
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=seconds)
            for task in late:
                task.cancel()

    def _committed(self, left: Notes) -> None:
        if BELL in left.bells:
            self._ear.set()
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
                    self._spawn(self._drain(kind), kind)
            else:
                self._spawn(self._run_outside(kind, job), kind)

    def _spawn(self, work: Coroutine[Any, Any, None], kind: JobKind) -> None:
        task = asyncio.create_task(work, name=f"job {kind.name}")
        self._running.add(task)
        task.add_done_callback(self._ended)
        task.add_done_callback(note_failure)

    def _ended(self, task: asyncio.Task[None]) -> None:
        held = self._held()
        self._running.discard(task)
        if held >= HELD_AT_MOST:
            self._ear.set()  # there is room again

    def _held(self) -> int:
        return len(self._running) + sum(map(len, self._waiting.values()))

    async def _drain(self, kind: JobKind) -> None:
        """Run all waiting jobs of a transactional kind, many in one commit; who arrives meanwhile joins the next."""
        try:
            if clocks.monotonic() - self._ran_at[kind.name] < BUSY:
                await asyncio.sleep(GATHER)
            while batch := self._waiting[kind.name][:CLAIM_AT_MOST]:
                del self._waiting[kind.name][: len(batch)]
                try:
                    await self._run_transactional(kind, batch)
                except Exception:  # their leases run out and they are claimed again; the others go on now
                    log.exception("jobs were left undone", kind=kind.name, jobs=len(batch))
                self._ran_at[kind.name] = clocks.monotonic()
        finally:
            self._busy.discard(kind.name)

    async def _run_transactional(self, kind: JobKind, batch: Sequence[Job]) -> None:
        handler = kind.transactional
        assert handler is not None

        async def unit(session: AsyncSession) -> None:
            await self._finish(session, batch)
            try:
                async with asyncio.timeout(kind.timeout):
                    await handler(session, batch)
            except TimeoutError:
                raise TookTooLong(kind.name) from None

        correlation.set(batch[0].correlation)
        try:
            await self._database.write(unit)
        except _NotOurs:
            for job in batch if len(batch) > 1 else ():  # one that is not ours must not keep the others waiting
                await self._run_transactional(kind, [job])
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
                try:
                    async with session.begin_nested():
                        await kind.parked(session, job, reason)
                except DatabaseUnavailable:
                    raise
                except Exception:  # the job is parked all the same: else it would run for ever
                    log.exception("nobody could be told of a parked job", job=job.id, kind=job.kind)

        try:
            await self._database.write(unit)
        except DatabaseUnavailable:
            log.warning("job failure waits for the database", job=job.id, kind=job.kind)

    async def _sweep(self) -> None:
        while True:
            try:
                while self._held() < HELD_AT_MOST and (claimed := await self._claim()):
                    self._dispatch(claimed)
                    if len(claimed) < CLAIM_AT_MOST:
                        break
            except DatabaseUnavailable:
                log.warning("job runner waits for the database")
            await bells.wait(self._ear, TICK)

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
