"""The figures of worklists, kept for a moment: many screens of many people ask for the same few, again and again.

What this process commits is seen at once (any news of a conversation drops everything kept); what another node commits, at
the latest after `KEPT_SECONDS`.
"""

from contact_center import clock
from contact_center.db import Database, Notes
from contact_center.workspace.worklist import OPEN, Figures, Wanted, figures

KEPT_SECONDS = 1.0
KEPT_AT_MOST = 2000


class Counting:
    """Answers figures from what was counted a moment ago, where nothing has happened since."""

    def __init__(self) -> None:
        self._database: Database | None = None
        self._kept: dict[Wanted, tuple[float, Figures]] = {}
        self._changes = 0

    async def figures(self, database: Database, want: Wanted) -> Figures:
        """The figures of this worklist in `database`, whose commits are listened to."""
        self._listen(database)
        key = Wanted(want.seen, OPEN, want.mine, want.unassigned, None, want.queue)
        kept = self._kept.get(key)
        now = clock.monotonic()
        if kept is not None and kept[0] > now:
            return kept[1]
        changes = self._changes
        async with database.read(planned_once=True) as session:
            found = await figures(session, key)
        if changes == self._changes:  # else somebody committed while we counted: true now, but not worth keeping
            if len(self._kept) >= KEPT_AT_MOST:
                self._kept.clear()
            self._kept[key] = (now + KEPT_SECONDS, found)
        return found

    def _listen(self, database: Database) -> None:
        if self._database is None:
            self._database = database
            database.on_commit(self._committed)

    def _committed(self, left: Notes) -> None:
        if any(told.entity == "conversation" for told in left.events):
            self._changes += 1
            self._kept.clear()
