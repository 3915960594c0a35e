"""Three router nodes in processes of their own, on real PostgreSQL and Valkey under load, while one thing after the other breaks.

One thing to know: the rules are those of prove/load.py (nothing assigned twice, lost, or over capacity; what was acknowledged stays), looked at
after every round; routing must go on within ten seconds. `ROUNDS` or HOURS say how often each thing breaks.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import aiohttp
from sqlalchemy import select

from bench.seed import seed_agents
from bench.server import KEY, ROOT
from bench.tables import print_table
from contact_center.bell import Bell
from contact_center.clock import Clock
from contact_center.db import Database, migrate
from contact_center.db.leases import LeaseRow, database_now
from prove.load import TRANSIENT, Load
from tests.ports import free_port
from tests.servers import Postgres, Valkey

ROUNDS = 20
AGENTS = 12
RESUMES_WITHIN = 10.0
STARTS_WITHIN = 120.0
LEASE = 5.0
"""The shipped lease, in seconds."""
SEED = 20261123


@dataclass(slots=True)
class Node:
    """One router process."""

    name: str
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    port: int = field(default_factory=free_port)

    async def start(self, *, off: float = 0.0) -> None:
        """Start it with its clock off by so many seconds, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "prove.node", str(off), cwd=ROOT, stdout=log, stderr=log,
                env={**self.environment, "CC_HTTP__PORT": str(self.port), "CC_NODE": self.name},
            )  # fmt: skip
        try:
            async with asyncio.timeout(STARTS_WITHIN), aiohttp.ClientSession() as client:
                while not await self._answers(client):
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise RuntimeError(f"{self.name} did not start: {self.log.read_text()[-3000:]}") from error

    async def _answers(self, client: aiohttp.ClientSession) -> bool:
        assert self.process is not None
        if self.process.returncode is not None:
            raise RuntimeError(f"{self.name} ended: {self.log.read_text()[-3000:]}")
        try:
            async with client.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def send(self, number: signal.Signals) -> None:
        """A signal to the process."""
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None and self.process.returncode is None:
            self.send(signal.SIGKILL)
            await self.process.wait()


class House:
    """Database, bell, nodes and load."""

    def __init__(self, postgres: Postgres, valkey: Valkey, folder: Path) -> None:
        self.postgres, self.valkey, self.folder = postgres, valkey, folder
        self.url = postgres.create("nodes")
        self.clock, self.dice = Clock(), Random(SEED)
        environment = {
            **os.environ,
            "CC_SECRET_KEY": KEY,
            "CC_DATABASE__URL": self.url,
            "CC_REDIS__URL": valkey.url,
            "CC_LOG__LEVEL": "warning",
            "CC_ROUTING__VANISHED_GRACE_SECONDS": "36000",
            "CC_ROUTING__LEASE_SECONDS": str(LEASE),
        }
        self.nodes = [
            Node(name, environment | {"CC_DATA_DIR": str(folder / name)}, folder / f"{name}.log")
            for name in ("one", "two", "three")
        ]
        self.database = Database(self.url)
        self.bell = Bell(valkey.url)
        self.load = Load(self.database, self.bell, folder / "files", seed=SEED)

    async def open(self) -> None:
        """Everything runs and routes."""
        await migrate(self.url)
        await seed_agents(self.url, agents=AGENTS)
        await self.bell.start()
        await asyncio.gather(*(node.start() for node in self.nodes))
        await self.load.start()
        await self.load.routed_since(self.clock.now(), seconds=60)

    async def close(self) -> None:
        """End all that was started."""
        await asyncio.gather(*(node.kill() for node in self.nodes))
        await self.bell.close()
        await self.database.close()

    async def leader(self) -> Node:
        """The node that holds the lease."""
        async with asyncio.timeout(60):
            while True:
                try:
                    async with self.database.read() as session:
                        now = await database_now(session)
                        held = select(LeaseRow.owner).where(LeaseRow.name == "router", LeaseRow.until > now)
                        owner = await session.scalar(held)
                    for node in self.nodes:
                        if node.name == owner:
                            return node
                except TRANSIENT:
                    pass
                await asyncio.sleep(0.1)

    async def go_on(self, *, after: float = 0.2) -> float | None:
        """Seconds from now until an offer is made by who routes then; work under way at this moment does not count."""
        moment: datetime = self.clock.now() + timedelta(seconds=after)
        took = await self.load.routed_since(moment, seconds=3 * RESUMES_WITHIN)
        return None if took is None else took + after


