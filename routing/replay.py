"""A recorded day through the real engine, as it was or with other staff, skills or policy; and what either came to.

One thing to know: a customer who left has shown their patience, everybody else's is drawn beyond what they waited (Kaplan-Meier, by
queue), so that changing nothing comes out close to what happened. `fresh` draws everybody's anew, which tests the model harder.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from routing import events as ev
from routing.day import Call, Day, End, Need
from routing.patience import Patience, kaplan_meier
from routing.simulate import SECOND, Demand, Simulation

SHORT = 5.0
"""Seconds within which hanging up counts neither as abandoned nor against the service level."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One call of a day as recorded or as played: `wait` includes ringing; `busy` is when its agent was taken, from-to."""

    call: Call
    wait: float
    served: bool
    agent: str | None
    busy: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One queue, or all: waits in seconds, shares from 0 to 1. Service level: answered in time of answered and not quickly abandoned."""

    offered: int
    served: int
    service_level: float
    mean_wait: float
    p90_wait: float
    abandoned: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole day: every call's end, figures by queue and (under "") of all, and the share of staffed time spent busy."""

    ended: list[Ended]
    figures: dict[str, Figures]
    occupancy: float


def happened(day: Day) -> Outcome:
    """What the records say."""
    ended = [
        Ended(
            call,
            call.wait,
            call.end is End.SERVED,
            call.agent,
            (call.at + call.wait - call.ring, call.at + call.wait + call.handling) if call.end is End.SERVED else None,
        )
        for call in day.calls
    ]
    return _outcome(day, ended)


def patience_by_queue(day: Day) -> dict[str, Patience | None]:
    """Each queue's estimate from those of its calls that had to wait."""
    waits: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for call in day.calls:
        if call.wait > call.ring:
            waits[call.queue].append((call.wait, call.end is End.ABANDONED))
    return {queue.name: kaplan_meier(waits[queue.name]) for queue in day.queues}


def play(
    day: Day, *, seed: int = 0, patience: Mapping[str, Patience | None] | None = None, fresh: bool = False
) -> Outcome:
    """What the engine would have made of the day. `patience` (else from the day itself): of a longer record, or of the day unchanged."""
    known = patience_by_queue(day) if patience is None else patience
    dice = Random(seed)
    handlings = _by_queue((call.queue, call.handling + call.ring) for call in day.calls if call.end is End.SERVED)
    rings = _by_queue((call.queue, call.ring) for call in day.calls if call.end is End.SERVED)
    numbers = Numbers(day)
    demands: list[Demand] = []
    ringing: list[float] = []
    for call in day.calls:
        served = call.end is End.SERVED
        work = call.handling + call.ring if served else _one_of(handlings[call.queue], dice)
        ringing.append(min(work, call.ring if served else _one_of(rings[call.queue], dice)))
        bears = _bears(call, known.get(call.queue), dice, fresh=fresh)
        demands.append(numbers.demand(call, work=work, bears=bears))
    fates = Simulation(numbers.setup()).play(demands, changes=numbers.changes())
    ended = []
    for call, demand, ring, fate in zip(day.calls, demands, ringing, fates, strict=True):
        if fate is None or fate.agent is None:
            wait = fate.wait / SECOND if fate is not None else 0.0
            ended.append(Ended(call, wait, False, None, None))
        else:
            start = (demand.t + fate.wait) / SECOND
            busy = (start, start + demand.handling / SECOND)
            ended.append(Ended(call, fate.wait / SECOND + ring, True, day.agents[fate.agent].name, busy))
    return _outcome(day, ended)


def _bears(call: Call, patience: Patience | None, dice: Random, *, fresh: bool) -> float | None:
    """How long this customer waits at most; None: for ever."""
    chance = Random(dice.random())
    if not fresh and call.end is End.ABANDONED:
        return call.wait
    return None if patience is None else patience.draw(chance, beyond=0.0 if fresh else call.wait - call.ring)


