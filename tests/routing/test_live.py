"""Figures of queues, counted on both engines: who waits, who works, who could."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.models import User
from contact_center.agents.models import Agent
from contact_center.clock import Clock
from contact_center.customers.models import Customer
from contact_center.db import Database
from contact_center.ids import new_id
from contact_center.interactions.models import Assignment, ChannelAccount, Conversation, Interaction
from contact_center.queues.models import Queue, QueueMember
from routing.live import AgentFigures, figures

NOW = Clock().now()


class Hall:
    """A database with two queues; `add` puts rows in the order given."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.support, self.billing = new_id(), new_id()
        self.customer, self.account = new_id(), new_id()
        self._people = 0

    async def add(self, *rows: Any) -> None:
        async def unit(session: AsyncSession) -> None:
            for row in rows:
                session.add(row)
                await session.flush()

        await self.database.write(unit)

    async def agent(self, *queue_ids: str, **given: Any) -> str:
        self._people += 1
        user_id, agent_id, name = new_id(), new_id(), f"agent {self._people}"

        async def unit(session: AsyncSession) -> None:
            row = {"id": user_id, "email": name, "email_key": name, "name": name, "roles": ["agent"]}
            await session.execute(insert(User).values(**row, created_at=NOW))

        await self.database.write(unit)
        agent = Agent(id=agent_id, user_id=user_id, name=name, ordinal=self._people, since=NOW, **given)
        await self.add(agent, *(QueueMember(queue_id=queue_id, agent_id=agent_id) for queue_id in queue_ids))
        return agent_id

    async def interaction(self, queue_id: str, state: str, *, waited: float = 0, agent_id: str | None = None) -> str:
        identifier, conversation_id, since = new_id(), new_id(), NOW - timedelta(seconds=waited)
        place = {"customer_id": self.customer, "channel": "email", "queue_id": queue_id, "created_at": since}
        conversation = Conversation(id=conversation_id, account_id=self.account, last_message_at=since, **place)
        work = {"id": identifier, "conversation_id": conversation_id, "state": state, "agent_id": agent_id}
        await self.add(conversation, Interaction(**work, key_at=since, queued_at=since, **place))
        return identifier


@pytest.fixture
async def hall(database_url: str) -> AsyncIterator[Hall]:
    database = Database(database_url)
    hall = Hall(database)
    await hall.add(
        Queue(id=hall.support, name="Support", name_key="support", position=1),
        Queue(id=hall.billing, name="Billing", name_key="billing", position=0),
        Queue(id=new_id(), name="Closed", name_key="closed", enabled=False),
        Customer(id=hall.customer, name="Liu Wei", name_key="liu wei", created_at=NOW),
        ChannelAccount(id=hall.account, channel="email", name="Support", address="support@x.example"),
    )
    yield hall
    await database.close()


async def test_an_empty_house_has_its_enabled_queues_in_order_and_nobody_in_them(hall: Hall) -> None:
    async with hall.database.read() as session:
        found = await figures(session)

    assert [queue.name for queue in found] == ["Billing", "Support"]
    assert [(queue.waiting, queue.longest, queue.agents) for queue in found] == [(0, None, AgentFigures())] * 2


async def test_offered_work_still_waits_and_the_longest_is_named(hall: Hall) -> None:
    await hall.interaction(hall.support, "queued", waited=10)
    longest = await hall.interaction(hall.support, "offered", waited=99)
    await hall.interaction(hall.support, "assigned", waited=500)
    await hall.interaction(hall.support, "closed", waited=900)
    await hall.interaction(hall.billing, "queued", waited=1000)

    async with hall.database.read() as session:
        (found,) = await figures(session, [hall.support])

    assert (found.waiting, found.offered, found.in_progress) == (2, 1, 1)
    assert found.longest == (longest, NOW - timedelta(seconds=99))


async def test_agents_count_as_they_stand_in_each_queue_they_serve(hall: Hall) -> None:
    await hall.agent(hall.support, hall.billing, chosen="available")
    await hall.agent(hall.support, chosen="available", used=100)
    await hall.agent(hall.support, chosen="away", reason="lunch")
    await hall.agent(hall.support, chosen="available", forced="not_responding")
    await hall.agent(hall.support, chosen="available", forced="disconnected")
    await hall.agent(hall.support, chosen="offline")
    await hall.agent(hall.support, chosen="available", active=False)

    async with hall.database.read() as session:
        billing, support = await figures(session)

    assert billing.agents == AgentFigures(available=1, signed_in=1, free=1)
    assert support.agents == AgentFigures(available=1, busy=1, away=2, signed_in=4, free=1)


async def test_who_only_wraps_up_is_busy(hall: Hall) -> None:
    agent_id = await hall.agent(hall.support, chosen="available", used=10)
    work = {"interaction_id": await hall.interaction(hall.support, "assigned", agent_id=agent_id), "agent_id": agent_id}
    await hall.add(Assignment(id=new_id(), state="wrapping_up", units=10, at=NOW, handled_until=NOW, **work))

    async with hall.database.read() as session:
        (found,) = await figures(session, [hall.support])

    assert found.agents == AgentFigures(busy=1, signed_in=1)
