"""Why an interaction waits, who could take it, when the search widens, and why it went to whom it went.

The past is read from offers and history, so it is the same on every node; the present is asked of the engine and is known
to the leader only (`live` is null on other nodes).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent, Skill
from contact_center.clock import from_micros
from contact_center.history import HistoryRow
from contact_center.ids import from_int, to_int
from contact_center.interactions.models import Interaction
from contact_center.queues.models import Queue
from contact_center.web.models import Model, Time
from contact_center.web.refs import Ref, ref
from routing.desk import Desk
from routing.explain import Explanation, explain
from routing.models import Offer
from routing.offer_views import rule_text


class Need(Model):
    """A required skill: how many agents of the queue meet it, and how many of those are available now."""

    skill: Ref
    level: int
    agents: int
    available: int


class Lacking(Model):
    """A skill not held at the level asked."""

    skill: Ref
    level: int


class Candidate(Model):
    """An agent of the queue: able to take it now, or the first thing that is in the way."""

    agent: Ref
    because: str
    missing: list[Lacking]
    until: Time | None


class Widening(Model):
    """The next step by which a requirement falls; `level` null drops the skill."""

    at: Time | None
    skill: Ref
    level: int | None


class Live(Model):
    """How it stands in the engine now; `position` counts from 1 in its queue."""

    position: int | None
    needs: list[Need]
    candidates: list[Candidate]
    steps_passed: int
    next_step: Widening | None
    kept_for: Ref | None
    kept_until: Time | None


class PastOffer(Model):
    """An offer that was made: to whom, by which rule, what became of it; `reason` why it was declined or withdrawn, if said."""

    agent: Ref
    rule: str
    text: str
    state: str
    reason: str | None
    offered_at: Time
    ended_at: Time | None


class Step(Model):
    """One move of the interaction."""

    at: Time
    before: str | None
    after: str
    cause: str
    actor: str
    agent: Ref | None


class Explained(Model):
    """Everything that can be said about why it is where it is."""

    interaction_id: str
    state: str
    queue: Ref | None
    agent: Ref | None
    waiting_since: Time | None
    live: Live | None
    offers: list[PastOffer]
    history: list[Step]


async def explained(session: AsyncSession, desk: Desk | None, interaction_id: str, *, language: str) -> Explained:
    """The explanation; the interaction exists."""
    row = await session.get_one(Interaction, interaction_id)
    offers = (
        await session.scalars(
            select(Offer).where(Offer.interaction_id == interaction_id).order_by(Offer.offered_at, Offer.id)
        )
    ).all()
    moves = (
        await session.scalars(
            select(HistoryRow)
            .where(HistoryRow.entity == "interaction", HistoryRow.entity_id == interaction_id)
            .order_by(HistoryRow.at, HistoryRow.id)
        )
    ).all()
    now = explain(desk.engine, to_int(interaction_id)) if desk is not None else None
    people = await _people(session, [row.agent_id, *(o.agent_id for o in offers), *(m.agent_id for m in moves)], now)
    queue = await session.get(Queue, row.queue_id) if row.queue_id else None
    return Explained(
        interaction_id=row.id,
        state=row.state,
        queue=Ref(id=queue.id, name=queue.name) if queue else None,
        agent=people.get(row.agent_id or ""),
        waiting_since=row.queued_at if row.state in {"queued", "offered"} else None,
        live=await _live(session, now, people) if now is not None else None,
        offers=[_past(offer, people, language) for offer in offers],
        history=[_step(move, people) for move in moves],
    )


async def _people(session: AsyncSession, agent_ids: Iterable[str | None], now: Explanation | None) -> dict[str, Ref]:
    wanted = {agent_id for agent_id in agent_ids if agent_id}
    if now is not None:
        wanted |= {from_int(candidate.agent) for candidate in now.candidates}
        wanted |= {from_int(now.kept_for)} if now.kept_for is not None else set()
    rows = await session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(sorted(wanted))))
    return {agent_id: Ref(id=agent_id, name=name) for agent_id, name in rows}


async def _live(session: AsyncSession, now: Explanation, people: dict[str, Ref]) -> Live:
    asked = {need.skill for need in now.requirements} | {skill for c in now.candidates for skill, _ in c.missing}
    asked |= {now.next_step.skill} if now.next_step else set()
    skills = await _skills(session, [from_int(skill) for skill in asked])
    step = now.next_step
    widening = None
    if step is not None:
        widening = Widening(at=_time(now.next_step_at), skill=skills[from_int(step.skill)], level=step.level)
    return Live(
        position=now.position,
        needs=[
            Need(skill=skills[from_int(need.skill)], level=need.level, agents=need.agents, available=need.available)
            for need in now.requirements
        ],
        candidates=[
            Candidate(
                agent=people[from_int(candidate.agent)],
                because=candidate.because.value,
                missing=[Lacking(skill=skills[from_int(skill)], level=level) for skill, level in candidate.missing],
                until=_time(candidate.until),
            )
            for candidate in now.candidates
            if from_int(candidate.agent) in people
        ],
        steps_passed=now.steps_passed,
        next_step=widening,
        kept_for=people.get(from_int(now.kept_for)) if now.kept_for is not None else None,
        kept_until=_time(now.kept_until),
    )


async def _skills(session: AsyncSession, skill_ids: Sequence[str]) -> dict[str, Ref]:
    rows = await session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(sorted(skill_ids))))
    named = {skill_id: Ref(id=skill_id, name=name) for skill_id, name in rows}
    return {skill_id: named.get(skill_id, Ref(id=skill_id, name="")) for skill_id in skill_ids}


def _past(offer: Offer, people: dict[str, Ref], language: str) -> PastOffer:
    return PastOffer(
        agent=people[offer.agent_id],
        rule=offer.rule,
        text=rule_text(language, offer.rule),
        state=offer.state,
        reason=offer.reason,
        offered_at=offer.offered_at,
        ended_at=offer.ended_at,
    )


def _step(move: HistoryRow, people: dict[str, Ref]) -> Step:
    who = people.get(move.agent_id or "")
    return Step(
        at=move.at,
        before=move.from_state,
        after=move.to_state,
        cause=move.cause,
        actor=move.actor_kind,
        agent=ref(who.id, who.name) if who else None,
    )


def _time(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