def _by_queue(pairs: Iterable[tuple[str, float]]) -> defaultdict[str, list[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for queue, value in pairs:
        found[queue].append(value)
    return found


def _one_of(values: Sequence[float], dice: Random) -> float:
    return dice.choice(values) if values else 0.0


class Numbers:
    """The engine's numbers for the names of a day."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.queues = {queue.name: number for number, queue in enumerate(day.queues)}
        names = {need.skill for queue in day.queues for need in queue.skills}
        names |= {need.skill for call in day.calls for need in call.skills}
        names |= {step.skill for queue in day.queues for step in queue.relax}
        names |= {skill for agent in day.agents for skill in agent.skills}
        self.skills = {name: number for number, name in enumerate(sorted(names))}

    def _needs(self, needs: Iterable[Need]) -> tuple[ev.SkillNeed, ...]:
        return tuple(ev.SkillNeed(self.skills[need.skill], need.level, need.required) for need in needs)

    def setup(self) -> Iterator[ev.Event]:
        """Queues and agents, nobody there yet."""
        for number, queue in enumerate(self.day.queues):
            steps = (ev.RelaxStep(_micros(step.after), self.skills[step.skill], step.level) for step in queue.relax)
            yield ev.QueueSet(
                t=0,
                queue=number,
                skills=self._needs(queue.skills),
                relax=tuple(steps),
                order=queue.order,
                head_start=_micros(queue.head_start),
                choice=queue.choice,
                reserve=queue.reserve,
                max_waiting=queue.max_waiting,
            )
        for number, agent in enumerate(self.day.agents):
            yield ev.AgentSet(
                t=0,
                agent=number,
                ordinal=number,
                skills=tuple(ev.SkillHeld(self.skills[skill], level) for skill, level in agent.skills.items()),
                queues=tuple(self.queues[queue] for queue in agent.queues),
                units=agent.units,
                caps=tuple(ev.Cap(channel, n) for channel, n in agent.caps.items()),
                exclusive=tuple(agent.exclusive),
                interruptible=tuple(agent.interruptible),
            )

    def changes(self) -> list[ev.Event]:
        """Agents come and go, as their shifts say; a shift that follows on another is no break."""
        moves = [
            ev.AgentState(t=_micros(at), agent=number, available=available)
            for number, agent in enumerate(self.day.agents)
            for begin, end in merged(agent.shifts)
            for at, available in ((begin, True), (end, False))
        ]
        return sorted(moves, key=lambda move: move.t)

    def demand(self, call: Call, *, work: float, bears: float | None) -> Demand:
        """One call to come."""
        return Demand(
            t=_micros(call.at),
            handling=_micros(work),
            queue=self.queues[call.queue],
            channel=call.channel,
            units=call.units,
            priority=call.priority,
            patience=None if bears is None else _micros(bears),
            skills=self._needs(call.skills),
        )


def _micros(seconds: float) -> int:
    return round(seconds * SECOND)


def merged(stretches: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same time covered by stretches that neither touch nor overlap, in order."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif begin < end:
            found.append((begin, end))
    return found


def _outcome(day: Day, ended: list[Ended]) -> Outcome:
    targets = {queue.name: queue.target for queue in day.queues}
    by_queue: defaultdict[str, list[Ended]] = defaultdict(list)
    for one in ended:
        by_queue[one.call.queue].append(one)
    found = {"": figures(ended, targets)}
    found |= {queue.name: figures(by_queue[queue.name], targets) for queue in day.queues if by_queue[queue.name]}
    return Outcome(ended, found, _occupancy(day, ended))


def figures(ended: Sequence[Ended], targets: Mapping[str, float]) -> Figures:
    """Counts over these calls."""
    waits = sorted(one.wait for one in ended if one.served)
    quick = sum(one.served and one.wait <= targets[one.call.queue] for one in ended)
    short = sum(not one.served and one.wait < SHORT for one in ended)
    count = len(ended) - short
    return Figures(
        offered=len(ended),
        served=len(waits),
        service_level=quick / count if count else 1.0,
        mean_wait=sum(waits) / len(waits) if waits else 0.0,
        p90_wait=waits[int(0.9 * (len(waits) - 1))] if waits else 0.0,
        abandoned=(len(ended) - len(waits) - short) / count if count else 0.0,
    )


def _occupancy(day: Day, ended: Sequence[Ended]) -> float:
    """Time with at least one contact in hand, of that and the time signed on without."""
    busy: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in ended:
        if one.agent is not None and one.busy is not None:
            busy[one.agent].append(one.busy)
    worked = there = 0.0
    for agent in day.agents:
        worked += _length(merged(busy[agent.name]))
        there += _length(merged([*busy[agent.name], *agent.shifts]))
    return worked / there if there else 0.0


def _length(stretches: Iterable[tuple[float, float]]) -> float:
    return sum(end - begin for begin, end in stretches)
