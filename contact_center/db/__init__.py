"""The database layer: one behaviour on SQLite and PostgreSQL.

The one thing to know: the edge owns the transaction. A unit of work is `async def unit(session) -> result` given to
`Database.write()`; it never commits, and may run again when the transaction it shared with others fails.
"""

from contact_center.db.base import (
    Base,
    Id,
    Json,
    UtcDateTime,
    add_rows,
    fold,
    id_column,
    one_at_a_time,
    partial_index,
    table_of,
    upsert,
)
from contact_center.db.database import Database, DatabaseUnavailable, Unit
from contact_center.db.gathering import Gathering
from contact_center.db.leases import LeaseLost, Leases, fence
from contact_center.db.notes import Notes, notes
from contact_center.db.schema import migrate, pending_migrations

__all__ = [
    "Base",
    "Database",
    "DatabaseUnavailable",
    "Gathering",
    "Id",
    "Json",
    "LeaseLost",
    "Leases",
    "Notes",
    "Unit",
    "UtcDateTime",
    "add_rows",
    "fence",
    "fold",
    "id_column",
    "migrate",
    "notes",
    "one_at_a_time",
    "partial_index",
    "pending_migrations",
    "table_of",
    "upsert",
]
