"""Chat under load: from a visitor's word to its acknowledgement and to the agent's socket, beside a bare echo and a bare commit.

Visitors with an agent each write once in five seconds. The bare echo is python-socketio answering at once, in a process of its own, to as
many sockets at the same pace; the bare commit is one row inserted into the same durable database, at the same pace.
"""

import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from bench.chat_people import PASSWORD, Desk, Visitor
from bench.databases import Engine, engines
from bench.seed import seed_agents
from bench.server import ROOT, Server
from bench.tables import print_table
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.agents.models import Agent
from contact_center.db import Database
from contact_center.interactions.models import ChannelAccount
from contact_center.queues.models import Queue
from tests.ports import free_port

CHATS = (100, 500)
AGENTS, EACH = 50, 12
EVERY_SECONDS = 5.0
SECONDS = 30.0
COMERS = 8
BEAT_SECONDS = 15.0
LONGEST = 1.0
SITE = "bench"
SETTINGS = {
    "CC_ROUTING__UNITS__CHAT": "8",
    "CC_HTTP__REQUEST_BURST": "100000",
    "CC_HTTP__REQUESTS_PER_SECOND": "100000",
}
Say = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: the median, the 99th percentile, the longest."""

    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Times":
        """Of one case; there must be some."""
        ordered = sorted(seconds)
        return cls(ordered[len(ordered) // 2], ordered[math.ceil(len(ordered) * 0.99) - 1], ordered[-1])

    def shown(self) -> list[str]:
        """Milliseconds."""
        return [f"{one * 1000:.1f}" for one in (self.p50, self.p99, self.worst)]


async def paced(count: int, say: Say, *, seconds: float = SECONDS) -> list[float]:
    """`count` people, each saying something every `EVERY_SECONDS` from a moment of their own; how long each saying took."""
    chance, took = random.Random(count), list[float]()

    async def one(number: int, phase: float) -> None:
        start = time.perf_counter()
        for turn in range(int(seconds / EVERY_SECONDS)):
            await asyncio.sleep(max(0.0, start + phase + turn * EVERY_SECONDS - time.perf_counter()))
            began = time.perf_counter()
            await say(number)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(one(number, chance.uniform(0, EVERY_SECONDS)) for number in range(count)))
    return took


async def seed(url: str) -> None:
    """A chat site in the seeded queue, and agents with a password and room for many chats."""
    hashed = await Passwords().hash(PASSWORD)

    async def unit(session: AsyncSession) -> None:
        queue_id = (await session.scalars(select(Queue.id))).one()
        session.add(ChannelAccount(channel="chat", name="Bench", address=SITE, default_queue_id=queue_id))
        await session.execute(update(Agent).values(caps={"chat": EACH}))
        await session.execute(update(User).values(password_hash=hashed))

    database = Database(url)
    try:
        await database.write(unit)
    finally:
        await database.close()


class Floor:
    """The server's people: visitors in conversation and their agents."""

    def __init__(self, server: Server) -> None:
        self.server, self.desks, self.visitors = server, list[Desk](), list[Visitor]()
        self._beating: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """The agents sit down."""
        for number in range(AGENTS):
            self.desks.append(await Desk.sit_down(self.server.url, f"agent{number}@bench.example"))
        self._beating = asyncio.create_task(self._beat())

    async def close(self) -> None:
        """Everybody goes."""
        if self._beating is not None:
            self._beating.cancel()
        await asyncio.gather(*(one.go() for one in self.visitors), *(one.go() for one in self.desks))

    async def _beat(self) -> None:
        while True:
            for desk in self.desks:
                await desk.beat()
                await asyncio.sleep(BEAT_SECONDS / AGENTS)

    async def come(self, count: int) -> float:
        """Visitors come until there are `count`, several at a time; how many a second were welcomed."""
        missing, start = count - len(self.visitors), time.perf_counter()
        numbers = iter(range(missing))

        async def some() -> None:
            for _ in numbers:
                self.visitors.append(await Visitor.come(self.server.url, SITE))

        await asyncio.gather(*(some() for _ in range(COMERS)))
        return missing / (time.perf_counter() - start)

    async def talk(self, begin: int) -> None:
        """Those from `begin` on say hello, and everybody's chat has its agent."""
        for visitor in self.visitors[begin:]:
            await visitor.say("Hello, is anybody there?")
        async with asyncio.timeout(120):
            while sum(desk.accepted for desk in self.desks) < len(self.visitors):
                await asyncio.sleep(0.1)

    async def measure(self) -> tuple[Times, Times]:
        """How long until acknowledged, and until an agent's socket heard of it."""
        said: dict[str, float] = {}

        async def say(number: int) -> None:
            began = time.perf_counter()
            answer = await self.visitors[number].say("And where is my order now?")
            said[answer["message"]["id"]] = began

        acked = await paced(len(self.visitors), say)
        seen: dict[str, float] = {}
        async with asyncio.timeout(30):
            while len(seen) < len(said):
                await asyncio.sleep(0.2)
                seen = {ident: at for desk in self.desks for ident, at in desk.seen.items() if ident in said}
        return Times.of(acked), Times.of([at - said[ident] for ident, at in seen.items()])


