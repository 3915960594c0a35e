"""Jobs run at least once, finish with their effect, keep the order of their lane, and are parked in the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import jobs
from contact_center.bell import Bell
from contact_center.clock import Clock
from contact_center.db import Database, notes
from contact_center.ids import new_id
from contact_center.jobs import Job, JobKind, JobRow, JobRunner, Later
from contact_center.tickets.models import Counter
from tests.waiting import eventually


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


class Bench:
    """A runner and what its handlers did."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock()
        self.runner = JobRunner(database, self.clock, Bell(), node="here")
        self.done: list[str] = []
        self.changed = asyncio.Condition()

    async def note(self, text: str) -> None:
        async with self.changed:
            self.done.append(text)
            self.changed.notify_all()

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: len(self.done) >= count)
        return self.done

    async def enqueue(self, kind: str, *names: str, lane: str | None = None, seconds: float = 0) -> None:
        now = self.clock.now()

        async def unit(session: AsyncSession) -> None:
            for name in names:
                jobs.enqueue(session, kind, {"name": name}, at=now, lane=lane, run_at=now + timedelta(seconds=seconds))

        await self.database.write(unit)

    async def rows(self) -> Sequence[JobRow]:
        async with self.database.read() as session:
            return (await session.scalars(select(JobRow).order_by(JobRow.id))).all()


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    made = Bench(database)
    yield made
    await made.runner.close()


async def test_a_transactional_job_and_its_effect_are_one_commit(bench: Bench) -> None:
    async def handler(session: AsyncSession, batch: Sequence[Job]) -> None:
        for job in batch:
            session.add(Counter(name=job.payload["name"], value=1))
            await bench.note(job.payload["name"])

    bench.runner.register(JobKind("count", transactional=handler))
    bench.runner.start()
    await bench.enqueue("count", *(f"n{n}" for n in range(120)))
    await bench.until(120)
    await bench.runner.close()
    assert await bench.rows() == []
    async with bench.database.read() as session:
        assert len((await session.scalars(select(Counter))).all()) == 120


async def test_one_bad_job_of_a_batch_is_tried_again_while_the_others_finish(bench: Bench) -> None:
    async def handler(session: AsyncSession, batch: Sequence[Job]) -> None:
        if any(job.payload["name"] == "bad" for job in batch):
            raise RuntimeError("cannot")
        for job in batch:
            await bench.note(job.payload["name"])

    bench.runner.register(JobKind("some", transactional=handler, first_delay=600))
    bench.runner.start()
    await bench.enqueue("some", "a", "bad", "b")
    assert sorted(await bench.until(2)) == ["a", "b"]
    await bench.runner.close()
    (left,) = await bench.rows()
    assert left.payload == {"name": "bad"} and left.parked_at is None and "cannot" in (left.reason or "")
    assert left.run_at > bench.clock.now()


async def test_a_lane_runs_in_order_and_a_parked_job_frees_it(bench: Bench) -> None:
    async def handler(job: Job) -> None:
        if job.payload["name"] == "bad":
            raise RuntimeError("cannot")
        await bench.note(job.payload["name"])

    parked: list[str] = []

    async def tell(session: AsyncSession, job: Job, reason: str) -> None:
        parked.append(job.payload["name"])

    bench.runner.register(JobKind("send", outside=handler, parked=tell, tries=1))
    bench.runner.start()
    await bench.enqueue("send", "1", "2", "bad", "3", "4", lane="conversation:x")
    assert await bench.until(4) == ["1", "2", "3", "4"]
    assert parked == ["bad"]


async def test_work_left_behind_by_a_dead_process_is_claimed_when_its_lease_ends(bench: Bench) -> None:
    bench.database.node = "dead"
    await bench.enqueue("some", "left")
    bench.database.node = None
    (row,) = await bench.rows()
    assert row.leased_by == "dead"

    async def lease_ends(session: AsyncSession) -> None:
        await session.execute(update(JobRow).values(leased_until=bench.clock.now() - timedelta(seconds=1)))

    await bench.database.write(lease_ends)

    async def handler(job: Job) -> None:
        await bench.note(f"{job.payload['name']} {job.attempts}")

    bench.runner.register(JobKind("some", outside=handler))
    bench.runner.start()
    assert await bench.until(1) == ["left 2"]


