"""What leaves its line by itself: held work whose queue opens, work that waited too long and overflows, work a full queue refuses.

The leader looks every second (`look_onward`, reads only) and then moves what it found, each under its lock and only if it still
stands where it stood. The engine hears of it like of any other change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence
from contact_center.interactions.models import Interaction
from contact_center.interactions.moving_on import OVERFLOWED, divert, move_on
from contact_center.interactions.queueing import due
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue, QueueMember
from contact_center.sla.reading import all_hours
from routing.doors import Door, WhenClosed, door_of, entered
from routing.mirror import LIVE

AT_ONCE = 100
QUEUE_FULL = "queue_full"
IN = "in"


@dataclass(slots=True)
class Onward:
    """What is to be done: held work that may join its line, work for another queue (with the queues it came from), new openings."""

    release: list[str] = field(default_factory=list)
    moves: list[tuple[str, str, list[str]]] = field(default_factory=list)
    opens: dict[str, datetime] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.release or self.moves or self.opens)


async def look_onward(session: AsyncSession, *, at: datetime) -> Onward:
    """What is due now. Costs two small reads when nothing is held and no queue overflows."""
    found = Onward()
    held = (
        await session.execute(
            select(Interaction.queue_id, Interaction.direction, func.min(Interaction.not_before).label("first"))
            .where(Interaction.state == InteractionState.SCHEDULED.value)
            .group_by(Interaction.queue_id, Interaction.direction)
        )
    ).all()
    queues = (await session.scalars(select(Queue).execution_options(populate_existing=True))).all()
    overflowing = [queue for queue in queues if queue.overflow]
    if not held and not overflowing:
        return found
    hours = await all_hours(session)
    doors = {queue.id: door_of(queue, hours, at) for queue in queues if queue.enabled}
    for row in held:
        if row.direction == IN and row.queue_id is not None:
            await _held(session, row.queue_id, doors, found)
    if any(row.first is not None and row.first <= at for row in held):
        await _wished_for(session, at, found)
    for queue in overflowing:
        await _overflow(session, queue, doors, found, at)
    return found


async def carry_out(session: AsyncSession, found: Onward, *, at: datetime) -> None:
    """Do it, as far as things still stand as they were seen."""
    for queue_id, opens in found.opens.items():
        await session.execute(
            update(Interaction)
            .where(
                Interaction.queue_id == queue_id,
                Interaction.state == InteractionState.SCHEDULED.value,
                Interaction.direction == IN,
            )
            .values(not_before=opens)
            .execution_options(synchronize_session=False)
        )
    await due(session, found.release, at=at, actor=history.SYSTEM)
    for interaction_id, queue_id, been_in in found.moves:
        await move_on(session, interaction_id, queue_id, cause=OVERFLOWED, at=at, actor=history.SYSTEM, been_in=been_in)


async def turn_away(session: AsyncSession, interaction_ids: Sequence[str], *, at: datetime) -> None:
    """Their queue has no room: to the queue that takes the rest, else live customers are told so and the others wait all the same."""
    if not interaction_ids:
        return
    rows = (
        await session.execute(
            select(Interaction.id, Interaction.channel, Interaction.been_in, Queue.id, Queue.full_queue_id)
            .join(Queue, Queue.id == Interaction.queue_id)
            .where(Interaction.id.in_(interaction_ids), Interaction.state == InteractionState.QUEUED.value)
            .order_by(Interaction.conversation_id)
        )
    ).all()
    for interaction_id, channel, been_in, queue_id, full_queue_id in rows:
        if full_queue_id is not None and full_queue_id not in been_in:
            visited = [*been_in, queue_id]
            await move_on(
                session, interaction_id, full_queue_id, cause=QUEUE_FULL, at=at, actor=history.SYSTEM, been_in=visited
            )
        elif channel in LIVE:
            await divert(session, [interaction_id], QUEUE_FULL, at=at)


async def _held(session: AsyncSession, queue_id: str, doors: Mapping[str, Door | None], found: Onward) -> None:
    """Work held at the door of one queue: in, elsewhere, or until another moment, as its settings are now."""
    goal, not_before = entered(queue_id, doors) if queue_id in doors else (queue_id, None)
    waiting = (
        select(Interaction.id, Interaction.not_before)
        .where(
            Interaction.queue_id == queue_id,
            Interaction.state == InteractionState.SCHEDULED.value,
            Interaction.direction == IN,
        )
        .order_by(Interaction.key_at, Interaction.id)
        .limit(AT_ONCE)
    )
    rows = (await session.execute(waiting)).all()
    if goal != queue_id and not_before is None:
        found.moves += [(row.id, goal, []) for row in rows]
    elif not_before is None:
        found.release += [row.id for row in rows]
    elif goal == queue_id and any(row.not_before != not_before for row in rows):
        found.opens[queue_id] = not_before


async def _wished_for(session: AsyncSession, at: datetime, found: Onward) -> None:
    """What we owe at a time of its own, whatever the hours."""
    rows = await session.scalars(
        select(Interaction.id)
        .where(
            Interaction.state == InteractionState.SCHEDULED.value,
            Interaction.direction != IN,
            Interaction.not_before <= at,
        )
        .order_by(Interaction.not_before)
        .limit(AT_ONCE)
    )
    found.release += list(rows.all())


async def _overflow(
    session: AsyncSession, queue: Queue, doors: Mapping[str, Door | None], found: Onward, at: datetime
) -> None:
    """The first step that is due and leads to an enabled, open queue where the interaction has not been yet."""
    steps = [step for step in sorted(queue.overflow, key=lambda step: step["after"]) if _open(step, doors)]
    if not steps:
        return
    deserted = any(step.get("if_nobody") for step in steps) and not await _anybody(session, queue.id)
    waiting = (
        select(Interaction.id, Interaction.queued_at, Interaction.been_in)
        .where(Interaction.queue_id == queue.id, Interaction.state == InteractionState.QUEUED.value)
        .order_by(Interaction.key_at, Interaction.id)
        .limit(AT_ONCE)
    )
    if not deserted:
        waiting = waiting.where(Interaction.queued_at <= at - timedelta(seconds=steps[0]["after"]))
    for row in await session.execute(waiting):
        waited = at - (row.queued_at or at)
        goal = next(
            (
                step["queue_id"]
                for step in steps
                if step["queue_id"] not in row.been_in
                and (timedelta(seconds=step["after"]) <= waited or (deserted and step.get("if_nobody")))
            ),
            None,
        )
        if goal is not None:
            found.moves.append((row.id, goal, [*row.been_in, queue.id]))


def _open(step: Mapping[str, Any], doors: Mapping[str, Door | None]) -> bool:
    if step["queue_id"] not in doors:
        return False
    door = doors[step["queue_id"]]
    return door is None or door.opens_at is None or door.when_closed is WhenClosed.SERVE


async def _anybody(session: AsyncSession, queue_id: str) -> bool:
    """Whether somebody who serves the queue is at work, busy or not."""
    found = (
        select(Agent.id)
        .join(QueueMember, QueueMember.agent_id == Agent.id)
        .where(
            QueueMember.queue_id == queue_id,
            Agent.active.is_(True),
            Agent.chosen == Presence.AVAILABLE.value,
            Agent.forced == Forced.NONE.value,
        )
        .limit(1)
    )
    return (await session.scalars(found)).first() is not None
