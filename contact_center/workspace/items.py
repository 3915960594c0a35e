"""Work items from conversation ids: one statement for everything a line shows, whoever asks.

What belongs to the reader (unread, draft) is left out when there is none, as in the news that many screens get.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, Select, Table, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.customers.models import Customer
from contact_center.db import Id
from contact_center.interactions.models import (
    Assignment,
    Conversation,
    Draft,
    Interaction,
    Message,
    ReadMark,
)
from contact_center.queues.models import Queue
from contact_center.tickets.models import Ticket
from contact_center.web.refs import CustomerRef, Ref, ref
from contact_center.workspace.shapes import (
    Group,
    InteractionPart,
    NextDue,
    Preview,
    TicketPart,
    Viewer,
    WorkItem,
)
from contact_center.workspace.worklist import SNOOZED


class Viewers(Protocol):
    """Who has which conversations open now; implemented by realtime, handed in by main."""

    def __call__(self, conversation_ids: Sequence[str]) -> Mapping[str, Sequence[Viewer]]:
        """The viewers of each of these conversations; absent means nobody."""
        ...


def nobody(conversation_ids: Sequence[str]) -> Mapping[str, Sequence[Viewer]]:
    """Viewers where no realtime is running."""
    return {}


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


c, u, i, t = _table(Conversation), _table(Customer), _table(Interaction), _table(Ticket)
g, q, m, r = _table(Agent), _table(Queue), _table(Message), _table(ReadMark)
author, holder = g.alias("author"), g.alias("holder")
a, d = _table(Assignment), _table(Draft)

_phase = (
    select(a.c.state)
    .where(a.c.interaction_id == i.c.id, a.c.role == "primary", a.c.ended_at.is_(None))
    .order_by(a.c.at.desc())
    .limit(1)
    .scalar_subquery()
)
_me = bindparam("me", type_=Id)
_read_at = (
    select(r.c.read_at)
    .where(r.c.conversation_id == c.c.id, r.c.user_id == _me)
    .correlate(c)  # two levels down SQLAlchemy would not find it by itself
    .scalar_subquery()
)
_unread = (
    select(func.count())
    .select_from(m)
    .where(
        m.c.conversation_id == c.c.id,
        m.c.kind == "message",
        m.c.direction == "in",
        or_(_read_at.is_(None), m.c.at > _read_at),
    )
    .scalar_subquery()
)
_draft = select(literal(1)).where(d.c.conversation_id == c.c.id, d.c.user_id == _me).limit(1).scalar_subquery()


def _statement(*personal: Any) -> Select[Any]:
    return (
        select(
            c.c.id, c.c.version, c.c.channel, c.c.subject, c.c.preview, c.c.preview_direction, c.c.preview_author_id,
            c.c.last_message_at, c.c.attention, c.c.failed_send, c.c.snoozed_until, c.c.interaction_id, c.c.ticket_id,
            c.c.queue_id, c.c.agent_id, c.c.customer_id,
            u.c.name.label("customer_name"), u.c.vip, u.c.version.label("customer_version"),
            author.c.name.label("author_name"),
            i.c.state, i.c.version.label("interaction_version"), i.c.queue_id.label("interaction_queue_id"),
            i.c.agent_id.label("interaction_agent_id"), i.c.queued_at, i.c.priority,
            q.c.name.label("queue_name"), holder.c.name.label("agent_name"), _phase.label("phase"),
            t.c.number, t.c.status, t.c.waiting_for, t.c.waiting_until, t.c.version.label("ticket_version"),
            *personal,
        )
        .select_from(c)
        .join(u, u.c.id == c.c.customer_id)
        .outerjoin(author, author.c.user_id == c.c.preview_author_id)
        .outerjoin(i, i.c.id == c.c.interaction_id)
        .outerjoin(q, q.c.id == i.c.queue_id)
        .outerjoin(holder, holder.c.id == i.c.agent_id)
        .outerjoin(t, t.c.id == c.c.ticket_id)
        .where(c.c.id.in_(bindparam("ids", expanding=True)))
    )  # fmt: skip


_FOR_SOMEBODY = _statement(_unread.label("unread"), _draft.label("draft"))
_FOR_ALL = _statement(literal(0).label("unread"), literal(None).label("draft"))


async def items_of(
    session: AsyncSession,
    conversation_ids: Sequence[str],
    *,
    user_id: str | None,
    viewers: Viewers = nobody,
) -> list[WorkItem]:
    """The work items in the order of the ids; what does not exist is left out. `user_id` None: as seen by anybody."""
    if not conversation_ids:
        return []
    values: dict[str, Any] = {"ids": list(conversation_ids)}
    if user_id is not None:
        values["me"] = user_id
    rows = (await session.execute(_FOR_ALL if user_id is None else _FOR_SOMEBODY, values)).all()
    found = {row.id: row for row in rows}
    seen = viewers(conversation_ids)
    return [_item(found[key], list(seen.get(key, ()))) for key in conversation_ids if key in found]


async def item_of(
    session: AsyncSession, conversation_id: str, *, user_id: str | None, viewers: Viewers = nobody
) -> WorkItem:
    """One work item that is known to exist."""
    (item,) = await items_of(session, [conversation_id], user_id=user_id, viewers=viewers)
    return item


def _item(row: Row[Any], viewers: list[Viewer]) -> WorkItem:
    snoozed = row.attention == SNOOZED
    return WorkItem.model_construct(
        id=row.id,
        version=row.version,
        customer=CustomerRef.model_construct(
            id=row.customer_id, name=row.customer_name, vip=row.vip, version=row.customer_version
        ),
        channel=row.channel,
        subject=row.subject,
        preview=Preview.model_construct(direction=row.preview_direction, text=row.preview, author=_author(row)),
        last_message_at=row.last_message_at,
        unread=row.unread,
        group=Group.WAITING if snoozed else Group(row.attention),
        interaction=_interaction(row),
        ticket=_ticket(row),
        next_due=_next_due(row.snoozed_until if snoozed else None),
        has_draft=row.draft is not None,
        failed_send=row.failed_send,
        snoozed_until=row.snoozed_until if snoozed else None,
        viewers=viewers,
    )


def _author(row: Row[Any]) -> Ref | None:
    """A customer's own line is theirs; ours carries the colleague's user id."""
    if row.preview_direction == "in":
        return Ref.model_construct(id=row.customer_id, name=row.customer_name)
    return ref(row.preview_author_id, row.author_name)


def _interaction(row: Row[Any]) -> InteractionPart | None:
    if row.state is None:
        return None
    return InteractionPart.model_construct(
        id=row.interaction_id,
        state=row.state,
        version=row.interaction_version,
        queue=ref(row.interaction_queue_id, row.queue_name),
        agent=ref(row.interaction_agent_id, row.agent_name),
        phase=row.phase if row.state == "assigned" else None,
        queued_at=row.queued_at,
        priority=row.priority,
    )


def _ticket(row: Row[Any]) -> TicketPart | None:
    if row.number is None:
        return None
    return TicketPart.model_construct(
        id=row.ticket_id,
        number=row.number,
        status=row.status,
        waiting_for=row.waiting_for,
        waiting_until=row.waiting_until,
        version=row.ticket_version,
    )


def _next_due(snoozed_until: datetime | None) -> NextDue | None:
    return None if snoozed_until is None else NextDue.model_construct(kind="snooze", at=snoozed_until)
