"""The verbs of complaints: record, acknowledge, resolve, close, reopen, correct.

Every verb goes through the table in `states.py` with a compare-and-set, appends to history, and ends with `_tell`. Locks are
taken in the order complaint, customer, conversation, interaction: keep it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history
from contact_center.complaints.models import Complaint, ComplaintCategory, ComplaintChange
from contact_center.complaints.states import (
    COMPLAINT,
    OPEN,
    ComplaintEvent,
    ComplaintState,
    Outcome,
    Severity,
)
from contact_center.customers.models import Customer
from contact_center.errors import Conflict, FieldError, Invalid, NotFound, StaleVersion
from contact_center.history import Actor
from contact_center.ids import new_id
from contact_center.interactions.announce import conversations_changed
from contact_center.interactions.models import Conversation
from contact_center.interactions.weighing import weigh
from contact_center.tickets import actions as tickets

NUMBERS = "complaint"
OPEN_CLASS = "complaint_open"
CORRECTED = "corrected"
NEWS_AT_MOST = 20
"""The customer's newest conversations, whose screens hear of a change."""


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """What somebody says, and where they said it."""

    conversation_id: str
    category_id: str
    severity: Severity
    text: str


async def record(
    session: AsyncSession, new: NewComplaint, *, repeat_within: timedelta, at: datetime, actor: Actor
) -> str:
    """Record a complaint on the conversation's ticket (opened where there is none) and return its id.

    `repeat_within` is how far back one about the same counts as a repeat. Raises `Invalid` for a category that is not in use.
    """
    place = (
        await session.execute(
            select(Conversation.customer_id, Conversation.channel).where(Conversation.id == new.conversation_id)
        )
    ).one_or_none()
    if place is None:
        raise NotFound
    await _in_use(session, new.category_id)
    before = await _count(session, place.customer_id, 1)
    ticket_id = await tickets.owed(session, new.conversation_id, at=at, actor=actor)
    complaint = Complaint(
        id=new_id(),
        number=await tickets.numbers(session, NUMBERS, 1),
        customer_id=place.customer_id,
        ticket_id=ticket_id,
        conversation_id=new.conversation_id,
        channel=place.channel,
        category_id=new.category_id,
        severity=new.severity.value,
        text=new.text,
        state=ComplaintState.RECORDED.value,
        recorded_by=actor.id,
        recorded_at=at,
        repeats=await _repeats(session, place.customer_id, new.category_id, since=at - repeat_within),
        version=1,
    )
    session.add(complaint)
    await session.flush()
    _remember(session, complaint.id, None, ComplaintState.RECORDED, at=at, actor=actor, cause="recorded")
    if before == 0:
        await weigh(session, complaint.customer_id, OPEN_CLASS, holds=True, at=at)
    await _tell(session, complaint.customer_id, also=complaint.conversation_id, at=at)
    return complaint.id


async def acknowledge(session: AsyncSession, complaint_id: str, *, at: datetime, actor: Actor) -> None:
    """The customer was told that we have it. Repeating it changes nothing; raises `Conflict` when it went further."""
    complaint = await _lock(session, complaint_id)
    if complaint.state != ComplaintState.ACKNOWLEDGED.value:
        await _move(session, complaint, ComplaintEvent.ACKNOWLEDGED, {"acknowledged_at": at}, at=at, actor=actor)


async def resolve(session: AsyncSession, complaint_id: str, resolution: str, *, at: datetime, actor: Actor) -> None:
    """What was done about it. Raises `Conflict` when it was not acknowledged yet or is resolved already."""
    complaint = await _lock(session, complaint_id)
    values = {"resolved_at": at, "resolution": resolution}
    said = {"resolution": [complaint.resolution or None, resolution]}
    await _move(session, complaint, ComplaintEvent.RESOLVED, values, at=at, actor=actor, said=said)


async def close(session: AsyncSession, complaint_id: str, outcome: Outcome, *, at: datetime, actor: Actor) -> None:
    """A resolved complaint is over: accepted by the customer, or all was done. Raises `Conflict` when it is not resolved."""
    complaint = await _lock(session, complaint_id)
    values = {"closed_at": at, "outcome": outcome.value}
    said = {"outcome": [None, outcome.value]}
    await _move(session, complaint, ComplaintEvent.CLOSED, values, at=at, actor=actor, said=said)


async def reopen(session: AsyncSession, complaint_id: str, reason: str, *, at: datetime, actor: Actor) -> None:
    """The customer is not content after all; what was resolved before stays in history. Raises `Conflict` while it is open."""
    complaint = await _lock(session, complaint_id)
    values = {
        "resolved_at": None,
        "closed_at": None,
        "resolution": "",
        "outcome": None,
        "reopened": Complaint.reopened + 1,
    }
    said = {"reason": [None, reason]}
    await _move(session, complaint, ComplaintEvent.REOPENED, values, at=at, actor=actor, said=said)


