"""Who can serve what: requirements against skills held. Pure, and the only place that compares levels."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from routing.events import SkillNeed


class Need(NamedTuple):
    """What an interaction asks for. `required`: (skill, least level) sorted by skill. `listed`: every skill named, required or
    preferred, the queue's first; it ranks agents and is not changed by relaxation."""

    required: tuple[tuple[int, int], ...]
    listed: tuple[int, ...]


def combine(queue: Iterable[SkillNeed], own: Iterable[SkillNeed] = ()) -> Need:
    """The queue's skills and the interaction's own together; a skill required twice is required at the higher level."""
    required: dict[int, int] = {}
    listed: dict[int, None] = {}
    for need in (*queue, *own):
        listed[need.skill] = None
        if need.required:
            required[need.skill] = max(need.level, required.get(need.skill, need.level))
    return Need(tuple(sorted(required.items())), tuple(listed))


def meets(levels: Mapping[int, int], required: Iterable[tuple[int, int]]) -> bool:
    """True when every required skill is held at its level or better; a skill not held does not meet even level 0."""
    for skill, level in required:
        held = levels.get(skill)
        if held is None or held < level:
            return False
    return True


def missing(levels: Mapping[int, int], required: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The requirements that these levels do not meet."""
    return [pair for pair in required if not meets(levels, (pair,))]
