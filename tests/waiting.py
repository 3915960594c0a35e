"""Waiting for something to become true, with a bound. The only place in the tests that sleeps."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


def wait_until(check: Callable[[], T | None], *, seconds: float = 20, what: str = "the condition") -> T:
    """Call `check` until it answers something true and return that; raises TimeoutError naming `what`."""
    end = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)
    return found


@overload
async def eventually(
    check: Callable[[], Awaitable[T | None]], *, seconds: float = 20, what: str = "the condition"
) -> T: ...


@overload
async def eventually(check: Callable[[], T | None], *, seconds: float = 20, what: str = "the condition") -> T: ...


async def eventually(
    check: Callable[[], Any],
    *,
    seconds: float = 20,
    what: str = "the condition",
) -> Any:
    """As `wait_until`, without holding the loop; `check` may be a coroutine function."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        found = await answer if inspect.isawaitable(answer) else answer
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        await asyncio.sleep(0.02)
