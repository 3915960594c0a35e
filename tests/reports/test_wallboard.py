"""The wallboard's figures, counted on both engines from real rows: who was answered in time, who waits, how agents stand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.models import User
from contact_center.agents.models import Agent
from contact_center.customers.models import Customer
from contact_center.db import Database
from contact_center.ids import new_id
from contact_center.interactions.models import Assignment, ChannelAccount, Conversation, Interaction
from contact_center.queues.models import Queue, QueueMember
from contact_center.reports.wallboard import Served, Standing, day_begins, standings
from routing.models import Offer

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TARGET = 60
USUAL = {"email": 600}


class Wall:
    """A database with one queue that answers mail in a minute and one that names no target."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.support, self.billing = new_id(), new_id()
        self.plain, self.vip, self.account = new_id(), new_id(), new_id()
        self._people = 0

    async def add(self, *rows: Any) -> None:
        async def unit(session: AsyncSession) -> None:
            for row in rows:
                session.add(row)
                await session.flush()

        await self.database.write(unit)

    async def agent(self, **given: Any) -> str:
        self._people += 1
        user_id, agent_id, name = new_id(), new_id(), f"agent {self._people}"

        async def unit(session: AsyncSession) -> None:
            row = {"id": user_id, "email": name, "email_key": name, "name": name, "roles": ["agent"]}
            await session.execute(insert(User).values(**row, created_at=NOW))

        await self.database.write(unit)
        agent = Agent(id=agent_id, user_id=user_id, name=name, ordinal=self._people, since=NOW, **given)
        await self.add(agent, QueueMember(queue_id=self.support, agent_id=agent_id))
        return agent_id

    async def contact(self, state: str, *, ago: float, queue_id: str = "", vip: bool = False, **given: Any) -> str:
        """It came and stood in line `ago` seconds before now."""
        identifier, conversation_id, came = new_id(), new_id(), NOW - timedelta(seconds=ago)
        place = {
            "customer_id": self.vip if vip else self.plain,
            "channel": "email",
            "queue_id": queue_id or self.support,
            "created_at": came,
        }
        work = {"id": identifier, "conversation_id": conversation_id, "state": state, "key_at": came, "queued_at": came}
        conversation = Conversation(id=conversation_id, account_id=self.account, last_message_at=came, **place)
        await self.add(conversation, Interaction(**{**place, **work, **given}))
        return identifier

    async def answered(self, *, ago: float, after: float, by: str, **given: Any) -> str:
        """It came `ago` seconds before now and an agent took it `after` seconds, who has handled it since."""
        identifier = await self.contact("closed", ago=ago, **given)
        await self.held(identifier, by, at=NOW - timedelta(seconds=ago - after))
        return identifier

    async def held(self, interaction_id: str, agent_id: str, *, at: datetime) -> None:
        work = {"interaction_id": interaction_id, "agent_id": agent_id, "units": 10, "at": at}
        await self.add(Assignment(id=new_id(), state="ended", handled_until=at, ended_at=at, **work))

    async def standing(self, queue_id: str = "") -> Standing:
        async with self.database.read() as session:
            (found,) = await standings(session, [queue_id or self.support], usual=USUAL, now=NOW)
        return found


@pytest.fixture
async def wall(database_url: str) -> AsyncIterator[Wall]:
    database = Database(database_url)
    wall = Wall(database)
    await wall.add(
        Queue(id=wall.support, name="Support", name_key="support", answer_seconds={"email": TARGET}),
        Queue(id=wall.billing, name="Billing", name_key="billing", position=1),
        Customer(id=wall.plain, name="Liu Wei", name_key="liu wei", created_at=NOW),
        Customer(id=wall.vip, name="Ada", name_key="ada", vip=True, created_at=NOW),
        ChannelAccount(id=wall.account, channel="email", name="Support", address="support@x.example"),
    )
    yield wall
    await database.close()


async def test_where_nothing_came_there_is_no_service_level(wall: Wall) -> None:
    found = await wall.standing()

    assert (found.served, found.served.level) == (Served(), None)
    assert (found.vips.waiting, found.vips.longest, dict(found.agents)) == (0, None, {})


