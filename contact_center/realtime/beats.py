"""Signs of life of agents, gathered and written a few seconds' worth at a time: many heartbeats, few transactions."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable

EVERY = 3.0
log = logger(__name__)
Mark = Callable[[AsyncSession, Sequence[str], datetime], Awaitable[None]]
"""What writes it down: session, agent ids, at."""


class Beats:
    """`beat` may be called as often as one likes, also by HTTP calls; `mark` writes it down."""

    def __init__(self, database: Database, clock: Clock, mark: Mark, *, every: float = EVERY) -> None:
        self._database, self._clock, self._mark, self._every = database, clock, mark, every
        self._alive: set[str] = set()
        self._bell = asyncio.Event()

    def beat(self, agent_id: str | None) -> None:
        """The agent's browser lives; None (nobody who takes work) is ignored."""
        if agent_id is not None:
            self._alive.add(agent_id)
            self._bell.set()

    async def run(self) -> None:
        """Write down, until cancelled."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            await self._write()
            await asyncio.sleep(self._every)

    async def _write(self) -> None:
        alive, self._alive = sorted(self._alive), set()
        at = self._clock.now()

        async def unit(session: AsyncSession) -> None:
            await self._mark(session, alive, at)

        try:
            await self._database.write(unit)
        except DatabaseUnavailable:
            self._alive.update(alive)
            self._bell.set()
        except Exception:
            log.exception("heartbeats could not be written", agents=len(alive))
