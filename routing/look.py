"""What the router reads from the database, as plain rows: interactions with their offers, agents, queues.

Nothing here is kept: memory holds nothing that these queries cannot bring back.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent, Proficiency
from contact_center.agents.states import Forced, Presence, takes_work
from contact_center.interactions.models import ChannelAccount, Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue, QueueMember, QueueSkill
from routing.models import Offer
from routing.states import OfferState

S = InteractionState
ROUTED = (S.QUEUED, S.OFFERED, S.ASSIGNED)
PAGE = 500
PUSH = "push"


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A pending offer, or one declined lately."""

    id: str
    interaction_id: str
    agent_id: str
    state: OfferState
    units: int
    offered_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """An interaction as the router must see it; `agent_id` is set while assigned."""

    id: str
    version: int
    state: InteractionState
    conversation_id: str
    channel: str
    queue_id: str | None
    agent_id: str | None
    last_agent_id: str | None
    priority: int
    units: int
    skills: Sequence[Mapping[str, Any]]
    key_at: datetime
    queued_at: datetime | None
    due_at: datetime | None
    preferred_agent_ids: Sequence[str]

    @property
    def kept_for(self) -> Sequence[str]:
        """For whom it is kept a while if they are at work, in this order."""
        return [*self.preferred_agent_ids, *([self.last_agent_id] if self.last_agent_id else [])]


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent's profile and whether the router may offer them work; skills as (skill id, level).

    `queue_ids` are the queues whose work comes to them by itself; what a pulled queue holds they fetch.
    """

    id: str
    user_id: str
    ordinal: int
    units: int
    caps: Mapping[str, int]
    skills: tuple[tuple[str, int], ...]
    queue_ids: tuple[str, ...]
    available: bool
    misses: int
    idle_since: datetime
    last_offered_at: datetime | None
    exclusive: Sequence[str] | None
    interruptible: Sequence[str]
    pick: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue's routing policy; skills as (skill id, level, required) in their order."""

    id: str
    skills: tuple[tuple[str, int, bool], ...]
    relax: Sequence[Mapping[str, Any]]
    order: str
    head_start: int
    choice: str
    reserve: int
    max_waiting: int | None
    offers_at_once: int
    full_queue_id: str | None
    offer_seconds: Mapping[str, int]
    last_agent_seconds: Mapping[str, int]
    channels: frozenset[str]
    """Channels by which the house can be reached now."""


_INTERACTION = [getattr(Interaction, name) for name in InteractionRow.__dataclass_fields__]
_OFFER = [getattr(Offer, name) for name in OfferRow.__dataclass_fields__]


async def interactions(session: AsyncSession, interaction_ids: Sequence[str]) -> list[InteractionRow]:
    """These interactions, whatever their state."""
    found: list[InteractionRow] = []
    for start in range(0, len(interaction_ids), PAGE):
        rows = await session.execute(
            select(*_INTERACTION).where(Interaction.id.in_(interaction_ids[start : start + PAGE]))
        )
        found += [_interaction(row) for row in rows]
    return found


async def live_interactions(session: AsyncSession) -> list[InteractionRow]:
    """All that are queued, offered or assigned."""
    rows = await session.execute(
        select(*_INTERACTION).where(Interaction.state.in_([state.value for state in ROUTED])).order_by(Interaction.id)
    )
    return [_interaction(row) for row in rows]


async def live_versions(session: AsyncSession) -> dict[str, int]:
    """id -> version of all that are queued, offered or assigned."""
    rows = await session.execute(
        select(Interaction.id, Interaction.version).where(Interaction.state.in_([state.value for state in ROUTED]))
    )
    return {interaction_id: version for interaction_id, version in rows}


def _interaction(row: Any) -> InteractionRow:
    return InteractionRow(**{**row._mapping, "state": InteractionState(row.state)})


