"""What every table is made of: column types and helpers that mean the same on both engines."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, DateTime, Index, Insert, MetaData, Table, TextClause, Uuid, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from contact_center.ids import new_id


class Base(DeclarativeBase):
    """The parent of all tables; constraint names are spelled out so that migrations can find them on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(model: type[Base]) -> Table:
    """Its table: statements over tables, made once, cost a fraction of those over mapped classes; for hot paths."""
    table: Table = model.__table__  # type: ignore[assignment]
    return table


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime with microseconds. SQLite has no time zones: stored naive there, always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = Uuid(as_uuid=False)
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


def id_column() -> Mapped[str]:
    """The primary key of every entity: a UUIDv7 made by us."""
    return mapped_column(Id, primary_key=True, default=new_id)


def partial_index(name: str, *columns: Any, where: TextClause, unique: bool = False) -> Index:
    """A partial index on both engines. SQLite silently makes a half-declared one total, hence this helper."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def fold(text: str) -> str:
    """The key under which names and addresses are compared: NFKC, case-folded, trimmed."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


async def add_rows(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which name the same columns, with one statement; none is nothing to do."""
    if rows:
        await session.execute(_insert(table), list(rows))


@cache
def _insert(table: type[Base]) -> Insert:
    """Made once: making a statement costs more than running it."""
    return insert(table_of(table))


async def upsert(
    session: AsyncSession,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Insert `rows`; where `key` exists already set the columns named in `update` (none: leave the row alone)."""
    if not rows:
        return
    target = table_of(table)
    dialect = session.get_bind().dialect.name
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(target)
    if update:
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=list(key), set_={column: statement.excluded[column] for column in update}
            ),
            list(rows),
        )
    else:
        await session.execute(statement.on_conflict_do_nothing(index_elements=list(key)), list(rows))


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """Wait until no other transaction that named `what` is open; for rare steps that no row lock can order."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 7))"), {"what": what})
