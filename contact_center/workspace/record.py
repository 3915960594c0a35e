"""The record panel in one answer: what is known about the customer behind a conversation, what the caller may do.

A constant number of statements; what the caller may not see of other queues' work is left out by the queries.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.complaints.queries import of_customers
from contact_center.complaints.shapes import ComplaintLine
from contact_center.customers.models import Identity
from contact_center.customers.queries import customer_of, identities_of
from contact_center.interactions.models import (
    ChannelAccount,
    Conversation,
    Interaction,
    Message,
    Participant,
)
from contact_center.interactions.states import OPEN, WAITING, InteractionState
from contact_center.interactions.subjects import answered
from contact_center.surveys.models import SurveyResponse
from contact_center.tickets.models import Ticket
from contact_center.web import Context
from contact_center.workspace import shapes
from contact_center.workspace.drafts import drafts_of
from contact_center.workspace.items import Viewers, item_of
from contact_center.workspace.thread import addresses
from contact_center.workspace.thread_shapes import Address
from contact_center.workspace.visibility import WRITE, Sight, seen_by, sight

SHOWN_AT_MOST = 20


async def record_of(
    session: AsyncSession, context: Context, conversation: Conversation, *, viewers: Viewers
) -> shapes.Record:
    """The record panel of a conversation that the caller may see."""
    user_id, seen = context.principal.user_id, seen_by(context)
    item = await item_of(session, conversation.id, user_id=user_id, viewers=viewers)
    return shapes.Record(
        item=item,
        customer=await customer_of(session, conversation.customer_id),
        identities=await identities_of(session, conversation.customer_id),
        participants=await _participants(session, conversation.id),
        tickets=await _tickets(session, conversation.customer_id, seen),
        complaints=await _complaints(session, context, conversation.customer_id),
        articles=shapes.Articles(suggested=[], linked=[]),
        history=await _history(session, conversation, seen),
        csat=await _csat(session, conversation.customer_id),
        mine=shapes.Mine(
            draft=await drafts_of(session, conversation.id, user_id), can=can(context, conversation, item.interaction)
        ),
        reply_to=await reply_to(session, conversation),
        version=item.version,
    )


def can(context: Context, conversation: Conversation, interaction: shapes.InteractionPart | None) -> shapes.Can:
    """What the caller may do with this work now."""
    principal = context.principal
    does = sight(principal, principal.reach(WRITE)).covers(conversation.queue_id, conversation.agent_id)
    state = InteractionState(interaction.state) if interaction else None
    agent_id = interaction.agent.id if interaction and interaction.agent else None
    mine = does and agent_id is not None and agent_id == principal.agent_id
    assigned = state is InteractionState.ASSIGNED
    is_open = state in OPEN
    return shapes.Can(
        reply=does,
        note=does,
        wait=does,
        resolve=does,
        transfer=does and (assigned or state in WAITING),
        requeue=does and assigned,
        take=does
        and principal.agent_id is not None
        and not mine
        and is_open
        and state is not InteractionState.SCHEDULED,
        assign=does and is_open,
        wrap_up=mine and assigned,
        close=does and is_open,
    )


async def _participants(session: AsyncSession, conversation_id: str) -> list[shapes.Participant]:
    rows = await session.execute(
        select(Identity.id, Identity.shown, Identity.value, Identity.kind, Participant.name, Participant.role)
        .join(Participant, Participant.identity_id == Identity.id)
        .where(Participant.conversation_id == conversation_id)
        .order_by(Participant.role.desc(), Identity.id)
    )
    return [
        shapes.Participant(
            identity_id=row.id, address=row.shown or row.value, kind=row.kind, name=row.name, role=row.role
        )
        for row in rows
    ]


async def _tickets(session: AsyncSession, customer_id: str, seen: Sight) -> list[shapes.TicketLine]:
    """The customer's newest tickets that have work within sight."""
    tables: list[Table] = [Conversation.__table__, Interaction.__table__]  # type: ignore[list-item]
    here = [
        select(table.c.ticket_id).where(table.c.customer_id == customer_id, seen.condition(table)) for table in tables
    ]
    rows = await session.scalars(
        select(Ticket)
        .where(Ticket.customer_id == customer_id, Ticket.id.in_(union(*here)))
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    return [
        shapes.TicketLine(
            id=row.id,
            number=row.number,
            status=row.status,
            waiting_for=row.waiting_for,
            waiting_until=row.waiting_until,
            version=row.version,
            subject=row.subject,
            opened_at=row.opened_at,
        )
        for row in rows
    ]


async def _complaints(session: AsyncSession, context: Context, customer_id: str) -> list[ComplaintLine]:
    """All that the customer complained about, open first: who serves them must know, whichever queue it came to."""
    if context.principal.reach("complaints.read") is None:
        return []
    found = await of_customers(session, [customer_id], only_open=False, limit=SHOWN_AT_MOST)
    return found.get(customer_id, [])


async def _csat(session: AsyncSession, customer_id: str) -> shapes.LastCsat | None:
    """How content the customer last was: who serves them must know, whichever queue it was about."""
    row = await session.scalar(
        select(SurveyResponse)
        .where(SurveyResponse.customer_id == customer_id, SurveyResponse.answered_at.is_not(None))
        .order_by(SurveyResponse.answered_at.desc(), SurveyResponse.id.desc())
        .limit(1)
    )
    if row is None or row.score is None or row.answered_at is None:
        return None
    return shapes.LastCsat(score=row.score, comment=row.comment, answered_at=row.answered_at)


async def _history(session: AsyncSession, conversation: Conversation, seen: Sight) -> list[shapes.PastConversation]:
    """The customer's other contacts within sight, newest first."""
    table = Interaction.__table__
    rows = await session.execute(
        select(table)
        .where(
            table.c.customer_id == conversation.customer_id,
            table.c.id != conversation.interaction_id if conversation.interaction_id else table.c.id.is_not(None),
            seen.condition(table),  # type: ignore[arg-type]
        )
        .order_by(table.c.created_at.desc(), table.c.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    return [
        shapes.PastConversation(
            id=row.id,
            conversation_id=row.conversation_id,
            channel=row.channel,
            subject=row.subject,
            opened_at=row.created_at,
            closed_at=row.closed_at,
            state=row.state,
        )
        for row in rows
    ]


async def reply_to(session: AsyncSession, conversation: Conversation) -> shapes.ReplyTo:
    """Whom a reply goes to: the newest writer's Reply-To or sender, everybody else who was addressed in copy."""
    account = await session.get_one(ChannelAccount, conversation.account_id)
    newest = (
        await session.execute(
            select(Message.direction, Message.recipients, Message.subject)
            .where(Message.conversation_id == conversation.id, Message.kind == "message", Message.forwards_id.is_(None))
            .order_by(Message.direction != "in", Message.at.desc(), Message.id.desc())
            .limit(1)
        )
    ).first()
    to, cc = ([], []) if newest is None else _answerers(newest.direction, newest.recipients, account.address)
    if not to:
        to = await _main_address(session, conversation)
    return shapes.ReplyTo.model_validate(
        {
            "to": to,
            "cc": cc,
            "from": Address(value=account.address, name=account.name),
            "subject": answered(conversation.subject),
        }
    )


def _answerers(direction: str, recipients: Mapping[str, Any], ours: str) -> tuple[list[Address], list[Address]]:
    """Who gets the answer to a message, and who a copy; never ourselves, nobody twice."""
    if direction != "in":
        return addresses(recipients, "to"), addresses(recipients, "cc")
    to = addresses(recipients, "reply_to") or addresses(recipients, "from")
    known = {ours.casefold(), *(one.value.casefold() for one in to)}
    cc: list[Address] = []
    for one in [*addresses(recipients, "to"), *addresses(recipients, "cc")]:
        if one.value.casefold() not in known:
            known.add(one.value.casefold())
            cc.append(one)
    return to, cc


async def _main_address(session: AsyncSession, conversation: Conversation) -> list[Address]:
    people: Sequence[shapes.Participant] = await _participants(session, conversation.id)
    return [Address(value=one.address, name=one.name) for one in people if one.role == "customer"][:1]
