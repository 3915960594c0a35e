"""A real call centre's months through the engine: arrivals, handling and staff as recorded, patience by Kaplan-Meier.

One thing to know: the records are not ours to ship. The folder is named by CORPORA (or the first argument) and holds `traces/`; without
it this proof says so and is left out. Everybody's patience is drawn anew: nothing but the month's own distribution is carried over.
"""

import csv
import gzip
import os
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

from bench.tables import print_table
from routing.day import Agent, Call, Day, End, Queue
from routing.replay import Outcome, happened, play

SEED = 20261122
SLOT = timedelta(minutes=30)
MONTHS = {"jan": datetime(1999, 1, 1, tzinfo=UTC), "feb": datetime(1999, 2, 1, tzinfo=UTC)}
"""The records carry local times without a zone; any fixed one will do, because only differences count."""
HEAD_START = 90.0
"""The bank gave its high class (priority 2) a place as if they had waited a minute and a half."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month, played."""

    recorded: Outcome
    played: Outcome
    calls: int
    double: int
    """Calls that ended more than once, or never."""

    @property
    def holds(self) -> bool:
        """Each call ended once; mean wait of served within a factor of two; abandonment within five points."""
        was, came = self.recorded, self.played
        factor = mean_wait(came) / mean_wait(was)
        return self.double == 0 and 0.5 <= factor <= 2 and abs(left(came) - left(was)) <= 0.05


def mean_wait(outcome: Outcome) -> float:
    """Of those served, seconds."""
    return outcome.figures[""].mean_wait


def left(outcome: Outcome) -> float:
    """Share of all that reached the line and hung up in it, quickly or not, as the records count it."""
    return sum(not one.served for one in outcome.ended) / len(outcome.ended)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The records of one file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def month(folder: Path, name: str) -> Day:
    """One month of the records as a day of ours: one queue, every call that got past the menu, staff by half hours seen at work."""
    begin = MONTHS[name]

    def since(stamp: str) -> float:
        return (datetime.fromisoformat(stamp).replace(tzinfo=UTC) - begin).total_seconds()

    calls = [
        Call(
            at=since(row["arrival_ts"]) + float(row["vru_s"]),
            queue="bank",
            priority=int(row["priority"] == "2"),
            wait=float(row["wait_s"]),
            handling=float(row["service_s"]),
            end=End.ABANDONED if row["outcome"] == "abandon_queue" else End.SERVED,
            agent=row["agent"] or None,
        )
        for row in rows(folder / f"bank1999_{name}.csv.gz")
        if row["outcome"] != "abandon_ivr"
    ]
    shifts: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows(folder / f"bank1999_{name}_staffing.csv.gz"):
        start = since(row["slot_start"])
        for agent in row["agent_ids"].split():
            shifts[agent].append((start, start + SLOT.total_seconds()))
    pauses = turnarounds(calls)
    dice = Random(f"{SEED}/{name}")
    calls = [
        call.model_copy(update={"handling": call.handling + dice.choice(pauses)}) if call.agent else call
        for call in calls
    ]
    agents = [Agent(name=agent, queues=["bank"], shifts=shifts[agent]) for agent in sorted(shifts)]
    return Day(name=name, queues=[Queue(name="bank", head_start=HEAD_START)], agents=agents, calls=calls)


def turnarounds(calls: Sequence[Call]) -> list[float]:
    """How long agents took from one call to the next while somebody waited: the after-call work that the records do not have."""
    line = sorted((t, step) for call in calls if call.wait for t, step in ((call.at, 1), (call.at + call.wait, -1)))
    moments, lengths = [t for t, _ in line], list(accumulate(step for _, step in line))
    work: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for call in calls:
        if call.agent is not None:
            start = call.at + call.wait
            work[call.agent].append((start, start + call.handling))
    found = []
    for stretches in work.values():
        stretches.sort()
        for (_, end), (start, _) in pairwise(stretches):
            place = bisect_right(moments, end) - 1
            if start - end <= SLOT.total_seconds() and place >= 0 and lengths[place] > 0:
                found.append(max(0.0, start - end))
    return found


def replayed(folder: Path, name: str, *, seed: int = SEED) -> Month:
    """One month through the engine."""
    day = month(folder, name)
    played = play(day, seed=seed, fresh=True)
    ends = Counter(id(one.call) for one in played.ended)
    wrong = sum(ends[id(call)] != 1 for call in day.calls)
    return Month(happened(day), played, len(day.calls), wrong)


def run(folder: str = "") -> bool:
    """Print the table."""
    named = folder or os.environ.get("CORPORA", "")
    traces = Path(named) / "traces"
    if not named:
        print("\nReplay of a real call centre: left out; say CORPORA=folder with traces/ in it.")
        return True
    found = {name: replayed(traces, name) for name in MONTHS}
    lines = []
    for name, one in found.items():
        for what, outcome in (("recorded", one.recorded), ("played", one.played)):
            whole = outcome.figures[""]
            verdict = ("ok" if one.holds else "OUT") if what == "played" else ""
            lines.append(
                [f"{name} {what}", f"{one.calls:,}", f"{whole.mean_wait:.1f}", f"{left(outcome):.1%}"]
                + [f"{whole.service_level:.1%}", f"{outcome.occupancy:.1%}", str(one.double), verdict]
            )
    print_table(
        "A bank's months through the engine (mean wait within x0.5-2, abandonment within 5 points, each call ends once)",
        ("", "calls", "mean wait s", "hung up", "SL 20 s", "occupancy", "not once", ""),
        lines,
    )
    return all(one.holds for one in found.values())


if __name__ == "__main__":
    raise SystemExit(0 if run(*sys.argv[1:2]) else 1)