async def test_later_is_no_failure(bench: Bench) -> None:
    seen: list[int] = []

    async def handler(job: Job) -> None:
        seen.append(job.attempts)
        if len(seen) < 4:
            raise Later(0)
        await bench.note("done")

    bench.runner.register(JobKind("patient", outside=handler, tries=2))
    bench.runner.start()
    await bench.enqueue("patient", "x")
    await bench.until(1)
    assert seen == [1, 1, 1, 1]


async def test_a_job_whose_lease_was_lost_records_nothing(bench: Bench) -> None:
    recorded: list[str] = []

    async def steal(session: AsyncSession) -> None:
        await session.execute(update(JobRow).values(leased_by="thief"))

    async def handler(job: Job) -> jobs.Recorded:
        await bench.database.write(steal)
        await bench.note("ran")

        async def record(session: AsyncSession) -> None:
            recorded.append("recorded")

        return record

    bench.runner.register(JobKind("slow", outside=handler))
    bench.runner.start()
    await bench.enqueue("slow", "x")
    await bench.until(1)
    await bench.runner.close()
    assert recorded == []
    (row,) = await bench.rows()
    assert row.leased_by == "thief"


async def test_a_job_is_parked_even_when_nobody_can_be_told(bench: Bench) -> None:
    async def fails(job: Job) -> None:
        raise RuntimeError("cannot")

    async def cannot_tell(session: AsyncSession, job: Job, reason: str) -> None:
        await bench.note("asked")
        raise RuntimeError("nor tell")

    bench.runner.register(JobKind("send", outside=fails, parked=cannot_tell, tries=1))
    bench.runner.start()
    await bench.enqueue("send", "x")
    await bench.until(1)
    await bench.runner.close()
    (left,) = await bench.rows()
    assert left.parked_at is not None and "cannot" in (left.reason or "")


async def test_one_job_that_is_no_longer_ours_keeps_no_others_waiting(bench: Bench) -> None:
    async def handler(session: AsyncSession, batch: Sequence[Job]) -> None:
        for job in batch:
            await bench.note(job.payload["name"])

    bench.runner.register(JobKind("some", transactional=handler))
    bench.runner.start()

    async def unit(session: AsyncSession) -> None:
        for name in ("a", "stolen", "b"):
            jobs.enqueue(session, "some", {"name": name}, at=bench.clock.now())
        notes(session).jobs[1] = replace(notes(session).jobs[1], id=new_id())

    await bench.database.write(unit)
    assert sorted(await bench.until(2)) == ["a", "b"]


async def test_a_handler_that_hangs_fails_after_its_time_and_is_parked(bench: Bench) -> None:
    async def hangs(session: AsyncSession, batch: Sequence[Job]) -> None:
        await asyncio.Event().wait()

    async def tell(session: AsyncSession, job: Job, reason: str) -> None:
        await bench.note(reason)

    bench.runner.register(JobKind("hangs", transactional=hangs, parked=tell, tries=1, timeout=0.01))
    bench.runner.start()
    await bench.enqueue("hangs", "x")
    assert await bench.until(1) == ["TookTooLong: hangs"]


async def test_a_backlog_is_claimed_no_faster_than_it_is_worked_off(bench: Bench) -> None:
    go, most = asyncio.Event(), 0

    async def handler(job: Job) -> None:
        nonlocal most
        await go.wait()
        most = max(most, sum(row.leased_by is not None for row in await bench.rows()))
        await bench.note(job.payload["name"])

    bench.runner.register(JobKind("slow", outside=handler))
    await bench.enqueue("slow", *map(str, range(300)))
    bench.runner.start()

    async def claimed() -> bool:
        return sum(row.leased_by is not None for row in await bench.rows()) >= 200

    await eventually(claimed, what="a full hand of jobs")
    go.set()
    assert len(await bench.until(300)) == 300
    assert 200 <= most <= 250


async def test_a_claim_that_fails_unexpectedly_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handler(job: Job) -> None:
        await bench.note("ran")

    claim, calls = bench.runner._claim, 0

    async def fails_once() -> list[Job]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("a bug")
        return await claim()

    monkeypatch.setattr(bench.runner, "_claim", fails_once)
    bench.runner.register(JobKind("some", outside=handler))
    await bench.enqueue("some", "x")
    bench.runner.start()
    assert await bench.until(1) == ["ran"]
