"""The real routing engine against queueing theory: Erlang-C, Erlang-A, blended channels and priorities, in virtual time.

One thing to know: a figure holds if it lies within two half-widths of the expected one. Half-widths are those of runs of exactly the full
size; on a shorter run they are widened by the square root of what was left out.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import sqrt
from random import Random

from bench.tables import print_table
from prove.traffic import (
    Case,
    Expected,
    Numbers,
    chat_case,
    chat_only_case,
    erlang_a_case,
    erlang_c_case,
    mail_case,
    priority_case,
)
from routing.events import Choice

SEEDS = (20261122, 19991231)
HEADS = ("figure", "expected", "got", "allowed +-", "")


def cases() -> list[Case]:
    """Every experiment, with the half-widths of its full size."""
    spread = [(0.9638, 0.0022), (303.3, 13.7), (0.0850, 0.0033)], [(0.094, 0.011), (9.1, 3.4), (0.926, 0.010)]
    pack = [(0.4302, 0.0093), (49.0, 2.6), (0.6380, 0.0099)], [(0.108, 0.007), (6.7, 0.8), (0.925, 0.007)]
    voice_spread, chat_spread = (tuple(Expected(*pair) for pair in part) for part in spread)
    voice_pack, chat_pack = (tuple(Expected(*pair) for pair in part) for part in pack)
    return [
        erlang_c_case("C1", 100, 180, 7, (0.006, 1.1, 0.006)),
        erlang_c_case("C2", 200, 240, 16, (0.011, 2.5, 0.011)),
        erlang_c_case("C3", 360, 180, 21, (0.012, 1.9, 0.013)),
        erlang_c_case("C4", 600, 300, 55, (0.020, 2.1, 0.018)),
        erlang_a_case("A1", (100, 180, 5, 120), (0.004, 0.0015, 0.23, 0.004)),
        erlang_a_case("A2", (200, 240, 13, 180), (0.005, 0.0017, 0.29, 0.004)),
        erlang_a_case("A3", (360, 180, 18, 60), (0.004, 0.0016, 0.10, 0.003)),
        erlang_a_case("A4", (600, 300, 48, 120), (0.009, 0.0024, 0.24, 0.006)),
        mail_case("D1 mail interruptible", reserve=0, interruptible=True, widths=(0.0048, 0.99, 0.0049, 0.4)),
        mail_case("D2 reserve 0", reserve=0, interruptible=False, widths=(0.0001, 2.1, 0.0065, 0.6)),
        mail_case("D2 reserve 2", reserve=2, interruptible=False, widths=(0.0065, 1.20, 0.0074, 0.6)),
        mail_case("D2 reserve 4", reserve=4, interruptible=False, widths=(0.0089, 1.52, 0.0074, 0.6)),
        chat_case("D3 spread", Choice.LEAST_LOADED, voice_spread, chat_spread),
        chat_case("D3 pack", Choice.PACK, voice_pack, chat_pack),
        chat_only_case(),
        priority_case(),
    ]


def printed_only() -> list[Case]:
    """Slow mixers: their figures are shown, and prove nothing at this size."""
    wide = (0.029, 2.9, 0.028)
    return [
        erlang_c_case("C5 (shown)", 1200, 300, 106, wide),
        erlang_a_case("A5 (shown)", (1200, 300, 100, 300), (0.017, 0.0021, 0.64, 0.015)),
    ]


def replicate(name: str, number: int, seed: int, calls: int) -> Numbers:
    """One replication of a case, by name because it may run in another process."""
    case = next(case for case in (*cases(), *printed_only()) if case.name == name)
    return case.run(Random(f"{seed}/{name}/{number}"), calls)


def verdict(case: Case, found: Iterable[Numbers], share: float) -> tuple[list[list[str]], bool]:
    """The lines of a case and whether all its figures hold; `share` is how much of the full size was run."""
    runs = list(found)
    rows, holds = [], True
    for name, expected in case.expected.items():
        got = sum(run[name] for run in runs) / len(runs)
        allowed = 2 * (expected.half_width or 0) / sqrt(share)
        good = abs(got - expected.value) <= allowed
        holds = holds and good
        rows.append([name, f"{expected.value:.5g}", f"{got:.5g}", f"{allowed:.3g}", "ok" if good else "OUT"])
    return rows, holds


def check(case: Case, seed: int, *, replications: int, calls: int) -> tuple[list[list[str]], bool]:
    """A case run here and now at a smaller size."""
    found = [case.run(Random(f"{seed}/{case.name}/{number}"), calls) for number in range(replications)]
    return verdict(case, found, replications * calls / (case.replications * case.calls))


def run() -> bool:
    """Every case at full size on one set of seeds (HOURS under 0.5) or on both, spread over the processors."""
    hours = float(os.environ.get("HOURS", "0.5"))
    share = min(1.0, hours / 0.25)
    holds = True
    with ProcessPoolExecutor() as pool:
        for seed in SEEDS if hours >= 0.5 else SEEDS[:1]:
            proofs = cases()
            for case in (*proofs, *printed_only()):
                one = partial(replicate, case.name, seed=seed, calls=round(case.calls * share))
                rows, good = verdict(case, pool.map(one, range(case.replications)), share)
                print_table(
                    f"{case.name}: the engine against theory, seed {seed}, {share:.0%} of full size", HEADS, rows
                )
                holds = holds and (good or case not in proofs)
    return holds


if __name__ == "__main__":
    raise SystemExit(0 if run() else 1)
