"""Every story runs on both engines, in a house of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.house import House, opened


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path / "data") as running:
        yield running
