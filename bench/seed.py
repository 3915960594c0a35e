"""Fills a migrated database for benchmarks and proofs: one mail account, one queue, many available agents."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.models import User
from contact_center.agents.models import Agent, Proficiency, Skill
from contact_center.clock import Clock
from contact_center.db import Database, fold
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount
from contact_center.queues.models import Queue, QueueMember, QueueSkill

ADDRESS = "support@bench.example"
OFFER_SECONDS = 600
AGENT_CAP = 50


async def seed_agents(url: str, *, agents: int) -> list[str]:
    """Insert the account, a queue that asks one skill, and `agents` available agents; returns the agents' user ids."""
    now = Clock().now()
    queue_id, skill_id = new_id(), new_id()
    users = [new_id() for _ in range(agents)]
    ids = [new_id() for _ in range(agents)]

    async def unit(session: AsyncSession) -> None:
        session.add(Skill(id=skill_id, name="Support", name_key="support"))
        session.add(
            Queue(
                id=queue_id,
                name="Support",
                name_key="support",
                offer_seconds={"email": OFFER_SECONDS},
            )
        )
        await session.flush()
        session.add(QueueSkill(queue_id=queue_id, skill_id=skill_id, level=3))
        session.add(
            ChannelAccount(
                channel="email",
                name="Support",
                address=ADDRESS,
                default_queue_id=queue_id,
            )
        )
        for number, user_id in enumerate(users):
            email = f"agent{number}@bench.example"
            session.add(
                User(
                    id=user_id,
                    email=email,
                    email_key=fold(email),
                    name=f"Agent {number}",
                    roles=["agent"],
                    created_at=now,
                )
            )
        await session.flush()
        await session.execute(
            insert(Agent),
            [
                {"id": agent_id, "user_id": user_id, "name": f"Agent {number}", "ordinal": number + 1,
                 "caps": {"email": AGENT_CAP}, "chosen": "available", "since": now, "seen_at": now}
                for number, (agent_id, user_id) in enumerate(zip(ids, users, strict=True))
            ],
        )  # fmt: skip
        await session.execute(
            insert(QueueMember),
            [{"queue_id": queue_id, "agent_id": one} for one in ids],
        )
        await session.execute(
            insert(Proficiency),
            [{"agent_id": one, "skill_id": skill_id, "level": 5} for one in ids],
        )

    database = Database(url)
    try:
        await database.write(unit)
    finally:
        await database.close()
    return users
