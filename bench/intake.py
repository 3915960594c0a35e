"""SMTP to the committed offer: mails per second, CPU per mail, latency at half the peak; beside parsing and bare commits."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.databases import Engine, engines
from bench.mails import Mail, make_mails, send_all
from bench.seed import ADDRESS, seed_agents
from bench.server import Server
from bench.tables import print_table
from contact_center.db import Database
from contact_center.interactions.models import Interaction, Message
from routing.models import Offer

CONNECTIONS = 8
AGENTS = 200
SETTINGS = {
    "CC_ROUTING__UNITS__EMAIL": "2",
    "CC_ROUTING__VANISHED_GRACE_SECONDS": "36000",
}


async def offered(database: Database) -> int:
    """How many offers are committed."""
    async with database.read() as session:
        return (await session.scalar(select(func.count()).select_from(Offer))) or 0


async def until_offered(database: Database, count: int, *, seconds: float) -> None:
    """Wait until so many offers exist."""
    async with asyncio.timeout(seconds):
        while await offered(database) < count:
            await asyncio.sleep(0.05)


async def latencies(database: Database, sent: dict[str, float]) -> list[float]:
    """Seconds from the start of each mail's dialogue to its offer's time."""
    async with database.read() as session:
        rows = await session.execute(
            select(Message.wire_id, Offer.offered_at)
            .join(Interaction, Interaction.id == Message.interaction_id)
            .join(Offer, Offer.interaction_id == Interaction.id)
            .where(Message.wire_id.in_(list(sent)))
        )
        return [at.timestamp() - sent[key] for key, at in rows if key is not None]


async def paced(port: int, mails: Sequence[Mail], *, rate: float) -> dict[str, float]:
    """Send at a steady rate over all connections; when each mail's dialogue began (Unix seconds)."""
    from bench.mails import Sender

    began: dict[str, float] = {}
    senders = [Sender(port) for _ in range(CONNECTIONS)]
    for sender in senders:
        await sender.open()
    idle: asyncio.Queue[Sender] = asyncio.Queue()
    for sender in senders:
        idle.put_nowait(sender)
    start = time.monotonic()

    async def one(mail: Mail, sender: Sender) -> None:
        began[mail.key] = time.time()
        await sender.send(mail, ADDRESS)
        idle.put_nowait(sender)

    async with asyncio.TaskGroup() as group:
        for number, mail in enumerate(mails):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            group.create_task(one(mail, await idle.get()))
    for sender in senders:
        await sender.close()
    return began


async def bare_commits(database: Database, *, seconds: float = 2.0) -> float:
    """One-row inserts per second through the same database, one transaction each, one client."""

    async def unit(session: AsyncSession) -> None:
        await session.execute(
            text(
                "INSERT INTO counter (name, value) VALUES ('bench', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1"
            )
        )

    start, done = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        await database.write(unit)
        done += 1
    return done / (time.monotonic() - start)


def parse_alone(mails: Sequence[Mail]) -> float:
    """Parses per second of one process: the product's own parser, nothing else."""
    from channels.email.marks import NOBODY
    from channels.email.reading import read

    raws = [mail.data[:-5].replace(b"\r\n..", b"\r\n.") for mail in mails[:500]]
    start = time.process_time()
    for raw in raws:
        read(raw, NOBODY)
    return len(raws) / (time.process_time() - start)


async def measure(engine: Engine, count: int) -> list[str]:
    """One engine's row of the table."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        url = await engine.fresh(Path(folder))
        server = Server(url, Path(folder) / "data", SETTINGS)
        await server.run("migrate")
        await seed_agents(url, agents=AGENTS)
        database = Database(url)
        await server.start()
        try:
            warm = make_mails(100, to=ADDRESS, seed=1)
            await send_all(server.smtp_port, warm, ADDRESS, connections=CONNECTIONS)
            await until_offered(database, len(warm), seconds=60)
            mails = make_mails(count, to=ADDRESS, seed=2)
            cpu, start = server.cpu_seconds(), time.monotonic()
            codes = await send_all(server.smtp_port, mails, ADDRESS, connections=CONNECTIONS)
            await until_offered(database, len(warm) + count, seconds=300)
            elapsed = time.monotonic() - start
            cpu = (server.cpu_seconds() - cpu) / count * 1000
            refused = sum(code != 250 for code in codes)
            peak = count / elapsed
            steady = make_mails(int(min(1500, peak * 5)), to=ADDRESS, seed=3)
            began = await paced(server.smtp_port, steady, rate=peak / 2)
            await until_offered(database, len(warm) + count + len(steady), seconds=60)
            waits = sorted(await latencies(database, began))
            bare = await bare_commits(database)
        finally:
            await server.stop()
            await database.close()
        return [
            engine.name, f"{peak:.0f}", str(refused), f"{cpu:.1f}",
            f"{statistics.median(waits) * 1000:.0f}", f"{waits[int(len(waits) * 0.95)] * 1000:.0f}",
            f"{parse_alone(mails):.0f}", f"{bare:.0f}",
        ]  # fmt: skip


async def run(count: int = 5000) -> None:
    """Print the table for every engine."""
    rows = []
    async with engines() as available:
        for engine in available:
            rows.append(await measure(engine, count))
    print_table(
        f"SMTP to committed offer: {count} mails of 2.2 kB, {CONNECTIONS} connections, {AGENTS} agents, one process",
        [
            "engine",
            "mails/s",
            "refused",
            "CPU-ms/mail",
            "p50 ms",
            "p95 ms",
            "parse/s",
            "bare commits/s",
        ],
        rows,
    )