async def offers(
    session: AsyncSession, *, declined_after: datetime, interaction_ids: Sequence[str] | None = None
) -> dict[str, list[OfferRow]]:
    """interaction -> its pending offers and those declined since; of all interactions when no ids are given."""
    declined = and_(Offer.state == OfferState.DECLINED.value, Offer.ended_at > declined_after)
    query = select(*_OFFER).where(or_(Offer.state == OfferState.PENDING.value, declined)).order_by(Offer.id)
    found: defaultdict[str, list[OfferRow]] = defaultdict(list)
    pages = [None] if interaction_ids is None else range(0, len(interaction_ids), PAGE)
    for start in pages:
        page = query
        if interaction_ids is not None and start is not None:
            page = query.where(Offer.interaction_id.in_(interaction_ids[start : start + PAGE]))
        for row in await session.execute(page):
            found[row.interaction_id].append(OfferRow(**{**row._mapping, "state": OfferState(row.state)}))
    return found


async def stray_offers(session: AsyncSession) -> list[str]:
    """Interactions that are no longer offered but have a pending offer."""
    rows = await session.scalars(
        select(Offer.interaction_id)
        .join(Interaction, Interaction.id == Offer.interaction_id)
        .where(Offer.state == OfferState.PENDING.value, Interaction.state != S.OFFERED.value)
    )
    return list(rows.all())


async def agents(
    session: AsyncSession, agent_ids: Sequence[str] | None = None, *, fetching: bool = False
) -> list[AgentRow]:
    """These agents, or all; `fetching` counts the queues they fetch from as theirs too."""
    wanted = select(Agent).order_by(Agent.ordinal).execution_options(populate_existing=True)
    skills = select(Proficiency.agent_id, Proficiency.skill_id, Proficiency.level)
    member = select(QueueMember.agent_id, QueueMember.queue_id).join(Queue, Queue.id == QueueMember.queue_id)
    if not fetching:
        member = member.where(Queue.delivery == PUSH)
    if agent_ids is not None:
        wanted = wanted.where(Agent.id.in_(agent_ids))
        skills = skills.where(Proficiency.agent_id.in_(agent_ids))
        member = member.where(QueueMember.agent_id.in_(agent_ids))
    levels: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for agent_id, skill_id, level in await session.execute(skills):
        levels[agent_id].append((skill_id, level))
    queues: defaultdict[str, list[str]] = defaultdict(list)
    for agent_id, queue_id in await session.execute(member):
        queues[agent_id].append(queue_id)
    return [
        AgentRow(
            id=agent.id,
            user_id=agent.user_id,
            ordinal=agent.ordinal,
            units=agent.units,
            caps=agent.caps,
            skills=tuple(sorted(levels[agent.id])),
            queue_ids=tuple(sorted(queues[agent.id])),
            available=agent.active and not agent.next and takes_work(Presence(agent.chosen), Forced(agent.forced)),
            misses=agent.misses,
            idle_since=agent.idle_since or agent.since,
            last_offered_at=agent.last_offered_at,
            exclusive=agent.exclusive,
            interruptible=agent.interruptible,
            pick=agent.pick,
        )
        for agent in (await session.scalars(wanted)).all()
    ]


async def queues(session: AsyncSession) -> list[QueueRow]:
    """All queues, disabled ones too: what waits there already is still served."""
    asked: defaultdict[str, list[tuple[str, int, bool]]] = defaultdict(list)
    for row in (await session.scalars(select(QueueSkill).order_by(QueueSkill.position, QueueSkill.skill_id))).all():
        asked[row.queue_id].append((row.skill_id, row.level, row.required))
    reached = select(ChannelAccount.channel).where(ChannelAccount.enabled.is_(True)).distinct()
    channels = frozenset((await session.scalars(reached)).all())
    rows = await session.scalars(select(Queue).order_by(Queue.id).execution_options(populate_existing=True))
    return [
        QueueRow(
            id=queue.id,
            skills=tuple(asked[queue.id]),
            relax=queue.relax,
            order=queue.order,
            head_start=queue.head_start,
            choice=queue.choice,
            reserve=queue.reserve,
            max_waiting=queue.max_waiting,
            offers_at_once=queue.offers_at_once,
            full_queue_id=queue.full_queue_id,
            offer_seconds=queue.offer_seconds,
            last_agent_seconds=queue.last_agent_seconds,
            channels=channels,
        )
        for queue in rows.all()
    ]
