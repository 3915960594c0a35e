"""A stretch of real time as a Day: what came, how long it waited, who served it and who was there, folded from the history.

One thing to know: each stay in a queue that ended in an assignment or by the customer leaving is a call of the day; what was diverted, closed
by a person or still waits is not, because nothing says how it would have gone. Memory grows with the calls of the stretch.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Routing
from contact_center.agents import models as agents
from contact_center.agents.states import Presence
from contact_center.history import HistoryRow
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue as QueueRow
from routing import look
from routing.day import Agent, Call, Day, End, Need, Queue, Step
from routing.mirror import Rules
from routing.models import Offer
from routing.states import OfferState

S = InteractionState
_IN_LINE = (S.QUEUED.value, S.OFFERED.value)
PAGE = 500


@dataclass(frozen=True, slots=True)
class _Stay:
    """One stay in a queue: from-to, and how it ended."""

    interaction_id: str
    queue_id: str
    begin: datetime
    end: datetime
    served: bool


async def export(session: AsyncSession, begin: datetime, end: datetime, routing: Routing) -> Day:
    """What entered a queue in [begin, end), which must lie in the past; times count from `begin`."""
    names = await _names(session)
    stays = await _stays(session, begin, end)
    identifiers = sorted({stay.interaction_id for stay in stays})
    work = await _work(session, identifiers)
    rows: dict[str, Any] = {}
    for part in _pages(identifiers):
        found = await session.scalars(select(Interaction).where(Interaction.id.in_(part)))
        rows |= {row.id: row for row in found}
    calls = [
        _call(stay, rows[stay.interaction_id], work[stay.interaction_id], names, begin)
        for stay in stays
        if stay.queue_id in names.queues
    ]
    return Day(
        name=f"{begin:%Y-%m-%d}",
        queues=[_queue(row, names, Rules(routing), calls) for row in await look.queues(session)],
        agents=await _agents(session, names, begin, end, routing),
        calls=calls,
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """Names by id; of two agents with one name both carry their ordinal."""

    queues: Mapping[str, str]
    skills: Mapping[str, str]
    agents: Mapping[str, str]

    def needs(self, skills: Iterable[Mapping[str, Any]]) -> list[Need]:
        """Skills asked for, as far as they still exist."""
        return [
            Need(skill=self.skills[one["skill_id"]], level=int(one["level"]), required=bool(one.get("required", True)))
            for one in skills
            if one["skill_id"] in self.skills
        ]


async def _names(session: AsyncSession) -> _Names:
    people = (await session.execute(select(agents.Agent.id, agents.Agent.name, agents.Agent.ordinal))).all()
    often = Counter(row.name for row in people)
    queues = await session.execute(select(QueueRow.id, QueueRow.name))
    skills = await session.execute(select(agents.Skill.id, agents.Skill.name))
    return _Names(
        queues={row.id: row.name for row in queues},
        skills={row.id: row.name for row in skills},
        agents={row.id: row.name if often[row.name] == 1 else f"{row.name} ({row.ordinal})" for row in people},
    )


def _pages(identifiers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (identifiers[start : start + PAGE] for start in range(0, len(identifiers), PAGE))


async def _stays(session: AsyncSession, begin: datetime, end: datetime) -> list[_Stay]:
    """Stays that began in the stretch, in order of their beginning; their end may lie after it."""
    entered = select(HistoryRow.entity_id).where(
        HistoryRow.entity == "interaction",
        HistoryRow.to_state == S.QUEUED.value,
        HistoryRow.at >= begin,
        HistoryRow.at < end,
    )
    moves = await session.execute(
        select(HistoryRow.entity_id, HistoryRow.from_state, HistoryRow.to_state, HistoryRow.at, HistoryRow.queue_id)
        .where(HistoryRow.entity == "interaction", HistoryRow.entity_id.in_(entered), HistoryRow.at >= begin)
        .order_by(HistoryRow.at, HistoryRow.id)
    )
    open_since: dict[str, tuple[datetime, str]] = {}
    found: list[_Stay] = []
    for move in moves:
        if move.to_state == S.QUEUED.value and move.from_state not in _IN_LINE and move.queue_id and move.at < end:
            open_since[move.entity_id] = (move.at, move.queue_id)
        elif move.to_state not in _IN_LINE:
            began = open_since.pop(move.entity_id, None)
            if began is not None and move.to_state in (S.ASSIGNED.value, S.ABANDONED.value):
                served = move.to_state == S.ASSIGNED.value
                found.append(_Stay(move.entity_id, began[1], began[0], move.at, served))
    return sorted(found, key=lambda stay: (stay.begin, stay.interaction_id))


async def _work(session: AsyncSession, identifiers: Sequence[str]) -> defaultdict[str, list[Any]]:
    """interaction -> (at, until, agent, offered_at) of its assignments, first to last."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for part in _pages(identifiers):
        rows = await session.execute(
            select(
                Assignment.interaction_id,
                Assignment.agent_id,
                Assignment.at,
                Assignment.ended_at,
                Offer.offered_at,
            )
            .outerjoin(Offer, (Offer.id == Assignment.offer_id) & (Offer.state == OfferState.ACCEPTED.value))
            .where(Assignment.interaction_id.in_(part), Assignment.role == "primary")
            .order_by(Assignment.at)
        )
        for row in rows:
            found[row.interaction_id].append(row)
    return found


