"""Our SQLite connections answer as aiosqlite's do, in one trip."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from contact_center.db.sqlite import sqlite_engine


async def test_rows_counts_and_errors_come_through(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'one.db'}"
    engine, reader = sqlite_engine(url, writer=True, size=1), sqlite_engine(url, writer=False, size=1)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER)"))
        several = [{"name": f"n{number}", "size": number} for number in range(200)]
        assert (await connection.execute(text("INSERT INTO thing VALUES (:name, :size)"), several)).rowcount == 200
        assert (await connection.execute(text("UPDATE thing SET size = 999 WHERE size > 149"))).rowcount == 50
        back = await connection.execute(text("DELETE FROM thing WHERE size = 999 RETURNING name"))
        assert len(back.all()) == 50
    async with engine.begin() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO thing VALUES ('n1', 1)"))
        await connection.execute(text("INSERT INTO thing VALUES ('after', 1)"))
    async with reader.connect() as connection:
        rows = await connection.execute(text("SELECT name, size FROM thing ORDER BY size, name"))
        assert rows.keys() == ["name", "size"] and rows.first() == ("n0", 0)
        streamed = await connection.stream(text("SELECT name FROM thing"))
        assert len([row async for row in streamed]) == 151
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM thing"))
    await engine.dispose()
    await reader.dispose()
