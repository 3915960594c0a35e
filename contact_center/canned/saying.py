"""What queues say by themselves: a greeting, an acknowledgement, that nobody is here now. The job that triage asks for.

Two machines must never talk to each other (RFC 3834): nothing is said to what no person wrote, once a day at most in one
conversation, a few times a day to one customer; mails go out marked `Auto-Submitted`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_datetime
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import hours as reckoning
from contact_center.canned.filling import choose
from contact_center.channel import ChannelKind
from contact_center.clock import Clock
from contact_center.customers.models import Customer
from contact_center.hours import Hours
from contact_center.interactions import sending
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction, Message
from contact_center.interactions.sending import Outgoing, Writer
from contact_center.interactions.subjects import answered
from contact_center.jobs import Job, JobKind
from contact_center.queues.models import Queue
from contact_center.queues.texts import JOB, filled, which
from contact_center.sla.models import BusinessHours
from contact_center.sla.reading import hours_of
from contact_center.tickets.models import Ticket

MARK = "said:"
"""How the client ids of such messages begin."""
DAY = timedelta(days=1)
TO_ONE_CUSTOMER = 5
_FORMS = {"en": ("EEEE d MMMM, HH:mm", "en_GB"), "zh-CN": ("M月d日EEEE HH:mm", "zh_Hans_CN")}


def saying(clock: Clock) -> JobKind:
    """The job kind to register: payload {interaction_id}."""

    async def run(session: AsyncSession, batch: Sequence[Job]) -> None:
        for job in batch:
            await say(session, str(job.payload["interaction_id"]), at=clock.now())

    return JobKind(JOB, transactional=run)


async def say(session: AsyncSession, interaction_id: str, *, at: datetime) -> str | None:
    """Say what its queue has to say about a new interaction; returns the message's id, None when nothing was to be said."""
    facts = await _facts(session, interaction_id)
    if facts is None or facts.direction != "in" or (facts.wish or {}).get("no_answer"):
        return None
    row = await session.get(BusinessHours, facts.hours_id) if facts.hours_id else None
    kept = hours_of(row) if row is not None else None
    opens = reckoning.next_opening(kept, at) if kept is not None else at
    texts = which(facts.texts, ChannelKind(facts.channel), closed=opens is None or opens > at)
    to = await _writer_of(session, interaction_id, facts.address)
    if not texts or to is None or await _said_enough(session, facts, at=at):
        return None
    language = choose(texts, (facts.language, facts.customer_language, facts.account_language))
    text = filled(texts[language], _values(facts, language, kept, opens))
    if not text:
        return None
    outgoing = Outgoing(
        facts.conversation_id,
        Writer(None, ""),
        text,
        subject=answered(facts.subject),
        to=[to],
        interaction_id=interaction_id,
        client_message_id=f"{MARK}{interaction_id}",
        by_itself=True,
    )
    return (await sending.send(session, outgoing, at=at)).message_id


async def _facts(session: AsyncSession, interaction_id: str) -> Row[Any] | None:
    """Everything about it, its conversation locked: two answers at once would both be the first of the day."""
    return (
        await session.execute(
            select(
                Interaction.direction,
                Interaction.channel,
                Interaction.wish,
                Interaction.customer_id,
                Conversation.id.label("conversation_id"),
                Conversation.subject,
                Conversation.language,
                Customer.name,
                Customer.company,
                Customer.language.label("customer_language"),
                ChannelAccount.address,
                ChannelAccount.language.label("account_language"),
                Queue.name.label("queue"),
                Queue.texts,
                Queue.hours_id,
                Ticket.number,
            )
            .select_from(Interaction)
            .join(Conversation, Conversation.id == Interaction.conversation_id)
            .join(Customer, Customer.id == Interaction.customer_id)
            .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
            .join(Queue, Queue.id == Interaction.queue_id)
            .outerjoin(Ticket, Ticket.id == Interaction.ticket_id)
            .where(Interaction.id == interaction_id)
            .with_for_update(of=Conversation)
        )
    ).one_or_none()


async def _writer_of(session: AsyncSession, interaction_id: str, ours: str) -> dict[str, str] | None:
    """Who wrote the first message, where they want the answer; never ourselves."""
    recipients: Mapping[str, Any] | None = await session.scalar(
        select(Message.recipients)
        .where(Message.interaction_id == interaction_id, Message.direction == "in")
        .order_by(Message.at, Message.id)
        .limit(1)
    )
    found = (recipients or {}).get("reply_to") or (recipients or {}).get("from") or []
    if not found or found[0]["value"].casefold() == ours.casefold():
        return None
    return {"value": found[0]["value"], "name": found[0].get("name", "")}


async def _said_enough(session: AsyncSession, facts: Row[Any], *, at: datetime) -> bool:
    """Whether it was said here today, or to this customer often enough."""
    by_itself = (Message.at > at - DAY, Message.client_message_id.startswith(MARK))
    here = select(func.count()).where(Message.conversation_id == facts.conversation_id, *by_itself)
    if await session.scalar(here):
        return True
    recent = (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.customer_id == facts.customer_id, Conversation.last_message_at > at - DAY, *by_itself)
    )
    return (await session.scalar(recent) or 0) >= TO_ONE_CUSTOMER


def _values(facts: Row[Any], language: str, kept: Hours | None, opens: datetime | None) -> dict[str, str]:
    moment = "" if kept is None or opens is None else _told(opens.astimezone(kept.zone), language)
    return {
        "customer.name": facts.name,
        "customer.company": facts.company,
        "ticket.number": "" if facts.number is None else str(facts.number),
        "conversation.subject": facts.subject,
        "queue.name": facts.queue,
        "queue.opens_at": moment,
    }


def _told(moment: datetime, language: str) -> str:
    """A moment as people say it, in the place's own time."""
    form, locale = _FORMS[language]
    return format_datetime(moment, form, locale=locale)
