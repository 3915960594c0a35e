"""Relaxation over time: which requirements are left after some steps, and when the next step is due. Pure.

One thing to know: a step widens who may take an interaction and never touches its key, so nobody loses a place in line by it.
"""

from collections.abc import Sequence

from routing.events import RelaxStep


def in_order(steps: Sequence[RelaxStep]) -> tuple[RelaxStep, ...]:
    """Steps by the time they fall due; equal times keep the order they were written in."""
    return tuple(sorted(steps, key=lambda step: step.after))


def relaxed(required: tuple[tuple[int, int], ...], steps: Sequence[RelaxStep]) -> tuple[tuple[int, int], ...]:
    """The requirement after all `steps`: a level can only fall, and a step on a skill that is not required changes nothing."""
    left = dict(required)
    for step in steps:
        if step.skill not in left:
            continue
        if step.level is None:
            del left[step.skill]
        else:
            left[step.skill] = min(left[step.skill], step.level)
    return tuple(sorted(left.items()))


def next_due(steps: Sequence[RelaxStep], *, passed: int, entered: int) -> int | None:
    """When step number `passed` (from 0) falls due for one that entered the line at `entered`; None after the last."""
    return entered + steps[passed].after if passed < len(steps) else None


def passed_by(steps: Sequence[RelaxStep], *, entered: int, now: int) -> int:
    """How many steps are already due at `now`."""
    return sum(1 for step in steps if entered + step.after <= now)
