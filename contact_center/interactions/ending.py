"""Handling ends: the contact is over, the agent wraps up, the interaction closes; or it is closed before anybody had it.

These verbs know nothing of tickets: they leave the conversation at `today` (somebody may still owe something) or, without
a ticket, `done`; the caller goes on with `tickets.actions.settle`, which knows who waits for whom.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, jobs
from contact_center.errors import Conflict
from contact_center.history import Actor
from contact_center.interactions import announce, assignments
from contact_center.interactions.models import Assignment
from contact_center.interactions.moving import Held, hold, hold_one, move, refuse, require, touch
from contact_center.interactions.states import (
    AssignmentEvent,
    AssignmentState,
    EndReason,
    InteractionEvent,
    InteractionState,
)
from contact_center.queues.models import Queue

SURVEY_JOB = "survey"
"""Asked for whenever somebody's handling closes: payload {interaction_id}; surveys decide whether anything is asked."""
NO_CONTACT = "no_contact"
HANDLED = "handled"
TIMED = frozenset({"timed"})


async def contact_over(
    session: AsyncSession, interaction_id: str, *, at: datetime, actor: Actor, result: str = HANDLED
) -> Held:
    """The contact is over: the agent wraps up if the queue wants that, else the interaction closes at once.

    Repeating it while wrapping up changes nothing. Raises `Conflict` when it is not assigned.
    """
    held = await hold_one(session, interaction_id)
    if held.state is not InteractionState.ASSIGNED:
        raise refuse(held)
    live = await assignments.live(session, [held.id])
    active = [one for one in live if one.state is not AssignmentState.WRAPPING_UP]
    if not active:
        return held
    wants, until = await _after_work(session, held, at)
    if not wants:
        return await _close(session, held, live, result=result, at=at, actor=actor)
    for one in active:
        await assignments.shift(
            session,
            one,
            AssignmentEvent.CONTACT_OVER,
            queue_id=held.queue_id,
            at=at,
            actor=actor,
            values={"handled_until": at, "wrap_up_until": until},
        )
    await touch(session, held, at=at, values={"result": result})
    await _quiet(session, [held], at=at)
    return held


async def wrap_up(
    session: AsyncSession, interaction_id: str, *, code_id: str | None, note: str | None, at: datetime, actor: Actor
) -> Held:
    """Record what it was about; an agent who was wrapping up is done then. Raises `Conflict` when not assigned."""
    held = await hold_one(session, interaction_id)
    if held.state is not InteractionState.ASSIGNED:
        raise refuse(held)
    await touch(session, held, at=at, values={"wrap_up_code_id": code_id, "wrap_up_note": note})
    held = replace(held, version=held.version + 1, wrap_up_code_id=code_id)
    live = await assignments.live(session, [held.id])
    if any(one.state is not AssignmentState.WRAPPING_UP for one in live):
        return held
    if code_id is None and await _code_required(session, held):
        raise Conflict("wrap_up_required", current={"state": held.state.value})
    return await _close(session, held, live, result=None, at=at, actor=actor)


async def close(
    session: AsyncSession, interaction_id: str, *, at: datetime, actor: Actor, result: str | None = None
) -> Held:
    """Close whatever stands: handled when somebody has it, else closed without contact (the router withdraws offers).

    Closing what is closed changes nothing. Raises `Conflict` for abandoned, diverted and ignored ones.
    """
    held = await hold_one(session, interaction_id)
    if held.state is InteractionState.CLOSED:
        return held
    if held.state is InteractionState.ASSIGNED:
        live = await assignments.live(session, [held.id])
        return await _close(session, held, live, result=result or HANDLED, at=at, actor=actor)
    require(held, InteractionEvent.CANCELLED)
    values = {"closed_at": at, "result": result or NO_CONTACT}
    (now,) = await move(
        session, InteractionEvent.CANCELLED, [held], at=at, actor=actor, cause="cancelled", values=values
    )
    await _quiet(session, [now], at=at)
    return now


async def wrap_ups_due(session: AsyncSession, *, at: datetime) -> list[Held]:
    """End the wrap-ups whose time is over and close their interactions; returns those."""
    due = (
        select(Assignment.interaction_id)
        .where(Assignment.ended_at.is_(None), Assignment.wrap_up_until <= at)
        .order_by(Assignment.wrap_up_until)
        .limit(50)
    )
    held = await hold(session, list((await session.scalars(due)).all()))
    closed = []
    for one in held:
        live = await assignments.live(session, [one.id])
        over = [each for each in live if each.wrap_up_until is not None and each.wrap_up_until <= at]
        if one.state is InteractionState.ASSIGNED and len(over) == len(live) and over:
            closed.append(await _close(session, one, live, result=None, at=at, actor=history.SYSTEM))
        else:
            await assignments.end(session, over, EndReason.HANDLED, queue_id=one.queue_id, at=at, actor=history.SYSTEM)
    return closed


async def lost_wrap_ups(session: AsyncSession, interaction_ids: Sequence[str], *, at: datetime) -> list[Held]:
    """The agent vanished while wrapping up: there is nothing to give to somebody else, so these close."""
    closed = []
    for held in await hold(session, interaction_ids):
        live = await assignments.live(session, [held.id])
        closed.append(await _close(session, held, live, result=None, at=at, actor=history.SYSTEM))
    return closed


async def _close(
    session: AsyncSession,
    held: Held,
    live: Sequence[assignments.Live],
    *,
    result: str | None,
    at: datetime,
    actor: Actor,
) -> Held:
    await assignments.end(session, live, EndReason.HANDLED, queue_id=held.queue_id, at=at, actor=actor)
    values = {"closed_at": at} | ({"result": result} if result is not None else {})
    (now,) = await move(session, InteractionEvent.HANDLED, [held], at=at, actor=actor, cause=HANDLED, values=values)
    jobs.enqueue(session, SURVEY_JOB, {"interaction_id": held.id}, at=at)
    await _quiet(session, [now], at=at)
    return now


async def _quiet(session: AsyncSession, those: Sequence[Held], *, at: datetime) -> None:
    """Nobody waits for us now as far as this package can know."""
    for held in those:
        closed = held.state is not InteractionState.ASSIGNED
        attention = "done" if closed and held.conversation_ticket_id is None else "today"
        await announce.conversations_changed(session, [held.conversation_id], at=at, values={"attention": attention})


async def _after_work(session: AsyncSession, held: Held, at: datetime) -> tuple[bool, datetime | None]:
    """Whether the queue wants after-work, and until when it may last (None: until the agent says so)."""
    if held.queue_id is None:
        return False, None
    queue = await session.get_one(Queue, held.queue_id)
    if queue.wrap_up_required and held.wrap_up_code_id is None:
        return True, None
    if queue.after_work == "none":
        return False, None
    timed = queue.after_work in TIMED
    return True, at + timedelta(seconds=queue.after_work_seconds) if timed else None


async def _code_required(session: AsyncSession, held: Held) -> bool:
    if held.queue_id is None:
        return False
    queue = await session.get_one(Queue, held.queue_id)
    return queue.wrap_up_required or queue.after_work == "forced"
