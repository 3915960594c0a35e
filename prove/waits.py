"""The estimated wait against what came: how many of those served waited no longer than the printed p50 and p80.

One thing to know: the estimate is told to each caller who finds nobody free, by the product's own function from the engine's own lines;
those who hung up are not counted, because nobody knows how long they would have waited.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.tables import print_table
from prove.traffic import HOUR, first, poisson, team
from routing import events as ev
from routing.estimate import Pace, Range, estimate
from routing.simulate import SECOND, Simulation

SEED = 20261122
CALLS = 40_000
NEAR = 0.07
LOADS: dict[str, tuple[float, float, int, float | None]] = {
    "C1": (100, 180, 7, None),
    "C3": (360, 180, 21, None),
    "A3": (360, 180, 18, 60),
}
"""Calls an hour, seconds of handling, agents, seconds of patience."""
Estimate = Callable[[Simulation, int, Pace], Range | None]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of those who waited and were served within what they were told."""

    told: int
    p50: float
    p80: float

    @property
    def holds(self) -> bool:
        """Within seven points of what the names promise."""
        return abs(self.p50 - 0.5) <= NEAR and abs(self.p80 - 0.8) <= NEAR


def by_the_engine(play: Simulation, caller: int, pace: Pace) -> Range | None:
    """The product's estimate."""
    return estimate(play.engine, caller, pace)


def coverage(name: str, *, calls: int, seed: int = SEED, told_by: Estimate = by_the_engine) -> Coverage:
    """Play one load and count."""
    per_hour, handling, n, patience = LOADS[name]
    play = Simulation([ev.QueueSet(t=0, queue=1), *team(n)])
    told: dict[int, Range] = {}

    def waits(caller: int) -> None:
        found = told_by(play, caller, Pace(handling, patience))
        if found is not None:
            told[caller] = found

    traffic = poisson(Random(f"{seed}/{name}"), per_hour, handling, patience=patience)
    fates = play.play(first(traffic, calls), waits=waits)
    pairs = [
        (fate.wait / SECOND, told[caller])
        for caller, fate in enumerate(fates)
        if caller in told and fate is not None and fate.end == "served"
    ]
    within = [sum(wait <= getattr(range_, quantile) for wait, range_ in pairs) for quantile in ("p50", "p80")]
    return Coverage(len(pairs), within[0] / len(pairs), within[1] / len(pairs))


def run() -> bool:
    """Print the table; HOURS scales the number of calls."""
    calls = max(4_000, round(CALLS * min(1.0, float(os.environ.get("HOURS", "0.5")) / 0.25)))
    found = {name: coverage(name, calls=calls) for name in LOADS}
    rows = [
        [name, f"{LOADS[name][0] / HOUR * LOADS[name][1]:.0f} E, {LOADS[name][2]} agents", f"{one.told:,}"]
        + [f"{one.p50:.1%}", f"{one.p80:.1%}", "ok" if one.holds else "OUT"]
        for name, one in found.items()
    ]
    print_table(
        "Estimated wait: served within the printed p50 (50 +- 7 %) and p80 (80 +- 7 %)",
        ("load", "", "waited and served", "within p50", "within p80", ""),
        rows,
    )
    return all(one.holds for one in found.values())
