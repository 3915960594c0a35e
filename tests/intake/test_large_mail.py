"""A mail of 25 MB holds nobody up, over real SMTP and real HTTP, on both engines.

What is asserted is order and the loop's own work, never the clock on the wall, which a busy machine bends. A request is answered between
any two pieces of the mail, and again and again while a worker process understands it: a loop that read the mail itself would answer
none then. And of every sample of the loop's lag only so much is the product's doing as the loop's thread used processor time since the
sample before: the rest of the lateness is the machine's. `python -m bench big_mail` has the milliseconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.big_mail import ALLOWED, attachment, long_page
from channels.email import reading
from contact_center.heavy import Heavy
from contact_center.web.metrics import Metrics
from tests.flows.house import SUPPORT, House, Person, opened

PIECE = 1_000_000
SEVERAL = 5
"""Answers while the worker has the mail; a loop that is held up gives none, a free one dozens."""


class Lag:
    """The product's own sampler, heard: how much of each sample's lateness the loop's thread spent working."""

    def __init__(self, metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ours: list[float] = []
        self._observe, self._used = metrics.observe_lag, time.thread_time()
        monkeypatch.setattr(metrics, "observe_lag", self._hear)

    def _hear(self, late: float) -> None:
        used = time.thread_time()
        self.ours.append(min(late, used - self._used))
        self._used = used
        self._observe(late)


class Probe:
    """A supervisor who asks for the worklist, and how often that was answered."""

    def __init__(self, person: Person) -> None:
        self._person, self.answered = person, 0

    async def ask(self) -> None:
        await self._person.call("GET", "/conversations?view=all", expect=200)
        self.answered += 1


def _heard(heavy: Heavy, probe: Probe, monkeypatch: pytest.MonkeyPatch) -> dict[Callable[..., Any], int]:
    """What is handed to the worker processes from now on, and how often the probe was answered while they had it."""
    meanwhile: dict[Callable[..., Any], int] = {}
    run = heavy.run

    async def listened(fn: Callable[..., Any], /, *args: Any, timeout: float) -> Any:  # noqa: ASYNC109
        before = probe.answered
        result = await run(fn, *args, timeout=timeout)
        meanwhile[fn] = probe.answered - before
        return result

    monkeypatch.setattr(heavy, "run", listened)
    return meanwhile


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


async def _deliver(address: tuple[str, int], pieces: Iterator[bytes], probe: Probe) -> bytes:
    """The answer to a mail sent piece by piece, a request after each, and requests without pause until it is taken in."""
    reader, writer = await asyncio.open_connection(*address)
    await reader.readline()
    for line in ("HELO customer.example", "MAIL FROM:<ana@customer.example>", f"RCPT TO:<{SUPPORT}>", "DATA"):
        writer.write(f"{line}\r\n".encode())
        assert (await reader.readline())[:1] in b"23"
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await probe.ask()
    writer.write(b"\r\n.\r\n")
    verdict = asyncio.create_task(reader.readline())
    while not verdict.done():
        await probe.ask()
    writer.close()
    return await verdict


@pytest.fixture
async def open_house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(
        database_url, tmp_path / "data", http={"request_burst": 1e6, "requests_per_second": 1e6}
    ) as house:
        yield house


@pytest.mark.timeout(240)
@pytest.mark.parametrize("make", [attachment, long_page])
async def test_a_large_mail_holds_nobody_up(
    open_house: House, make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, probe = open_house.server.email.address, Probe(await open_house.sign_in("admin", connect=False))
    assert address is not None
    pieces = _pieces(make())
    meanwhile = _heard(open_house.server.heavy, probe, monkeypatch)
    lag = Lag(open_house.server.metrics, monkeypatch)
    assert (await _deliver(address, pieces, probe)).startswith(b"250")
    assert meanwhile[reading.read] >= SEVERAL
    assert max(lag.ours) <= ALLOWED, sorted(lag.ours)[-5:]
