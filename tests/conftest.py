"""What every test may ask for: private servers, and a fresh migrated database on both engines.

`database_url` runs a test twice, on SQLite and on PostgreSQL; `postgres_url` once, for what only PostgreSQL can show
(concurrency). Servers live as long as the test worker; a database lives as long as its test.
"""

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
import structlog
from playwright.async_api import Browser
from redis import Redis

from contact_center.db import migrate
from tests.browser import launched
from tests.servers import Postgres, Valkey, run_apart

TEMPLATE = "migrated"
numbers = itertools.count(1)


class Request(Protocol):
    """What we use of pytest's request."""

    param: str

    def getfixturevalue(self, name: str) -> Callable[[], str]: ...


def pytest_configure() -> None:
    """Logs go to pytest's own capture with plain tracebacks: structlog's coloured ones cost seconds each."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests counted (`record_property("counted", ...)`), also when workers ran them."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(f"{report.nodeid}: {value}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, not durable: fast."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A Valkey server."""
    server = Valkey()
    yield server
    server.stop()


@pytest.fixture
def redis_url(valkey: Valkey) -> str:
    """The address of an empty Redis."""
    with Redis.from_url(valkey.url) as client:
        client.flushall()
    return valkey.url


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> Postgres:
    """The server, holding a database `TEMPLATE` that has every migration."""
    run_apart(migrate, postgres.create(TEMPLATE))
    return postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has every migration."""
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    run_apart(migrate, f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture
def make_postgres(postgres_template: Postgres) -> Iterator[Callable[[], str]]:
    """Makes fresh migrated PostgreSQL databases, as many as the test calls for."""
    made: list[str] = []

    def make() -> str:
        made.append(f"t{next(numbers)}")
        return postgres_template.create(made[-1], template=TEMPLATE)

    yield make
    for name in made:
        postgres_template.drop(name)


@pytest.fixture
def make_sqlite(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """Makes fresh migrated SQLite databases."""

    def make() -> str:
        file = tmp_path / f"t{next(numbers)}.db"
        shutil.copyfile(sqlite_template, file)
        return f"sqlite+aiosqlite:///{file}"

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: Request) -> str:
    """A fresh migrated database; the test runs once per engine."""
    return request.getfixturevalue(f"make_{request.param}")()


@pytest.fixture
def postgres_url(make_postgres: Callable[[], str]) -> str:
    """A fresh migrated database on PostgreSQL only."""
    return make_postgres()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with launched() as running:
        yield running
