"""The job that asks: runs when an interaction closes, again after the queue's delay, and writes the mail with the link. After a chat
nothing is written: the panel asks, at once and every time, and is told by the event `survey.asked`.

Two machines must never talk to each other (RFC 3834): nothing is asked of what no person wrote; the mail is the system's own,
so it goes out marked `Auto-Submitted`. The unique interaction holds "once per closure", the locked customer holds the days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from contact_center import events, history, i18n, jobs
from contact_center.channel import ChannelKind
from contact_center.clock import Clock, to_micros
from contact_center.customers.models import Customer
from contact_center.ids import new_id
from contact_center.interactions import sending
from contact_center.interactions.ending import SURVEY_JOB
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction, Message
from contact_center.interactions.sending import Outgoing, Writer
from contact_center.interactions.states import OPEN, InteractionState
from contact_center.interactions.subjects import answered
from contact_center.jobs import Job, JobKind
from contact_center.surveys.models import Survey, SurveyResponse
from contact_center.surveys.states import ResponseState
from contact_center.tokens import Tokens

PURPOSE = "survey"
MARK = "survey:"
"""How the client ids of such messages begin."""
SCORES = (1, 2, 3, 4, 5)
ASKED = "survey.asked"
ASKED_AFTER = frozenset({ChannelKind.EMAIL.value, ChannelKind.CHAT.value})


@dataclass(frozen=True, slots=True)
class Asking:
    """How asking is set up: how long a link lives, how many days one customer is left in peace, whose links they are."""

    tokens: Tokens
    public_url: str
    link_life: timedelta
    peace: timedelta

    def link(self, response_id: str) -> str:
        """The page of one asked survey."""
        return self.public_url + page_of(self.tokens, response_id)


def page_of(tokens: Tokens, response_id: str) -> str:
    """The path of its page: whoever knows it may answer."""
    return f"/survey/{tokens.name(PURPOSE, response_id)}"


def asking_kind(clock: Clock, asking: Asking) -> JobKind:
    """The job kind to register: payload {interaction_id, waited?}."""

    async def run(session: AsyncSession, batch: Sequence[Job]) -> None:
        for job in batch:
            waited = bool(job.payload.get("waited"))
            await ask(session, asking, str(job.payload["interaction_id"]), at=clock.now(), waited=waited)

    return JobKind(SURVEY_JOB, transactional=run)


async def ask(
    session: AsyncSession, asking: Asking, interaction_id: str, *, at: datetime, waited: bool = False
) -> str | None:
    """Ask about a closed interaction; returns the response's id, None when nothing is asked (or not yet)."""
    facts = await _facts(session, interaction_id)
    if facts is None or not _askable(facts):
        return None
    if facts.channel == ChannelKind.CHAT.value:
        return await _ask_in_chat(session, asking, facts, at=at)
    if facts.delay_seconds and not waited:
        due = at + timedelta(seconds=facts.delay_seconds)
        jobs.enqueue(session, SURVEY_JOB, {"interaction_id": interaction_id, "waited": True}, at=at, run_at=due)
        return None
    to = await _writer_of(session, interaction_id, facts.address)
    if to is None or await _busy(session, facts) or await _asked_lately(session, facts, since=at - asking.peace):
        return None
    language = _language(facts)
    response_id = _record(session, facts, language, at=at, expires_at=at + asking.link_life)
    await session.flush()
    outgoing = Outgoing(
        facts.conversation_id,
        Writer(None, ""),
        _words(facts, language, asking.link(response_id)),
        subject=answered(facts.subject),
        to=[to],
        interaction_id=interaction_id,
        client_message_id=f"{MARK}{interaction_id}",
        by_itself=True,
    )
    await sending.send(session, outgoing, at=at)
    return response_id


async def _ask_in_chat(session: AsyncSession, asking: Asking, facts: Row[Any], *, at: datetime) -> str | None:
    known = exists().where(SurveyResponse.interaction_id == facts.id)
    if await session.scalar(select(known)) or await _busy(session, facts):
        return None
    response_id = _record(session, facts, _language(facts), at=at, expires_at=at + asking.link_life)
    events.record(
        session, ASKED, entity="conversation", entity_id=facts.conversation_id, version=to_micros(at), rooms=[], at=at
    )
    return response_id


