"""Take next: an agent asks for work instead of waiting for an offer. What is offered to them already comes first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Proficiency
from contact_center.db import Database
from contact_center.errors import Conflict
from contact_center.history import Actor
from contact_center.interactions.models import Interaction
from contact_center.interactions.moving import hold_one
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue, QueueMember, QueueSkill
from routing import offers
from routing.models import Offer
from routing.offers import Assigned
from routing.states import OfferState

LOOKED_AT = 200


async def take_next(
    database: Database, agent_id: str, *, units: Mapping[str, int], at: datetime, actor: Actor
) -> Assigned | None:
    """The oldest pending offer of the agent, else the first in line in their queues that they have the skills for.

    Somebody else may be quicker with one; then the next is tried. None when nothing is left.
    """

    async def offered(session: AsyncSession) -> Assigned | None:
        offer_id = await _oldest_offer(session, agent_id, at)
        return await offers.accept(session, offer_id, agent_id, at=at, actor=actor) if offer_id else None

    try:
        taken = await database.write(offered)
    except Conflict:
        taken = None
    if taken is not None:
        return taken
    async with database.read() as session:
        candidates = await _in_line(session, agent_id)
    for interaction_id in candidates:

        async def unit(session: AsyncSession, wanted: str = interaction_id) -> Assigned | None:
            held = await hold_one(session, wanted)
            if held.state is not InteractionState.QUEUED:
                return None
            return await offers.take(session, wanted, agent_id, units=units.get(held.channel, 0), at=at, actor=actor)

        taken = await database.write(unit)
        if taken is not None:
            return taken
    return None


async def _oldest_offer(session: AsyncSession, agent_id: str, at: datetime) -> str | None:
    found = (
        select(Offer.id)
        .where(Offer.agent_id == agent_id, Offer.state == OfferState.PENDING.value, Offer.expires_at > at)
        .order_by(Offer.offered_at)
        .limit(1)
    )
    return (await session.scalars(found)).first()


async def _in_line(session: AsyncSession, agent_id: str) -> list[str]:
    """Queued work of the agent's queues by its place in line, as far as the agent has what is required."""
    levels: dict[str, int] = {
        skill_id: level
        for skill_id, level in await session.execute(
            select(Proficiency.skill_id, Proficiency.level).where(Proficiency.agent_id == agent_id)
        )
    }
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in (await session.scalars(select(QueueSkill).where(QueueSkill.required.is_(True)))).all():
        asked.setdefault(row.queue_id, []).append({"skill_id": row.skill_id, "level": row.level})
    rows = (
        await session.execute(
            select(
                Interaction.id,
                Interaction.queue_id,
                Interaction.key_at,
                Interaction.priority,
                Interaction.skills,
                Queue.head_start,
            )
            .join(Queue, Queue.id == Interaction.queue_id)
            .join(QueueMember, QueueMember.queue_id == Queue.id)
            .where(QueueMember.agent_id == agent_id, Interaction.state == InteractionState.QUEUED.value)
            .order_by(Interaction.key_at, Interaction.id)
            .limit(LOOKED_AT)
        )
    ).all()
    able = [row for row in rows if _meets(levels, [*asked.get(row.queue_id, []), *row.skills])]
    able.sort(key=lambda row: (row.key_at - timedelta(seconds=row.priority * row.head_start), row.id))
    return [row.id for row in able]


def _meets(levels: Mapping[str, int], needs: Sequence[Mapping[str, Any]]) -> bool:
    return all(levels.get(need["skill_id"], 0) >= need["level"] for need in needs if need.get("required", True))
