"""What a unit of work leaves behind: rows for append-only tables (written in bulk just before the commit), and, for after
the commit, news for screens, jobs to run at once, bells to ring.

Kept on the session, dropped when the unit fails, handed to the listeners of `Database` once the commit has happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db.base import Base, add_rows, table_of

_KEY = "contact_center.notes"
FEW = 8
"""Rows that go with one statement, whatever their tables."""


@dataclass(slots=True)
class Notes:
    """`events` and `jobs` hold what was written (typed by their own modules), `bells` the names to ring."""

    events: list[Any] = field(default_factory=list)
    jobs: list[Any] = field(default_factory=list)
    bells: set[str] = field(default_factory=set)
    rows: dict[type[Base], list[Mapping[str, Any]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.events or self.jobs or self.bells)

    def append(self, table: type[Base], row: Mapping[str, Any]) -> None:
        """Insert `row` with this unit's commit: all rows of a table name the same columns, and nothing may refer to them by foreign key."""
        self.rows.setdefault(table, []).append(row)


def notes(session: AsyncSession) -> Notes:
    """The notes of this session's unit of work."""
    found = session.info.get(_KEY)
    if found is None:
        found = session.info[_KEY] = Notes()
    assert isinstance(found, Notes)
    return found


async def write_rows(session: AsyncSession) -> Notes:
    """Write the appended rows; called by `Database` after the unit.

    One statement a table; on PostgreSQL a few rows of several tables go with one statement, which is one way there and back.
    """
    left = notes(session)
    several = len(left.rows) > 1 and sum(map(len, left.rows.values())) <= FEW
    if several and session.get_bind().dialect.name == "postgresql":
        values = {
            _name(place, number, column): value
            for place, rows in enumerate(left.rows.values())
            for number, row in enumerate(rows)
            for column, value in row.items()
        }
        shapes = tuple((table, tuple(rows[0]), len(rows)) for table, rows in left.rows.items())
        await session.execute(_together(shapes), values)
    else:
        for table, rows in left.rows.items():
            await add_rows(session, table, rows)
    left.rows.clear()
    return left


@cache
def _together(shapes: tuple[tuple[type[Base], tuple[str, ...], int], ...]) -> Insert:
    """Into each of the tables, these columns of so many rows, as one statement."""
    inserts = []
    for place, (table, names, count) in enumerate(shapes):
        columns = table_of(table).c
        rows = [
            {name: bindparam(_name(place, number, name), type_=columns[name].type) for name in names}
            for number in range(count)
        ]
        inserts.append(insert(table_of(table)).values(rows))
    *others, last = inserts
    return last.add_cte(*(one.cte(f"rows_{place}") for place, one in enumerate(others)))


def _name(place: int, number: int, column: str) -> str:
    return f"{column}_{place}_{number}"
