"""The endless tasks of one process. One that raises is logged, counted and started again: none stays dead unseen.

The one thing to know: a task ends only by being cancelled. Whatever else ends it is a failure, which `/readyz` names until the
task has run a while without another.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter

from config.logs import logger
from contact_center import clock
from contact_center.db import DatabaseUnavailable

Work = Callable[[], Awaitable[None]]
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
"""Seconds before a task that failed is started again: doubled with each failure that follows soon."""
STEADY_SECONDS = 90.0
"""So long a task must run before its last failure is forgotten."""
HOUSEKEEPING_SECONDS = 60.0
LAST_STEPS_SECONDS = 0.5
"""What a step of stopping gets even when the time for all is over."""
log = logger(__name__)


class Ended(Exception):
    """A task that never ends has ended."""


@dataclass(slots=True)
class _Failure:
    """The last failure of a task: how many there were in a row, when."""

    times: int
    at: float


class Background:
    """One per process; `failures` of all its tasks are counted on `registry`."""

    def __init__(self, registry: CollectorRegistry | None = None, *, pause: float = FIRST_PAUSE) -> None:
        self._pause = pause
        self._failures: dict[str, _Failure] = {}
        self._counted = Counter(
            "cc_background_failures",
            "Times that a background task failed and was started again",
            ["task"],
            registry=registry or CollectorRegistry(),
        )

    def keep(self, name: str, work: Work) -> asyncio.Task[None]:
        """Run `work` until the task is cancelled, again and again should it fail."""
        return asyncio.create_task(self._keep(name, work), name=name)

    def failing(self) -> Sequence[str]:
        """The names of the tasks that failed a short while ago or wait to be started again."""
        recent = clock.monotonic() - STEADY_SECONDS
        return sorted(name for name, failure in self._failures.items() if failure.at > recent)

    async def _keep(self, name: str, work: Work) -> None:
        while True:
            try:
                await work()
                raise Ended(name)
            except asyncio.CancelledError as error:
                if _told_to_stop():
                    raise
                await self._failed(name, error)  # something it waited for was cancelled
            except Exception as error:
                await self._failed(name, error)

    async def _failed(self, name: str, error: BaseException) -> None:
        self._counted.labels(name).inc()
        now = clock.monotonic()
        before = self._failures.get(name)
        times = before.times + 1 if before is not None and before.at > now - STEADY_SECONDS else 1
        self._failures[name] = _Failure(times, now)
        log.error("a background task failed; it is started again", task=name, times=times, exc_info=error)
        await asyncio.sleep(min(LONGEST_PAUSE, self._pause * 2 ** min(times - 1, 10)))


async def stopped(tasks: Sequence[asyncio.Task[None] | None]) -> None:
    """Cancel the tasks and wait for their end; None is a task that was never started."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def note_failure(task: "asyncio.Task[None]") -> None:
    """A done-callback for short tasks that nobody waits for: what they raised is logged, once."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a task that nobody waits for failed", task=task.get_name(), exc_info=error)


def _told_to_stop() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def now_and_then(step: Callable[[], Awaitable[object]]) -> None:
    """Housekeeping, until cancelled."""
    while True:
        await asyncio.sleep(HOUSEKEEPING_SECONDS)
        with contextlib.suppress(DatabaseUnavailable):
            await step()


async def quietly(step: Awaitable[object], until: float) -> None:
    """One step of stopping must not keep the others from happening, neither by failing nor by hanging."""
    try:
        async with asyncio.timeout(max(LAST_STEPS_SECONDS, until - clock.monotonic())):
            await step
    except Exception:
        log.exception("a part did not stop cleanly")
