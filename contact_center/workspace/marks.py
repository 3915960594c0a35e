"""What people do to a work item beside writing: read it, put it aside for a while, hand it to somebody."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, jobs
from contact_center.agents.models import Agent
from contact_center.clock import Clock
from contact_center.db import upsert
from contact_center.errors import Conflict, FieldError, Invalid, NotFound
from contact_center.history import Actor
from contact_center.interactions import announce, assigning, giving_back, sending
from contact_center.interactions.models import Conversation, Interaction, Message, ReadMark
from contact_center.interactions.states import OPEN, EndReason, InteractionState
from contact_center.jobs import Job, JobKind
from contact_center.queues.models import Queue
from contact_center.tickets import actions as tickets
from contact_center.tickets.attention import attention_of
from contact_center.tickets.models import Ticket
from contact_center.tickets.states import TicketStatus
from contact_center.workspace.replying import Rules
from contact_center.workspace.worklist import SNOOZED

WAKE = "wake"


async def mark_read(session: AsyncSession, conversation_id: str, user_id: str, message_id: str) -> None:
    """The user has read up to this message; there is no going back. Raises `NotFound` for a foreign message."""
    at = await session.scalar(
        select(Message.at).where(Message.id == message_id, Message.conversation_id == conversation_id)
    )
    if at is None:
        raise NotFound
    await _read_until(session, conversation_id, user_id, at)


async def answered(session: AsyncSession, conversation_id: str, user_id: str) -> None:
    """Whoever writes to the customer has read what the customer wrote so far, wherever they wrote from."""
    at = await session.scalar(
        select(func.max(Message.at)).where(Message.conversation_id == conversation_id, Message.direction == "in")
    )
    if at is not None:
        await _read_until(session, conversation_id, user_id, at)


async def _read_until(session: AsyncSession, conversation_id: str, user_id: str, at: datetime) -> None:
    row = {"conversation_id": conversation_id, "user_id": user_id, "read_at": at}
    await upsert(session, ReadMark, [row], key=["conversation_id", "user_id"])
    await session.execute(
        update(ReadMark)
        .where(ReadMark.conversation_id == conversation_id, ReadMark.user_id == user_id, ReadMark.read_at < at)
        .values(read_at=at)
        .execution_options(synchronize_session=False)
    )


async def snooze(
    session: AsyncSession, conversation: Conversation, until: datetime | None, *, at: datetime, actor: Actor
) -> None:
    """Put a locked conversation aside until then, or bring it back now (None)."""
    if until is None:
        attention = await _attention(session, conversation)
        await announce.conversations_changed(
            session, [conversation.id], at=at, values={"attention": attention, "snoozed_until": None}
        )
        return
    if until <= at:
        raise Invalid(errors=[FieldError("until", "validation.not_future")])
    values = {"attention": SNOOZED, "snoozed_until": until}
    await announce.conversations_changed(session, [conversation.id], at=at, values=values)
    jobs.enqueue(session, WAKE, {"conversation_id": conversation.id}, at=at, run_at=until)
    params = {"until": until.isoformat(), "user_id": actor.id}
    await sending.system_line(
        session, conversation.id, "snoozed", params, interaction_id=conversation.interaction_id, at=at
    )


async def _attention(session: AsyncSession, conversation: Conversation) -> str:
    """What a conversation asks of us when it is not put aside."""
    state = await session.scalar(select(Interaction.state).where(Interaction.id == conversation.interaction_id))
    if state is not None and InteractionState(state) in OPEN:
        return "now"
    ticket = (
        await session.execute(select(Ticket.status, Ticket.waiting_for).where(Ticket.id == conversation.ticket_id))
    ).one_or_none()
    return attention_of(TicketStatus(ticket.status), ticket.waiting_for) if ticket is not None else "done"


def waking(clock: Clock) -> JobKind:
    """The job that brings snoozed conversations back when their time has come."""

    async def wake(session: AsyncSession, due: list[Job] | tuple[Job, ...]) -> None:
        now = clock.now()
        wanted = sorted({str(job.payload["conversation_id"]) for job in due})
        rows = await session.scalars(
            select(Conversation.id)
            .where(Conversation.id.in_(wanted), Conversation.attention == SNOOZED, Conversation.snoozed_until <= now)
            .order_by(Conversation.id)
            .with_for_update()
        )
        values = {"attention": "now", "snoozed_until": None}
        await announce.conversations_changed(session, list(rows), at=now, values=values)

    return JobKind(WAKE, transactional=wake)  # type: ignore[arg-type]


async def assign(
    session: AsyncSession,
    conversation: Conversation,
    *,
    agent_id: str | None,
    queue_id: str | None,
    rules: Rules,
    at: datetime,
    actor: Actor,
) -> None:
    """Hand the open interaction of a locked conversation to an agent, or (None) back into a line.

    Raises `Conflict` when nothing is open, `Invalid` for an agent or queue that is not there.
    """
    await _must_exist(session, agent_id=agent_id, queue_id=queue_id)
    interaction_id = conversation.interaction_id
    state = await session.scalar(select(Interaction.state).where(Interaction.id == interaction_id))
    if interaction_id is None or state is None or InteractionState(state) not in OPEN:
        raise Conflict("nothing_open", current={"state": state})
    assigned = InteractionState(state) is InteractionState.ASSIGNED
    if agent_id is None or (queue_id is not None and queue_id != conversation.queue_id and assigned):
        reason = EndReason.REQUEUED if agent_id is None else EndReason.TRANSFERRED
        await giving_back.give_back(session, [interaction_id], reason, at=at, actor=actor, queue_id=queue_id)
        assigned = False
    if agent_id is not None:
        units = rules.units.get(conversation.channel, 0)
        if assigned:
            await assigning.transfer_to_agent(session, interaction_id, agent_id, note="", at=at, actor=actor)
        else:
            await assigning.take(session, interaction_id, agent_id, units=units, at=at, actor=actor)
        await tickets.assigned(session, interaction_id, at=at, actor=actor)


async def _must_exist(session: AsyncSession, *, agent_id: str | None, queue_id: str | None) -> None:
    if agent_id is not None and await session.scalar(select(Agent.active).where(Agent.id == agent_id)) is not True:
        raise Invalid(errors=[FieldError("agent_id", "validation.unknown_agent")])
    if queue_id is not None and await session.scalar(select(Queue.enabled).where(Queue.id == queue_id)) is not True:
        raise Invalid(errors=[FieldError("queue_id", "validation.unknown_queue")])


def acting(user_id: str) -> Actor:
    """The caller as the cause of a change."""
    return history.user(user_id)
