"""Set-based work on hot paths: what waits together is handled by one function call in one transaction.

Cheaper than a savepoint each: the function sees the whole list and uses one statement a table. When the list fails, its
items run singly, so that one bad item never holds up the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from contact_center import clock as clocks
from contact_center.db.database import Database, DatabaseUnavailable

T = TypeVar("T")
R = TypeVar("R")
Many = Callable[[AsyncSession, Sequence[T]], Awaitable[Sequence[R]]]
BUSY, GATHER, MANY = 0.025, 0.01, 4
"""Seconds: after a list of `MANY` so shortly ago the next one waits so long for company; a statement costs about the same for ten."""
AT_ONCE = 2
"""So many lists at a time on PostgreSQL while they are short: the next one then need not wait for the end of the one before."""
log = logger(__name__)


class Gathering(Generic[T, R]):
    """Hands items to `work` in lists of at most `at_most`: whoever is there when their transaction begins is in it."""

    def __init__(self, database: Database, work: Many[T, R], *, at_most: int = 50) -> None:
        self._database, self._work, self._at_most = database, work, at_most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._ran_at = 0.0
        self._last = 0
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: T) -> R:
        """The result for `item`, after its commit; raises what its own transaction raised."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._running < (1 if self._database.sqlite or self._last >= MANY else AT_ONCE):
            self._running += 1
            task = asyncio.create_task(self._drain(), name="gathering")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await done

    async def _drain(self) -> None:
        """Work until nobody waits; whoever comes after the last look finds it no longer running."""
        try:
            while self._waiting:
                if self._last >= MANY and clocks.monotonic() - self._ran_at < BUSY:
                    await asyncio.sleep(GATHER)
                taken: list[tuple[T, asyncio.Future[R]]] = []
                await self._run(taken)
                self._last, self._ran_at = len(taken), clocks.monotonic()
        finally:
            self._running -= 1

    async def _run(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        """Work on this list; an empty one is filled when its transaction begins, with all who came while it waited."""

        async def unit(session: AsyncSession) -> Sequence[R]:
            self._fill(batch)
            return await self._work(session, [item for item, _ in batch]) if batch else []

        try:
            results = await self._database.write(unit)
            if len(results) != len(batch):
                raise ValueError(f"{len(results)} results for {len(batch)} items")
        except Exception as error:
            self._fill(batch)  # it may never have begun: then those who wait learn of it, as those who were taken do
            if len(batch) > 1 and not isinstance(error, DatabaseUnavailable):
                log.warning("a list failed; running its items singly", items=len(batch), error=type(error).__name__)
                for pair in batch:
                    await self._run([pair])
                return
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)

    def _fill(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        if not batch:
            batch.extend(self._waiting[: self._at_most])
            del self._waiting[: self._at_most]
