"""Writing to customers and colleagues: whose work it becomes, the message, and what happens to the work afterwards.

Everything is one unit of work on a locked conversation, so two people who send at once take turns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.channel import ChannelKind
from contact_center.errors import FieldError, Invalid
from contact_center.history import Actor
from contact_center.html import sanitise
from contact_center.interactions import announce, assigning, ending, sending
from contact_center.interactions.models import Conversation, Interaction, Message
from contact_center.interactions.sending import Outgoing, Writer, Written
from contact_center.interactions.states import OPEN, InteractionState
from contact_center.interactions.subjects import passed_on
from contact_center.tickets import actions as tickets
from contact_center.tickets.models import Ticket
from contact_center.tickets.states import TICKET, TicketEvent, TicketStatus, WaitingFor
from contact_center.web import Context, Principal
from contact_center.workspace.files import check_files
from contact_center.workspace.recipients import checked, one_line, plain
from contact_center.workspace.record import reply_to
from contact_center.workspace.thread_shapes import NewMessage

LIVE = frozenset({ChannelKind.CHAT.value, ChannelKind.VOICE.value})
"""Channels whose handling ends with the contact, not with our answer."""
TAKEABLE = (InteractionState.RECEIVED, InteractionState.QUEUED, InteractionState.OFFERED)


@dataclass(frozen=True, slots=True)
class Rules:
    """From settings, by channel: units of an agent's budget per interaction, seconds for which a send can be undone."""

    units: Mapping[str, int]
    undo_seconds: Mapping[str, float] = field(default_factory=dict)

    def hold(self, channel: str, wished: float = 0) -> timedelta:
        """How long a message of this channel is held before it goes out; its writer may wish for longer."""
        return timedelta(seconds=max(self.undo_seconds.get(channel, 0), wished))


def writer(principal: Principal) -> Writer:
    """The caller as author."""
    return Writer(principal.user_id, principal.name)


async def write(
    session: AsyncSession, context: Context, conversation: Conversation, body: NewMessage, rules: Rules
) -> Written:
    """Store the reply or note in a locked conversation; one seen before is given back and nothing else happens."""
    before = await session.scalar(
        select(Message.id).where(
            Message.conversation_id == conversation.id, Message.client_message_id == body.client_message_id
        )
    )
    if before is not None:
        return Written(before, new=False)
    if not body.text.strip() and not body.attachment_ids:
        raise Invalid(errors=[FieldError("text", "validation.empty_message")])
    await check_files(session, context, body.attachment_ids)
    if body.kind == "note":
        outgoing = Outgoing(
            conversation.id,
            writer(context.principal),
            body.text,
            html=_clean(body.html),
            file_ids=body.attachment_ids,
            interaction_id=conversation.interaction_id,
            client_message_id=body.client_message_id,
        )
        return await sending.note(session, outgoing, at=context.now)
    if body.kind == "forward":
        return await _forward(session, context, conversation, body, rules)
    return await _reply(session, context, conversation, body, rules)


async def _forward(
    session: AsyncSession, context: Context, conversation: Conversation, body: NewMessage, rules: Rules
) -> Written:
    """Pass a mail on: somebody else reads it, the customer goes on waiting for us as before."""
    if conversation.channel != ChannelKind.EMAIL.value:
        raise Invalid(errors=[FieldError("kind", "validation.not_forwarded")])
    original = await session.get(Message, body.forwards) if body.forwards else None
    if original is None or original.conversation_id != conversation.id or original.kind != "message":
        raise Invalid(errors=[FieldError("forwards", "validation.unknown_message")])
    if not body.to:
        raise Invalid(errors=[FieldError("to", "validation.no_recipient")])
    subject = body.subject if body.subject is not None else passed_on(original.subject or conversation.subject)
    outgoing = Outgoing(
        conversation.id,
        writer(context.principal),
        body.text,
        html=_clean(body.html),
        subject=one_line("subject", subject),
        to=checked("to", body.to, conversation.channel),
        cc=checked("cc", body.cc, conversation.channel),
        bcc=checked("bcc", body.bcc, conversation.channel),
        file_ids=body.attachment_ids,
        interaction_id=conversation.interaction_id,
        client_message_id=body.client_message_id,
        forwards_id=original.id,
    )
    return await sending.send(
        session, outgoing, at=context.now, hold=rules.hold(conversation.channel, body.undo_seconds)
    )


