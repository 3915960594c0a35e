"""Saving the engine's memory as plain values and building an engine from them, the way the router does from the database.

One thing to know: `restore` offers nothing by itself. What was due while nobody watched falls due at `Snapshot.now`, so nobody
is blamed for time in which no engine ran; send a Tick then, and everything overdue and every pair that can be made follows.
"""

from dataclasses import dataclass

from routing import relax
from routing.engine import Engine
from routing.events import AgentSet, Config, QueueSet, SkillNeed
from routing.floor import Floor
from routing.state import Agent, Interaction, State
from routing.timers import EXPIRE, OPEN, RELAX, UNBLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAgent:
    """An agent: profile (its `t` is ignored), presence, idle clock, last offer (-1 = never) and misses in a row."""

    setting: AgentSet
    available: bool
    idle_since: int = 0
    last_offered: int = -1
    misses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedInteraction:
    """A live interaction. Times are microseconds.

    `agent` and `expires_at` belong to `offered` and `assigned`. `entered` is when it entered its present queue: relaxation counts from
    it; `step` says how many steps have passed (None: those due by then). `last_agent` with `open_at` set: it is kept for that agent
    till then. `others`: to whom it is offered besides `agent`. `blocked`: (agent, until) after declines. `front`: it was requeued to the front.
    """

    interaction: int
    queue: int
    channel: str
    units: int
    state: State
    queued_at: int
    entered: int
    priority: int = 0
    front: bool = False
    deadline: int | None = None
    skills: tuple[SkillNeed, ...] = ()
    step: int | None = None
    agent: int | None = None
    others: tuple[int, ...] = ()
    expires_at: int | None = None
    last_agent: int | None = None
    open_at: int | None = None
    blocked: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything an engine remembers, at `now`."""

    now: int
    queues: tuple[QueueSet, ...]
    agents: tuple[SavedAgent, ...]
    interactions: tuple[SavedInteraction, ...]


def save(engine: Engine) -> Snapshot:
    """The engine's memory, sorted by id; equal engines give equal snapshots."""
    floor = engine.floor
    return Snapshot(
        now=floor.now,
        queues=tuple(floor.roster.queues[ident].setting for ident in sorted(floor.roster.queues)),
        agents=tuple(
            SavedAgent(
                setting=agent.setting,
                available=agent.available,
                idle_since=agent.idle_since,
                last_offered=agent.last_offered,
                misses=agent.misses,
            )
            for _, agent in sorted(floor.roster.agents.items())
        ),
        interactions=tuple(_saved(item) for _, item in sorted(floor.items.items())),
    )


def _saved(item: Interaction) -> SavedInteraction:
    return SavedInteraction(
        interaction=item.id,
        queue=item.queue.id,
        channel=item.channel,
        units=item.units,
        state=item.state,
        queued_at=item.base,
        entered=item.entered,
        priority=item.priority,
        front=item.front,
        deadline=item.deadline,
        skills=item.skills,
        step=item.step,
        agent=None if item.agent is None else item.agent.id,
        others=tuple(agent.id for agent in item.others or ()),
        expires_at=item.expires_at,
        last_agent=item.last_agent,
        open_at=item.open_at,
        blocked=tuple(sorted((agent, until) for agent, (until, _) in (item.blocked or {}).items())),
    )


def restore(config: Config, snapshot: Snapshot) -> Engine:
    """An engine that decides from here on as the saved one would. Raises ValueError naming an id that is not in the snapshot."""
    engine = Engine(config)
    floor = engine.floor
    floor.now = snapshot.now
    for queue in snapshot.queues:
        floor.roster.set_queue(queue)
    for saved in snapshot.agents:
        agent = floor.roster.set_agent(saved.setting)
        agent.available = saved.available
        agent.idle_since = saved.idle_since
        agent.last_offered = saved.last_offered
        agent.misses = saved.misses
        floor.pairing.touch(agent)
    for row in snapshot.interactions:
        _place(floor, row)
    for line in floor.roster.queues.values():
        floor.pairing.retry_queue(line)
    return engine


def _place(floor: Floor, row: SavedInteraction) -> None:
    queue = floor.roster.queues.get(row.queue)
    if queue is None:
        raise ValueError(f"interaction {row.interaction} waits in queue {row.queue}, which is not in the snapshot")
    item = floor.items[row.interaction] = Interaction(
        row.interaction, queue, row.channel, row.units, row.queued_at, row.priority, row.deadline, row.skills
    )
    item.front, item.last_agent, item.entered, item.state = row.front, row.last_agent, row.entered, row.state
    item.key = queue.key_of(item)
    item.step = relax.passed_by(queue.relax, entered=row.entered, now=floor.now) if row.step is None else row.step
    if row.state is not State.ASSIGNED:
        _arm(floor, item, row)
    if row.state is State.WAITING:
        floor.pairing.join(item)
        return
    asked: list[Agent] = []
    for ident in (row.agent, *row.others):
        agent = floor.roster.agents.get(ident) if ident is not None else None
        if agent is None:
            raise ValueError(f"interaction {row.interaction} is with agent {ident}, who is not in the snapshot")
        asked.append(agent)
        floor.hold(item, agent)
        if row.state is State.OFFERED:
            agent.offers[item.id] = item
        floor.pairing.touch(agent)
    item.agent, item.others = asked[0], asked[1:]


def _arm(floor: Floor, item: Interaction, row: SavedInteraction) -> None:
    """Set the timers of an interaction that is not assigned; none before now."""

    def timer(due: int, kind: int) -> int:
        return floor.timers.set(max(due, floor.now), kind, item.id, item)

    due = relax.next_due(item.queue.relax, passed=item.step, entered=item.entered)
    if due is not None:
        item.relax_timer = timer(due, RELAX)
    if row.expires_at is not None:
        item.expires_at = row.expires_at
        item.expire_timer = timer(row.expires_at, EXPIRE)
    sticky = floor.roster.agents.get(row.last_agent) if row.last_agent is not None else None
    if sticky is not None and row.open_at is not None and sticky.available:
        item.sticky, item.open_at = sticky, row.open_at
        item.open_timer = timer(row.open_at, OPEN)
    if row.blocked:
        item.blocked = {agent: (until, timer(until, UNBLOCK)) for agent, until in row.blocked}
