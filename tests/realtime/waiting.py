"""Waiting for what happens soon: bounded, by looking again."""

import asyncio
from collections.abc import Callable

SOON = 20.0


def soon() -> asyncio.Timeout:
    """A bound on what must happen."""
    return asyncio.timeout(SOON)


async def until(condition: Callable[[], bool]) -> None:
    """Look again until it is so."""
    async with soon():
        while not condition():
            await asyncio.sleep(0.01)
