"""Starting and ending assignments. Capacity is held from the offer (or from being taken) until the assignment ends."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents import actions as agents
from contact_center.history import Actor
from contact_center.ids import new_id
from contact_center.interactions.models import Assignment
from contact_center.interactions.moving import Held
from contact_center.interactions.states import ASSIGNMENT, AssignmentEvent, AssignmentState, EndReason

PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Live:
    """An assignment that has not ended."""

    id: str
    interaction_id: str
    agent_id: str
    state: AssignmentState
    units: int
    wrap_up_until: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """An interaction is this agent's now."""

    assignment_id: str
    interaction: Held
    agent_id: str
    at: datetime


async def live(session: AsyncSession, interaction_ids: Sequence[str]) -> list[Live]:
    """The live primary assignments of locked interactions; a transferred one may have two, the older wrapping up."""
    if not interaction_ids:
        return []
    rows = await session.execute(
        select(
            Assignment.id,
            Assignment.interaction_id,
            Assignment.agent_id,
            Assignment.state,
            Assignment.units,
            Assignment.wrap_up_until,
        )
        .where(
            Assignment.interaction_id.in_(interaction_ids), Assignment.ended_at.is_(None), Assignment.role == PRIMARY
        )
        .order_by(Assignment.id)
    )
    return [Live(**{**row._mapping, "state": AssignmentState(row.state)}) for row in rows]


async def start(
    session: AsyncSession,
    held: Held,
    agent_id: str,
    *,
    units: int,
    at: datetime,
    actor: Actor,
    cause: str,
    offer_id: str | None = None,
    why: Mapping[str, Any] | None = None,
) -> Given:
    """Insert the assignment; the units must be held already."""
    identifier = new_id()
    await session.execute(
        insert(Assignment).values(
            id=identifier,
            interaction_id=held.id,
            agent_id=agent_id,
            role=PRIMARY,
            state=AssignmentState.ACTIVE.value,
            offer_id=offer_id,
            units=units,
            why=dict(why or {}),
            at=at,
        )
    )
    _remember(
        session, identifier, None, AssignmentState.ACTIVE, held.queue_id, agent_id, at=at, actor=actor, cause=cause
    )
    return Given(identifier, held, agent_id, at)


async def end(
    session: AsyncSession,
    those: Sequence[Live],
    reason: EndReason,
    *,
    queue_id: str | None,
    at: datetime,
    actor: Actor,
) -> None:
    """End assignments, give their units back, and begin what their agents planned for afterwards."""
    if not those:
        return
    await session.execute(
        update(Assignment)
        .where(Assignment.id.in_([one.id for one in those]))
        .values(
            state=AssignmentState.ENDED.value,
            handled_until=func.coalesce(Assignment.handled_until, at),
            ended_at=at,
            reason=reason.value,
        )
        .execution_options(synchronize_session=False)
    )
    for one in those:
        after = ASSIGNMENT.after(one.state, AssignmentEvent.ENDED)
        _remember(session, one.id, one.state, after, queue_id, one.agent_id, at=at, actor=actor, cause=reason.value)
    freed: Counter[str] = Counter()
    for one in those:
        freed[one.agent_id] += one.units
    await agents.free(session, freed, at=at, handled=True)


async def shift(
    session: AsyncSession,
    one: Live,
    event: AssignmentEvent,
    *,
    queue_id: str | None,
    at: datetime,
    actor: Actor,
    values: Mapping[str, Any],
) -> None:
    """Move one assignment without ending it (wrapping up, and back)."""
    after = ASSIGNMENT.after(one.state, event)
    await session.execute(
        update(Assignment)
        .where(Assignment.id == one.id, Assignment.state == one.state.value)
        .values(state=after.value, **values)
        .execution_options(synchronize_session=False)
    )
    _remember(session, one.id, one.state, after, queue_id, one.agent_id, at=at, actor=actor, cause=event.value)


def _remember(
    session: AsyncSession,
    assignment_id: str,
    before: AssignmentState | None,
    after: AssignmentState,
    queue_id: str | None,
    agent_id: str,
    *,
    at: datetime,
    actor: Actor,
    cause: str,
) -> None:
    history.append(
        session,
        entity="assignment",
        entity_id=assignment_id,
        before=before.value if before else None,
        after=after.value,
        at=at,
        actor=actor,
        cause=cause,
        queue_id=queue_id,
        agent_id=agent_id,
    )
