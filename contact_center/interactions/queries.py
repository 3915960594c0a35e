"""Reads of the measured record, as it is answered. Who may see what is the caller's business (workspace/visibility)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.errors import NotFound
from contact_center.interactions import models
from contact_center.interactions.shapes import AssignmentLine, Interaction
from contact_center.queues.models import Queue
from contact_center.web.refs import Ref, ref

TABLE = models.Interaction.__table__


def interactions() -> Select[Any]:
    """Interactions with the names of their queues and agents; narrow it with conditions on `TABLE`."""
    return (
        select(TABLE, Queue.name.label("queue_name"), Agent.name.label("agent_name"))
        .select_from(TABLE)
        .outerjoin(Queue, Queue.id == TABLE.c.queue_id)
        .outerjoin(Agent, Agent.id == TABLE.c.agent_id)
    )


def shown(row: Row[Any], assignments: Sequence[AssignmentLine] | None = None) -> Interaction:
    """A row of `interactions()` as answered."""
    return Interaction(
        id=row.id,
        version=row.version,
        state=row.state,
        direction=row.direction,
        channel=row.channel,
        subject=row.subject,
        queue=ref(row.queue_id, row.queue_name),
        agent=ref(row.agent_id, row.agent_name),
        customer_id=row.customer_id,
        conversation_id=row.conversation_id,
        ticket_id=row.ticket_id,
        priority=row.priority,
        result=row.result,
        created_at=row.created_at,
        queued_at=row.queued_at,
        closed_at=row.closed_at,
        assignments=None if assignments is None else list(assignments),
    )


async def interaction_of(session: AsyncSession, interaction_id: str) -> Interaction:
    """One interaction with its assignments; raises `NotFound`."""
    row = (await session.execute(interactions().where(TABLE.c.id == interaction_id))).one_or_none()
    if row is None:
        raise NotFound
    lines = await session.execute(
        select(models.Assignment.__table__, Agent.name.label("agent_name"))
        .join(Agent, Agent.id == models.Assignment.agent_id)
        .where(models.Assignment.interaction_id == interaction_id)
        .order_by(models.Assignment.at, models.Assignment.id)
    )
    return shown(row, [_line(line) for line in lines])


def _line(row: Row[Any]) -> AssignmentLine:
    return AssignmentLine(
        id=row.id,
        agent=Ref(id=row.agent_id, name=row.agent_name),
        role=row.role,
        state=row.state,
        at=row.at,
        handled_until=row.handled_until,
        ended_at=row.ended_at,
        reason=row.reason,
    )
