"""Work that would hold up the loop (parsing a large mail, laying out a large page) goes to processes that can be killed.

A worker that takes too long is killed and replaced: threads cannot be stopped, `ProcessPoolExecutor` cannot lose just one. A worker
is a fresh interpreter: a fork would copy locks in any state, and `multiprocessing`'s spawn would import the whole server first.
"""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

R = TypeVar("R")
START_SECONDS = 30.0
"""For a new worker to come up (it imports what it needs on its first piece of work)."""
TASKS_PER_WORKER = 500
"""Then a worker is replaced, so that whatever C code leaks is given back."""


class TooSlow(Exception):
    """The work did not end within its time; its worker was killed."""


class WorkerDied(Exception):
    """The worker ended without an answer (out of memory, a crash in C code)."""


class Heavy:
    """A few worker processes, started when first needed. `run` waits for a free one."""

    def __init__(self, max_workers: int = 2) -> None:
        self._free: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._slots = asyncio.Semaphore(max_workers)
        self._closed = False

    async def run(self, fn: Callable[..., R], /, *args: Any, timeout: float) -> R:  # noqa: ASYNC109
        """`fn(*args)` in a worker; `fn` and what goes in and out must be picklable.

        Raises `TooSlow` after `timeout` seconds of work, `WorkerDied`, or what `fn` raised. Cancelling kills the worker.
        """
        async with self._slots:
            if self._closed:
                raise WorkerDied("closed")
            worker = self._free.pop() if self._free else await self._start()
            done = False
            try:
                result = await worker.work(fn, args, timeout)
                done = True
            except _Raised as raised:
                done = True
                raise raised.error from None
            finally:
                if done and worker.tasks < TASKS_PER_WORKER and not self._closed:
                    self._free.append(worker)
                else:
                    self._all.discard(worker)
                    worker.kill()
            return result

    async def close(self) -> None:
        """End all workers; work that is running fails with `WorkerDied`."""
        self._closed = True
        for worker in list(self._all):
            worker.kill()
        self._all.clear()
        self._free.clear()

    async def _start(self) -> "_Worker":
        ours, theirs = multiprocessing.Pipe()
        # Starting a process takes milliseconds, more in a large one: not on the loop.
        process = await asyncio.to_thread(_interpreter, theirs.fileno())
        theirs.close()
        worker = _Worker(process, ours)
        self._all.add(worker)
        return worker


class _Raised(Exception):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class _Worker:
    """One process and our end of its pipe; does one thing at a time."""

    def __init__(self, process: "subprocess.Popen[bytes]", pipe: Connection) -> None:
        self._process, self._pipe = process, pipe
        self._using: asyncio.Future[Any] | None = None
        self._ready = False
        self.tasks = 0

    async def work(self, fn: Callable[..., R], args: tuple[Any, ...], timeout: float) -> R:  # noqa: ASYNC109
        """Send the work and wait for its answer."""
        if not self._ready:
            await self._receive(START_SECONDS)
            self._ready = True
        self.tasks += 1
        # Pickling and writing tens of megabytes blocks: in a thread too.
        try:
            await self._in_thread(self._pipe.send, (fn, args))
        except (OSError, EOFError) as error:
            raise WorkerDied("the worker is gone") from error
        good, value = await self._receive(timeout)
        if not good:
            raise _Raised(value)
        return value  # type: ignore[no-any-return]

    async def _receive(self, seconds: float) -> tuple[bool, Any]:
        loop = asyncio.get_running_loop()
        readable: asyncio.Future[None] = loop.create_future()
        number = self._pipe.fileno()
        loop.add_reader(number, _wake, readable)
        try:
            async with asyncio.timeout(seconds):
                await readable
        except TimeoutError:
            raise TooSlow(f"took longer than {seconds:g} s") from None
        finally:
            loop.remove_reader(number)
        try:
            answer: tuple[bool, Any] = await self._in_thread(self._pipe.recv)
        except (EOFError, OSError) as error:
            raise WorkerDied("the worker ended without an answer") from error
        return answer

    async def _in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        self._using = asyncio.ensure_future(asyncio.to_thread(call, *args))
        return await asyncio.shield(self._using)

    def kill(self) -> None:
        """End the process now and give its numbers back to the system: the pipe's when no thread uses it any more.

        Closed under a thread that writes, the number might be another worker's pipe by then, and get this one's work.
        """
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        if self._using is None or self._using.done():
            self._pipe.close()
        else:
            self._using.add_done_callback(self._used)

    def _used(self, call: "asyncio.Future[Any]") -> None:
        if not call.cancelled():
            call.exception()  # seen: whoever waited for it was cancelled
        self._pipe.close()


def _wake(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)


def _interpreter(number: int) -> "subprocess.Popen[bytes]":
    """A new interpreter that serves the pipe with that file number and finds the modules that we find."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from contact_center.heavy import serve; serve({number})"],
        pass_fds=(number,),
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def serve(number: int) -> None:
    """A worker's life: take work, do it, answer, until the pipe with that file number closes (our parent ended)."""
    pipe = Connection(number)
    # Ctrl-C reaches the whole process group; when to end is our parent's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send((True, None))
    while True:
        try:
            fn, args = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[bool, Any] = (True, fn(*args))
        except Exception as error:
            answer = (False, error)
        try:
            pipe.send(answer)
        except (ValueError, TypeError, AttributeError) as error:
            pipe.send((False, WorkerDied(f"the answer cannot be sent back: {type(error).__name__}")))
        except OSError:
            return