def question(texts: dict[str, str], language: str) -> str:
    """The queue's own question in this language, else the shipped one."""
    return texts.get(language) or i18n.text(language, "survey.question")


async def _facts(session: AsyncSession, interaction_id: str) -> Row[Any] | None:
    """Everything about it, its customer locked: of two closures at once only one is asked about."""
    return (
        await session.execute(
            select(
                Interaction.id,
                Interaction.state,
                Interaction.direction,
                Interaction.channel,
                Interaction.wish,
                Interaction.customer_id,
                Interaction.queue_id,
                Interaction.agent_id,
                Interaction.language,
                Conversation.id.label("conversation_id"),
                Conversation.subject,
                Customer.name,
                Customer.language.label("customer_language"),
                ChannelAccount.address,
                ChannelAccount.language.label("account_language"),
                Survey.enabled,
                Survey.delay_seconds,
                Survey.question,
            )
            .select_from(Interaction)
            .join(Conversation, Conversation.id == Interaction.conversation_id)
            .join(Customer, Customer.id == Interaction.customer_id)
            .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
            .join(Survey, Survey.queue_id == Interaction.queue_id)
            .where(Interaction.id == interaction_id)
            .with_for_update(of=Customer, key_share=True)
        )
    ).one_or_none()


def _askable(facts: Row[Any]) -> bool:
    return (
        bool(facts.enabled)
        and facts.state == InteractionState.CLOSED.value
        and facts.direction == "in"
        and facts.channel in ASKED_AFTER
        and facts.agent_id is not None
        and not (facts.wish or {}).get("no_answer")
    )


def _language(facts: Row[Any]) -> str:
    return i18n.normal(facts.language or facts.customer_language or facts.account_language)


async def _busy(session: AsyncSession, facts: Row[Any]) -> bool:
    """Whether the customer has written again meanwhile: the matter is not over."""
    other = aliased(Interaction)
    states = [state.value for state in OPEN]
    found = exists().where(other.conversation_id == facts.conversation_id, other.state.in_(states))
    return bool(await session.scalar(select(found)))


async def _asked_lately(session: AsyncSession, facts: Row[Any], *, since: datetime) -> bool:
    """Whether this closure was asked about, or this customer lately."""
    of_this = SurveyResponse.interaction_id == facts.id
    lately = (SurveyResponse.customer_id == facts.customer_id) & (SurveyResponse.asked_at > since)
    return bool(await session.scalar(select(exists().where(of_this | lately))))


async def _writer_of(session: AsyncSession, interaction_id: str, ours: str) -> dict[str, str] | None:
    """Who wrote last, where they want the answer; never ourselves."""
    recipients: dict[str, Any] | None = await session.scalar(
        select(Message.recipients)
        .where(Message.interaction_id == interaction_id, Message.direction == "in")
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(1)
    )
    found = (recipients or {}).get("reply_to") or (recipients or {}).get("from") or []
    if not found or found[0]["value"].casefold() == ours.casefold():
        return None
    return {"value": found[0]["value"], "name": found[0].get("name", "")}


def _record(session: AsyncSession, facts: Row[Any], language: str, *, at: datetime, expires_at: datetime) -> str:
    response_id = new_id()
    session.add(
        SurveyResponse(
            id=response_id,
            interaction_id=facts.id,
            conversation_id=facts.conversation_id,
            customer_id=facts.customer_id,
            queue_id=facts.queue_id,
            agent_id=facts.agent_id,
            channel=facts.channel,
            language=language,
            question=question(facts.question, language),
            state=ResponseState.ASKED.value,
            asked_at=at,
            expires_at=expires_at,
        )
    )
    history.append(
        session,
        entity="survey_response",
        entity_id=response_id,
        before=None,
        after=ResponseState.ASKED.value,
        at=at,
        actor=history.SYSTEM,
        cause="asked",
        queue_id=facts.queue_id,
        agent_id=facts.agent_id,
    )
    return response_id


def _words(facts: Row[Any], language: str, link: str) -> str:
    choices = "\n".join(
        f"{score} - {i18n.text(language, f'survey.score.{score}')}: {link}?score={score}" for score in reversed(SCORES)
    )
    asked = question(facts.question, language)
    return i18n.text(language, "survey.mail", name=facts.name, question=asked, choices=choices)
