"""A mail of 25 MB holds nobody up, over real SMTP and real HTTP, on both engines.

What is asserted is order and the loop's own work, never the clock on the wall, which a busy machine bends. Between any two pieces of
the mail, and several times between its last byte and the 250, a request is answered: a loop that reads a mail itself answers none in
that time. The mail is understood in a worker process. And of every sample of the loop's lag only so much is the product's doing as the
loop's thread used processor time since the sample before: the rest of the lateness is the machine's. `python -m bench big_mail` has the
milliseconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
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
"""More answers than a loop that is held up can give between the last byte and the 250: one before, one after, and one to spare."""
Ask = Callable[[], Awaitable[None]]


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


def _workers_hear(heavy: Heavy, monkeypatch: pytest.MonkeyPatch) -> list[Callable[..., Any]]:
    """What is handed to the worker processes from now on."""
    handed: list[Callable[..., Any]] = []
    run = heavy.run

    async def listened(fn: Callable[..., Any], /, *args: Any, timeout: float) -> Any:  # noqa: ASYNC109
        handed.append(fn)
        return await run(fn, *args, timeout=timeout)

    monkeypatch.setattr(heavy, "run", listened)
    return handed


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


async def _deliver(address: tuple[str, int], pieces: Sequence[bytes], ask: Ask) -> tuple[bytes, int]:
    """The answer to a mail sent piece by piece, a request after each, and how many were answered while it was being understood."""
    reader, writer = await asyncio.open_connection(*address)
    await reader.readline()
    for line in ("HELO customer.example", "MAIL FROM:<ana@customer.example>", f"RCPT TO:<{SUPPORT}>", "DATA"):
        writer.write(f"{line}\r\n".encode())
        assert (await reader.readline())[:1] in b"23"
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await ask()
    writer.write(b"\r\n.\r\n")
    await writer.drain()
    verdict, answered = asyncio.create_task(reader.readline()), 0
    while not verdict.done():
        await ask()
        answered += not verdict.done()
    writer.close()
    return await verdict, answered


def _asking(person: Person) -> Ask:
    async def ask() -> None:
        await person.call("GET", "/conversations?view=all", expect=200)

    return ask


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
    address, admin = open_house.server.email.address, await open_house.sign_in("admin", connect=False)
    assert address is not None
    pieces = list(_pieces(make()))
    handed, lag = _workers_hear(open_house.server.heavy, monkeypatch), Lag(open_house.server.metrics, monkeypatch)
    verdict, answered = await _deliver(address, pieces, _asking(admin))
    assert verdict.startswith(b"250")
    assert reading.read in handed
    assert answered >= SEVERAL
    assert lag.ours
    assert max(lag.ours) <= ALLOWED, sorted(lag.ours)[-5:]
