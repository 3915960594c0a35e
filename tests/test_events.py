"""Events are told once, a bad one holds up no others, and a node that tells nothing keeps nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.events import Announcer, Event, EventRow
from contact_center.ids import new_id
from tests.waiting import eventually


class Screen:
    """A sink that remembers what it was told; refuses some kinds, may hang."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.hangs: asyncio.Event | None = None

    async def __call__(self, batch: Sequence[Event]) -> None:
        if self.hangs is not None:
            self.hangs.set()
            await asyncio.Event().wait()
        if any(event.kind == "bad" for event in batch):
            raise RuntimeError("cannot be told")
        self.told.extend(event.kind for event in batch)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def record(database: Database, *kinds: str) -> None:
    async def unit(session: AsyncSession) -> None:
        for kind in kinds:
            events.record(session, kind, entity="x", entity_id=new_id(), version=1, rooms=["r"], at=Clock().now())

    await database.write(unit)


async def unmarked(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(EventRow.kind).where(EventRow.announced_at.is_(None))))


async def test_one_that_cannot_be_told_holds_up_no_others_and_is_not_tried_for_ever(database: Database) -> None:
    screen = Screen()
    announcer = Announcer(database, Clock(), screen)
    announcer.start()
    await record(database, "one", "bad", "two")
    await eventually(lambda: {"one", "two"} <= set(screen.told), what="the good ones")

    async def all_marked() -> bool:
        return await unmarked(database) == []

    await eventually(all_marked, what="every event marked")
    await announcer.close()


async def test_a_node_that_announces_nothing_keeps_nothing(database: Database) -> None:
    announcer = Announcer(database, Clock(), Screen())
    await record(database, "one", "two")
    assert announcer._queue.empty()
    assert sorted(await unmarked(database)) == ["one", "two"]
    await announcer.close()


async def test_stopping_does_not_wait_for_a_sink_that_hangs(database: Database) -> None:
    screen = Screen()
    screen.hangs = asyncio.Event()
    announcer = Announcer(database, Clock(), screen)
    announcer.start()
    await record(database, "one")
    async with asyncio.timeout(20):
        await screen.hangs.wait()
        await announcer.close(seconds=0.05)
    assert await unmarked(database) == ["one"]


async def test_what_waits_when_we_stop_is_told_first(database: Database) -> None:
    screen = Screen()
    announcer = Announcer(database, Clock(), screen)
    announcer.start()
    await record(database, "last words")
    await announcer.close()
    assert screen.told == ["last words"]
    assert await unmarked(database) == []


async def test_too_much_at_once_is_left_to_the_sweeper_and_told_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "WAITING_AT_MOST", 1)
    monkeypatch.setattr(events, "MARK_AT_MOST", 2)
    screen = Screen()
    announcer = Announcer(database, Clock(), screen)
    announcer.start()
    for _ in range(3):
        await record(database, "a", "b")

    async def aged(session: AsyncSession) -> None:
        await session.execute(update(EventRow).values(at=Clock().now() - 2 * events.SWEEP_AFTER))

    await database.write(aged)
    await eventually(lambda: len(screen.told) >= 6, what="all six")
    await announcer.close()
    assert await unmarked(database) == []
