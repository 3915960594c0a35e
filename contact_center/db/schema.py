"""Bringing the database to the present shape: Alembic, run by path (it is never imported as a package of ours)."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def alembic_config() -> Config:
    """Alembic pointed at our migrations; hand it a connection in `attributes`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _pending(connection: Connection) -> bool:
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() != head


def _file(url: str) -> Path | None:
    """SQLite's file; None for a server's database and for one in memory."""
    parsed = make_url(url)
    named = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return Path(named) if named and named != ":memory:" else None


async def migrate(url: str) -> None:
    """Apply every migration that is missing; safe when several nodes start at once (PostgreSQL advisory lock)."""
    if (file := _file(url)) is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7205759403792793)")
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def pending_migrations(url: str) -> bool:
    """True when the database is not at the shape this program expects; looking makes no file."""
    if (file := _file(url)) is not None and not file.exists():
        return True
    engine = create_async_engine(url)
    try:
        async with asyncio.timeout(10), engine.connect() as connection:
            return await connection.run_sync(_pending)
    finally:
        await engine.dispose()
