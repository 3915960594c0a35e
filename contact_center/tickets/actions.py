"""The verbs of tickets: opened at intake or at the first assignment, picked up, waiting, solved, reopened, closed.

Every verb goes through the table in `states.py` and ends with `settle`, which sets what the conversations of the ticket
ask of us (`attention`). Whoever ends an interaction in the same transaction calls these verbs afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.db import add_rows, table_of, upsert
from contact_center.errors import Conflict, NotFound
from contact_center.history import Actor
from contact_center.ids import new_id
from contact_center.interactions.models import Conversation, Interaction
from contact_center.queues.models import Queue
from contact_center.tickets.attention import settle
from contact_center.tickets.models import Counter, Ticket
from contact_center.tickets.states import TICKET, TicketEvent, TicketStatus, WaitingFor

NUMBERS = "ticket"
REOPEN_DAYS = 14
_t = table_of(Ticket)
_LOCKED = (
    select(_t.c.id, _t.c.status, _t.c.waiting_for, _t.c.waiting_until)
    .where(_t.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_t.c.id)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket starts with; `previous_id` links it to the closed one that it continues."""

    customer_id: str
    subject: str
    queue_id: str | None = None
    previous_id: str | None = None
    status: TicketStatus = TicketStatus.NEW


async def open_many(session: AsyncSession, new: Sequence[NewTicket], *, at: datetime, actor: Actor) -> list[str]:
    """Open tickets and return their ids in order; linking conversations and interactions is the caller's."""
    if not new:
        return []
    last = await numbers(session, NUMBERS, len(new))
    rows = [
        {
            "id": new_id(),
            "number": last - len(new) + 1 + position,
            "customer_id": one.customer_id,
            "subject": one.subject,
            "status": one.status.value,
            "waiting_for": None,
            "waiting_until": None,
            "queue_id": one.queue_id,
            "opened_at": at,
            "solved_at": None,
            "closed_at": None,
            "reopened": 0,
            "previous_id": one.previous_id,
            "version": 1,
        }
        for position, one in enumerate(new)
    ]
    await add_rows(session, Ticket, rows)
    for row, one in zip(rows, new, strict=True):
        _remember(session, str(row["id"]), None, one.status, one.queue_id, at=at, actor=actor, cause="opened")
    return [str(row["id"]) for row in rows]


async def numbers(session: AsyncSession, name: str, count: int) -> int:
    """Draw `count` of the numbers called `name`; returns the last. The counter's row is locked until the commit: no gaps."""
    draw = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + count)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    drawn = (await session.scalars(draw)).one_or_none()
    if drawn is None:
        await upsert(session, Counter, [{"name": name, "value": 0}], key=["name"])
        drawn = (await session.scalars(draw)).one()
    return drawn


async def settled(session: AsyncSession, ticket_ids: Sequence[str]) -> set[str]:
    """Lock these tickets, and say which of them a customer's further message changes nothing about: new, or open and not waiting."""
    if not ticket_ids:
        return set()
    rows = await session.execute(_LOCKED, {"ids": sorted(set(ticket_ids))})
    at_rest = (TicketStatus.OPEN.value, None, None)
    return {row.id for row in rows if row.status == TicketStatus.NEW.value or tuple(row)[1:] == at_rest}


async def customer_wrote(
    session: AsyncSession, ticket_id: str | None, *, customer_id: str, subject: str, opens: bool, at: datetime
) -> str | None:
    """The ticket to which a customer's further message belongs.

    The open one (it waits no longer); solved within the queue's `reopen_days` is reopened; later, or closed, a new linked
    one. Without any: a new one where the channel `opens` tickets at intake, else None.
    """
    actor = history.customer(customer_id)
    if ticket_id is None:
        if not opens:
            return None
        return (await open_many(session, [NewTicket(customer_id, subject)], at=at, actor=actor))[0]
    ticket = await _lock(session, ticket_id)
    status = TicketStatus(ticket.status)
    if status in {TicketStatus.OPEN, TicketStatus.WAITING}:
        values = {"waiting_for": None, "waiting_until": None}
        await _move(session, ticket, TicketEvent.CUSTOMER_WROTE, at=at, actor=actor, values=values)
        return ticket_id
    if status is TicketStatus.NEW:
        return ticket_id
    if status is TicketStatus.SOLVED and await _within_reopen(session, ticket, at):
        await _reopen(session, ticket, at=at, actor=actor)
        return ticket_id
    follow_up = NewTicket(customer_id, subject, queue_id=ticket.queue_id, previous_id=ticket_id)
    return (await open_many(session, [follow_up], at=at, actor=actor))[0]