async def leader_killed(house: House) -> float | None:
    """SIGKILL; the dead one is started again afterwards."""
    node = await house.leader()
    await node.kill()
    took = await house.go_on()
    await node.start()
    return took


async def leader_stopped(house: House) -> float | None:
    """SIGSTOP until another leads and then some, then SIGCONT: a leader of yesterday with work in its hands."""
    node = await house.leader()
    node.send(signal.SIGSTOP)
    try:
        took = await house.go_on()
        await asyncio.sleep(LEASE + house.dice.uniform(0, 1))
    finally:
        node.send(signal.SIGCONT)
    await house.go_on()
    return took


async def database_restarted(house: House) -> float | None:
    """PostgreSQL as after a power cut; counted from its return."""
    house.postgres.kill()
    await asyncio.sleep(house.dice.uniform(0, 2))
    house.postgres.restart()
    return await house.go_on(after=0)


async def bell_gone(house: House) -> float | None:
    """Valkey dies; routing goes on without it, then with a new one."""
    house.valkey.kill()
    took = await house.go_on()
    house.valkey.restart()
    return took


async def clocks_apart(house: House) -> float | None:
    """All start anew, two of them two seconds early and late: only the third may route."""
    await asyncio.gather(*(node.kill() for node in house.nodes))
    right = house.dice.randrange(3)
    wrong = [2.0, -2.0]
    house.dice.shuffle(wrong)
    offs = [0.0 if number == right else wrong.pop() for number in range(3)]
    await asyncio.gather(*(node.start(off=off) for node, off in zip(house.nodes, offs, strict=True)))
    took = await house.go_on()
    if await house.leader() is not house.nodes[right]:
        took = None
    await asyncio.gather(*(node.kill() for node in house.nodes))
    await asyncio.gather(*(node.start() for node in house.nodes))
    await house.go_on(after=0)
    return took


BREAKS: dict[str, Callable[[House], Awaitable[float | None]]] = {
    "leader killed": leader_killed,
    "leader stopped and resumed": leader_stopped,
    "database restarted": database_restarted,
    "valkey gone": bell_gone,
    "clocks 2 s apart": clocks_apart,
}


async def broken(house: House, name: str, rounds: int) -> tuple[list[str], bool]:
    """One row: how long routing took to go on, and what was wrong afterwards."""
    times: list[float] = []
    faults: list[str] = []
    for _ in range(rounds):
        took = await BREAKS[name](house)
        if took is None or took > RESUMES_WITHIN:
            faults.append("stood still")
        times.append(3 * RESUMES_WITHIN if took is None else took)
        faults += await house.load.faults()
        await asyncio.sleep(house.dice.uniform(0, 1))
    times.sort()
    row = [name, str(rounds), f"{times[len(times) // 2]:.1f}", f"{times[-1]:.1f}"]
    return [*row, ", ".join(sorted(set(faults))) or "none"], not faults


async def run() -> bool:
    """Each thing breaks in turn; at the end all that came in must have been handled."""
    hours = float(os.environ.get("HOURS", "0.5"))
    rounds = int(os.environ.get("ROUNDS") or max(2, round(ROUNDS * min(1.0, hours / 0.5))))
    postgres, valkey = Postgres(durable=True), Valkey()
    try:
        with tempfile.TemporaryDirectory(prefix="cc-nodes-") as name:
            house = House(postgres, valkey, Path(name))
            try:
                await house.open()
                found = [await broken(house, what, rounds) for what in BREAKS]
                left = await house.load.drain(seconds=120)
                faults = await house.load.faults()
            finally:
                await house.close()
    finally:
        valkey.stop()
        postgres.stop()
    kept = house.load.kept
    print_table(
        f"Three router nodes under load, a lease of {LEASE:.0f} s; seconds until routing goes on (at most {RESUMES_WITHIN:.0f})",
        ("what breaks", "rounds", "median s", "worst s", "faults"),
        [row for row, _ in found],
    )
    print(
        f"  {len(kept.mails):,} mails and {len(kept.accepts):,} accepts acknowledged; {left} not handled in the end;"
        f" faults then: {', '.join(faults) or 'none'}"
    )
    excused = ", ".join(f"{what} {times}" for what, times in house.load.excused.most_common(5))
    print(f"  failed while something was broken, and done later: {excused or 'nothing'}")
    return all(good for _, good in found) and not left and not faults
