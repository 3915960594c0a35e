"""Alembic's entry: runs migrations on the connection handed in by `contact_center.db.schema`.

Only writing a new migration (`tools/migration.py`) needs the tables as code; running them must not import the house.
"""

from alembic import context

from contact_center.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
