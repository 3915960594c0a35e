"""Closed forms of queueing theory: what a line of given traffic and staff comes to, and how many agents a target takes. Pure.

One thing to know: these are the yardstick of the simulation proofs and the numbers shown to planners; all times are seconds, rates per
second, and `n` agents serve one kind of work first come, first served.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody hangs up. `wait`: share that waits; `asa`: mean wait of all; `in_line`: mean number waiting."""

    wait: float
    asa: float
    service_level: float
    in_line: float


@dataclass(frozen=True, slots=True)
class Impatient:
    """Customers hang up. The four service levels differ in what they do with those who left: see docs/metrics.md."""

    wait: float
    abandoned: float
    asa_answered: float
    wait_all: float
    sl_offered: float
    sl_answered: float
    sl_without_quick: float
    sl_quick_ok: float
    occupancy: float


def erlang_b(n: int, load: float) -> float:
    """Share blocked with `n` servers, no waiting room, and `load` Erlangs."""
    blocked = 1.0
    for k in range(1, n + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(*, rate: float, handling: float, n: int, target: float) -> Waiting:
    """Poisson arrivals, exponential handling, endless patience. Raises ValueError when the load is not below `n`."""
    load = rate * handling
    if load >= n:
        raise ValueError(f"{n} agents cannot carry {load:.1f} Erlangs")
    blocked = erlang_b(n, load)
    wait = blocked / (1 - load / n * (1 - blocked))
    asa = wait * handling / (n - load)
    return Waiting(wait, asa, 1 - wait * exp(-(n - load) * target / handling), rate * asa)


def erlang_a(*, rate: float, handling: float, n: int, patience: float, target: float) -> Impatient:
    """As `erlang_c` with exponential patience of the given mean: the density of the wait offered to a customer, integrated."""
    leave, serve = 1 / patience, n / handling
    served_states, term = 1.0, 1.0
    for k in range(n - 1, 0, -1):
        term *= k / (rate * handling)
        served_states += term
        if term < 1e-18:
            break
    end = _end(rate, serve, leave)
    steps = 40_000
    width = end / steps

    def density(x: float) -> float:
        return rate * exp(rate / leave * (1 - exp(-leave * x)) - serve * x)

    scale = 1 / (served_states + _simpson(density, 0, end, steps))
    within = max(2, 2 * round(target / width / 2))

    def part(upper: float, pieces: int, weight: Callable[[float], float]) -> float:
        return scale * _simpson(lambda x: density(x) * weight(x), 0, upper, pieces)

    def stays(x: float) -> float:
        return exp(-leave * x)

    wait, stay = part(end, steps, lambda x: 1.0), part(end, steps, stays)
    within_all, within_stay = part(target, within, lambda x: 1.0), part(target, within, stays)
    abandoned = wait - stay
    quick = within_all - within_stay + (wait - within_all) * (1 - exp(-leave * target))
    answered, answered_quick = 1 - abandoned, 1 - wait + within_stay
    return Impatient(
        wait=wait,
        abandoned=abandoned,
        asa_answered=part(end, steps, lambda x: x * stays(x)) / answered,
        wait_all=abandoned * patience,
        sl_offered=answered_quick,
        sl_answered=answered_quick / answered,
        sl_without_quick=answered_quick / (1 - quick),
        sl_quick_ok=answered_quick + quick,
        occupancy=rate * answered * handling / n,
    )


def _end(rate: float, serve: float, leave: float) -> float:
    """A wait so long that nothing beyond it counts."""
    x = 1 / serve
    while rate / leave * (1 - exp(-leave * x)) - serve * x > -45:
        x *= 1.3
    return x


def _simpson(of: Callable[[float], float], low: float, high: float, pieces: int) -> float:
    width = (high - low) / pieces
    inner = sum((4 if k % 2 else 2) * of(low + k * width) for k in range(1, pieces))
    return (of(low) + inner + of(high)) * width / 3


def blended(*, rate: float, handling: float, n: int, reserve: int, target: float) -> tuple[Waiting, float]:
    """Calls with mail that is never interrupted and handed out only while more than `reserve` agents are idle; both take equally
    long. The second value is mails per second."""
    load = rate * handling
    weights = [1.0]
    for busy in range(n - reserve + 1, n + 1):
        weights.append(weights[-1] * load / busy)
    line = weights[-1] * load / (n - load)
    total = sum(weights) + line
    wait = (weights[-1] + line) / total
    asa = wait * handling / (n - load)
    busy_mean = sum((n - reserve + k) * weight for k, weight in enumerate(weights)) / total + n * line / total
    level = 1 - wait * exp(-(n - load) * target / handling)
    return Waiting(wait, asa, level, rate * asa), busy_mean / handling - rate


def strict_priority(*, rate: float, handling: float, n: int, high: float) -> tuple[float, float]:
    """Mean waits of the high and the low class when the high share always goes first and nobody is interrupted."""
    load = rate * handling
    start = erlang_c(rate=rate, handling=handling, n=n, target=0).wait * handling / n
    return start / (1 - high * load / n), start / ((1 - high * load / n) * (1 - load / n))


def staff_needed(*, rate: float, handling: float, patience: float, target: float, level: float) -> int:
    """The fewest agents with which `level` of the offered are answered within `target` seconds, some hanging up after `patience`."""
    load = rate * handling
    n = max(1, round(load - 2 * sqrt(load)))
    while erlang_a(rate=rate, handling=handling, n=n, patience=patience, target=target).sl_offered < level:
        n += 1
    return n
