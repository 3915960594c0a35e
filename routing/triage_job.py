"""The job that triages: a few statements for up to fifty interactions, `received` to `queued` in one commit.

It runs right after intake's commit on the node that took the mail in; running it twice moves nothing twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from config.settings import Routing
from contact_center import history, jobs
from contact_center.agents.models import Agent, Proficiency, Skill
from contact_center.clock import Clock, monotonic
from contact_center.customers.models import Customer
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction, Message
from contact_center.interactions.queueing import Place, enqueue, hold_back
from contact_center.interactions.states import InteractionState
from contact_center.jobs import Job, JobKind, Later
from contact_center.queues.models import Queue, QueueMember, QueueSkill
from contact_center.queues.texts import JOB as SAY
from contact_center.sla.reading import all_hours
from contact_center.tickets import actions as tickets
from routing.doors import Target, door_of
from routing.models import TriageRule
from routing.triage import Facts, House, QueueFacts, Rule, decide

KIND = "triage"
LANGUAGE = "language"
UNITS = 10
LOOKED_AT = 20_000
"""Characters of the text in which keywords are looked for."""
AGAIN = 5.0
FRESH = 1.0
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    interaction_id: str
    channel: str
    ticket_id: str | None
    facts: Facts
    came_at: datetime
    preferred_agent_ids: Sequence[str]


def triage_kind(clock: Clock, routing: Routing) -> JobKind:
    """The job kind to register: payload {interaction_id}."""

    remembered = _Remembered()

    async def run(session: AsyncSession, batch: Sequence[Job]) -> None:
        wanted = [str(job.payload["interaction_id"]) for job in batch]
        house = await remembered.house(session, clock.now())
        if not await triage(session, wanted, units=routing.units, at=clock.now(), house=house):
            log.warning("no queue is enabled; what came in waits for one", interactions=len(wanted))
            raise Later(AGAIN)

    return JobKind(KIND, transactional=run)


class _Remembered:
    """The settings for `FRESH` seconds: under load they would be read again for every handful of mails."""

    def __init__(self) -> None:
        self._house: House | None = None
        self._until = 0.0

    async def house(self, session: AsyncSession, at: datetime) -> House:
        if self._house is None or monotonic() >= self._until or not self._house.queues:
            self._house, self._until = await read_house(session, at), monotonic() + FRESH
        return self._house


async def triage(
    session: AsyncSession,
    interaction_ids: Sequence[str],
    *,
    units: Mapping[str, int],
    at: datetime,
    house: House | None = None,
) -> bool:
    """Put these in line, as far as they are still `received`. False when no queue is enabled: nothing was moved."""
    house = house or await read_house(session, at)
    waiting = await _read(session, interaction_ids, needs_text=_needs_text(house))
    places: dict[str, Place] = {}
    filed: defaultdict[str, list[str]] = defaultdict(list)
    for one in waiting:
        outcome = decide(one.facts, house)
        if outcome is None:
            return False
        places[one.interaction_id] = Place(
            outcome.queue_id,
            units.get(one.channel, UNITS),
            outcome.priority,
            outcome.skills,
            preferred_agent_ids=one.preferred_agent_ids,
            due_at=house.due_at(outcome.queue_id, one.channel, one.came_at),
            not_before=outcome.not_before,
        )
        if one.ticket_id is not None:
            filed[outcome.queue_id].append(one.ticket_id)
    now = {ident: place for ident, place in places.items() if place.not_before is None}
    later = {ident: place for ident, place in places.items() if place.not_before is not None}
    await enqueue(session, now, at=at, actor=history.SYSTEM)
    await hold_back(session, later, at=at, actor=history.SYSTEM)
    for queue_id, ticket_ids in sorted(filed.items()):
        await tickets.filed(session, ticket_ids, queue_id)
    for ident, place in places.items():
        if place.queue_id in house.speaking:
            jobs.enqueue(session, SAY, {"interaction_id": ident}, at=at)
    return True


def _needs_text(house: House) -> bool:
    return any(rule.when.get("keywords") or rule.when.get("senders") for rule in house.rules)


async def read_house(session: AsyncSession, at: datetime) -> House:
    """Rules, queues and skills as they are, and which queues are open at this moment."""
    rules = await session.execute(
        select(TriageRule.id, TriageRule.name, TriageRule.when, TriageRule.then)
        .where(TriageRule.enabled.is_(True))
        .order_by(TriageRule.position, TriageRule.id)
    )
    enabled = select(Queue).where(Queue.enabled.is_(True)).order_by(Queue.position, Queue.id)
    queues = (await session.scalars(enabled.execution_options(populate_existing=True))).all()
    hours = await all_hours(session) if any(queue.hours_id for queue in queues) else {}
    skills = (await session.execute(select(Skill.id, Skill.name_key, Skill.kind))).all()
    languages = {row.name_key: row.id for row in skills if row.kind == LANGUAGE}
    asked = await _languages_asked(session) if languages else {}
    spoken = await _spoken(session, asked) if asked else {}
    return House(
        rules=[Rule(row.id, row.name, row.when, row.then) for row in rules],
        queues=[
            QueueFacts(
                row.id,
                row.name_key,
                row.priority,
                asked.get(row.id),
                spoken.get(row.id, frozenset()),
                boosts=row.boosts,
                door=door_of(row, hours, at),
            )
            for row in queues
        ],
        skills={row.name_key: row.id for row in skills},
        speaking=frozenset(row.id for row in queues if row.texts),
        languages=languages,
        targets={row.id: Target(row.answer_seconds, hours.get(row.hours_id or "")) for row in queues},
    )


async def _languages_asked(session: AsyncSession) -> dict[str, int]:
    """queue -> level, for queues that ask for a language."""
    rows = await session.execute(
        select(QueueSkill.queue_id, func.min(QueueSkill.level))
        .join(Skill, Skill.id == QueueSkill.skill_id)
        .where(Skill.kind == LANGUAGE)
        .group_by(QueueSkill.queue_id)
    )
    return {queue_id: level for queue_id, level in rows}


async def _spoken(session: AsyncSession, asked: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """queue -> language skills that an active agent of it holds at the level it asks for."""
    rows = await session.execute(
        select(QueueMember.queue_id, Proficiency.skill_id, func.max(Proficiency.level))
        .join(Agent, Agent.id == QueueMember.agent_id)
        .join(Proficiency, Proficiency.agent_id == Agent.id)
        .join(Skill, Skill.id == Proficiency.skill_id)
        .where(Agent.active.is_(True), Skill.kind == LANGUAGE, QueueMember.queue_id.in_(sorted(asked)))
        .group_by(QueueMember.queue_id, Proficiency.skill_id)
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for queue_id, skill_id, level in rows:
        if level >= asked[queue_id]:
            found[queue_id].add(skill_id)
    return {queue_id: frozenset(skills) for queue_id, skills in found.items()}


async def _read(session: AsyncSession, interaction_ids: Sequence[str], *, needs_text: bool) -> list[_Waiting]:
    rows = (
        await session.execute(
            select(
                Interaction.id,
                Interaction.channel,
                Interaction.subject,
                Interaction.wish,
                Interaction.ticket_id,
                func.coalesce(Interaction.language, Customer.language).label("language"),
                Conversation.account_id,
                ChannelAccount.default_queue_id,
                Interaction.created_at,
                Customer.vip,
                Customer.at_risk,
                Customer.complaints_open,
                Customer.preferred_agent_ids,
            )
            .join(Conversation, Conversation.id == Interaction.conversation_id)
            .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
            .join(Customer, Customer.id == Interaction.customer_id)
            .where(Interaction.id.in_(interaction_ids), Interaction.state == InteractionState.RECEIVED.value)
            .order_by(Interaction.id)
        )
    ).all()
    first = await _first_messages(session, [row.id for row in rows]) if needs_text and rows else {}
    waiting = []
    for row in rows:
        text, sender = first.get(row.id, ("", ""))
        wish: Mapping[str, Any] = row.wish or {}
        facts = Facts(
            account_id=row.account_id,
            sender=sender,
            subject=row.subject,
            text=text,
            language=row.language,
            default_queue_id=row.default_queue_id,
            wished_queue=wish.get("queue") or "",
            wished_skills=wish.get("skills") or {},
            classes=_classes(row),
        )
        waiting.append(
            _Waiting(row.id, row.channel, row.ticket_id, facts, row.created_at, tuple(row.preferred_agent_ids))
        )
    return waiting


def _classes(row: Any) -> frozenset[str]:
    known = {"vip": row.vip, "at_risk": row.at_risk, "complaint_open": row.complaints_open > 0}
    return frozenset(name for name, holds in known.items() if holds)


async def _first_messages(session: AsyncSession, interaction_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """interaction -> (text, sender's address) of its first message."""
    rows = await session.execute(
        select(Message.interaction_id, func.substr(Message.text, 1, LOOKED_AT), Message.recipients)
        .where(Message.interaction_id.in_(interaction_ids), Message.direction == "in")
        .order_by(Message.at, Message.id)
    )
    found: dict[str, tuple[str, str]] = {}
    for interaction_id, text, recipients in rows:
        senders = recipients.get("from") or [{}]
        found.setdefault(interaction_id, (text, senders[0].get("value") or ""))
    return found
