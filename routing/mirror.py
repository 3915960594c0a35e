"""The engine beside the database: which events make the one agree with the other.

An input says only which entity changed, so everything here compares: the row as it is now against what the engine believes.
Comparing twice, late, or after a newer change is harmless. What no event can express asks for `Rebuild`.

Ids are the entities' UUIDs as integers. A queue is one line over all its channels; what differs by channel are its terms.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from config.settings import Routing
from contact_center.clock import to_micros
from contact_center.ids import to_int
from contact_center.interactions.giving_back import FRONT
from contact_center.interactions.states import InteractionState
from routing.engine import Engine
from routing.events import (
    Accept,
    AgentSet,
    AgentState,
    Arrive,
    Assign,
    Cancel,
    Cap,
    ChannelTerms,
    Choice,
    Config,
    Decline,
    Event,
    Finish,
    Order,
    Pick,
    QueueSet,
    RelaxStep,
    Requeue,
    SkillHeld,
    SkillNeed,
)
from routing.look import AgentRow, InteractionRow, OfferRow, QueueRow
from routing.snapshot import SavedAgent, SavedInteraction, Snapshot
from routing.state import Interaction, State
from routing.states import OfferState

SECOND = 1_000_000
AUTOMATIC = "automatic"
LIVE = frozenset({"chat", "voice"})
"""Channels whose customers are there now: only they are turned away from a full queue that has no other to send them to."""
NOWHERE = 0
"""The line of what is handled without a queue; nobody serves it."""
_FRONT = FRONT // timedelta(microseconds=1)


class Rebuild(Exception):
    """Engine and database disagree in a way that no event can mend."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings as the engine wants them."""

    routing: Routing

    def config(self) -> Config:
        """The engine's first line."""
        return Config(
            auto_accept=False,
            misses=self.routing.misses,
            decline_block=self.routing.decline_block_seconds * SECOND,
        )

    @property
    def channels(self) -> list[str]:
        """The channels that have terms of their own, in a fixed order."""
        return sorted(self.routing.units)

    def line(self, queue_id: str | None) -> int:
        """The engine's id of this queue."""
        return NOWHERE if queue_id is None else to_int(queue_id)

    def queue_set(self, row: QueueRow, t: int) -> QueueSet:
        """The settings of a queue."""
        other = self.terms(row, "")
        return QueueSet(
            t=t,
            queue=self.line(row.id),
            skills=tuple(SkillNeed(to_int(skill), level, required) for skill, level, required in row.skills),
            relax=tuple(_relax_step(step) for step in row.relax),
            order=Order(row.order) if row.order in set(Order) else Order.KEY,
            head_start=row.head_start * SECOND,
            choice=other.choice,
            offer_time=other.offer_time,
            last_agent_wait=other.last_agent_wait,
            reserve=row.reserve,
            offers_at_once=row.offers_at_once,
            by_channel=tuple(self.terms(row, channel) for channel in self.channels),
        )

    def terms(self, row: QueueRow, channel: str) -> ChannelTerms:
        """What the queue does for this channel. It is full only where people wait on the line, or another queue takes the rest."""
        return ChannelTerms(
            channel,
            offer_time=_seconds(channel, row.offer_seconds, self.routing.offer_seconds),
            last_agent_wait=_seconds(channel, row.last_agent_seconds, self.routing.last_agent_seconds),
            choice=self.choice(row, channel),
            max_waiting=row.max_waiting if channel in LIVE or row.full_queue_id else None,
        )

    def choice(self, row: QueueRow, channel: str) -> Choice:
        """The queue's own, or: fill agents up one after another where calls, which need an empty desk, share them."""
        if row.choice != AUTOMATIC:
            return Choice(row.choice) if row.choice in set(Choice) else Choice.LONGEST_IDLE
        alone = frozenset(self.routing.exclusive)
        return Choice.PACK if row.channels & alone and channel not in alone else Choice.LONGEST_IDLE

    def agent_set(self, row: AgentRow, t: int) -> AgentSet:
        """An agent's profile."""
        return AgentSet(
            t=t,
            agent=to_int(row.id),
            ordinal=row.ordinal,
            skills=tuple(SkillHeld(to_int(skill), level) for skill, level in row.skills),
            queues=tuple(self.line(queue_id) for queue_id in row.queue_ids),
            units=row.units,
            caps=tuple(Cap(channel, int(n)) for channel, n in sorted(row.caps.items())),
            exclusive=tuple(self.routing.exclusive if row.exclusive is None else row.exclusive),
            interruptible=tuple(row.interruptible),
            pick=Pick(row.pick) if row.pick in set(Pick) else Pick.LONGEST_WAITING,
        )


def _seconds(channel: str, own: Mapping[str, int], shipped: Mapping[str, int]) -> int:
    return int(own.get(channel, shipped.get(channel, 60))) * SECOND


def _relax_step(step: Mapping[str, Any]) -> RelaxStep:
    level = step.get("level")
    return RelaxStep(int(step["after"]) * SECOND, to_int(step["skill_id"]), None if level is None else int(level))


