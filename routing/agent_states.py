"""How agents stand: presence, what is derived from it and from the work in hand, capacity by channel.

It is put together here because it needs all of it: profile, queues, assignments, pending offers.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Routing
from contact_center.agents.models import Agent, Proficiency, Skill
from contact_center.agents.states import Forced, Presence, Shown, shown
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import AssignmentState
from contact_center.queues.models import QueueMember
from contact_center.web.models import Model, Time
from routing.models import Offer
from routing.states import OfferState


class NextPresence(Model):
    """What begins when the last contact has ended."""

    state: Presence
    reason: str | None


class PresenceView(Model):
    """What the agent chose (`reason`: id of a presence reason), and what the system put on top."""

    chosen: Presence
    reason: str | None
    next: NextPresence | None
    forced: Forced
    forced_until: Time | None
    since: Time


class ChannelUse(Model):
    """One channel: at most `cap` at once (null: no cap), `used` now, offers included, each taking `units_each`.

    An `exclusive` one takes the agent alone; work on an `interruptible` one does not keep other channels away.
    """

    channel: str
    cap: int | None
    used: int
    units_each: int
    exclusive: bool
    interruptible: bool


class CapacityView(Model):
    """Units held by work and offers, of the budget."""

    units: int
    used: int
    channels: list[ChannelUse]


class AgentSkill(Model):
    """A skill held, and how well (1-10)."""

    skill_id: str
    name: str
    level: int


class AgentState(Model):
    """An agent as people see them."""

    id: str
    user_id: str
    name: str
    presence: PresenceView
    derived: Shown
    capacity: CapacityView
    pick: str
    skills: list[AgentSkill]
    queue_ids: list[str]
    version: int


@dataclass(slots=True)
class _InHand:
    """What an agent holds now, by channel."""

    channels: Counter[str] = field(default_factory=Counter)
    active: int = 0
    wrapping_up: int = 0


async def states(session: AsyncSession, agent_ids: Sequence[str], routing: Routing) -> list[AgentState]:
    """These agents, in the order of their ordinals; unknown ids are left out."""
    rows = await session.scalars(
        select(Agent).where(Agent.id.in_(agent_ids)).order_by(Agent.ordinal).execution_options(populate_existing=True)
    )
    agents = rows.all()
    hands = await _in_hand(session, agent_ids)
    skills = await _skills(session, agent_ids)
    queues = await _queues(session, agent_ids)
    return [
        _state(agent, hands[agent.id], skills.get(agent.id, []), queues.get(agent.id, []), routing) for agent in agents
    ]


async def state_of_user(session: AsyncSession, user_id: str, routing: Routing) -> dict[str, Any] | None:
    """The AgentState behind a user as JSON has it, for sign-in; None for somebody without an agent's profile."""
    agent_id = await session.scalar(select(Agent.id).where(Agent.user_id == user_id, Agent.active.is_(True)))
    if agent_id is None:
        return None
    found = await states(session, [agent_id], routing)
    return found[0].model_dump(mode="json") if found else None


def _state(agent: Agent, hand: _InHand, skills: list[AgentSkill], queue_ids: list[str], routing: Routing) -> AgentState:
    chosen, forced = Presence(agent.chosen), Forced(agent.forced)
    planned = NextPresence(state=agent.next["state"], reason=agent.next.get("reason")) if agent.next else None
    return AgentState(
        id=agent.id,
        user_id=agent.user_id,
        name=agent.name,
        presence=PresenceView(
            chosen=chosen,
            reason=agent.reason,
            next=planned,
            forced=forced,
            forced_until=agent.forced_until,
            since=agent.since,
        ),
        derived=shown(
            chosen,
            forced,
            used=agent.used,
            units=agent.units,
            wrapping_up=bool(hand.wrapping_up and not hand.active),
            exclusive=any(hand.channels[channel] for channel in _exclusive(agent, routing)),
        ),
        capacity=CapacityView(units=agent.units, used=agent.used, channels=_channels(agent, hand, routing)),
        pick=agent.pick,
        skills=skills,
        queue_ids=queue_ids,
        version=agent.version,
    )


def _exclusive(agent: Agent, routing: Routing) -> Sequence[str]:
    return routing.exclusive if agent.exclusive is None else agent.exclusive


def _channels(agent: Agent, hand: _InHand, routing: Routing) -> list[ChannelUse]:
    return [
        ChannelUse(
            channel=channel,
            cap=agent.caps.get(channel),
            used=hand.channels[channel],
            units_each=units,
            exclusive=channel in _exclusive(agent, routing),
            interruptible=channel in agent.interruptible,
        )
        for channel, units in sorted(routing.units.items())
    ]


async def _in_hand(session: AsyncSession, agent_ids: Sequence[str]) -> defaultdict[str, _InHand]:
    found: defaultdict[str, _InHand] = defaultdict(_InHand)
    work = (
        select(Assignment.agent_id, Assignment.state, Interaction.channel)
        .join(Interaction, Interaction.id == Assignment.interaction_id)
        .where(Assignment.agent_id.in_(agent_ids), Assignment.ended_at.is_(None))
    )
    for agent_id, state, channel in await session.execute(work):
        hand = found[agent_id]
        hand.channels[channel] += 1
        wraps = state == AssignmentState.WRAPPING_UP.value
        hand.wrapping_up += wraps
        hand.active += not wraps
    offered = (
        select(Offer.agent_id, Interaction.channel)
        .join(Interaction, Interaction.id == Offer.interaction_id)
        .where(Offer.agent_id.in_(agent_ids), Offer.state == OfferState.PENDING.value)
    )
    for agent_id, channel in await session.execute(offered):
        found[agent_id].channels[channel] += 1
    return found


async def _skills(session: AsyncSession, agent_ids: Sequence[str]) -> Mapping[str, list[AgentSkill]]:
    found: defaultdict[str, list[AgentSkill]] = defaultdict(list)
    rows = await session.execute(
        select(Proficiency.agent_id, Skill.id, Skill.name, Proficiency.level)
        .join(Skill, Skill.id == Proficiency.skill_id)
        .where(Proficiency.agent_id.in_(agent_ids))
        .order_by(Skill.name_key)
    )
    for agent_id, skill_id, name, level in rows:
        found[agent_id].append(AgentSkill(skill_id=skill_id, name=name, level=level))
    return found


async def _queues(session: AsyncSession, agent_ids: Sequence[str]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = await session.execute(
        select(QueueMember.agent_id, QueueMember.queue_id)
        .where(QueueMember.agent_id.in_(agent_ids))
        .order_by(QueueMember.queue_id)
    )
    for agent_id, queue_id in rows:
        found[agent_id].append(queue_id)
    return found
