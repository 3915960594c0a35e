"""How many routing decisions one CPU second gives: saturated and in light traffic, at 100 and at 10,000 agents, beside a naive scan.

One thing to know: times are CPU time of this process, and what is promised are the ratios within one run. Priority, relaxation,
capacity and the reason on each offer are on; calls arrive so fast that an agent gets one every five minutes. A decision is what `apply`
answers, one Offer, Relax and so on; offers alone are in the first column.
"""

import gc
import random
import time
from collections import deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from bench.tables import print_table
from routing import events as ev
from routing.decisions import Decision, Offer
from routing.engine import Engine
from routing.match import meets
from routing.state import Agent, Interaction, State

SECOND = 1_000_000
SKILLS, SIGNATURES = 500, 2_000
WAITING_PER_AGENT = 10
HANDLING = 300 * SECOND
WARM_UP = 20_000
"""Arrivals before light traffic is measured: every sort of requirement was asked for a few times by then."""
BATCH = 500
SEED = 20261122
Apply = Callable[[ev.Event], list[Decision]]


class World:
    """Agents with 3-12 skills at levels 1-5, a queue for each skill, and sorts of requirement: the queue's skill and up to two more.

    A queue asks for level 2 of its skill and after 30 s for level 1, so that every interaction is relaxed once while it waits.
    """

    def __init__(self, agents: int) -> None:
        self.random = random.Random(SEED)
        self.agents = agents
        self.gap = HANDLING // agents
        self.now = 0
        self.next_id = 0
        profiles = [self._agent(agent) for agent in range(agents)]
        self.settings: list[ev.Event] = [self._queue(queue) for queue in range(SKILLS)]
        self.settings += profiles
        self.settings += [ev.AgentState(t=0, agent=agent, available=True) for agent in range(agents)]
        self.sorts = [self._sort(self.random.choice(profiles)) for _ in range(SIGNATURES)]

    @staticmethod
    def _queue(queue: int) -> ev.QueueSet:
        return ev.QueueSet(
            t=0,
            queue=queue,
            skills=(ev.SkillNeed(queue, 2),),
            relax=(ev.RelaxStep(30 * SECOND, queue, 1),),
            head_start=30 * SECOND,
            offer_time=20 * SECOND,
        )

    def _agent(self, agent: int) -> ev.AgentSet:
        held = self.random.sample(range(SKILLS), self.random.randint(3, 12))
        return ev.AgentSet(
            t=0,
            agent=agent,
            ordinal=agent,
            skills=tuple(ev.SkillHeld(skill, self.random.randint(1, 5)) for skill in held),
            queues=tuple(held),
            units=100,
            caps=(ev.Cap("chat", 3),),
            exclusive=("voice",),
        )

    def _sort(self, able: ev.AgentSet) -> tuple[int, tuple[ev.SkillNeed, ...]]:
        """A queue and further needs that at least this agent meets."""
        first, *more = self.random.sample(able.skills, self.random.choice((1, 1, 2, 2, 3)))
        return first.skill, tuple(ev.SkillNeed(held.skill, self.random.randint(1, held.level)) for held in more)

    def arrival(self) -> ev.Arrive:
        """The next call; its priority is 1 one time in four."""
        self.now += self.gap
        self.next_id += 1
        queue, skills = self.random.choice(self.sorts)
        return ev.Arrive(
            t=self.now,
            interaction=self.next_id,
            queue=queue,
            channel="voice",
            units=100,
            priority=self.random.choice((0, 0, 0, 1)),
            skills=skills,
        )


class Shop:
    """Drives an engine, accepts every offer at once, and writes down the events, so that they can be given again and timed alone."""

    def __init__(self, apply: Apply, world: World, *, auto_accept: bool) -> None:
        self.apply = apply
        self.world = world
        self.auto_accept = auto_accept
        self.events: list[ev.Event] = []
        self.in_hand: deque[int] = deque()
        for setting in world.settings:
            self.send(setting)

    def send(self, event: ev.Event) -> int:
        """One event and the accepts it leads to; how many offers there were."""
        self.events.append(event)
        offers = [decision for decision in self.apply(event) if isinstance(decision, Offer)]
        for offer in offers:
            self.in_hand.append(offer.interaction)
            if not self.auto_accept:
                answer = ev.Accept(t=event.t, interaction=offer.interaction, agent=offer.agent)
                self.events.append(answer)
                self.apply(answer)
        return len(offers)

    def fill(self, waiting: int) -> None:
        """Let calls arrive until so many of them found nobody."""
        queued = 0
        while queued < waiting:
            queued += not self.send(self.world.arrival())

    def go_on(self, rounds: int, *, busy: int) -> None:
        """So many calls arrive; whenever more than `busy` are in hand, the oldest ends."""
        for _ in range(rounds):
            self.send(self.world.arrival())
            if len(self.in_hand) > busy:
                self.send(ev.Finish(t=self.world.now, interaction=self.in_hand.popleft()))


@dataclass(frozen=True)
class Result:
    """What the timed events came to."""

    events: int
    offers: int
    decisions: int
    cpu: float
    longest_ms: float

    def row(self, name: str) -> list[str]:
        """As a line of the table."""
        per_offer = self.cpu / self.offers * 1e6
        rates = (
            f"{self.offers / self.cpu:,.0f}",
            f"{self.decisions / self.cpu:,.0f}",
            f"{self.events / self.cpu:,.0f}",
        )
        return [name, *rates, f"{per_offer:.1f}", f"{self.longest_ms:.2f}"]


