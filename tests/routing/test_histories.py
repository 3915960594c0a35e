"""Many seeded random histories through the engine, the naive engine and a restored copy: fewer stories than a shrinker would find,
but so many of them that rare meetings (a decline's end beside a reserve, a tie in two queues) do happen."""

from collections.abc import Iterator
from random import Random

import pytest

from routing import events as ev
from routing.engine import Engine
from routing.snapshot import restore, save
from tests.routing.naive import Naive

SKILLS, QUEUES, AGENTS = (1, 2, 3), (1, 2, 3), (1, 2, 3, 4)


def needs(random: Random, count: int) -> tuple[ev.SkillNeed, ...]:
    return tuple(
        ev.SkillNeed(skill, random.randint(1, 4), random.random() < 0.7) for skill in random.sample(SKILLS, count)
    )


def queue(random: Random, t: int, ident: int) -> ev.QueueSet:
    steps = range(random.randint(0, 2))
    return ev.QueueSet(
        t=t,
        queue=ident,
        skills=needs(random, random.randint(0, 2)),
        relax=tuple(
            ev.RelaxStep(random.randint(0, 12), random.choice(SKILLS), random.choice([None, 1, 2])) for _ in steps
        ),
        order=random.choice(list(ev.Order)),
        head_start=random.choice([0, 0, 5]),
        choice=random.choice(list(ev.Choice)),
        offer_time=random.choice([0, 3, 8]),
        last_agent_wait=random.choice([0, 5]),
        reserve=random.choice([0, 0, 0, 1, 2]),
        max_waiting=random.choice([None, None, 0, 2]),
    )


def agent(random: Random, t: int, ident: int) -> ev.AgentSet:
    held = random.sample(SKILLS, random.randint(0, 3))
    return ev.AgentSet(
        t=t,
        agent=ident,
        ordinal=random.randint(0, 2),
        skills=tuple(ev.SkillHeld(skill, random.randint(1, 5)) for skill in held),
        queues=tuple(random.sample(QUEUES, random.randint(1, 3))),
        units=random.choice([0, 1, 2, 4]),
        caps=tuple(ev.Cap(channel, random.randint(0, 2)) for channel in "vce" if random.random() < 0.3),
        exclusive=random.choice([(), ("v",), ("v", "e")]),
        interruptible=random.choice([(), (), ("e",)]),
        pick=random.choice(list(ev.Pick)),
    )


def arrival(random: Random, t: int, ident: int) -> ev.Arrive:
    return ev.Arrive(
        t=t,
        interaction=ident,
        queue=random.choice(QUEUES),
        channel=random.choice("vce"),
        units=random.choice([0, 1, 1, 2]),
        priority=random.choice([0, 0, 1, 2]),
        queued_at=random.choice([None, None, t - 3, t + 2]),
        deadline=random.choice([None, t + 5, t + 1]),
        skills=needs(random, random.choice([0, 0, 1])),
        last_agent=random.choice([None, None, 1, 2, 3, 9]),
    )


def history(random: Random, length: int) -> Iterator[ev.Event]:
    """A small house, then so many events, most of them about recent interactions."""
    yield from (queue(random, 0, ident) for ident in QUEUES if random.random() < 0.9)
    yield from (agent(random, 0, ident) for ident in AGENTS)
    t, latest = 0, 0
    for _ in range(length):
        t += random.choice([0, 0, 1, 2, 5])
        old, who = random.randint(max(1, latest - 8), latest + 1), random.choice(AGENTS)
        kind = random.choices(range(9), weights=(30, 15, 15, 8, 12, 4, 6, 5, 5))[0]
        latest += kind == 0
        yield (
            arrival(random, t, latest if random.random() < 0.95 else old),
            ev.AgentState(t=t, agent=who, available=random.random() < 0.75),
            ev.Accept(t=t, interaction=old, agent=who),
            ev.Decline(t=t, interaction=old, agent=who),
            ev.Finish(t=t, interaction=old),
            ev.Cancel(t=t, interaction=old),
            ev.Requeue(t=t, interaction=old, queue=random.choice([None, *QUEUES]), front=random.random() < 0.4),
            queue(random, t, random.choice(QUEUES)) if random.random() < 0.4 else agent(random, t, who),
            ev.Tick(t=t),
        )[kind]


@pytest.mark.parametrize("block", range(8))
def test_engine_naive_engine_and_restored_copy_decide_the_same(block: int) -> None:
    for seed in range(block * 60, block * 60 + 60):
        random = Random(seed)
        config = ev.Config(random.random() < 0.3, random.choice([0, 1, 2]), random.choice([0, 4, 9]))
        engine, naive, copy = Engine(config), Naive(config), Engine(config)
        for event in history(random, 60):
            made = engine.apply(event)
            assert made == naive.apply(event), (seed, event)
            assert made == copy.apply(event), (seed, event)
            if random.random() < 0.05:
                copy = restore(config, save(engine))
        assert save(copy) == save(engine)