async def assigned(session: AsyncSession, interaction_id: str, *, at: datetime, actor: Actor) -> str:
    """An interaction got its agent: its ticket is open now; where none was opened at intake, one is. Returns the ticket's id."""
    held = (
        await session.execute(
            select(
                Interaction.conversation_id,
                Interaction.customer_id,
                Interaction.subject,
                Interaction.queue_id,
                Interaction.ticket_id,
                Conversation.ticket_id.label("of_conversation"),
            )
            .join(Conversation, Conversation.id == Interaction.conversation_id)
            .where(Interaction.id == interaction_id)
        )
    ).one_or_none()
    if held is None:
        raise NotFound
    ticket_id = held.ticket_id or held.of_conversation
    ticket = await _lock(session, ticket_id) if ticket_id else None
    if ticket is None or ticket.status == TicketStatus.CLOSED.value:
        opened = NewTicket(held.customer_id, held.subject, held.queue_id, ticket_id, TicketStatus.OPEN)
        (ticket_id,) = await open_many(session, [opened], at=at, actor=actor)
    elif ticket.status == TicketStatus.SOLVED.value:
        await _reopen(session, ticket, at=at, actor=actor)
    else:
        values = {"waiting_for": None, "waiting_until": None}
        if ticket.queue_id is None:
            values["queue_id"] = held.queue_id
        await _move(session, ticket, TicketEvent.PICKED_UP, at=at, actor=actor, values=values)
    await _link(session, interaction_id, held.conversation_id, ticket_id)
    return str(ticket_id)


async def owed(session: AsyncSession, conversation_id: str, *, at: datetime, actor: Actor) -> str:
    """The ticket on which something said in this conversation hangs: its own, or a new one where none was opened yet."""
    conversation = await session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        raise NotFound
    if conversation.ticket_id is not None:
        return conversation.ticket_id
    new = NewTicket(conversation.customer_id, conversation.subject, conversation.queue_id)
    (ticket_id,) = await open_many(session, [new], at=at, actor=actor)
    conversation.ticket_id = ticket_id
    if conversation.interaction_id is not None:
        await session.execute(
            update(Interaction)
            .where(Interaction.id == conversation.interaction_id, Interaction.ticket_id.is_(None))
            .values(ticket_id=ticket_id)
            .execution_options(synchronize_session=False)
        )
    await session.flush()
    return ticket_id


async def _link(session: AsyncSession, interaction_id: str, conversation_id: str, ticket_id: str | None) -> None:
    for table, identifier in ((Interaction, interaction_id), (Conversation, conversation_id)):
        await session.execute(
            update(table)
            .where(table.id == identifier, table.ticket_id.is_distinct_from(ticket_id))
            .values(ticket_id=ticket_id)
            .execution_options(synchronize_session=False)
        )


async def filed(session: AsyncSession, ticket_ids: Sequence[str], queue_id: str) -> None:
    """Triage sent the first work of these tickets to a queue: its rules (`reopen_days`) are theirs from now on."""
    await session.execute(
        update(Ticket)
        .where(Ticket.id.in_(sorted(ticket_ids)), Ticket.queue_id.is_(None))
        .values(queue_id=queue_id)
        .execution_options(synchronize_session=False)
    )


