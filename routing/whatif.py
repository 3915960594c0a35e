"""Changes to a day before it is played again: more or fewer agents, another skill, another policy; and how many agents it would take.

One thing to know: a change makes a new Day and leaves the old one alone, so what happened stays beside what would have.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from pydantic import ValidationError

from routing.day import Agent, BadDay, Day, End, Queue
from routing.replay import Outcome, merged, patience_by_queue
from routing.staffing import erlang_c, staff_needed

HOUR = 3600.0
LEVEL = 0.8
_POLICY = frozenset({"order", "head_start", "choice", "reserve", "max_waiting", "target", "relax"})


def _queue(day: Day, name: str) -> Queue:
    for queue in day.queues:
        if queue.name == name:
            return queue
    raise BadDay(f"there is no queue {name!r}")


def with_staff(day: Day, queue: str, change: int) -> Day:
    """So many agents more (each like one of the queue's own, shifts too) or fewer (the last of them stay away). Raises BadDay."""
    _queue(day, queue)
    serving = [agent for agent in day.agents if queue in agent.queues]
    if change < 0:
        if -change > len(serving):
            raise BadDay(f"only {len(serving)} agents serve {queue!r}")
        absent = {agent.name for agent in serving[change:]}
        left = [a.model_copy(update={"shifts": []}) if a.name in absent else a for a in day.agents]
        return day.model_copy(update={"agents": left})
    if change and not serving:
        raise BadDay(f"nobody serves {queue!r}, so there is nobody to copy")
    taken = {agent.name for agent in day.agents}
    more: list[Agent] = []
    for number, agent in enumerate(islice(cycle(serving), change) if serving else (), 1):
        name = f"{agent.name} +{number}"
        while name in taken:
            name += "+"
        taken.add(name)
        more.append(agent.model_copy(update={"name": name}))
    return day.model_copy(update={"agents": [*day.agents, *more]})


def with_skill(day: Day, agent: str, skill: str, level: int) -> Day:
    """An agent holds a skill at this level (0: no longer at all). Raises BadDay."""
    if agent not in {one.name for one in day.agents}:
        raise BadDay(f"there is no agent {agent!r}")
    if not 0 <= level <= 10:
        raise BadDay("a level lies between 0 and 10")
    changed = []
    for one in day.agents:
        if one.name == agent:
            held = {name: known for name, known in one.skills.items() if name != skill}
            one = one.model_copy(update={"skills": held | ({skill: level} if level else {})})
        changed.append(one)
    return day.model_copy(update={"agents": changed})


def with_policy(day: Day, queue: str, field: str, value: str) -> Day:
    """A queue's policy is another: order, head_start, choice, reserve, max_waiting, target, or relax ("none"). Raises BadDay."""
    old = _queue(day, queue)
    if field not in _POLICY or (field == "relax" and value != "none"):
        raise BadDay(
            f"{field!r} with {value!r} is no policy; there are {', '.join(sorted(_POLICY))} (relax only with none)"
        )
    given: object = [] if field == "relax" else None if value == "none" else value
    try:
        new = Queue.model_validate({**old.model_dump(), field: given})
    except ValidationError as error:
        raise BadDay(f"{queue}.{field}: {error.errors()[0]['msg']}") from error
    return day.model_copy(update={"queues": [new if one is old else one for one in day.queues]})


def changed(day: Day, *, staff: Iterable[str], skills: Iterable[str], policies: Iterable[str]) -> Day:
    """The day with changes as written on a command line: QUEUE=+2, AGENT:SKILL=LEVEL, QUEUE.FIELD=VALUE. Raises BadDay."""
    for text in staff:
        queue, _, number = text.rpartition("=")
        day = with_staff(day, queue, _whole(number, text))
    for text in skills:
        who, _, level = text.rpartition("=")
        agent, _, skill = who.rpartition(":")
        day = with_skill(day, agent, skill, _whole(level, text))
    for text in policies:
        place, _, value = text.rpartition("=")
        queue, _, field = place.rpartition(".")
        day = with_policy(day, queue, field, value)
    return day


def _whole(number: str, text: str) -> int:
    try:
        return int(number)
    except ValueError as error:
        raise BadDay(f"{text!r} does not end in a whole number") from error


@dataclass(frozen=True, slots=True)
class Staffing:
    """A queue's busiest hour: calls in it, mean handling in seconds, agents who were there on average, and agents needed for 80 %
    within the queue's target by Erlang-A (by Erlang-C when nobody ever hung up). Agents shared with other queues count fully."""

    queue: str
    hour: int
    calls: int
    handling: float
    there: float
    needed: int


def staffing(day: Day) -> list[Staffing]:
    """For each queue with served calls; work done several at a time counts as if one by one."""
    patience = patience_by_queue(day)
    found = []
    for queue in day.queues:
        calls = [call for call in day.calls if call.queue == queue.name]
        served = [call.handling + call.ring for call in calls if call.end is End.SERVED]
        if not served or not sum(served):
            continue
        by_hour: defaultdict[int, int] = defaultdict(int)
        for call in calls:
            by_hour[int(call.at // HOUR)] += 1
        hour, count = max(by_hour.items(), key=lambda pair: (pair[1], -pair[0]))
        handling, curve = sum(served) / len(served), patience[queue.name]
        need = _needed(count / HOUR, handling, queue.target, None if curve is None else curve.mean)
        found.append(Staffing(queue.name, hour, count, handling, _there(day.agents, queue.name, hour), need))
    return found


def _needed(rate: float, handling: float, target: float, patience: float | None) -> int:
    if patience is not None:
        return staff_needed(rate=rate, handling=handling, patience=patience, target=target, level=LEVEL)
    n = int(rate * handling) + 1
    while erlang_c(rate=rate, handling=handling, n=n, target=target).service_level < LEVEL:
        n += 1
    return n


def _there(agents: Sequence[Agent], queue: str, hour: int) -> float:
    begin, end = hour * HOUR, (hour + 1) * HOUR
    shifts = (shift for agent in agents if queue in agent.queues for shift in merged(agent.shifts))
    return sum(max(0.0, min(end, until) - max(begin, since)) for since, until in shifts) / HOUR


def report(happened: Outcome, played: Outcome, needs: Sequence[Staffing]) -> list[str]:
    """The lines that `contact-center simulate` prints: what happened beside what the engine made of it."""
    heads = (
        f"{'queue':<24} {'':<10} {'offered':>8} {'served':>8} {'SL':>7} {'wait s':>8} {'p90 s':>8} {'abandoned':>10}"
    )
    lines = [heads, "-" * len(heads)]
    for name in happened.figures:
        for what, outcome in (("happened", happened), ("simulated", played)):
            one = outcome.figures[name]
            lines.append(
                f"{(name or 'all')[:24] if what == 'happened' else '':<24} {what:<10} {one.offered:>8,} {one.served:>8,} "
                f"{one.service_level:>7.1%} {one.mean_wait:>8.1f} {one.p90_wait:>8.1f} {one.abandoned:>10.1%}"
            )
    lines.append(f"{'occupancy':<24} {'happened':<10} {happened.occupancy:>8.1%}")
    lines.append(f"{'':<24} {'simulated':<10} {played.occupancy:>8.1%}")
    for need in needs:
        lines.append(
            f"{need.queue[:24]}: busiest hour {need.hour:02d}-{need.hour + 1:02d}, {need.calls:,} calls of {need.handling:.0f} s; "
            f"{need.there:.1f} agents there, {need.needed} needed for 80 % in time"
        )
    return lines
