"""Writes the next migration: what the tables in code have that the migrated database lacks. `python -m tools.migration "why"`."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from contact_center.db import migrate
from contact_center.db.schema import MIGRATIONS, alembic_config
from tools.tables import import_all


def _write(connection: Connection, message: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


async def main(message: str) -> None:
    """Migrate an empty SQLite file to the head, then write the difference."""
    import_all()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'empty.db'}"
        await migrate(url)
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(_write, message)
        await engine.dispose()
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(MIGRATIONS / "versions")], check=True)


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "change"))
