"""The one heap of moments at which something happens by itself. Time is handed in; nothing here reads a clock.

One thing to know: cancelling only forgets the serial; the heap entry dies when it surfaces, or when more than half are dead.
"""

from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

Subject = TypeVar("Subject")
_SMALL = 1024


class Kind(IntEnum):
    """What falls due; at one moment they fire in this order, so that everything that widens a search precedes an expiry."""

    RELAX = 0
    OPEN = 1
    UNBLOCK = 2
    EXPIRE = 3


class Timers(Generic[Subject]):
    """Timers ordered by (due, kind, id), then by the order they were set in."""

    __slots__ = ("_heap", "_live", "_serial")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, int, Subject]] = []
        self._live: set[int] = set()
        self._serial = 0

    def set(self, due: int, kind: Kind, ident: int, subject: Subject) -> int:
        """Arm a timer and return its serial, never 0."""
        self._serial += 1
        heappush(self._heap, (due, kind, ident, self._serial, subject))
        self._live.add(self._serial)
        return self._serial

    def cancel(self, serial: int) -> None:
        """Disarm; a serial that fired, was cancelled or is 0 is ignored."""
        self._live.discard(serial)
        if len(self._heap) > _SMALL and len(self._heap) > 2 * len(self._live):
            self._heap = [entry for entry in self._heap if entry[3] in self._live]
            heapify(self._heap)

    def next_due(self) -> int | None:
        """When the next live timer falls due."""
        heap, live = self._heap, self._live
        while heap and heap[0][3] not in live:
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, until: int) -> tuple[int, Kind, int, Subject] | None:
        """Take the next timer due at or before `until`: (due, kind, serial, subject); None when there is none."""
        due = self.next_due()
        if due is None or due > until:
            return None
        due, kind, _, serial, subject = heappop(self._heap)
        self._live.discard(serial)
        return due, Kind(kind), serial, subject
