"""The experiments of prove/theory.py: traffic, teams, and what one replication of each comes to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from random import Random
from typing import TypeVar

from routing import events as ev
from routing.simulate import SECOND, Backlog, Demand, Fate, Figures, Simulation, figures
from routing.staffing import blended, erlang_a, erlang_c, strict_priority

TARGET = 20.0
HOUR = 3600
FIRST = 1_000_000_000 * SECOND
"""A head start nobody makes up for."""
Numbers = dict[str, float]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Expected:
    """One number to reproduce and its half-width at the full size of its case (None: printed only)."""

    value: float
    half_width: float | None


@dataclass(frozen=True)
class Case:
    """One experiment: a replication of so many interactions, and what the mean of all replications must be."""

    name: str
    replications: int
    calls: int
    run: Callable[[Random, int], Numbers]
    expected: dict[str, Expected]


def poisson(random: Random, per_hour: float, handling: float, *, patience: float | None = None) -> Iterator[Demand]:
    """Endless calls to queue 1; means in seconds, both exponential."""
    t = 0.0
    while True:
        t += random.expovariate(per_hour / HOUR)
        bears = None if patience is None else round(random.expovariate(1 / patience) * SECOND)
        yield Demand(t=round(t * SECOND), handling=round(random.expovariate(1 / handling) * SECOND), patience=bears)


def first(traffic: Iterator[Demand], count: int) -> list[Demand]:
    """The first so many."""
    return [next(traffic) for _ in range(count)]


def team(n: int, *, queues: tuple[int, ...] = (1,), **profile: object) -> list[ev.Event]:
    """`n` agents alike, all available."""
    sets = [ev.AgentSet(**{"t": 0, "agent": k, "ordinal": k, "queues": queues, **profile}) for k in range(n)]  # type: ignore[arg-type]
    return [*sets, *(ev.AgentState(t=0, agent=k, available=True) for k in range(n))]


def settled(fates: Sequence[Item]) -> Sequence[Item]:
    """Without the first tenth."""
    return fates[len(fates) // 10 :]


def _levels(found: Figures) -> Numbers:
    return {"P(wait)": found.wait, "ASA": found.asa_answered, "SL": found.sl_offered}


# -- one kind of call -----------------------------------------------------------------------------------------------------------


def erlang_c_case(name: str, per_hour: float, handling: float, n: int, widths: tuple[float, float, float]) -> Case:
    """Endless patience."""
    exact = erlang_c(rate=per_hour / HOUR, handling=handling, n=n, target=TARGET)

    def run(random: Random, calls: int) -> Numbers:
        play = Simulation([ev.QueueSet(t=0, queue=1), *team(n)])
        fates = play.play(first(poisson(random, per_hour, handling), calls))
        return _levels(figures(settled(fates), target=TARGET))

    values = (exact.wait, exact.asa, exact.service_level)
    names = ("P(wait)", "ASA", "SL")
    return Case(name, 8, 100_000, run, {n: Expected(*pair) for n, *pair in zip(names, values, widths, strict=True)})


def erlang_a_case(name: str, load: tuple[float, float, int, float], widths: tuple[float, float, float, float]) -> Case:
    """Impatient customers: (per hour, handling, agents, patience); all four service levels."""
    per_hour, handling, n, patience = load
    exact = erlang_a(rate=per_hour / HOUR, handling=handling, n=n, patience=patience, target=TARGET)

    def run(random: Random, calls: int) -> Numbers:
        play = Simulation([ev.QueueSet(t=0, queue=1), *team(n)])
        fates = play.play(first(poisson(random, per_hour, handling, patience=patience), calls))
        found = figures(settled(fates), target=TARGET)
        levels = {
            "SL answered": found.sl_answered,
            "SL excl. quick": found.sl_without_quick,
            "SL quick ok": found.sl_quick_ok,
        }
        return {**_levels(found), "P(ab)": found.abandoned, **levels}

    wait, abandoned, asa, level = widths
    return Case(
        name,
        8,
        100_000,
        run,
        {
            "P(wait)": Expected(exact.wait, wait),
            "P(ab)": Expected(exact.abandoned, abandoned),
            "ASA": Expected(exact.asa_answered, asa),
            "SL": Expected(exact.sl_offered, level),
            "SL answered": Expected(exact.sl_answered, level),
            "SL excl. quick": Expected(exact.sl_without_quick, level),
            "SL quick ok": Expected(exact.sl_quick_ok, level),
        },
    )


# -- blended channels -----------------------------------------------------------------------------------------------------------


def mail_case(name: str, *, reserve: int, interruptible: bool, widths: tuple[float, float, float, float]) -> Case:
    """16 agents, 144 calls an hour of 300 s beside mail that never runs out; mail waits for idle agents, or is interrupted."""
    if interruptible:
        exact, mails = erlang_c(rate=144 / HOUR, handling=300, n=16, target=TARGET), 48 / HOUR
    else:
        exact, mails = blended(rate=144 / HOUR, handling=300, n=16, reserve=reserve, target=TARGET)

    def run(random: Random, calls: int) -> Numbers:
        queues: list[ev.Event] = [
            ev.QueueSet(t=0, queue=1, head_start=FIRST),
            ev.QueueSet(t=0, queue=2, reserve=reserve),
        ]
        profile = {"exclusive": ("voice",), "interruptible": ("email",) if interruptible else ()}
        piece = Demand(t=0, handling=0, queue=2, channel="email")
        handling = (round(random.expovariate(1 / 300) * SECOND) for _ in iter(int, 1))
        backlog = Backlog(piece, depth=20, handling=handling)
        play = Simulation([*queues, *team(16, queues=(1, 2), **profile)], backlog=backlog)
        demands = [demand._replace(priority=1) for demand in first(poisson(Random(random.random()), 144, 300), calls)]
        fates = play.play(demands)
        begin, end = demands[calls // 10].t, demands[-1].t
        done = sum(begin <= t <= end for t in backlog.finished)
        return {**_levels(figures(settled(fates), target=TARGET)), "mails/h": done / ((end - begin) / SECOND / HOUR)}

    names, values = ("P(wait)", "ASA", "SL", "mails/h"), (exact.wait, exact.asa, exact.service_level, mails * HOUR)
    return Case(name, 8, 60_000, run, {n: Expected(*pair) for n, *pair in zip(names, values, widths, strict=True)})


def chat_case(name: str, choice: ev.Choice, voice: tuple[Expected, ...], chat: tuple[Expected, ...]) -> Case:
    """30 agents; 150 calls an hour of 300 s need an empty desk, 240 chats of 600 s share one three at a time."""

    def run(random: Random, calls: int) -> Numbers:
        queues = [ev.QueueSet(t=0, queue=1, head_start=FIRST), ev.QueueSet(t=0, queue=2, choice=choice)]
        agents = team(30, queues=(1, 2), units=3, exclusive=("voice",), caps=(ev.Cap("chat", 3),))
        voices = (demand._replace(priority=1, units=3) for demand in poisson(Random(random.random()), 150, 300))
        chats = (d._replace(queue=2, channel="chat", units=1) for d in poisson(Random(random.random()), 240, 600))
        demands = first(merge(voices, chats, key=lambda demand: demand.t), calls)
        fates = Simulation([*queues, *agents]).play(demands)
        late = [(d, f) for d, f in zip(demands, fates, strict=True) if d.t > 20_000 * SECOND]
        found: Numbers = {}
        for channel in ("voice", "chat"):
            part = _levels(figures([fate for demand, fate in late if demand.channel == channel], target=TARGET))
            found |= {f"{channel} {key}": value for key, value in part.items()}
        return found

    names = [f"{channel} {key}" for channel in ("voice", "chat") for key in ("P(wait)", "ASA", "SL")]
    return Case(name, 8, 80_000, run, dict(zip(names, (*voice, *chat), strict=True)))


def chat_only_case() -> Case:
    """30 agents with three chats each are 90 servers."""
    exact = erlang_c(rate=240 / HOUR, handling=1200, n=90, target=TARGET)

    def run(random: Random, calls: int) -> Numbers:
        play = Simulation([ev.QueueSet(t=0, queue=1, choice=ev.Choice.LEAST_LOADED), *team(30, units=3)])
        demands = [demand._replace(channel="chat", units=1) for demand in first(poisson(random, 240, 1200), calls)]
        return _levels(figures(settled(play.play(demands)), target=TARGET))

    values = {"P(wait)": (exact.wait, 0.02), "ASA": (exact.asa, 3.5), "SL": (exact.service_level, 0.02)}
    return Case("D4 chats only, 3 each", 8, 100_000, run, {key: Expected(*pair) for key, pair in values.items()})


# -- priorities -----------------------------------------------------------------------------------------------------------------

WEIGHTS: tuple[int | None, ...] = (0, 30, 60, 120, None)
"""Head starts in seconds; None: strict priority."""


def priority_case() -> Case:
    """C3's traffic, three in ten of a high class, the same calls under each head start."""

    def run(random: Random, calls: int) -> Numbers:
        chance = Random(random.random())
        demands = [d._replace(priority=int(chance.random() < 0.3)) for d in first(poisson(random, 360, 180), calls)]
        found: Numbers = {}
        for weight in WEIGHTS:
            order = ev.Order.STRICT if weight is None else ev.Order.KEY
            queue = ev.QueueSet(t=0, queue=1, order=order, head_start=(weight or 0) * SECOND)
            fates = Simulation([queue, *team(21)]).play(demands)
            found |= _by_class(
                settled(list(zip(demands, fates, strict=True))), "strict" if weight is None else f"{weight} s"
            )
        plain = found["0 s all"]
        found["law %"] = max(abs(found[key] / plain - 1) for key in found if key.endswith(" all")) * 100
        return found

    exact = strict_priority(rate=0.1, handling=180, n=21, high=0.3)
    values = {
        "0 s high": (23.752, 1.9),
        "0 s low": (23.752, 1.9),
        "30 s high": (17.88, 1.58),
        "30 s low": (26.19, 1.73),
        "60 s high": (13.92, 1.43),
        "60 s low": (27.88, 1.79),
        "120 s high": (9.25, 1.09),
        "120 s low": (29.88, 1.94),
        "strict high": (exact[0], 0.5),
        "strict low": (exact[1], 2.2),
        "law %": (0.0, 0.25),
    }
    return Case("3e head start", 10, 120_000, run, {key: Expected(*pair) for key, pair in values.items()})


def _by_class(pairs: Sequence[tuple[Demand, Fate | None]], name: str) -> Numbers:
    waits: dict[int, list[float]] = {0: [], 1: []}
    for demand, fate in pairs:
        if fate is not None:
            waits[demand.priority].append(fate.wait / SECOND)
    both = [*waits[0], *waits[1]]
    means = {"high": waits[1], "low": waits[0], "all": both}
    return {f"{name} {key}": sum(values) / len(values) for key, values in means.items()}
