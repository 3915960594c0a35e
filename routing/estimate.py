"""How long one who waits will still wait, as a range: half of those served get through by `p50`, four in five by `p80`. Pure.

One thing to know: with n agents of rate 1/handling and those ahead leaving at rate 1/patience each, the wait is a sum of exponential
stages, one per departure needed; its quantiles are taken from the gamma law with the same mean and variance. One who is served did not
leave either, which shortens every stage by the own rate of leaving. (The queue-length estimator of Ibrahim and Whitt.)
"""

from dataclasses import dataclass
from math import sqrt

from routing.engine import Engine
from routing.match import meets
from routing.state import FAR, Agent, Bucket, Interaction, State

_Z50, _Z80 = 0.0, 0.8416212
"""Quantiles of the normal law."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a queue lately, in seconds: mean handling with wrap-up and ring, mean patience (None: nobody leaves)."""

    handling: float
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Seconds still to wait: half of those served wait at most `p50`, four in five at most `p80`."""

    p50: float
    p80: float


def expected_wait(*, ahead: float, servers: int, pace: Pace) -> Range | None:
    """The wait of one with so many `ahead` in line, before `servers` places of service, all taken. None: nobody serves."""
    if servers <= 0:
        return None
    serve, leave = servers / pace.handling, 1 / pace.patience if pace.patience else 0.0
    stages, part = int(ahead), ahead - int(ahead)
    mean = variance = 0.0
    for place in range(stages + 1):
        mean += 1 / (serve + (place + 1) * leave)
        variance += 1 / (serve + (place + 1) * leave) ** 2
    mean += part / (serve + (stages + 2) * leave)
    variance += part / (serve + (stages + 2) * leave) ** 2
    return Range(_quantile(mean, variance, _Z50), _quantile(mean, variance, _Z80))


def _quantile(mean: float, variance: float, z: float) -> float:
    """Of the gamma law with this mean and variance, by Wilson and Hilferty's cube."""
    shape = mean * mean / variance
    cube = 1 - 1 / (9 * shape) + z / sqrt(9 * shape)
    return mean * max(0.0, cube) ** 3


def estimate(engine: Engine, interaction: int, pace: Pace) -> Range | None:
    """For one that waits in the engine now; None when it does not wait or nobody present could ever take it.

    Ahead are those before it in its own bucket, and of other buckets served by the same agents the part that those agents would take.
    It scans the agents of one bucket and the lines they serve: for a screen or an announcement every few seconds, never for a decision.
    """
    item = engine.floor.items.get(interaction)
    if item is None or item.state is not State.WAITING or item.bucket is None:
        return None
    return _wait(item, _present(item.bucket), pace)


def estimate_for_new(engine: Engine, *, queue: int, channel: str, units: int, pace: Pace) -> Range | None:
    """For one that would come now and asks no more than the queue does; no wait when somebody is free. None: nobody serves.

    The engine is only looked at: nothing in it changes.
    """
    line = engine.floor.roster.queues.get(queue)
    if line is None:
        return None
    item = Interaction(FAR, line, channel, units, engine.now)
    item.key = line.key_of(item)
    item.entry = line.entry(item)
    required = line.need((), 0).required
    members = engine.floor.roster.members(line)
    able = {agent for agent in members if agent.available and meets(agent.profile.levels, required)}
    idle_enough = line.idle > line.reserve if line.reserve else True
    if any(agent.load.fits(channel, units) and (idle_enough or not agent.wholly_idle()) for agent in able):
        return Range(0.0, 0.0)
    return _wait(item, able, pace)


def _wait(item: Interaction, able: set[Agent], pace: Pace) -> Range | None:
    servers = sum(_places(agent, item) for agent in able)
    ahead = 0.0
    for other in {b for agent in able for group in agent.profile.groups.values() for b in group}:
        before = sum(_stands_before(one, item) for one in other.waiting())
        if before:
            others = able if other is item.bucket else _present(other)
            ahead += before * len(able & others) / len(others)
    return expected_wait(ahead=ahead, servers=servers, pace=pace)


def _present(bucket: Bucket) -> set[Agent]:
    if bucket.only is not None:
        return {bucket.only} if bucket.only.available else set()
    return {agent for profile in bucket.profiles for agent in profile.agents if agent.available}


def _places(agent: Agent, item: Interaction) -> int:
    """How many such interactions the agent serves at once at most."""
    load = agent.load
    if item.channel in load.exclusive:
        return min(1, load.units // max(1, item.units))
    by_units = load.units // item.units if item.units else load.units
    return min(by_units, load.caps.get(item.channel, by_units))


def _stands_before(one: Interaction, item: Interaction) -> bool:
    if one.queue is item.queue and one.entry is not None and item.entry is not None:
        return one.entry < item.entry
    return (one.key, one.id) < (item.key, item.id)
