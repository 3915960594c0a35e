"""Why an interaction waits, who could take it, when the search widens, and who else could have won: answers, on request.

One thing to know: this scans the agents of one queue, so it is for a person who asks, never for a decision.
"""

from dataclasses import dataclass
from enum import StrEnum

from routing import relax
from routing.engine import Engine
from routing.events import RelaxStep
from routing.match import missing
from routing.state import Agent, Interaction, State


class Because(StrEnum):
    """What keeps an agent from an interaction now, the first that applies; `able` means nothing does."""

    ABLE = "able"
    SKILLS = "skills"
    UNAVAILABLE = "unavailable"
    EXCLUSIVE = "exclusive"
    UNITS = "units"
    CAP = "cap"
    DECLINED = "declined"
    LAST_AGENT = "last_agent"
    RESERVE = "reserve"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One agent of the queue: able, or why not. `missing`: (skill, level) pairs it does not meet; `until`: end of a decline's pause."""

    agent: int
    because: Because
    missing: tuple[tuple[int, int], ...] = ()
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A required skill: how many agents of the queue meet it, and how many of those are available now."""

    skill: int
    level: int
    agents: int
    available: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The state of one live interaction. `position` counts from 1 in its queue's order among its channel (None: not waiting);
    `next_step` falls due at `next_step_at`; it is kept for its last agent `kept_for` until `kept_until`."""

    interaction: int
    state: State
    queue: int
    key: int
    position: int | None
    agent: int | None
    requirements: tuple[Requirement, ...]
    candidates: tuple[Candidate, ...]
    steps_passed: int
    next_step: RelaxStep | None
    next_step_at: int | None
    kept_for: int | None
    kept_until: int | None


def explain(engine: Engine, interaction: int) -> Explanation | None:
    """Why a live interaction is where it is; None when the engine does not know it (ended, or never seen)."""
    item = engine.floor.items.get(interaction)
    if item is None:
        return None
    queue = item.queue
    members = [agent for _, agent in sorted(engine.floor.roster.agents.items()) if queue.id in agent.profile.queues]
    required = queue.need(item.skills, item.step).required
    moving = item.state is not State.ASSIGNED and item.step < len(queue.relax)
    return Explanation(
        interaction=item.id,
        state=item.state,
        queue=queue.id,
        key=item.base - item.priority * queue.setting.head_start,
        position=_place(item),
        agent=None if item.agent is None else item.agent.id,
        requirements=tuple(_requirement(pair, members) for pair in required),
        candidates=tuple(_candidate(item, agent, required) for agent in members),
        steps_passed=item.step,
        next_step=queue.relax[item.step] if moving else None,
        next_step_at=relax.next_due(queue.relax, passed=item.step, entered=item.entered) if moving else None,
        kept_for=None if item.sticky is None else item.sticky.id,
        kept_until=item.open_at,
    )


def place_of(engine: Engine, interaction: int) -> int | None:
    """The place in its queue's order among those of its channel, from 1, whatever they require; None when it does not wait here."""
    item = engine.floor.items.get(interaction)
    return None if item is None else _place(item)


def _place(item: Interaction) -> int | None:
    mine = item.entry
    if mine is None:
        return None
    buckets = (bucket for bucket in item.queue.buckets.values() if bucket.channel == item.channel)
    others = (other.entry for bucket in buckets for other in bucket.waiting())
    return 1 + sum(entry is not None and entry < mine for entry in others)


def _requirement(pair: tuple[int, int], members: list[Agent]) -> Requirement:
    able = [agent for agent in members if not missing(agent.profile.levels, (pair,))]
    return Requirement(*pair, agents=len(able), available=sum(agent.available for agent in able))


def _candidate(item: Interaction, agent: Agent, required: tuple[tuple[int, int], ...]) -> Candidate:
    lacking = tuple(missing(agent.profile.levels, required))
    if lacking:
        return Candidate(agent.id, Because.SKILLS, lacking)
    if not agent.available:
        return Candidate(agent.id, Because.UNAVAILABLE)
    full = agent.load.why_not(item.channel, item.units)
    if full is not None:
        return Candidate(agent.id, Because(full))
    if item.blocked is not None and agent.id in item.blocked:
        return Candidate(agent.id, Because.DECLINED, until=item.blocked[agent.id][0])
    if item.sticky is not None and item.sticky is not agent:
        return Candidate(agent.id, Because.LAST_AGENT, until=item.open_at)
    if item.queue.reserve and item.queue.idle <= item.queue.reserve and agent.wholly_idle():
        return Candidate(agent.id, Because.RESERVE)
    return Candidate(agent.id, Because.ABLE)


def rivals(engine: Engine, interaction: int, *, limit: int = 5) -> list[tuple[int, tuple[float, ...]]]:
    """Who else could take it now: (agent, rank as in Offer.rank), best first. Ask right after `apply` returned the offer.

    Costs O(limit x log(idle agents)). Empty when nobody else can, which is the rule when agents are scarce.
    """
    item = engine.floor.items.get(interaction)
    return [] if item is None else [(note[3], note[:3]) for note in engine.floor.pairing.ranked(item, limit)]
