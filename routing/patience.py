"""How long customers bear to wait, from what was seen: the Kaplan-Meier estimate. Pure; times in seconds.

One thing to know: whoever was served would have waited longer than they did, so their waits are lower bounds, not patience. The
largest time seen counts as the end of everybody's patience (Efron), so that a drawn customer always leaves at last.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Patience:
    """The share of customers `left` in line after each of `times`, which ascend. `mean`: of an exponential law fitted to the same."""

    times: tuple[float, ...]
    left: tuple[float, ...]
    mean: float

    def draw(self, random: Random, *, beyond: float = 0.0) -> float:
        """A customer's patience; `beyond`: one who is known to have waited that long at least."""
        known = bisect_right(self.times, beyond)
        alive = self.left[known - 1] if known else 1.0
        wanted = alive * (1.0 - random.random())
        place = bisect_left(self.left, -wanted, key=lambda share: -share)
        return max(beyond, self.times[min(place, len(self.times) - 1)])


def kaplan_meier(waits: Iterable[tuple[float, bool]]) -> Patience | None:
    """The estimate from (wait, left before being served); None when nobody left, so that nothing is known of patience."""
    seen = sorted(waits)
    gone = sum(left for _, left in seen)
    if not gone:
        return None
    times: list[float] = []
    shares: list[float] = []
    share, at_risk, place = 1.0, len(seen), 0
    while place < len(seen):
        wait, count, leaving = seen[place][0], 0, 0
        while place < len(seen) and seen[place][0] == wait:
            count += 1
            leaving += seen[place][1]
            place += 1
        if leaving:
            share *= 1 - leaving / at_risk
            times.append(wait)
            shares.append(share)
        at_risk -= count
    if shares[-1] > 0 and times[-1] < seen[-1][0]:
        times.append(seen[-1][0])
        shares.append(0.0)
    shares[-1] = 0.0
    return Patience(tuple(times), tuple(shares), sum(wait for wait, _ in seen) / gone)
