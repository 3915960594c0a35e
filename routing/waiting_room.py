"""What people who wait are told: their place and an honest estimate (`contact_center.channel.WaitingRoom`).

The estimate is the pace of the last half hour: how long the queue took from one assignment to the next, times the place.
With fewer than three assignments there is no pace, and nothing is said.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.interactions.models import Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import QueueMember

LOOK_BACK = timedelta(minutes=30)
ENOUGH = 3
LONGEST = 2 * 3600
WAITS = (InteractionState.QUEUED.value, InteractionState.OFFERED.value)


class Waiting:
    """Answers by query, never from memory."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def position(self, interaction_id: str) -> int | None:
        """The place in line, from 1; None when the interaction does not wait."""
        async with self._database.read() as session:
            return await _position(session, interaction_id)

    async def estimated_wait(self, interaction_id: str) -> int | None:
        """Seconds until an agent is likely to come; None when too little is known."""
        async with self._database.read() as session:
            place = await _position(session, interaction_id)
            if place is None:
                return None
            pace = await _pace(session, interaction_id, self._clock.now())
        return None if pace is None else min(LONGEST, round(place * pace))

    async def staffed(self, queue_id: str | None) -> bool:
        """Whether anybody who serves the queue (None: any queue) has chosen to be available and can be reached."""
        at_work = select(Agent.id).where(
            Agent.active.is_(True), Agent.chosen == Presence.AVAILABLE.value, Agent.forced == Forced.NONE.value
        )
        if queue_id is not None:
            at_work = at_work.join(QueueMember, QueueMember.agent_id == Agent.id).where(
                QueueMember.queue_id == queue_id
            )
        async with self._database.read() as session:
            return (await session.execute(at_work.limit(1))).first() is not None


async def _position(session: AsyncSession, interaction_id: str) -> int | None:
    """By the ordering key, higher priority first where keys are equal; requirements are not considered."""
    own = (
        await session.execute(
            select(Interaction.queue_id, Interaction.state, Interaction.priority, Interaction.key_at).where(
                Interaction.id == interaction_id
            )
        )
    ).one_or_none()
    if own is None or own.state not in WAITS or own.queue_id is None:
        return None
    before = or_(
        Interaction.priority > own.priority,
        (Interaction.priority == own.priority) & (Interaction.key_at < own.key_at),
    )
    ahead = await session.scalar(
        select(func.count()).where(Interaction.queue_id == own.queue_id, Interaction.state.in_(WAITS), before)
    )
    return (ahead or 0) + 1


async def _pace(session: AsyncSession, interaction_id: str, now: datetime) -> float | None:
    """Seconds from one assignment of the interaction's queue to the next, over the last half hour."""
    queue = select(Interaction.queue_id).where(Interaction.id == interaction_id).scalar_subquery()
    taken = (
        await session.execute(
            select(func.count(), func.min(Interaction.assigned_at)).where(
                Interaction.queue_id == queue, Interaction.assigned_at >= now - LOOK_BACK
            )
        )
    ).one()
    if taken[0] < ENOUGH or taken[1] is None:
        return None
    return float((now - taken[1]).total_seconds() / taken[0])
