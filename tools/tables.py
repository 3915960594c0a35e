"""Imports every module that declares tables, so that `Base.metadata` is whole: for writing and checking migrations."""

import importlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("contact_center", "routing", "kb", "channels")


def import_all() -> None:
    """Import each module of the house whose text declares a table."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "__tablename__" in path.read_text(encoding="utf-8"):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