def needs(skills: Sequence[Mapping[str, Any]]) -> tuple[SkillNeed, ...]:
    """An interaction's own skills."""
    return tuple(
        SkillNeed(to_int(skill["skill_id"]), int(skill["level"]), bool(skill.get("required", True))) for skill in skills
    )


def queue_events(engine: Engine, rules: Rules, rows: Iterable[QueueRow], t: int) -> list[Event]:
    """Settings that changed."""
    known = engine.floor.roster.queues
    wanted = [rules.queue_set(row, t) for row in rows]
    changed: list[Event] = []
    for setting in [QueueSet(t=t, queue=NOWHERE), *wanted]:
        queue = known.get(setting.queue)
        if queue is None or _timeless(queue.setting) != _timeless(setting):
            changed.append(setting)
    return changed


def profile_events(engine: Engine, rules: Rules, row: AgentRow, t: int) -> list[Event]:
    """The agent's profile, if it changed or is new."""
    setting = rules.agent_set(row, t)
    agent = engine.floor.roster.agents.get(setting.agent)
    return [] if agent is not None and _timeless(agent.setting) == _timeless(setting) else [setting]


def presence_events(engine: Engine, agent_id: str, available: bool, t: int) -> list[Event]:
    """Whether the agent takes work, if that changed."""
    agent = engine.floor.roster.agents.get(to_int(agent_id))
    if agent is None or agent.available == available:
        return []
    return [AgentState(t=t, agent=agent.id, available=available)]


def _timeless(setting: QueueSet | AgentSet) -> tuple[object, ...]:
    return tuple(getattr(setting, name) for name in setting.__dataclass_fields__ if name != "t")


def interaction_events(
    engine: Engine, rules: Rules, row: InteractionRow, offers: Sequence[OfferRow], t: int
) -> list[Event]:
    """What brings the engine to this row. Raises `Rebuild`."""
    item = engine.floor.items.get(to_int(row.id))
    match row.state:
        case InteractionState.QUEUED:
            return _queued(engine, rules, row, offers, item, t)
        case InteractionState.OFFERED:
            return _offered(rules, row, offers, item, t)
        case InteractionState.ASSIGNED:
            return _assigned(rules, row, item, t)
        case _ if item is not None and row.agent_id is not None and item.state is not State.ASSIGNED:
            return [*_assigned(rules, row, item, t), Finish(t=t, interaction=item.id)]  # all of it since we last looked
        case _:
            return _over(to_int(row.id), item, t)


def _over(interaction: int, item: Interaction | None, t: int) -> list[Event]:
    if item is None:
        return []
    if item.state is State.ASSIGNED:
        return [Finish(t=t, interaction=interaction)]
    return [Cancel(t=t, interaction=interaction)]


def _arrive(engine: Engine, rules: Rules, row: InteractionRow, t: int) -> Arrive:
    at_work = engine.floor.roster.agents
    wanted = (to_int(agent_id) for agent_id in row.kept_for)
    return Arrive(
        t=t,
        interaction=to_int(row.id),
        queue=rules.line(row.queue_id),
        channel=row.channel,
        units=row.units,
        priority=row.priority,
        queued_at=to_micros(row.key_at),
        deadline=_deadline(row),
        skills=needs(row.skills),
        last_agent=next((one for one in wanted if one in at_work and at_work[one].available), None),
    )


def _deadline(row: InteractionRow) -> int | None:
    return to_micros(row.due_at) if row.due_at else None


def _queued(
    engine: Engine, rules: Rules, row: InteractionRow, offers: Sequence[OfferRow], item: Interaction | None, t: int
) -> list[Event]:
    if item is None:
        return [_arrive(engine, rules, row, t)]
    line = rules.line(row.queue_id)
    same = (item.units, item.priority, item.skills, item.deadline) == (
        row.units,
        row.priority,
        needs(row.skills),
        _deadline(row),
    )
    if item.state is State.WAITING:
        if same and item.queue.id == line and _key_at(item) == to_micros(row.key_at):
            return []
        return [Cancel(t=t, interaction=item.id), _arrive(engine, rules, row, t)]
    if item.state is State.OFFERED:
        asked, declined = {agent.id for agent in item.asked()}, _by(offers, OfferState.DECLINED)
        if asked <= declined:
            return _declines(item, asked, t)
        if _by(offers, OfferState.PENDING):
            raise Rebuild(f"interaction {row.id} is queued and has a pending offer")
    if same:
        return [Requeue(t=t, interaction=item.id, queue=line, front=in_front(row.key_at, t))]
    return [*_over(item.id, item, t), _arrive(engine, rules, row, t)]


def _key_at(item: Interaction) -> int:
    """The engine's belief in terms of the column `key_at`."""
    return item.base - _FRONT if item.front else item.base


def in_front(key_at: datetime, t: int) -> bool:
    """True when this key was put in front of all ordinary ones."""
    return to_micros(key_at) < t - _FRONT // 2


