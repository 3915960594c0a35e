"""A background task that raised is started again, counted and named; only its owner ends it."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from contact_center.background import Background, note_failure, stopped
from tests.waiting import eventually


class Flaky:
    """Work that fails in a given way for its first runs, then runs on."""

    def __init__(self, *failures: BaseException | None) -> None:
        self.failures = list(failures)
        self.runs = 0
        self.steady = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        if self.failures:
            failure = self.failures.pop(0)
            if failure is None:
                return  # an endless task that ends
            raise failure
        self.steady.set()
        await asyncio.Event().wait()


async def test_a_task_that_raised_ended_or_met_a_cancelled_future_runs_again() -> None:
    registry = CollectorRegistry()
    background = Background(registry, pause=0.001)
    work = Flaky(RuntimeError("first"), None, asyncio.CancelledError())
    task = background.keep("sweeper", work)
    async with asyncio.timeout(10):
        await work.steady.wait()
    assert work.runs == 4
    assert background.failing() == ["sweeper"]
    assert registry.get_sample_value("cc_background_failures_total", {"task": "sweeper"}) == 3
    await stopped([task, None])
    assert task.cancelled()


async def test_a_failure_is_forgotten_after_a_steady_while(monkeypatch: pytest.MonkeyPatch) -> None:
    background = Background(pause=0.001)
    work = Flaky(RuntimeError())
    task = background.keep("bell", work)
    async with asyncio.timeout(10):
        await work.steady.wait()
    assert background.failing() == ["bell"]
    monkeypatch.setattr("contact_center.background.STEADY_SECONDS", 0.0)
    assert background.failing() == []
    await stopped([task])


async def test_a_task_never_failed_is_not_named() -> None:
    background = Background()
    work = Flaky()
    task = background.keep("router", work)
    async with asyncio.timeout(10):
        await work.steady.wait()
    assert background.failing() == []
    await stopped([task])


async def test_what_nobody_waits_for_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise RuntimeError("lost otherwise")

    task = asyncio.create_task(fails(), name="short")
    task.add_done_callback(note_failure)
    await eventually(lambda: "lost otherwise" in caplog.text, what="the log line")
    assert "short" in caplog.text