async def test_in_time_late_overdue_and_abandoned_are_told_apart(wall: Wall) -> None:
    alice = await wall.agent()
    await wall.answered(ago=900, after=TARGET, by=alice)
    await wall.answered(ago=900, after=TARGET + 1, by=alice)
    await wall.contact("queued", ago=TARGET + 1)
    await wall.contact("offered", ago=TARGET - 1)
    await wall.contact("abandoned", ago=500)

    found = await wall.standing()

    assert found.served == Served(in_time=1, late=1, overdue=1, abandoned=1)
    assert found.served.level == 0.3333


async def test_what_came_yesterday_counts_only_while_it_waits(wall: Wall) -> None:
    yesterday = timedelta(hours=16).total_seconds()
    await wall.answered(ago=yesterday, after=1, by=await wall.agent())
    await wall.contact("queued", ago=yesterday)

    assert (await wall.standing()).served == Served(overdue=1)


async def test_a_colleague_who_takes_it_over_makes_no_answer_late(wall: Wall) -> None:
    alice, bob = await wall.agent(), await wall.agent()
    mail = await wall.answered(ago=900, after=10, by=alice)
    await wall.held(mail, bob, at=NOW - timedelta(seconds=100))

    assert (await wall.standing()).served == Served(in_time=1)


async def test_work_given_back_is_no_answer_while_it_waits(wall: Wall) -> None:
    mail = await wall.contact("queued", ago=30, created_at=NOW - timedelta(seconds=900))
    await wall.held(mail, await wall.agent(), at=NOW - timedelta(seconds=800))

    assert (await wall.standing()).served == Served()


async def test_the_promised_deadline_goes_before_the_target(wall: Wall) -> None:
    alice = await wall.agent()
    await wall.answered(ago=900, after=300, by=alice, due_at=NOW - timedelta(seconds=500))
    await wall.contact("queued", ago=900, due_at=NOW + timedelta(seconds=1))

    assert (await wall.standing()).served == Served(in_time=1)


async def test_a_queue_without_a_target_has_the_usual_one(wall: Wall) -> None:
    alice = await wall.agent()
    await wall.answered(ago=900, after=600, by=alice, queue_id=wall.billing)
    await wall.answered(ago=900, after=601, by=alice, queue_id=wall.billing)

    assert (await wall.standing(wall.billing)).served == Served(in_time=1, late=1)


async def test_what_we_wrote_first_is_no_answer(wall: Wall) -> None:
    await wall.answered(ago=900, after=1, by=await wall.agent(), direction="out")

    assert (await wall.standing()).served == Served()


async def test_important_customers_who_wait_are_counted_and_the_longest_is_named(wall: Wall) -> None:
    await wall.contact("queued", ago=99)
    await wall.contact("queued", ago=10, vip=True)
    longest = await wall.contact("offered", ago=50, vip=True)
    await wall.contact("assigned", ago=500, vip=True)

    found = (await wall.standing()).vips

    assert (found.waiting, found.longest) == (2, (longest, NOW - timedelta(seconds=50)))


async def test_every_agent_counts_once_as_they_are_shown(wall: Wall) -> None:
    await wall.agent(chosen="available")
    await wall.agent(chosen="available", used=100)
    await wall.agent(chosen="available", forced="not_responding")
    await wall.agent(chosen="available", forced="disconnected")
    await wall.agent(chosen="away")
    await wall.agent(chosen="offline")
    await wall.agent(chosen="available", active=False)
    rung = await wall.agent(chosen="available")
    offer = {"interaction_id": await wall.contact("offered", ago=1), "agent_id": rung, "queue_id": wall.support}
    times = {"offered_at": NOW, "expires_at": NOW + timedelta(seconds=30)}
    await wall.add(Offer(id=new_id(), state="pending", units=10, rule="order", why={}, **offer, **times))
    ending = await wall.agent(chosen="available", used=10)
    work = {"interaction_id": await wall.contact("assigned", ago=1), "agent_id": ending}
    await wall.add(Assignment(id=new_id(), state="wrapping_up", units=10, at=NOW, handled_until=NOW, **work))

    assert (await wall.standing()).agents == dict.fromkeys(
        ("available", "busy", "not_responding", "disconnected", "away", "offline", "offered", "wrapping_up"), 1
    )


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("UTC", datetime(2026, 3, 10, tzinfo=UTC)),
        ("Asia/Shanghai", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 10, 4, tzinfo=UTC)),
    ],
)
def test_the_day_begins_at_midnight_where_the_queue_is(zone: str, begins: datetime) -> None:
    assert day_begins(zone, NOW) == begins
