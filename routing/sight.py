"""Whose work a caller may see and change here: their own, their queues', or everything, by the reach of the permission."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.errors import Conflict, Forbidden, NotFound
from contact_center.interactions.models import Interaction
from contact_center.web import Context, Principal, Reach

READ = "interactions.read"


def covers(principal: Principal, reach: Reach | None, queue_id: str | None, agent_id: str | None) -> bool:
    """True when work in this queue, held by this agent, is within reach."""
    if reach is None or reach is Reach.ALL:
        return reach is Reach.ALL
    if agent_id is not None and agent_id == principal.agent_id:
        return True
    return reach is not Reach.OWN and queue_id is not None and queue_id in principal.queue_ids


async def seen_work(session: AsyncSession, context: Context, interaction_id: str) -> None:
    """Raise `NotFound` when the caller may not see it, `Forbidden` when they see it and may not do this."""
    row = (
        await session.execute(
            select(Interaction.queue_id, Interaction.agent_id).where(Interaction.id == interaction_id)
        )
    ).one_or_none()
    caller = context.principal
    if row is None or not covers(caller, caller.reach(READ), row.queue_id, row.agent_id):
        raise NotFound
    if not covers(caller, context.reach, row.queue_id, row.agent_id):
        raise Forbidden


def own_agent(context: Context) -> str:
    """The caller's agent; raises `Conflict` for people who have none."""
    agent_id = context.principal.agent_id
    if agent_id is None:
        raise Conflict("no_agent_profile")
    return agent_id
