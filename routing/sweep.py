"""What falls due by itself and needs no engine: agents who vanished or were retired, wrap-ups whose time is over, queues that
open, overflow.

Run by the leader.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents import actions as agents
from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence
from contact_center.db import fence
from contact_center.db.leases import Lease
from contact_center.interactions import ending
from contact_center.interactions.giving_back import give_back
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import AssignmentState, EndReason, InteractionState
from contact_center.queues.models import Queue
from contact_center.tickets.attention import settle
from routing.onward import carry_out, look_onward


async def anything_due(session: AsyncSession, *, at: datetime, grace: float | None) -> bool:
    """Whether there is something to sweep: asked every second without disturbing writers. `grace` None leaves agents alone."""
    if grace is not None and await _somebody_unseen(session, agents.unseen_since(at, grace)):
        return True
    if await _retired_with_work(session, limit=1) or await look_onward(session, at=at):
        return True
    due = select(Assignment.id).where(Assignment.ended_at.is_(None), Assignment.wrap_up_until <= at).limit(1)
    return (await session.scalars(due)).first() is not None


async def sweep(session: AsyncSession, lease: Lease, *, at: datetime, grace: float | None) -> None:
    """Give up agents not seen for `grace` seconds, with their work; move what leaves its line; end wrap-ups whose time is over.

    Work of an agent who is no agent any more (deactivated, another role) goes at once: nobody else would ever see to it.
    """
    await fence(session, lease)
    await take_work_away(session, await _retired_with_work(session, limit=50), at=at)
    if grace is not None:
        lost = await agents.gone(session, before=agents.unseen_since(at, grace), at=at)
        await take_work_away(session, lost, at=at)
    await carry_out(session, await look_onward(session, at=at), at=at)
    closed = await ending.wrap_ups_due(session, at=at)
    await settle(session, [held.conversation_ticket_id for held in closed], at=at)


async def _somebody_unseen(session: AsyncSession, before: datetime) -> bool:
    found = select(Agent.id).where(
        Agent.active.is_(True),
        Agent.chosen != Presence.OFFLINE.value,
        Agent.forced != Forced.DISCONNECTED.value,
        or_(Agent.seen_at.is_(None), Agent.seen_at < before),
    )
    return (await session.scalars(found.limit(1))).first() is not None


async def _retired_with_work(session: AsyncSession, *, limit: int) -> Sequence[str]:
    found = (
        select(Agent.id)
        .join(Assignment, Assignment.agent_id == Agent.id)
        .join(Interaction, Interaction.id == Assignment.interaction_id)
        .where(
            Agent.active.is_(False),
            Assignment.ended_at.is_(None),
            Interaction.state == InteractionState.ASSIGNED.value,
            Interaction.agent_id == Agent.id,
        )
        .distinct()
        .order_by(Agent.id)
        .limit(limit)
    )
    return (await session.scalars(found)).all()


async def take_work_away(session: AsyncSession, agent_ids: Sequence[str], *, at: datetime) -> None:
    """These agents are gone: their work goes to the front of its queues; what they only wrapped up is closed.

    Their pending offers are withdrawn by the router, which hears of the agents: never a miss.
    """
    if not agent_ids:
        return
    rows = (
        await session.execute(
            select(Interaction.id, Interaction.queue_id, Assignment.state)
            .join(Assignment, Assignment.interaction_id == Interaction.id)
            .where(
                Assignment.agent_id.in_(agent_ids),
                Assignment.ended_at.is_(None),
                Interaction.state == InteractionState.ASSIGNED.value,
                Interaction.agent_id == Assignment.agent_id,
            )
        )
    ).all()
    handled = [row.id for row in rows if row.state == AssignmentState.WRAPPING_UP.value]
    closed = await ending.lost_wrap_ups(session, handled, at=at)
    await settle(session, [held.conversation_ticket_id for held in closed], at=at)
    given = [row for row in rows if row.state != AssignmentState.WRAPPING_UP.value]
    queued = [row.id for row in given if row.queue_id is not None]
    await give_back(session, queued, EndReason.AGENT_LOST, at=at, actor=history.SYSTEM, front=True)
    nowhere = [row.id for row in given if row.queue_id is None]
    queue_id = await _first_queue(session) if nowhere else None
    if queue_id is not None:
        await give_back(
            session, nowhere, EndReason.AGENT_LOST, at=at, actor=history.SYSTEM, front=True, queue_id=queue_id
        )


async def _first_queue(session: AsyncSession) -> str | None:
    first = select(Queue.id).where(Queue.enabled.is_(True)).order_by(Queue.position, Queue.id).limit(1)
    return (await session.scalars(first)).first()
