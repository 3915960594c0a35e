"""Heavy work in processes: answers come back, slow work is killed and replaced, the loop stays free."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator

import pytest

from contact_center.heavy import Heavy, TooSlow, WorkerDied
from tests.waiting import eventually


@pytest.fixture
async def heavy() -> AsyncIterator[Heavy]:
    pool = Heavy(max_workers=1)
    yield pool
    await pool.close()


async def test_work_is_done_elsewhere_and_workers_are_kept(heavy: Heavy) -> None:
    first, second = await heavy.run(os.getpid, timeout=20), await heavy.run(os.getpid, timeout=20)
    assert first == second != os.getpid()


async def test_what_the_work_raised_is_raised_here(heavy: Heavy) -> None:
    with pytest.raises(ZeroDivisionError):
        await heavy.run(divmod, 1, 0, timeout=20)
    assert await heavy.run(divmod, 7, 2, timeout=20) == (3, 1)


async def test_slow_work_is_killed_and_the_next_goes_on(heavy: Heavy) -> None:
    before = await heavy.run(os.getpid, timeout=20)
    with pytest.raises(TooSlow):
        await heavy.run(time.sleep, 600, timeout=0.05)
    assert await heavy.run(os.getpid, timeout=20) != before


async def test_a_worker_that_dies_is_replaced(heavy: Heavy) -> None:
    with pytest.raises(WorkerDied):
        await heavy.run(os._exit, 3, timeout=20)
    assert await heavy.run(len, b"abc", timeout=20) == 3


async def test_cancelled_work_frees_its_place(heavy: Heavy) -> None:
    await heavy.run(os.getpid, timeout=20)
    waiting = asyncio.create_task(heavy.run(time.sleep, 600, timeout=600))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await heavy.run(len, b"ab", timeout=20) == 2


async def test_what_a_cancelled_task_still_writes_reaches_no_other_worker(
    heavy: Heavy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await heavy.run(os.getpid, timeout=20)
    pipe, writing, on = heavy._free[0]._pipe, threading.Event(), threading.Event()
    send = pipe.send

    def late(work: object) -> None:
        writing.set()
        on.wait(20)
        send(work)

    monkeypatch.setattr(pipe, "send", late)
    cancelled = asyncio.create_task(heavy.run(time.sleep, 600, timeout=600))
    await asyncio.to_thread(writing.wait, 20)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert not pipe.closed  # its number must not become the next worker's
    next_one = asyncio.create_task(heavy.run(len, b"ab", timeout=20))
    on.set()
    assert await next_one == 2
    await eventually(lambda: pipe.closed, what="the end of the pipe")


async def test_large_values_pass_both_ways(heavy: Heavy) -> None:
    data = os.urandom(3_000_000)
    assert await heavy.run(bytes.upper, data, timeout=20) == data.upper()


async def test_after_close_nothing_runs(heavy: Heavy) -> None:
    await heavy.close()
    with pytest.raises(WorkerDied):
        await heavy.run(len, b"", timeout=20)
