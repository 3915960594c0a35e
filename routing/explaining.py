"""Why an interaction waits, who could take it, when the search widens, and why it went to whom it went.

The past is read from offers, assignments and history. The present is asked of the leader's engine; another node builds one from
what is stored, for this one question.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import i18n
from contact_center.agents.models import Agent, Skill
from contact_center.clock import from_micros
from contact_center.history import HistoryRow
from contact_center.ids import from_int, to_int
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue
from contact_center.web.refs import Ref, ref
from routing import look
from routing.borrowed import borrowed
from routing.desk import Desk
from routing.engine import Engine
from routing.explain import Because, Explanation, explain
from routing.explain_shapes import (
    Candidate,
    Explained,
    Given,
    Lacking,
    Live,
    Need,
    Onwards,
    PastOffer,
    Rank,
    Rival,
    Said,
    Step,
    Widening,
    Won,
)
from routing.mirror import Rules
from routing.models import Offer
from routing.offer_views import rule_text

WAITS = frozenset({InteractionState.QUEUED.value, InteractionState.OFFERED.value})
LIVE = WAITS | {InteractionState.ASSIGNED.value}
BY_HAND = "by_hand"
REASONS = (
    # the nearest to a solution first
    (Because.ABLE, "next"),
    (Because.RESERVE, "reserve"),
    (Because.DECLINED, "declined"),
    (Because.EXCLUSIVE, "busy"),
    (Because.UNITS, "busy"),
    (Because.CAP, "busy"),
    (Because.UNAVAILABLE, "nobody_available"),
    (Because.SKILLS, "skills"),
)


async def explained(
    session: AsyncSession, desk: Desk | None, rules: Rules, interaction_id: str, *, language: str, now: datetime
) -> Explained:
    """The explanation; the interaction exists."""
    row = await session.get_one(Interaction, interaction_id)
    queue = await session.get(Queue, row.queue_id) if row.queue_id else None
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
    given = await _given(session, interaction_id)
    engine = await _engine(session, desk, rules, row, queue, now)
    found = explain(engine, to_int(interaction_id)) if engine is not None else None
    rivals = [
        each["agent_id"] for why in (*(o.why for o in offers), given.why if given else {}) for each in _rivals(why)
    ]
    named = [row.agent_id, *rivals, *(o.agent_id for o in offers), *(m.agent_id for m in moves)]
    people = await _people(session, [*named, given.agent_id if given else None], found)
    live = await _live(session, found, people) if found is not None else None
    waits = row.state in WAITS
    code = why_waiting(row.state, queue, found)
    return Explained(
        interaction_id=row.id,
        state=row.state,
        queue=Ref(id=queue.id, name=queue.name) if queue else None,
        agent=people.get(row.agent_id or ""),
        waiting_since=row.queued_at if waits else None,
        held_until=row.not_before if row.state == InteractionState.SCHEDULED.value else None,
        due_at=row.due_at,
        priority=row.priority,
        why=None if code is None else Said(code=code, text=i18n.text(language, f"explain.why.{code}")),
        overflow=await _overflow(session, row, queue),
        live=live,
        given=_shown_given(given, people, language) if given else None,
        offers=[_past(offer, people, language) for offer in offers],
        history=[_step(move, people) for move in moves],
    )


async def _given(session: AsyncSession, interaction_id: str) -> Assignment | None:
    """The last time it was given to somebody."""
    found = select(Assignment).where(Assignment.interaction_id == interaction_id, Assignment.role == "primary")
    return (await session.scalars(found.order_by(Assignment.at.desc(), Assignment.id.desc()).limit(1))).first()


async def _engine(
    session: AsyncSession, desk: Desk | None, rules: Rules, row: Interaction, queue: Queue | None, now: datetime
) -> Engine | None:
    """The leader's, where it knows the answer; else one made for the question from what is stored."""
    if row.state not in LIVE or queue is None:
        return None
    if desk is not None and queue.delivery == look.PUSH:
        return desk.engine
    return await borrowed(session, rules, row.queue_id or "", now=now)


async def _overflow(session: AsyncSession, row: Interaction, queue: Queue | None) -> Onwards | None:
    """The next step that would send it to another queue."""
    if queue is None or row.state != InteractionState.QUEUED.value or row.queued_at is None:
        return None
    steps = [step for step in queue.overflow if step["queue_id"] not in row.been_in]
    step = min(steps, key=lambda step: int(step["after"]), default=None)
    goal = await session.get(Queue, step["queue_id"]) if step else None
    if step is None or goal is None:
        return None
    return Onwards(at=row.queued_at + timedelta(seconds=step["after"]), queue=Ref(id=goal.id, name=goal.name))


def why_waiting(state: str, queue: Queue | None, now: Explanation | None) -> str | None:
    """One word for what it waits for; None when it does not wait."""
    if state == InteractionState.SCHEDULED.value:
        return "closed"
    if state not in WAITS or queue is None or now is None:
        return None
    if state == InteractionState.OFFERED.value:
        return "offered"
    if queue.delivery != look.PUSH:
        return "fetched"
    if now.kept_for is not None:
        return "kept"
    reasons = {candidate.because for candidate in now.candidates}
    for because, code in REASONS:
        if because in reasons:
            return code
    return "nobody_serves"


def _rivals(why: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return why.get("rivals") or ()


def _shown_given(given: Assignment, people: dict[str, Ref], language: str) -> Given | None:
    agent = people.get(given.agent_id)
    if agent is None:
        return None
    return Given(
        agent=agent, at=given.at, ended_at=given.ended_at, reason=given.reason, won=_won(given, people, language)
    )


def _won(row: Assignment | Offer, people: dict[str, Ref], language: str) -> Won:
    """By which rule, with which keys, before whom. By hand there is no rule."""
    why = row.why or {}
    rule = row.rule if isinstance(row, Offer) else str(why.get("rule") or BY_HAND)
    return Won(
        rule=rule,
        text=rule_text(language, rule),
        key=_time(why.get("key")),
        rank=_rank(why.get("rank")),
        steps_passed=int(why.get("steps") or 0),
        rivals=[
            Rival(agent=people[each["agent_id"]], rank=_rank(each["rank"]))
            for each in _rivals(why)
            if each["agent_id"] in people
        ],
    )


def _rank(rank: Sequence[float] | None) -> Rank | None:
    if not rank:
        return None
    score, idle_since, ordinal = rank
    return Rank(score=score, idle_since=_time(int(idle_since)), ordinal=int(ordinal))


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
        won=_won(offer, people, language),
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