async def correct(
    session: AsyncSession,
    complaint_id: str,
    values: dict[str, Any],
    *,
    expected: int | None,
    repeat_within: timedelta,
    at: datetime,
    actor: Actor,
) -> None:
    """Set category, severity or text; what they were stays in history. Raises `StaleVersion`, `Conflict` when closed."""
    complaint = await _lock(session, complaint_id)
    if expected is not None and complaint.version != expected:
        raise StaleVersion(current={"version": complaint.version})
    if complaint.state == ComplaintState.CLOSED.value:
        raise _moved(complaint)
    changes = {
        name: [getattr(complaint, name), value] for name, value in values.items() if getattr(complaint, name) != value
    }
    if not changes:
        return
    if "category_id" in changes:
        await _in_use(session, values["category_id"])
        since = complaint.recorded_at - repeat_within
        complaint.repeats = await _repeats(
            session, complaint.customer_id, values["category_id"], since=since, before=complaint.number
        )
    for name, (_, after) in changes.items():
        setattr(complaint, name, after)
    complaint.version += 1
    _said(session, complaint_id, CORRECTED, changes, at=at, actor=actor)
    await session.flush()
    await _tell(session, complaint.customer_id, also=complaint.conversation_id, at=at)


async def _in_use(session: AsyncSession, category_id: str) -> None:
    known = select(ComplaintCategory.id).where(ComplaintCategory.id == category_id, ComplaintCategory.active)
    if await session.scalar(known) is None:
        raise Invalid(errors=[FieldError("category_id", "validation.unknown")])


async def _repeats(
    session: AsyncSession, customer_id: str, category_id: str, *, since: datetime, before: int | None = None
) -> int:
    """How many complaints of the customer about this were recorded since then, before the one of this number.

    Told apart by number, not by time: of two recorded at once the later may bear the earlier time.
    """
    found = select(func.count()).where(
        Complaint.customer_id == customer_id,
        Complaint.category_id == category_id,
        Complaint.recorded_at >= since,
    )
    return await session.scalar(found if before is None else found.where(Complaint.number < before)) or 0


async def _lock(session: AsyncSession, complaint_id: str) -> Complaint:
    complaint = await session.get(Complaint, complaint_id, with_for_update=True, populate_existing=True)
    if complaint is None:
        raise NotFound
    return complaint


def _moved(complaint: Complaint) -> Conflict:
    return Conflict("complaint_moved", current={"state": complaint.state, "version": complaint.version})


async def _move(
    session: AsyncSession,
    complaint: Complaint,
    event: ComplaintEvent,
    values: dict[str, Any],
    *,
    at: datetime,
    actor: Actor,
    said: dict[str, list[str | None]] | None = None,
) -> None:
    """Move a locked complaint; the customer's figure and their waiting work follow when it stops or begins to be open."""
    before = ComplaintState(complaint.state)
    if not COMPLAINT.allows(before, event):
        raise _moved(complaint)
    after = COMPLAINT.after(before, event)
    await session.execute(
        update(Complaint)
        .where(Complaint.id == complaint.id, Complaint.state == before.value)
        .values(state=after.value, version=Complaint.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    _remember(session, complaint.id, before, after, at=at, actor=actor, cause=event.value)
    if said is not None:
        _said(session, complaint.id, event.value, said, at=at, actor=actor)
    await _follow(session, complaint.customer_id, int(after in OPEN) - int(before in OPEN), at=at)
    await _tell(session, complaint.customer_id, also=complaint.conversation_id, at=at)


async def _follow(session: AsyncSession, customer_id: str, change: int, *, at: datetime) -> None:
    if change == 0:
        return
    before = await _count(session, customer_id, change)
    if 0 in (before, before + change):
        await weigh(session, customer_id, OPEN_CLASS, holds=change > 0, at=at)


async def _count(session: AsyncSession, customer_id: str, change: int) -> int:
    """Change how many of the customer's complaints are open; returns how many were. Added, not set: others count too."""
    counted = await session.scalars(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(complaints_open=Customer.complaints_open + change)
        .returning(Customer.complaints_open)
        .execution_options(synchronize_session=False)
    )
    return counted.one() - change


def _said(
    session: AsyncSession, complaint_id: str, cause: str, changes: dict[str, Any], *, at: datetime, actor: Actor
) -> None:
    session.add(
        ComplaintChange(
            id=new_id(), complaint_id=complaint_id, at=at, actor_id=actor.id, cause=cause, changes=dict(changes)
        )
    )


def _remember(
    session: AsyncSession,
    complaint_id: str,
    before: ComplaintState | None,
    after: ComplaintState,
    *,
    at: datetime,
    actor: Actor,
    cause: str,
) -> None:
    history.append(
        session,
        entity="complaint",
        entity_id=complaint_id,
        before=before.value if before else None,
        after=after.value,
        at=at,
        actor=actor,
        cause=cause,
    )


async def _tell(session: AsyncSession, customer_id: str, *, also: str, at: datetime) -> None:
    """The customer's record changed: their version goes up, and whoever looks at their conversations hears of it."""
    version = (
        await session.scalars(
            update(Customer)
            .where(Customer.id == customer_id)
            .values(version=Customer.version + 1)
            .returning(Customer.version)
            .execution_options(synchronize_session=False)
        )
    ).one()
    rows = await session.execute(
        select(Conversation.id, Conversation.queue_id)
        .where(Conversation.customer_id == customer_id)
        .order_by(Conversation.last_message_at.desc(), Conversation.id)
        .limit(NEWS_AT_MOST)
    )
    found = {row.id: row.queue_id for row in rows}
    await conversations_changed(session, sorted({*found, also}), at=at)
    rooms = [f"conversation:{conversation_id}" for conversation_id in found]
    rooms += [f"queue:{queue_id}" for queue_id in found.values() if queue_id]
    events.record(
        session,
        "customer.changed",
        entity="customer",
        entity_id=customer_id,
        version=version,
        rooms=rooms,
        at=at,
    )
