"""Durable databases for measuring: SQLite in a folder, and a private PostgreSQL with fsync and synchronous_commit on."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.servers import Postgres


class Engine(Protocol):
    """One kind of database."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    async def fresh(self, folder: Path) -> str:
        """The address of a new, empty database."""
        ...


@dataclass(frozen=True, slots=True)
class Sqlite:
    """A file in the folder."""

    name: str = "sqlite"

    async def fresh(self, folder: Path) -> str:
        return f"sqlite+aiosqlite:///{folder}/bench.db"


class PrivatePostgres:
    """Databases on one private durable server."""

    name = "postgresql"

    def __init__(self, server: Postgres) -> None:
        self._server, self._numbers = server, itertools.count(1)

    async def fresh(self, folder: Path) -> str:
        return self._server.create(f"bench{next(self._numbers)}")


@asynccontextmanager
async def engines() -> AsyncIterator[list[Engine]]:
    """Both engines, for as long as the block lasts."""
    server = Postgres(durable=True)
    try:
        yield [PrivatePostgres(server), Sqlite()]
    finally:
        server.stop()
