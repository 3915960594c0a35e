"""What a unit of work leaves for after the commit: news for screens, jobs to run at once, bells to ring.

Kept on the session, dropped when the unit fails, handed to the listeners of `Database` once the commit has happened.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

_KEY = "contact_center.notes"


@dataclass(slots=True)
class Notes:
    """`events` and `jobs` hold the rows written (typed by their own modules), `bells` the names to ring."""

    events: list[Any] = field(default_factory=list)
    jobs: list[Any] = field(default_factory=list)
    bells: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.events or self.jobs or self.bells)


def notes(session: AsyncSession) -> Notes:
    """The notes of this session's unit of work."""
    found = session.info.get(_KEY)
    if found is None:
        found = session.info[_KEY] = Notes()
    assert isinstance(found, Notes)
    return found