async def _reply(
    session: AsyncSession, context: Context, conversation: Conversation, body: NewMessage, rules: Rules
) -> Written:
    at, principal = context.now, context.principal
    actor = history.user(principal.user_id)
    standard = await reply_to(session, conversation)
    to = checked("to", body.to, conversation.channel) if body.to else plain(standard.to)
    if not to:
        raise Invalid(errors=[FieldError("to", "validation.no_recipient")])
    cc, bcc = checked("cc", body.cc, conversation.channel), checked("bcc", body.bcc, conversation.channel)
    subject = one_line("subject", body.subject) if body.subject is not None else standard.subject
    interaction_id = await _make_ours(session, conversation, principal, rules, at=at, actor=actor)
    outgoing = Outgoing(
        conversation.id,
        writer(principal),
        body.text,
        html=_clean(body.html),
        subject=subject,
        to=to,
        cc=cc,
        bcc=bcc,
        file_ids=body.attachment_ids,
        interaction_id=interaction_id,
        client_message_id=body.client_message_id,
    )
    written = await sending.send(session, outgoing, at=at, hold=rules.hold(conversation.channel, body.undo_seconds))
    if written.new:
        usual = "stay" if conversation.channel in LIVE else "wait"
        await go_on(session, conversation.id, body.then or usual, at=at, actor=actor)
    return written


def _clean(html: str | None) -> str | None:
    """What a colleague's editor made is treated like anybody's: an API token may have written it."""
    return sanitise(html, images=True) if html else None


async def _make_ours(
    session: AsyncSession, conversation: Conversation, principal: Principal, rules: Rules, *, at: datetime, actor: Actor
) -> str | None:
    """Who answers has the work: a waiting interaction becomes theirs, a closed one is followed by a new one of theirs.

    A caller without an agent's profile answers without taking anything. Returns the interaction of the message.
    """
    state = await _state(session, conversation.interaction_id)
    agent_id = principal.agent_id
    if agent_id is None:
        return conversation.interaction_id
    units = rules.units.get(conversation.channel, 0)
    if state in TAKEABLE:
        assert conversation.interaction_id is not None
        await assigning.take(session, conversation.interaction_id, agent_id, units=units, at=at, actor=actor)
        await tickets.assigned(session, conversation.interaction_id, at=at, actor=actor)
        return conversation.interaction_id
    if state in OPEN:
        return conversation.interaction_id
    given = await assigning.start(session, conversation.id, agent_id, units=units, at=at, actor=actor)
    await tickets.assigned(session, given.interaction.id, at=at, actor=actor)
    return given.interaction.id


async def _state(session: AsyncSession, interaction_id: str | None) -> InteractionState | None:
    if interaction_id is None:
        return None
    return InteractionState(
        (await session.scalars(select(Interaction.state).where(Interaction.id == interaction_id))).one()
    )


async def go_on(session: AsyncSession, conversation_id: str, then: str, *, at: datetime, actor: Actor) -> None:
    """After a reply: wait for the customer, resolve, or stay on it."""
    place = (
        await session.execute(
            select(Conversation.interaction_id, Conversation.ticket_id, Conversation.attention).where(
                Conversation.id == conversation_id
            )
        )
    ).one()
    if then == "stay":
        if place.attention != "today":
            await announce.conversations_changed(
                session, [conversation_id], at=at, values={"attention": "today", "snoozed_until": None}
            )
        return
    state = await _state(session, place.interaction_id)
    if state is InteractionState.ASSIGNED:
        await ending.contact_over(session, place.interaction_id, at=at, actor=actor)
    elif state in OPEN:
        await ending.close(session, place.interaction_id, at=at, actor=actor, result=ending.HANDLED)
    await _settle(session, conversation_id, place.ticket_id, then, at=at, actor=actor)


async def taken_back(session: AsyncSession, conversation_id: str, *, at: datetime, actor: Actor) -> None:
    """A reply did not go out after all: nobody waits for the customer, something is owed again.

    Where work is open there (the customer wrote meanwhile, or it never ended) its own verbs have decided.
    """
    place = (
        await session.execute(
            select(Conversation.interaction_id, Conversation.ticket_id).where(Conversation.id == conversation_id)
        )
    ).one()
    if await _state(session, place.interaction_id) in OPEN:
        return
    status = await session.scalar(select(Ticket.status).where(Ticket.id == place.ticket_id))
    if status in (TicketStatus.WAITING.value, TicketStatus.SOLVED.value):
        await tickets.reopened(session, place.ticket_id, at=at, actor=actor)
    await announce.conversations_changed(session, [conversation_id], at=at, values={"attention": "today"})


async def _settle(
    session: AsyncSession, conversation_id: str, ticket_id: str | None, then: str, *, at: datetime, actor: Actor
) -> None:
    """The ticket waits or is solved; a conversation without one just leaves the list of what is owed."""
    status = None
    if ticket_id is not None:
        status = TicketStatus((await session.scalars(select(Ticket.status).where(Ticket.id == ticket_id))).one())
    event = TicketEvent.SENT_AND_WAITS if then == "wait" else TicketEvent.SOLVED
    if ticket_id is None or status is None or not TICKET.allows(status, event):
        attention = "waiting" if then == "wait" else "done"
        await announce.conversations_changed(session, [conversation_id], at=at, values={"attention": attention})
    elif then == "wait":
        await tickets.waits(session, ticket_id, WaitingFor.CUSTOMER, at=at, actor=actor)
    else:
        await tickets.solved(session, ticket_id, at=at, actor=actor)
