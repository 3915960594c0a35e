"""Connections, reads, and writes that share a transaction. See the package's docstring for the rule of the edge.

SQLite: one writer connection, `BEGIN IMMEDIATE`, WAL, `synchronous=FULL`; units that wait together share one commit,
each in its own savepoint. PostgreSQL: a unit has its own transaction, or shares one with those of the same `hot` lane.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
)

from config.logs import logger
from contact_center.db.notes import Notes, write_rows
from contact_center.db.postgresql import postgresql_engine
from contact_center.db.sqlite import sqlite_engine

T = TypeVar("T")
Unit = Callable[[AsyncSession], Awaitable[T]]
Listener = Callable[[Notes], None]

SHARED_AT_MOST = 64
WAITING_AT_MOST = 10_000
"""Units waiting for one writer; whoever comes later is told that the database is busy."""
TRIES = 4
RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock detected
log = logger(__name__)


class DatabaseUnavailable(Exception):
    """The database cannot be reached now; nothing was written as far as this process knows."""


class UnitCancelled(Exception):
    """Something that the unit waited for was cancelled: its own failure, not the end of whoever writes it."""


@dataclass(slots=True)
class _Waiting:
    unit: Unit[Any]
    done: asyncio.Future[Any]


class Database:
    """One database for the life of the process; `url` as in settings."""

    def __init__(
        self, url: str, *, pool_size: int = 10, pool_timeout: float = 5.0, statement_timeout: float = 15.0
    ) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.node: str | None = None
        """Set by the job runner: jobs written in this process are leased to it and run right after the commit."""
        self._listeners: list[Listener] = []
        self._lanes: dict[str, _Lane] = {}
        if self.sqlite:
            self._writer = sqlite_engine(url, writer=True, size=1)
            self._reader = self._planned_once = sqlite_engine(url, writer=False, size=8)
        else:
            made = partial(postgresql_engine, url, pool_timeout=pool_timeout, statement_timeout=statement_timeout)
            # A transaction around reads would give them no more than a snapshot a statement, for two more round trips.
            self._writer = made(size=pool_size)
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
            lists = made(size=max(1, pool_size // 2), plan_once=True)
            self._planned_once = lists.execution_options(isolation_level="AUTOCOMMIT")

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` with the notes of each unit, in order, right after its commit (synchronously). What it
        raises is logged: what was committed stays so, and everything that listens also looks by itself.
        """
        self._listeners.append(listener)

    @asynccontextmanager
    async def read(self, *, planned_once: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for reading: one consistent snapshot per statement, nothing written.

        `planned_once`: on a connection that plans each statement once, whatever its values: for statements in whose text
        everything stands that decides how they are read.
        """
        engine = self._planned_once if planned_once else self._reader
        try:
            async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
                yield session
        except DBAPIError as error:
            if isinstance(error, OperationalError | InterfaceError) or _is_unavailable(error):
                raise _unavailable(error) from error
            raise
        except (PoolTimeout, OSError) as error:
            raise _unavailable(error) from error

    async def write(self, unit: Unit[T], *, hot: str = "") -> T:
        """Run `unit` in a transaction and return its result after the commit; its exception rolls back only itself.

        `hot` names a lane whose units may share one commit on PostgreSQL; SQLite always shares. Raises
        `DatabaseUnavailable` when the database cannot be reached.
        """
        if self.sqlite or hot:
            lane = self._lanes.get("" if self.sqlite else hot)
            if lane is None:
                lane = self._lanes["" if self.sqlite else hot] = _Lane(self)
            return await lane.submit(unit)
        return await self._alone(unit)

    async def ping(self) -> bool:
        """True when the database answers."""
        try:
            async with asyncio.timeout(3), self.read() as session:
                await session.execute(text("SELECT 1"))
        except (DatabaseUnavailable, DBAPIError, TimeoutError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Finish what is queued, then close all connections."""
        for lane in self._lanes.values():
            await lane.close()
        for engine in (self._writer, self._reader, self._planned_once):
            await engine.dispose()

    async def _alone(self, unit: Unit[T]) -> T:
        """One unit, one transaction; deadlocks and serialization failures are tried again, a bounded number of times."""
        for attempt in range(1, TRIES + 1):
            try:
                async with self._writer.connect() as connection, connection.begin():
                    result, left = await _run(connection, unit, self.node)
            except DBAPIError as error:
                if _retryable(error) and attempt < TRIES:
                    await asyncio.sleep(random.uniform(0.005, 0.02) * attempt)
                    continue
                if _is_unavailable(error):
                    raise _unavailable(error) from error
                raise
            except (PoolTimeout, OSError) as error:
                raise _unavailable(error) from error
            self._announce(left)
            return result
        raise AssertionError("unreachable")

    async def _together(self, batch: list[_Waiting]) -> None:
        """Several units, one transaction, a savepoint each; when the whole fails they run singly."""
        outcomes: list[tuple[_Waiting, Any, Notes | None, BaseException | None]] = []
        try:
            async with self._writer.connect() as connection, connection.begin():
                for waiting in batch:
                    try:
                        result, left = await _savepoint(connection, waiting.unit, self.node)
                        outcomes.append((waiting, result, left, None))
                    except Exception as error:
                        if connection.invalidated or _is_unavailable(error) or _retryable(error):
                            raise
                        outcomes.append((waiting, None, None, error))
        except Exception as error:
            if _is_locked(error):
                # Singly, each would wait as long again for the same lock, and everybody behind them too.
                for waiting in batch:
                    _resolve(waiting.done, None, error)
                return
            log.warning(
                "shared transaction failed; running its units singly", units=len(batch), error=type(error).__name__
            )
            for waiting in batch:
                await self._settle(waiting)
            return
        for waiting, result, noted, failure in outcomes:
            if noted is not None:
                self._announce(noted)
            _resolve(waiting.done, result, failure)

    async def _settle(self, waiting: _Waiting) -> None:
        try:
            result = await self._alone(waiting.unit)
        except Exception as error:
            _resolve(waiting.done, None, error)
        else:
            _resolve(waiting.done, result, None)

    def _announce(self, left: Notes) -> None:
        for listener in self._listeners if left else ():
            try:
                listener(left)
            except Exception:
                log.exception("a listener failed on what was committed")


class _Lane:
    """Units waiting for one writer: whoever arrives while a commit is under way joins the next one.

    Whatever happens, each unit that was taken gets its answer and the work goes on with the next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._closing = False
        self._task = asyncio.create_task(self._work(), name="database-writer")

    async def submit(self, unit: Unit[T]) -> T:
        if self._closing or self._task.done():
            raise DatabaseUnavailable("the database is closed")
        if self._queue.qsize() >= WAITING_AT_MOST:
            raise DatabaseUnavailable("too much waits for the database")
        waiting = _Waiting(unit, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        result: T = await waiting.done
        return result

    async def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._queue.put_nowait(None)
        await self._task

    async def _work(self) -> None:
        closing = False
        while not closing:
            first = await self._queue.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < SHARED_AT_MOST and not self._queue.empty():
                following = self._queue.get_nowait()
                if following is None:
                    closing = True
                    break
                batch.append(following)
            await self._answer([waiting for waiting in batch if not waiting.done.cancelled()])

    async def _answer(self, batch: list[_Waiting]) -> None:
        try:
            if len(batch) == 1:
                await self._database._settle(batch[0])
            elif batch:
                await self._database._together(batch)
        except Exception as error:
            log.exception("the writer failed on units; it goes on with the next", units=len(batch))
            for waiting in batch:
                _resolve(waiting.done, None, error)


async def _savepoint(connection: AsyncConnection, unit: Unit[T], node: str | None) -> tuple[T, Notes]:
    async with connection.begin_nested():
        return await _run(connection, unit, node)


async def _run(connection: AsyncConnection, unit: Unit[T], node: str | None) -> tuple[T, Notes]:
    """Run the unit on this connection, flush it, and return what it left for after the commit."""
    async with AsyncSession(
        connection, expire_on_commit=False, autoflush=False, join_transaction_mode="rollback_only"
    ) as session:
        session.info["node"] = node
        try:
            result = await unit(session)
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise UnitCancelled from error
        await session.flush()
        return result, await write_rows(session)


def _resolve(done: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(result)
    else:
        done.set_exception(_unavailable(failure) if _is_unavailable(failure) else failure)


def _retryable(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRYABLE


def _is_unavailable(error: BaseException) -> bool:
    """Connection refused, lost, shut down, or locked by somebody else; not a fault of the statement."""
    if isinstance(error, (OSError, PoolTimeout)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or state.startswith(("08", "57P", "53"))
        or _is_locked(error)
        or "disk I/O error" in str(error.orig)
        or isinstance(error, InterfaceError)
    )


def _is_locked(error: BaseException) -> bool:
    """Another program holds SQLite's file, and did not let go while we waited."""
    return isinstance(error, DBAPIError) and "database is locked" in str(error.orig)


def _unavailable(error: BaseException) -> DatabaseUnavailable:
    if isinstance(error, DatabaseUnavailable):
        return error
    return DatabaseUnavailable(f"the database cannot be reached: {type(error).__name__}")
