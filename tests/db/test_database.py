"""What the edge relies on: units share commits, fail alone, and leave their notes only when they committed."""

import asyncio
import sqlite3
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable, LeaseLost, Leases, Notes, Unit, fence, notes, upsert
from contact_center.db.gathering import Gathering
from contact_center.db.leases import Lease
from contact_center.tickets.models import Counter


class Refused(Exception):
    """A unit's own refusal."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def add(name: str, value: int = 1) -> Unit[str]:
    async def unit(session: AsyncSession) -> str:
        session.add(Counter(name=name, value=value))
        await session.flush()
        return name

    return unit


async def names(database: Database) -> set[str]:
    async with database.read() as session:
        return set((await session.scalars(select(Counter.name))).all())


async def test_a_unit_is_seen_by_readers_once_its_write_has_returned(database: Database) -> None:
    assert await database.write(add("one")) == "one"
    assert await names(database) == {"one"}


@pytest.mark.parametrize("hot", ["", "lane"])
async def test_units_written_together_fail_alone(database: Database, hot: str) -> None:
    async def refuses(session: AsyncSession) -> None:
        session.add(Counter(name="refused", value=1))
        await session.flush()
        raise Refused

    results = await asyncio.gather(
        *(database.write(add(f"n{n}"), hot=hot) for n in range(20)),
        database.write(refuses, hot=hot),
        database.write(add("n3"), hot=hot),
        *(database.write(add(f"m{n}"), hot=hot) for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, str) for result in results) == 40
    assert isinstance(results[20], Refused)
    assert {type(results[3]).__name__, type(results[21]).__name__} == {"str", "IntegrityError"}
    assert await names(database) == {f"{letter}{n}" for letter in "nm" for n in range(20)}


async def test_notes_reach_listeners_after_the_commit_and_only_then(database: Database) -> None:
    heard: list[set[str]] = []
    database.on_commit(lambda left: heard.append(set(left.bells)))

    async def rings(session: AsyncSession) -> None:
        notes(session).bells.add("rung")

    async def rings_and_fails(session: AsyncSession) -> None:
        notes(session).bells.add("never")
        raise Refused

    await database.write(rings)
    with pytest.raises(Refused):
        await database.write(rings_and_fails)
    assert heard == [{"rung"}]


async def test_rows_left_in_notes_are_written_with_the_unit(database: Database) -> None:
    async def unit(session: AsyncSession) -> None:
        notes(session).append(Counter, {"name": "a", "value": 1})
        notes(session).append(Counter, {"name": "b", "value": 2})

    await database.write(unit)
    assert await names(database) == {"a", "b"}
    assert not Notes()


async def test_upsert_inserts_or_updates_on_both_engines(database: Database) -> None:
    async def unit(session: AsyncSession) -> None:
        await upsert(session, Counter, [{"name": "a", "value": 1}], key=["name"])
        await upsert(session, Counter, [{"name": "a", "value": 2}], key=["name"])
        await upsert(
            session, Counter, [{"name": "a", "value": 3}, {"name": "b", "value": 4}], key=["name"], update=["value"]
        )

    await database.write(unit)
    async with database.read() as session:
        rows = (await session.execute(select(Counter.name, Counter.value).order_by(Counter.name))).all()
    assert [tuple(row) for row in rows] == [("a", 3), ("b", 4)]


async def test_gathered_items_share_a_call_and_a_bad_one_fails_alone(database: Database) -> None:
    sizes: list[int] = []

    async def work(session: AsyncSession, items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        await session.execute(text("SELECT 1"))
        if 13 in items:
            raise Refused
        return [item * 2 for item in items]

    gathering: Gathering[int, int] = Gathering(database, work)
    results = await asyncio.gather(*(gathering.submit(n) for n in range(30)), return_exceptions=True)
    assert [result for result in results if not isinstance(result, Refused)] == [n * 2 for n in range(30) if n != 13]
    assert isinstance(results[13], Refused)
    assert max(sizes) > 1


async def test_who_comes_while_a_list_waits_for_the_database_is_in_it(database_url: str) -> None:
    lists: list[list[int]] = []
    entered, free = asyncio.Event(), asyncio.Event()

    async def work(session: AsyncSession, items: Sequence[int]) -> Sequence[int]:
        lists.append(list(items))
        return items

    async def holds(session: AsyncSession) -> None:
        entered.set()
        await free.wait()

    database = Database(database_url, pool_size=1)
    gathering: Gathering[int, int] = Gathering(database, work)
    held = asyncio.create_task(database.write(holds))
    await entered.wait()
    early = asyncio.create_task(gathering.submit(1))
    await asyncio.sleep(0)
    late = asyncio.create_task(gathering.submit(2))
    await asyncio.sleep(0)
    free.set()
    assert list(await asyncio.gather(early, late)) == [1, 2]
    assert lists == [[1, 2]]
    await held
    await database.close()


async def test_who_comes_the_moment_a_list_is_done_waits_for_nobody(database: Database) -> None:
    async def work(session: AsyncSession, items: Sequence[int]) -> Sequence[int]:
        return items

    gathering: Gathering[int, int] = Gathering(database, work)
    async with asyncio.timeout(20):
        assert [await gathering.submit(number) for number in range(20)] == list(range(20))


async def test_on_postgresql_a_message_need_not_wait_for_the_end_of_the_list_before(postgres_url: str) -> None:
    entered, free = asyncio.Event(), asyncio.Event()

    async def work(session: AsyncSession, items: Sequence[int]) -> Sequence[int]:
        if 1 in items:
            entered.set()
            await free.wait()
        return items

    database = Database(postgres_url)
    gathering: Gathering[int, int] = Gathering(database, work)
    slow = asyncio.create_task(gathering.submit(1))
    await entered.wait()
    assert await gathering.submit(2) == 2
    assert not slow.done()
    free.set()
    assert await slow == 1
    await database.close()


async def test_who_is_gathered_learns_that_the_database_is_away() -> None:
    async def work(session: AsyncSession, items: Sequence[int]) -> Sequence[int]:
        return items

    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    gathering: Gathering[int, int] = Gathering(database, work)
    results = await asyncio.gather(*(gathering.submit(n) for n in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [DatabaseUnavailable] * 3
    await database.close()


async def test_a_lease_has_one_holder_and_a_stale_one_is_fenced_off(database: Database) -> None:
    first, second = Leases(database, owner="first"), Leases(database, owner="second")
    held = await first.take("router", seconds=60)
    assert held is not None
    assert await second.take("router", seconds=60) is None
    renewed = await first.take("router", seconds=60)
    assert renewed is not None and renewed.token == held.token
    await first.drop(held)
    taken = await second.take("router", seconds=60)
    assert taken is not None and taken.token > held.token

    async def writes_with(lease: Lease) -> None:
        async def unit(session: AsyncSession) -> None:
            await fence(session, lease)

        await database.write(unit)

    await writes_with(taken)
    with pytest.raises(LeaseLost):
        await writes_with(held)


async def test_the_clock_can_run_fast() -> None:
    fast = Clock(scale=1000.0)
    before = fast.now()
    await fast.sleep(20)
    assert (fast.now() - before).total_seconds() >= 20
    assert fast.real(20) == 0.02


async def test_a_listener_that_fails_undoes_nothing_and_stops_nobody(database: Database) -> None:
    heard: list[str] = []

    def fails(left: Notes) -> None:
        raise RuntimeError("a bug")

    database.on_commit(fails)
    database.on_commit(lambda left: heard.extend(left.bells))

    def rings(name: str) -> Unit[None]:
        async def unit(session: AsyncSession) -> None:
            notes(session).bells.add(name)

        return unit

    await asyncio.gather(*(database.write(rings(f"b{n}"), hot="lane") for n in range(3)))
    assert sorted(heard) == ["b0", "b1", "b2"]
    assert await database.write(add("later")) == "later"


async def test_a_unit_that_met_a_cancelled_future_fails_alone_and_the_writer_goes_on(database: Database) -> None:
    async def cancelled(session: AsyncSession) -> None:
        session.add(Counter(name="never", value=1))
        raise asyncio.CancelledError

    async with asyncio.timeout(20):
        results = await asyncio.gather(
            database.write(add("one"), hot="lane"),
            database.write(cancelled, hot="lane"),
            database.write(add("two"), hot="lane"),
            return_exceptions=True,
        )
    assert [type(result).__name__ for result in results] == ["str", "UnitCancelled", "str"]
    assert await names(database) == {"one", "two"}


async def test_what_comes_after_the_end_is_refused_and_never_waits(database: Database) -> None:
    async with asyncio.timeout(20):
        await database.write(add("first"), hot="lane")
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        with pytest.raises(DatabaseUnavailable):
            await database.write(add("late"), hot="lane")
        await closing


async def test_a_file_that_another_program_holds_is_waited_for_once_by_all_who_came_together(
    make_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contact_center.db.sqlite.BUSY_SECONDS", 0.1)
    database = Database(make_sqlite())
    assert await database.write(add("before")) == "before"
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writes = [asyncio.create_task(database.write(add(f"n{n}"))) for n in range(5)]
    try:
        async with asyncio.timeout(20):
            await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
            other.execute("ROLLBACK")  # whoever were tried singly now would get through
            outcomes = await asyncio.gather(*writes, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 5
        assert await database.write(add("after")) == "after"
        assert await names(database) == {"before", "after"}
    finally:
        other.close()
        await database.close()


async def test_what_a_statement_failed_on_is_told_without_the_values(database: Database) -> None:
    name, value = "@".join(("ana", "customer.example")), 4700 + 11  # nowhere in a source line that a traceback shows
    await database.write(add(name))
    with pytest.raises(IntegrityError) as failed:
        await database.write(add(name, value))
    assert "INSERT INTO counter" in str(failed.value)
    logged = "".join(traceback.format_exception(failed.value))
    assert str(value) not in logged and name not in logged


async def test_a_server_behind_a_cut_line_is_waited_for_only_so_long(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contact_center.db.postgresql.ANSWER_LATE", 0.1)
    target = make_url(postgres_url)
    cut = asyncio.Event()

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if not cut.is_set():
                    sink.write(data)
        sink.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs = await asyncio.open_unix_connection(f"{target.query['host']}/.s.PGSQL.5432")
        await asyncio.gather(pump(reader, theirs[1]), pump(theirs[0], writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = Database(
        target.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False), statement_timeout=0.5
    )
    assert await names(through) == set()
    cut.set()
    async with asyncio.timeout(30):
        with pytest.raises(DatabaseUnavailable):
            await names(through)
        await through.close()
    server.close()


async def test_a_connection_cut_while_it_reads_means_that_the_database_is_away(postgres_url: str) -> None:
    database = Database(postgres_url)
    try:
        with pytest.raises(DatabaseUnavailable):
            async with database.read() as session:
                await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        async with database.read() as session:
            assert await session.scalar(text("SELECT 1")) == 1
    finally:
        await database.close()
