"""How every queue stands and how well it answered today, for the supervisor's wallboard. Counted from stored rows, never kept.

One thing to know: an answer is measured to the first agent who took the work since it last stood in line, so that a colleague
who takes it over later makes no answer late; and the deadline is the one that was promised, where the queue promised one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.agents.states import Shown
from contact_center.customers.models import Customer
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue, QueueMember
from contact_center.sla.models import BusinessHours
from routing.live import WAITS, QueueFigures, figures, shown_of, who_wraps_up
from routing.models import Offer

RINGING = "offered"
"""What an available or busy agent counts as while an offer rings for them."""


@dataclass(slots=True)
class Served:
    """Today's contacts of one queue; `overdue` wait beyond their deadline at this moment, whichever day they came."""

    in_time: int = 0
    late: int = 0
    overdue: int = 0
    abandoned: int = 0

    @property
    def level(self) -> float | None:
        """Answered in time / (answered + waiting beyond the deadline), of 1; None where that is nothing."""
        counted = self.in_time + self.late + self.overdue
        return round(self.in_time / counted, 4) if counted else None


@dataclass(slots=True)
class Vips:
    """Those who wait and are important: how many, and (interaction id, since when) of the one who waits longest."""

    waiting: int = 0
    longest: tuple[str, datetime] | None = None


@dataclass(slots=True)
class Standing:
    """One queue. `agents` by shown state, every active agent who serves it once; one who is rung is `offered`."""

    now: QueueFigures
    served: Served = field(default_factory=Served)
    vips: Vips = field(default_factory=Vips)
    agents: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Promise:
    """What a queue promises: seconds by channel, and when its day began."""

    seconds: Mapping[str, int]
    begins: datetime


async def standings(
    session: AsyncSession, queue_ids: Sequence[str] | None, *, usual: Mapping[str, int], now: datetime
) -> list[Standing]:
    """The queues named (None: all that are enabled), in the order of the settings; `usual` targets in seconds by channel."""
    found = {queue.id: Standing(queue) for queue in await figures(session, queue_ids)}
    if found:
        promises = await _promises(session, found, usual, now)
        await _add_today(session, found, promises)
        await _add_waiting(session, found, promises, now)
        await _add_agents(session, found)
    return list(found.values())


def day_begins(zone: str, now: datetime) -> datetime:
    """Midnight of the day that it is there."""
    there = now.astimezone(ZoneInfo(zone))
    return datetime.combine(there.date(), time(), there.tzinfo)


async def _promises(
    session: AsyncSession, queue_ids: Iterable[str], usual: Mapping[str, int], now: datetime
) -> dict[str, _Promise]:
    """A queue without hours lives by UTC."""
    rows = await session.execute(
        select(Queue.id, Queue.answer_seconds, BusinessHours.time_zone)
        .outerjoin(BusinessHours, BusinessHours.id == Queue.hours_id)
        .where(Queue.id.in_(list(queue_ids)))
    )
    return {key: _Promise({**usual, **own}, day_begins(zone or "UTC", now)) for key, own, zone in rows}


def _deadline(row: Any, promise: _Promise) -> datetime | None:
    """The moment promised to this contact when it came, else its target from when it stood in line; None: no target."""
    due: datetime | None = row.due_at
    since: datetime = row.queued_at
    seconds = promise.seconds.get(row.channel)
    return due if due is not None or seconds is None else since + timedelta(seconds=seconds)


async def _add_today(session: AsyncSession, found: Mapping[str, Standing], promises: Mapping[str, _Promise]) -> None:
    """What came today and was answered or given up."""
    first = (
        select(func.min(Assignment.at))
        .where(Assignment.interaction_id == Interaction.id, Assignment.at >= Interaction.queued_at)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            Interaction.queue_id,
            Interaction.channel,
            Interaction.state,
            Interaction.created_at,
            Interaction.queued_at,
            Interaction.due_at,
            first.label("answered_at"),
        ).where(
            Interaction.queue_id.in_(found),
            Interaction.created_at >= min(promise.begins for promise in promises.values()),
            Interaction.direction == "in",
            Interaction.queued_at.is_not(None),
        )
    )
    for row in rows:
        if row.created_at >= promises[row.queue_id].begins:
            _count(found[row.queue_id].served, row, _deadline(row, promises[row.queue_id]))


def _count(served: Served, row: Any, deadline: datetime | None) -> None:
    if row.state == InteractionState.ABANDONED.value:
        served.abandoned += 1
    elif row.answered_at is not None and row.state not in WAITS and deadline is not None:
        if row.answered_at <= deadline:
            served.in_time += 1
        else:
            served.late += 1


async def _add_waiting(
    session: AsyncSession, found: Mapping[str, Standing], promises: Mapping[str, _Promise], now: datetime
) -> None:
    """Oldest first, so that the first important customer met is the one who waits longest."""
    rows = await session.execute(
        select(
            Interaction.id,
            Interaction.queue_id,
            Interaction.channel,
            Interaction.queued_at,
            Interaction.due_at,
            Customer.vip,
        )
        .join(Customer, Customer.id == Interaction.customer_id)
        .where(Interaction.queue_id.in_(found), Interaction.state.in_(WAITS), Interaction.queued_at.is_not(None))
        .order_by(Interaction.queued_at, Interaction.id)
    )
    for row in rows:
        standing, deadline = found[row.queue_id], _deadline(row, promises[row.queue_id])
        if deadline is not None and deadline < now:
            standing.served.overdue += 1
        if row.vip:
            standing.vips.waiting += 1
            standing.vips.longest = standing.vips.longest or (row.id, row.queued_at)


async def _add_agents(session: AsyncSession, found: Mapping[str, Standing]) -> None:
    serving: defaultdict[str, list[str]] = defaultdict(list)
    members = select(QueueMember.queue_id, QueueMember.agent_id).where(QueueMember.queue_id.in_(found))
    for queue_id, agent_id in await session.execute(members):
        serving[agent_id].append(queue_id)
    rung = frozenset(await session.scalars(select(Offer.agent_id).where(Offer.state == "pending")))
    ending = await who_wraps_up(session)
    agents = select(Agent.id, Agent.chosen, Agent.forced, Agent.used, Agent.units)
    for agent in await session.execute(agents.where(Agent.id.in_(serving), Agent.active.is_(True))):
        state = shown_of(agent, wrapping_up=agent.id in ending)
        ringing = state in (Shown.AVAILABLE, Shown.BUSY) and agent.id in rung
        for queue_id in serving[agent.id]:
            found[queue_id].agents[RINGING if ringing else state.value] += 1
