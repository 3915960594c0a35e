"""What a unit of work leaves behind: rows for append-only tables (written in bulk just before the commit), and, for after
the commit, news for screens, jobs to run at once, bells to ring.

Kept on the session, dropped when the unit fails, handed to the listeners of `Database` once the commit has happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db.base import Base, add_rows

_KEY = "contact_center.notes"


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
        """Insert `row` with this unit's commit; every column must be given, nothing may refer to it by foreign key."""
        self.rows.setdefault(table, []).append(row)


def notes(session: AsyncSession) -> Notes:
    """The notes of this session's unit of work."""
    found = session.info.get(_KEY)
    if found is None:
        found = session.info[_KEY] = Notes()
    assert isinstance(found, Notes)
    return found


async def write_rows(session: AsyncSession) -> Notes:
    """Write the appended rows, one statement a table; called by `Database` after the unit."""
    left = notes(session)
    for table, rows in left.rows.items():
        await add_rows(session, table, rows)
    left.rows.clear()
    return left