def _call(stay: _Stay, row: Any, work: Sequence[Any], names: _Names, begin: datetime) -> Call:
    wait = (stay.end - stay.begin).total_seconds()
    call = Call(
        at=(stay.begin - begin).total_seconds(),
        queue=names.queues[stay.queue_id],
        channel=row.channel,
        units=row.units,
        priority=row.priority,
        skills=names.needs(row.skills),
        wait=wait,
        end=End.SERVED if stay.served else End.ABANDONED,
    )
    place = bisect_left([one.at for one in work], stay.end)
    if not stay.served or place == len(work):
        return call
    one = work[place]
    ring = (one.at - max(one.offered_at, stay.begin)).total_seconds() if one.offered_at else 0.0
    handling = (one.ended_at - one.at).total_seconds() if one.ended_at else 0.0
    return call.model_copy(
        update={"ring": max(0.0, min(ring, wait)), "handling": handling, "agent": names.agents.get(one.agent_id)}
    )


def _queue(row: look.QueueRow, names: _Names, rules: Rules, calls: Iterable[Call]) -> Queue:
    """As the router's rules read the row for the channel by which most of its calls came."""
    came = Counter(call.channel for call in calls if call.queue == names.queues[row.id])
    setting = rules.queue_set(row, 0)
    terms = rules.terms(row, came.most_common(1)[0][0] if came else "")
    return Queue(
        name=names.queues[row.id],
        skills=[Need(skill=names.skills[skill], level=level, required=must) for skill, level, must in row.skills],
        relax=[
            Step(after=step["after"], skill=names.skills[step["skill_id"]], level=step.get("level"))
            for step in row.relax
            if step["skill_id"] in names.skills
        ],
        order=setting.order,
        head_start=row.head_start,
        choice=terms.choice,
        reserve=row.reserve,
        max_waiting=terms.max_waiting,
    )


async def _agents(
    session: AsyncSession, names: _Names, begin: datetime, end: datetime, routing: Routing
) -> list[Agent]:
    shifts = await _shifts(session, begin, end)
    return [
        Agent(
            name=names.agents[row.id],
            queues=[names.queues[queue] for queue in row.queue_ids],
            skills={names.skills[skill]: level for skill, level in row.skills},
            units=row.units,
            caps=dict(row.caps),
            exclusive=list(routing.exclusive if row.exclusive is None else row.exclusive),
            interruptible=list(row.interruptible),
            shifts=shifts.get(row.id, []),
        )
        for row in await look.agents(session)
    ]


async def _shifts(session: AsyncSession, begin: datetime, end: datetime) -> dict[str, list[tuple[float, float]]]:
    """agent -> when they took work, clipped to the stretch."""
    moves = select(HistoryRow.entity_id, HistoryRow.to_state, HistoryRow.at).where(HistoryRow.entity == "agent")
    last = (
        select(HistoryRow.entity_id, func.max(HistoryRow.at).label("at"))
        .where(HistoryRow.entity == "agent", HistoryRow.at < begin)
        .group_by(HistoryRow.entity_id)
        .subquery()
    )
    before = await session.execute(
        moves.join(last, (last.c.entity_id == HistoryRow.entity_id) & (last.c.at == HistoryRow.at)).order_by(
            HistoryRow.id
        )
    )
    standing = {row.entity_id: row.to_state for row in before}
    since = {agent_id: begin for agent_id, state in standing.items() if state == Presence.AVAILABLE.value}
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)

    def close(agent_id: str, until: datetime) -> None:
        start = since.pop(agent_id, None)
        if start is not None:
            found[agent_id].append(((start - begin).total_seconds(), (until - begin).total_seconds()))

    inside = moves.where(HistoryRow.at >= begin, HistoryRow.at < end).order_by(HistoryRow.at, HistoryRow.id)
    for row in await session.execute(inside):
        if row.to_state == Presence.AVAILABLE.value:
            since.setdefault(row.entity_id, row.at)
        else:
            close(row.entity_id, row.at)
    for agent_id in list(since):
        close(agent_id, end)
    return dict(found)
