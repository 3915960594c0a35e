"""What a story about a rule is made of: the number it belongs to, its telling, and the switch that turns the rule off.

Numbers are those of the catalogue of features (`t07` is its row 7) and of its deterministic cases (`3f_4` is the fourth).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from routing import events as ev
from routing import state

Off = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Story:
    """A story, the number it belongs to, and the switch."""

    number: str
    tell: Callable[[], None]
    off: Off

    def __str__(self) -> str:
        return f"{self.number}_{self.tell.__name__}"


STORIES: list[Story] = []


def story(number: str, off: Off) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter a story into the table."""

    def enter(tell: Callable[[], None]) -> Callable[[], None]:
        STORIES.append(Story(number, tell, off))
        return tell

    return enter


def without(place: object, name: str, value: object) -> Off:
    """A switch that replaces one function."""
    return lambda patch: patch.setattr(place, name, value)


def setting(**fixed: object) -> Off:
    """A switch that makes every queue forget these settings."""
    plain = state.Queue.adopt

    def adopt(queue: state.Queue, given: ev.QueueSet) -> None:
        plain(queue, replace(given, **fixed))  # type: ignore[arg-type]

    return without(state.Queue, "adopt", adopt)


def profile(**fixed: object) -> Off:
    """A switch that makes every agent forget these settings."""
    plain = state.Agent.adopt

    def adopt(agent: state.Agent, given: ev.AgentSet, shared: state.Profile) -> None:
        plain(agent, replace(given, **fixed), shared)  # type: ignore[arg-type]

    return without(state.Agent, "adopt", adopt)


def nothing(*_: object, **__: object) -> None:
    """Do nothing."""
