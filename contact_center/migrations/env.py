"""Alembic's entry: runs migrations on the connection handed in by `contact_center.db.schema`, or writes a new one."""

import importlib
import pkgutil

from alembic import context

import contact_center
import kb
import routing
from contact_center.db import Base


MODULES = {"models", "events", "jobs", "files", "history", "leases", "idempotency", "routing_input"}


def import_all_models() -> None:
    """Every `models.py` of the house, so that the metadata is whole."""
    for package in (contact_center, routing, kb):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.rsplit(".", 1)[-1] in {
                "models",
                "events",
                "jobs",
                "files",
                "history",
                "leases",
                "idempotency",
            }:
                importlib.import_module(module.name)


import_all_models()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
