"""What the naive engine remembers of interactions and agents: plain values, everything else is reckoned anew each time."""

from dataclasses import dataclass, field

from routing import events as ev


@dataclass(eq=False)
class Item:
    """One interaction."""

    event: ev.Arrive
    queue: int
    base: int
    entered: int
    state: str = "waiting"
    front: bool = False
    step: int = 0
    asked: list[int] = field(default_factory=list)
    """Who has it in hand, or to whom it is offered, in the order they were asked."""
    expires_at: int | None = None
    sticky: int | None = None
    open_at: int | None = None
    blocked: dict[int, int] = field(default_factory=dict)


@dataclass(eq=False)
class Person:
    """One agent."""

    setting: ev.AgentSet
    available: bool = False
    idle_since: int = 0
    last_offered: int = -1
    misses: int = 0
