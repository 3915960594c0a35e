"""How fast decisions become durable on PostgreSQL: offers written a hundred to a transaction, and the very same rows one by one.

One thing to know: both sides run the router's own `write` (fence, interaction, agent, offer, history, event) by one client; only the size
of the transaction differs. fsync and synchronous_commit are on. The promise is the ratio.
"""

import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.databases import engines
from bench.seed import seed_agents
from bench.tables import print_table
from contact_center.agents.models import Agent
from contact_center.clock import Clock, to_micros
from contact_center.customers.models import Customer
from contact_center.db import Database, Leases, migrate
from contact_center.db.leases import Lease
from contact_center.ids import new_id, to_int
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue
from routing.commit import Batch, Known, write
from routing.decisions import Offer, Rule

AGENTS = 1000
UNITS = 10
ROUNDS, TOGETHER, ALONE = 4, 1000, 100
"""So many rounds; in each so many offers written in batches, and so many one by one."""
SIZE = 100


class Work:
    """Waiting interactions and free agents in a database, handed out in order."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.known: dict[int, Known] = {}
        self._interactions: list[int] = []
        self._agents: list[int] = []
        self._next = 0

    async def fill(self, count: int) -> None:
        """So many interactions wait in the only queue."""
        now, customer = self.clock.now(), new_id()
        async with self.database.read() as session:
            self._agents = [to_int(ident) for ident in await session.scalars(select(Agent.id).order_by(Agent.ordinal))]
            queue = (await session.scalars(select(Queue.id))).one()
            account = (await session.scalars(select(ChannelAccount.id))).one()
        pairs = [(new_id(), new_id()) for _ in range(count)]

        async def unit(session: AsyncSession) -> None:
            session.add(Customer(id=customer, name="Customer", name_key="customer", created_at=now))
            await session.flush()
            await session.execute(
                insert(Conversation),
                [
                    {"id": one, "account_id": account, "channel": "email", "customer_id": customer, "created_at": now,
                     "last_message_at": now, "queue_id": queue, "interaction_id": two}
                    for one, two in pairs
                ],
            )  # fmt: skip
            await session.execute(
                insert(Interaction),
                [
                    {"id": two, "conversation_id": one, "customer_id": customer, "channel": "email", "state": "queued",
                     "queue_id": queue, "units": UNITS, "key_at": now, "created_at": now, "queued_at": now}
                    for one, two in pairs
                ],
            )  # fmt: skip

        await self.database.write(unit)
        for conversation, interaction in pairs:
            ident = to_int(interaction)
            self._interactions.append(ident)
            self.known[ident] = Known(1, InteractionState.QUEUED, conversation, queue, UNITS)

    def batch(self, size: int) -> Batch:
        """The next so many offers, each agent at most one."""
        made, t = Batch(), to_micros(self.clock.now())
        for number in range(self._next, self._next + size):
            interaction, agent = self._interactions[number], self._agents[number % len(self._agents)]
            offer = Offer(t, interaction, agent, Rule.LONGEST_IDLE, t, (0, t, 0), t + 60_000_000)
            made.add(offer, {"key": t, "rank": [0, t, 0], "skills": []})
        self._next += size
        return made

    async def write(self, lease: Lease, sizes: Sequence[int]) -> float:
        """Offers per second over transactions of these sizes. Raises AssertionError when one was not written."""
        batches = [self.batch(size) for size in sizes]
        start = time.perf_counter()
        for batch in batches:
            assert await self.database.write(partial(self._offers, batch, lease)) == len(batch)
        return sum(sizes) / (time.perf_counter() - start)

    async def _offers(self, batch: Batch, lease: Lease, session: AsyncSession) -> int:
        written = await write(session, batch, self.known, lease=lease, inputs=(), misses=2, at=self.clock.now())
        return written.offers


async def run() -> None:
    """Print the table for PostgreSQL."""
    async with engines() as available:
        (postgres,) = (engine for engine in available if engine.name == "postgresql")
        with tempfile.TemporaryDirectory(prefix="cc-commits-") as folder:
            url = await postgres.fresh(Path(folder))
            await migrate(url)
            await seed_agents(url, agents=AGENTS)
            database = Database(url)
            try:
                rows = await measured(database)
            finally:
                await database.close()
    print_table(
        f"Durable offers per second, PostgreSQL, one client: {SIZE} to a transaction beside one to a transaction",
        ("round", "together", "one by one", "ratio"),
        rows,
    )


async def measured(database: Database) -> list[list[str]]:
    """The rounds, both ways in turn, after one that does not count."""
    work = Work(database, Clock())
    await work.fill((ROUNDS + 1) * (TOGETHER + ALONE))
    lease = await Leases(database, owner="bench").take("router", seconds=3600)
    assert lease is not None
    rows = []
    for number in range(ROUNDS + 1):
        together = await work.write(lease, [SIZE] * (TOGETHER // SIZE))
        alone = await work.write(lease, [1] * ALONE)
        if number:
            rows.append([str(number), f"{together:,.0f}", f"{alone:,.0f}", f"{together / alone:.1f}"])
    return rows
