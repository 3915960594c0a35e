"""How a queue stands this moment: who waits, how long, who could take it. Figures by query, never kept.

A figure of agents counts only those who serve the queue; one agent may stand in several queues' figures.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence, Shown, shown
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import AssignmentState, InteractionState
from contact_center.queues.models import Queue, QueueMember

LIVE = (InteractionState.QUEUED.value, InteractionState.OFFERED.value, InteractionState.ASSIGNED.value)
WAITS = (InteractionState.QUEUED.value, InteractionState.OFFERED.value)
SIGNED_IN = frozenset(Shown) - {Shown.OFFLINE, Shown.DISCONNECTED}


@dataclass(slots=True)
class AgentFigures:
    """Agents of one queue: `free` of the available have room for more work, whatever the channel."""

    available: int = 0
    busy: int = 0
    away: int = 0
    signed_in: int = 0
    free: int = 0


@dataclass(slots=True)
class QueueFigures:
    """One queue: `longest` is (interaction id, since when it waits). `wrapping up` counts as busy."""

    id: str
    name: str
    waiting: int = 0
    offered: int = 0
    in_progress: int = 0
    longest: tuple[str, datetime] | None = None
    agents: AgentFigures = field(default_factory=AgentFigures)


async def figures(session: AsyncSession, queue_ids: Sequence[str] | None = None) -> list[QueueFigures]:
    """The queues named (None: all that are enabled), in the order of the settings."""
    wanted = select(Queue.id, Queue.name).order_by(Queue.position, Queue.name_key, Queue.id)
    wanted = wanted.where(Queue.enabled.is_(True)) if queue_ids is None else wanted.where(Queue.id.in_(queue_ids))
    found = {identifier: QueueFigures(identifier, name) for identifier, name in await session.execute(wanted)}
    if found:
        await _count_work(session, found)
        await _count_agents(session, found)
    return list(found.values())


async def _count_work(session: AsyncSession, found: dict[str, QueueFigures]) -> None:
    counted = (
        select(Interaction.queue_id, Interaction.state, func.count())
        .where(Interaction.queue_id.in_(found), Interaction.state.in_(LIVE))
        .group_by(Interaction.queue_id, Interaction.state)
    )
    for queue_id, state, count in await session.execute(counted):
        queue = found[str(queue_id)]
        if state == InteractionState.ASSIGNED.value:
            queue.in_progress = count
        else:
            queue.waiting += count
            queue.offered += count if state == InteractionState.OFFERED.value else 0
    place = func.row_number().over(partition_by=Interaction.queue_id, order_by=(Interaction.queued_at, Interaction.id))
    ranked = (
        select(Interaction.queue_id, Interaction.id, Interaction.queued_at, place.label("place"))
        .where(Interaction.queue_id.in_(found), Interaction.state.in_(WAITS), Interaction.queued_at.is_not(None))
        .subquery()
    )
    for row in await session.execute(select(ranked).where(ranked.c.place == 1)):
        found[row.queue_id].longest = (row.id, row.queued_at)


async def _count_agents(session: AsyncSession, found: dict[str, QueueFigures]) -> None:
    served: defaultdict[str, list[str]] = defaultdict(list)
    members = select(QueueMember.queue_id, QueueMember.agent_id).where(QueueMember.queue_id.in_(found))
    for queue_id, agent_id in await session.execute(members):
        served[agent_id].append(queue_id)
    agents = select(Agent.id, Agent.chosen, Agent.forced, Agent.used, Agent.units)
    present = Agent.chosen != Presence.OFFLINE.value
    ending = await who_wraps_up(session)
    for agent in await session.execute(agents.where(Agent.id.in_(served), Agent.active.is_(True), present)):
        state = shown_of(agent, wrapping_up=agent.id in ending)
        for queue_id in served[agent.id]:
            _add(found[queue_id].agents, state, free=agent.used < agent.units)


async def who_wraps_up(session: AsyncSession) -> frozenset[str]:
    """Agents who wrap something up and hold nothing else."""
    rows = await session.execute(
        select(Assignment.agent_id, Assignment.state).where(Assignment.ended_at.is_(None)).distinct()
    )
    states: defaultdict[str, set[str]] = defaultdict(set)
    for agent_id, state in rows:
        states[agent_id].add(state)
    return frozenset(agent_id for agent_id, held in states.items() if held == {AssignmentState.WRAPPING_UP.value})


def shown_of(agent: Any, *, wrapping_up: bool) -> Shown:
    """The state of this row: chosen, forced, used, units."""
    return shown(
        Presence(agent.chosen),
        Forced(agent.forced),
        used=agent.used,
        units=agent.units,
        wrapping_up=wrapping_up,
        exclusive=False,
    )


def _add(agents: AgentFigures, state: Shown, *, free: bool) -> None:
    if state in SIGNED_IN:
        agents.signed_in += 1
    if state is Shown.AVAILABLE:
        agents.available += 1
        agents.free += 1 if free else 0
    elif state in (Shown.BUSY, Shown.WRAPPING_UP):
        agents.busy += 1
    elif state in (Shown.AWAY, Shown.NOT_RESPONDING):
        agents.away += 1
