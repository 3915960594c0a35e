"""Small state machines as tables: a domain's `states.py` holds one and is the only place that knows what may follow what."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class IllegalMove(Exception):
    """The event cannot happen in this state; carries both for the message."""

    def __init__(self, state: StrEnum, event: StrEnum) -> None:
        self.state, self.event = state, event
        super().__init__(f"{event.value} cannot happen while {state.value}")


class Machine(Generic[S, E]):
    """Moves given as {event: ((from states), to state)}; `final` states allow nothing."""

    def __init__(self, moves: Mapping[E, tuple[Iterable[S], S]]) -> None:
        self._to = {(state, event): target for event, (froms, target) in moves.items() for state in froms}

    def after(self, state: S, event: E) -> S:
        """The state that follows; raises `IllegalMove`."""
        try:
            return self._to[state, event]
        except KeyError:
            raise IllegalMove(state, event) from None

    def allows(self, state: S, event: E) -> bool:
        """True when the event may happen in this state."""
        return (state, event) in self._to

    def sources(self, event: E) -> frozenset[S]:
        """The states in which the event may happen: what a compare-and-set asks for."""
        return frozenset(state for state, known in self._to if known == event)

    def moves(self) -> Mapping[tuple[S, E], S]:
        """All moves, for property tests and drawings."""
        return dict(self._to)
