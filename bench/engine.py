"""How many routing decisions one CPU second gives: saturated and in light traffic, at 100 and at 10,000 agents, beside a naive scan.

One thing to know: times are CPU time of this process, and what is promised are the ratios within one run. Priority, relaxation,
capacity and the reason on each offer are on; calls arrive so fast that an agent gets one every five minutes.
"""

import gc
import random
import time
from collections import deque
from collections.abc import Callable

from routing import events as ev
from routing.decisions import Decision, Offer
from routing.engine import Engine

SECOND = 1_000_000
SKILLS, SIGNATURES = 500, 2_000
WAITING_PER_AGENT = 10
HANDLING = 300 * SECOND
SEED = 20261122
Apply = Callable[[ev.Event], list[Decision]]


class World:
    """Agents with 3-12 skills at levels 1-5, a queue for each skill, and sorts of requirement: the queue's skill and up to two more.

    A queue asks for level 2 of its skill and after 30 s for level 1, so that every interaction is relaxed once while it waits.
    A small world has fewer skills and sorts in proportion, so that as many agents can serve each sort as in the large one.
    """

    def __init__(self, agents: int, *, of: int = 10_000) -> None:
        self.random = random.Random(SEED)
        self.agents = agents
        self.skills = max(12, SKILLS * agents // of)
        self.gap = HANDLING // agents
        self.now = 0
        self.next_id = 0
        profiles = [self._agent(agent) for agent in range(agents)]
        self.settings: list[ev.Event] = [self._queue(queue) for queue in range(self.skills)]
        self.settings += profiles
        self.settings += [ev.AgentState(t=0, agent=agent, available=True) for agent in range(agents)]
        self.sorts = [self._sort(self.random.choice(profiles)) for _ in range(max(48, SIGNATURES * agents // of))]

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
        held = self.random.sample(range(self.skills), self.random.randint(3, 12))
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


class _steady:
    """What was built before is not looked at again by the garbage collector, as in the router."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()


if __name__ == "__main__":
    import cProfile
    import pstats
    import sys

    mode = sys.argv[1]
    auto = "a" in sys.argv[2:]
    cfg = ev.Config(auto_accept=auto, misses=2, decline_block=60 * SECOND)
    w = World(10000)
    e = Engine(cfg)
    shop = Shop(e.apply, w, auto_accept=auto)
    if mode == "s":
        shop.fill(100000)
        busy = len(shop.in_hand) - 1
    else:
        busy = 1000
        shop.go_on(2000, busy=busy)
    n = len(shop.events)
    print(
        len(shop.in_hand),
        sum(len(g) for a in e.floor.roster.agents.values() for g in a.profile.groups.values()) / 10000,
        e.floor.roster._buckets,
    )
    shop.go_on(50000, busy=busy)
    e = Engine(cfg)
    for x in shop.events[:n]:
        e.apply(x)
    rest = shop.events[n:]
    gc.collect()
    gc.freeze()
    p = cProfile.Profile()
    if "x" in sys.argv:
        p.enable()
    t = time.process_time()
    d = 0
    o = 0
    for x in rest:
        for y in e.apply(x):
            d += 1
            o += type(y) is Offer
    t = time.process_time() - t
    if "x" in sys.argv:
        p.disable()
        pstats.Stats(p).sort_stats("tottime").print_stats(25)
    print(len(rest), d, o, t, "offers/s", o / t, "decisions/s", d / t)