def timed(make: Callable[[], Apply], events: list[ev.Event], *, first: int) -> Result:
    """Give all events to two fresh engines and time those from `first` on: once in small batches, once one by one for the longest.

    Each batch is copied before its time is taken, because events come to an engine fresh, not from a list of a hundred megabytes.
    """
    apply = make()
    for event in events[:first]:
        apply(event)
    cpu, offers, decided = 0.0, 0, 0
    with _steady():
        for begin in range(first, len(events), BATCH):
            batch = [copy(event) for event in events[begin : begin + BATCH]]
            start = time.process_time()
            made = [apply(event) for event in batch]
            cpu += time.process_time() - start
            decided += sum(len(one) for one in made)
            offers += sum(isinstance(decision, Offer) for one in made for decision in one)
    return Result(len(events) - first, offers, decided, cpu, _longest(make(), events, first) * 1000)


def _longest(apply: Apply, events: list[ev.Event], first: int) -> float:
    for event in events[:first]:
        apply(event)
    longest = 0.0
    with _steady():
        for event in events[first:]:
            start = time.process_time()
            apply(event)
            longest = max(longest, time.process_time() - start)
    return longest


def history(
    agents: int, *, busy: float, rounds: int, auto_accept: bool, waiting: int = 0
) -> tuple[list[ev.Event], int]:
    """Events up to and through a measured stretch, and where it begins. With `waiting`, everyone is busy before it."""
    world = World(agents)
    shop = Shop(Engine(config(auto_accept)).apply, world, auto_accept=auto_accept)
    if waiting:
        shop.fill(waiting)
        in_hand = len(shop.in_hand) - 1
    else:
        in_hand = round(busy * agents)
        shop.go_on(max(2 * in_hand, WARM_UP), busy=in_hand)
    first = len(shop.events)
    shop.go_on(rounds, busy=in_hand)
    return shop.events, first


def config(auto_accept: bool) -> ev.Config:
    """The rules of the measured domain."""
    return ev.Config(auto_accept=auto_accept, misses=2, decline_block=60 * SECOND)


class _steady:
    """The garbage collector rests: the engine leaves it nothing to find (a test holds it to that), and routers freeze it likewise."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()
        gc.unfreeze()


def case(agents: int, *, saturated: bool, auto_accept: bool, rounds: int = 50_000) -> Result:
    """One line of the table."""
    waiting = agents * WAITING_PER_AGENT if saturated else 0
    events, first = history(agents, busy=0.1, rounds=rounds, auto_accept=auto_accept, waiting=waiting)
    return timed(lambda: Engine(config(auto_accept)).apply, events, first=first)


def scan_rates(engine: Engine, *, rounds: int = 20) -> tuple[float, float]:
    """What scanning would cost in this very state: picks per second over all that waits, and choices per second over all agents."""
    waiting = [item for item in engine.floor.items.values() if item.state is State.WAITING]
    needs = {item.id: item.queue.need(item.skills, item.step).required for item in waiting}
    agents = list(engine.floor.roster.agents.values())

    def suits(agent: Agent, item: Interaction) -> bool:
        return item.queue.id in agent.profile.queues and meets(agent.profile.levels, needs[item.id])

    start = time.process_time()
    for agent in agents[:rounds]:
        min((item for item in waiting if suits(agent, item)), key=lambda item: (item.key, item.id), default=None)
    picks = rounds / (time.process_time() - start)
    start = time.process_time()
    for item in waiting[:rounds]:
        min(
            (agent for agent in agents if suits(agent, item)),
            key=lambda agent: (agent.idle_since, agent.ordinal),
            default=None,
        )
    return picks, rounds / (time.process_time() - start)


def run() -> None:
    """Print the tables."""
    heads = ("", "offers/s", "decisions/s", "events/s", "us per offer", "longest ms")
    rows: list[list[str]] = []
    results: dict[tuple[int, bool], Result] = {}
    for agents in (10_000, 100):
        for saturated in (True, False):
            name = f"{agents:,} agents, {'saturated' if saturated else 'light'}"
            results[agents, saturated] = result = case(agents, saturated=saturated, auto_accept=True)
            rows.append(result.row(name))
            rows.append(case(agents, saturated=saturated, auto_accept=False).row(f"{name}, each offer accepted"))
    print_table(
        "Routing engine, one CPU, 10 waiting per agent when saturated (decisions = offers + relaxations)", heads, rows
    )
    for saturated in (True, False):
        large, small = results[10_000, saturated], results[100, saturated]
        ratio = (large.cpu / large.decisions) / (small.cpu / small.decisions)
        print(f"  cost per decision, 10,000 agents / 100 agents, {'saturated' if saturated else 'light'}: {ratio:.2f}")
    print(f"  yardstick of this machine now: {_yardstick():,.0f} scattered dictionary updates a CPU second")
    picks, choices = scan_rates(_waiting(10_000))
    print(
        f"  naive scan in the same state: {picks:,.1f} picks/s over 100,000 waiting, {choices:,.1f} choices/s over 10,000 agents"
    )


def _yardstick() -> float:
    """Look-ups of scattered integers in a large dictionary per CPU second: what neighbours on the machine take away."""
    numbers = list(range(1_000_000))
    random.Random(SEED).shuffle(numbers)
    table = dict.fromkeys(numbers, 0)
    start = time.process_time()
    for number in numbers:
        table[number] += 1
    return len(numbers) / (time.process_time() - start)


def _waiting(agents: int) -> Engine:
    """An engine with everyone busy and the full line."""
    engine = Engine(config(True))
    Shop(engine.apply, World(agents), auto_accept=True).fill(agents * WAITING_PER_AGENT)
    return engine


if __name__ == "__main__":
    run()