async def waits(
    session: AsyncSession,
    ticket_id: str,
    waiting_for: WaitingFor,
    *,
    at: datetime,
    actor: Actor,
    until: datetime | None = None,
) -> None:
    """We wrote, or decided, and wait: for the customer, a third party, or until a time. Raises `Conflict` when solved."""
    ticket = await _lock(session, ticket_id)
    values: dict[str, Any] = {"waiting_for": waiting_for.value, "waiting_until": until}
    await _move(session, ticket, TicketEvent.SENT_AND_WAITS, at=at, actor=actor, values=values)
    await settle(session, [ticket_id], at=at)


async def reopened(session: AsyncSession, ticket_id: str, *, at: datetime, actor: Actor) -> None:
    """A person reopens a solved ticket, or calls a waiting one back to open. Raises `Conflict` when closed."""
    ticket = await _lock(session, ticket_id)
    if ticket.status == TicketStatus.SOLVED.value:
        await _reopen(session, ticket, at=at, actor=actor)
    else:
        values = {"waiting_for": None, "waiting_until": None}
        await _move(session, ticket, TicketEvent.PICKED_UP, at=at, actor=actor, values=values)
    await settle(session, [ticket_id], at=at)


async def solved(session: AsyncSession, ticket_id: str, *, at: datetime, actor: Actor) -> None:
    """Resolved. Repeating it changes nothing; raises `Conflict` when closed."""
    ticket = await _lock(session, ticket_id)
    if ticket.status != TicketStatus.SOLVED.value:
        values = {"solved_at": at, "waiting_for": None, "waiting_until": None}
        await _move(session, ticket, TicketEvent.SOLVED, at=at, actor=actor, values=values)
    await settle(session, [ticket_id], at=at)


async def closed(session: AsyncSession, ticket_id: str, *, at: datetime, actor: Actor) -> None:
    """A solved ticket is closed for good. Repeating it changes nothing; raises `Conflict` when not solved."""
    ticket = await _lock(session, ticket_id)
    if ticket.status != TicketStatus.CLOSED.value:
        await _move(session, ticket, TicketEvent.CLOSED, at=at, actor=actor, values={"closed_at": at})
    await settle(session, [ticket_id], at=at)


async def _within_reopen(session: AsyncSession, ticket: Ticket, at: datetime) -> bool:
    days = REOPEN_DAYS
    if ticket.queue_id is not None:
        found = await session.scalar(select(Queue.reopen_days).where(Queue.id == ticket.queue_id))
        days = REOPEN_DAYS if found is None else found
    return ticket.solved_at is not None and at <= ticket.solved_at + timedelta(days=days)


async def _reopen(session: AsyncSession, ticket: Ticket, *, at: datetime, actor: Actor) -> None:
    values = {"solved_at": None, "reopened": Ticket.reopened + 1}
    await _move(session, ticket, TicketEvent.REOPENED, at=at, actor=actor, values=values)


async def _lock(session: AsyncSession, ticket_id: str) -> Ticket:
    ticket = await session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None:
        raise NotFound
    return ticket


async def _move(
    session: AsyncSession, ticket: Ticket, event: TicketEvent, *, at: datetime, actor: Actor, values: dict[str, Any]
) -> None:
    """Move a locked ticket; staying open while open is no news."""
    before = TicketStatus(ticket.status)
    if not TICKET.allows(before, event):
        raise Conflict("ticket_moved", current={"status": before.value})
    after = TICKET.after(before, event)
    if before is after and all(getattr(ticket, name) == value for name, value in values.items()):
        return
    await session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.status == before.value)
        .values(status=after.value, version=Ticket.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if before is not after:
        _remember(session, ticket.id, before, after, ticket.queue_id, at=at, actor=actor, cause=event.value)


def _remember(
    session: AsyncSession,
    ticket_id: str,
    before: TicketStatus | None,
    after: TicketStatus,
    queue_id: str | None,
    *,
    at: datetime,
    actor: Actor,
    cause: str,
) -> None:
    history.append(
        session,
        entity="ticket",
        entity_id=ticket_id,
        before=before.value if before else None,
        after=after.value,
        at=at,
        actor=actor,
        cause=cause,
        queue_id=queue_id,
    )
