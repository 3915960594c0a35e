"""Alembic's entry: runs migrations on the connection handed in by `contact_center.db.schema`.

Only writing a new migration (`tools/migration.py`) needs the tables as code; running them must not import the house.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from contact_center.db import Base, UtcDateTime


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our column types by their names, so that a migration reads like the tables."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogenerate.imports.add("from contact_center.db import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and getattr(item, "_variant_mapping", None) and item.__class__.__name__ == "JSON":
        autogenerate.imports.add("from contact_center.db import Json")
        return "Json"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