def _offered(
    rules: Rules, row: InteractionRow, offers: Sequence[OfferRow], item: Interaction | None, t: int
) -> list[Event]:
    """Of several who are asked some may have declined meanwhile."""
    if item is not None and item.state is State.OFFERED:
        asked, pending = {agent.id for agent in item.asked()}, _by(offers, OfferState.PENDING)
        if pending and pending <= asked and asked - pending <= _by(offers, OfferState.DECLINED):
            return _declines(item, asked - pending, t)
    raise Rebuild(f"interaction {row.id} is offered, which the engine does not know")


def _by(offers: Sequence[OfferRow], state: OfferState) -> set[int]:
    """The agents whose offers are in this state."""
    return {to_int(offer.agent_id) for offer in offers if offer.state is state}


def _declines(item: Interaction, agents: Collection[int], t: int) -> list[Event]:
    """In the order in which they were asked."""
    return [Decline(t=t, interaction=item.id, agent=agent.id) for agent in item.asked() if agent.id in agents]


def _assigned(rules: Rules, row: InteractionRow, item: Interaction | None, t: int) -> list[Event]:
    if row.agent_id is None:
        raise Rebuild(f"interaction {row.id} is assigned to nobody")
    agent, interaction = to_int(row.agent_id), to_int(row.id)
    if item is not None and any(one.id == agent for one in item.asked()):
        if item.state is State.ASSIGNED:
            return []
        return [Accept(t=t, interaction=interaction, agent=agent)]
    line = rules.line(row.queue_id)
    return [Assign(t=t, interaction=interaction, agent=agent, queue=line, channel=row.channel, units=row.units)]


class Turn(IntEnum):
    """In which order what changed together is told: first what ends or binds work, last what looks for somebody."""

    QUEUES = 0
    PROFILE = 1
    BOUND = 2
    UNAVAILABLE = 3
    BACK = 4
    AVAILABLE = 5
    ARRIVING = 6


def turn_of(engine: Engine, row: InteractionRow) -> Turn:
    """When this row is told."""
    if row.state is not InteractionState.QUEUED:
        return Turn.BOUND
    item = engine.floor.items.get(to_int(row.id))
    return Turn.BACK if item is not None and item.state is not State.WAITING else Turn.ARRIVING


def snapshot(
    rules: Rules,
    *,
    now: int,
    queues: Sequence[QueueRow],
    agents: Sequence[AgentRow],
    interactions: Sequence[InteractionRow],
    offers: Mapping[str, Sequence[OfferRow]],
) -> Snapshot:
    """The whole database as an engine's memory: how a new leader begins, and how a disagreement is mended."""
    lines = [rules.queue_set(row, now) for row in queues]
    waits = {(line.queue, terms.channel): terms.last_agent_wait for line in lines for terms in line.by_channel}
    known = {row.id: row.available for row in agents}
    saved = [_saved(rules, row, offers.get(row.id, ()), waits, known, now) for row in interactions]
    return Snapshot(
        now=now,
        queues=(QueueSet(t=now, queue=NOWHERE), *lines),
        agents=tuple(
            SavedAgent(
                setting=rules.agent_set(row, now),
                available=row.available,
                idle_since=to_micros(row.idle_since),
                last_offered=to_micros(row.last_offered_at) if row.last_offered_at else -1,
                misses=row.misses,
            )
            for row in agents
        ),
        interactions=tuple(one for one in saved if one is not None),
    )


def _saved(
    rules: Rules,
    row: InteractionRow,
    offers: Sequence[OfferRow],
    waits: Mapping[tuple[int, str], int],
    agents: Mapping[str, bool],
    now: int,
) -> SavedInteraction | None:
    line = rules.line(row.queue_id)
    front = in_front(row.key_at, now)
    entered = to_micros(row.queued_at or row.key_at)
    pending = [one for one in offers if one.state is OfferState.PENDING and one.agent_id in agents]
    asked: list[int] = []
    state, expires_at = State.WAITING, None
    if row.state is InteractionState.ASSIGNED and row.agent_id is not None and row.agent_id in agents:
        asked, state = [to_int(row.agent_id)], State.ASSIGNED
    elif row.state is InteractionState.OFFERED and pending:
        asked, state = [to_int(one.agent_id) for one in pending], State.OFFERED
        expires_at = to_micros(pending[0].expires_at)
    elif row.queue_id is None:
        return None
    block = rules.config().decline_block
    declined = [one for one in offers if one.state is OfferState.DECLINED and one.ended_at is not None]
    open_at = entered + waits.get((line, row.channel), 0)
    sticky = next((one for one in row.kept_for if agents.get(one)), None)
    kept = sticky is not None and open_at > now and not declined and state is not State.ASSIGNED
    return SavedInteraction(
        interaction=to_int(row.id),
        queue=line,
        channel=row.channel,
        units=row.units,
        state=state,
        queued_at=to_micros(row.key_at) + (_FRONT if front else 0),
        entered=entered,
        priority=row.priority,
        front=front,
        deadline=_deadline(row),
        skills=needs(row.skills),
        agent=asked[0] if asked else None,
        others=tuple(asked[1:]),
        expires_at=expires_at,
        last_agent=to_int(sticky) if sticky is not None and kept else None,
        open_at=open_at if kept else None,
        blocked=tuple((to_int(one.agent_id), to_micros(one.ended_at) + block) for one in declined if one.ended_at),
    )