@asynccontextmanager
async def echoing(count: int) -> AsyncIterator[list[Visitor]]:
    """So many sockets at a bare echo."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.echo", str(port), cwd=ROOT)
    visitors: list[Visitor] = []
    try:
        await _answers(port)
        for _ in range(count):
            visitors.append(await Visitor.come(f"http://127.0.0.1:{port}", None))
        yield visitors
    finally:
        await asyncio.gather(*(one.go() for one in visitors))
        process.terminate()
        await process.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def bare_echo(count: int) -> Times:
    """The echo at the pace of `count` chats."""
    async with echoing(count) as visitors:

        async def say(number: int) -> None:
            await visitors[number].say("And where is my order now?")

        return Times.of(await paced(count, say))


async def bare_commit(url: str, count: int) -> Times:
    """One row in a transaction of its own, at the pace of `count` chats, through the same driver."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS bare (said TEXT)"))

        async def say(_: int) -> None:
            async with engine.begin() as connection:
                await connection.execute(text("INSERT INTO bare VALUES ('And where is my order now?')"))

        return Times.of(await paced(count, say))
    finally:
        await engine.dispose()


def resident(pid: int) -> float:
    """MB of memory that a process holds, from the kernel's accounting (proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


async def measure(engine: Engine) -> list[list[str]]:
    """One engine's rows."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as name:
        folder = Path(name)
        url = await engine.fresh(folder)
        server = Server(url, folder / "data", SETTINGS)
        await server.run("migrate")
        await seed_agents(url, agents=AGENTS)
        await seed(url)
        await server.start()
        assert server.process is not None
        floor = Floor(server)
        try:
            await floor.open()
            for chats in CHATS:
                before, held = len(floor.visitors), resident(server.process.pid)
                rate = await floor.come(chats)
                await floor.talk(before)
                grown = (resident(server.process.pid) - held) / (chats - before) * 1000
                acked, seen = await floor.measure()
                echo, commit = await bare_echo(chats), await bare_commit(url, chats)
                bound = 3 * (echo.p99 + commit.p99)
                good = max(acked.p99, seen.p99) <= bound and max(acked.worst, seen.worst) <= LONGEST
                ratio = max(acked.p99, seen.p99) / (echo.p99 + commit.p99)
                rows.append(
                    [engine.name, str(chats), *acked.shown(), *seen.shown(), *echo.shown()[:2], *commit.shown()[:2],
                     f"{ratio:.1f}", "met" if good else "MISSED", f"{rate:.0f}", f"{grown:.0f}"]
                )  # fmt: skip
        finally:
            await floor.close()
            await server.stop()
    return rows


async def run() -> None:
    """Both engines, durable."""
    rows = []
    async with engines() as available:
        for engine in available:
            rows += await measure(engine)
    heads = ["engine", "chats", "acked p50 ms", "p99", "max", "seen p50", "p99", "max", "echo p50", "p99", "commit p50",
             "p99", "x sum", "goal 3 x", "welcomed/s", "MB per 1,000"]  # fmt: skip
    print_table(f"Open chats, each visitor writes every {EVERY_SECONDS:.0f} s; one process", heads, rows)
