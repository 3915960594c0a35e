"""Engines on SQLite: how its connections are prepared, and a statement in one trip to the connection's thread.

aiosqlite makes a trip for the cursor, the statement, its rows and the cursor's end. A trip costs more than most of our
statements do, so ours takes all four at once. Rows are therefore read whole: nothing here is made for streaming.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import aiosqlite
import orjson
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_SECONDS = 10.0
"""How long a file is waited for that another program holds."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",
)
ROWS_AT_ONCE = 64


class _Cursor:
    """What a statement left: made empty, filled by one trip, with nothing to close afterwards."""

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount, self.lastrowid, self.arraysize = -1, 0, 1

    async def __aenter__(self) -> "_Cursor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def execute(self, statement: str, parameters: Iterable[Any] = ()) -> "_Cursor":
        await self._connection.in_thread(self._one, statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Iterable[Any]]) -> "_Cursor":
        await self._connection.in_thread(self._many, statement, parameters)
        return self

    def _one(self, connection: sqlite3.Connection, statement: str, parameters: Any) -> None:
        self._keep(connection.execute(statement, parameters))

    def _many(self, connection: sqlite3.Connection, statement: str, parameters: Any) -> None:
        self._keep(connection.executemany(statement, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else ()
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid or 0
        cursor.close()

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, ()
        return rows

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        rows, self._rows = self._rows[: size or ROWS_AT_ONCE], self._rows[size or ROWS_AT_ONCE :]
        return rows

    async def fetchone(self) -> Any:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def close(self) -> None:
        self._rows = ()


class _Connection(aiosqlite.Connection):
    """aiosqlite's connection, with our cursors."""

    def cursor(self) -> _Cursor:  # type: ignore[override]  # what SQLAlchemy asks of it is less than aiosqlite's
        return _Cursor(self)

    async def in_thread(self, function: Any, *arguments: Any) -> None:
        """Call `function(connection, ...)` where the connection lives."""
        await self._execute(function, self._conn, *arguments)  # type: ignore[no-untyped-call]


def _connect(path: str, **options: Any) -> _Connection:
    connection = _Connection(lambda: sqlite3.connect(path, **options), ROWS_AT_ONCE)
    connection._thread.daemon = True  # a process that fails before closing must still end
    return connection


def sqlite_engine(url: str, *, writer: bool, size: int) -> AsyncEngine:
    """An engine of `size` connections; the writer's begin with `BEGIN IMMEDIATE`, the others cannot write."""
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        json_serializer=dumps,
        json_deserializer=orjson.loads,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "async_creator_fn": _connect},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves, below
        for pragma in PRAGMAS if writer else (*PRAGMAS, "query_only=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    if writer:  # a reader takes a snapshot per statement, as on PostgreSQL, and is spared several trips to its thread

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def dumps(value: object) -> str:
    """How both engines write JSON."""
    return orjson.dumps(value).decode()
