"""The one heap of moments at which something happens by itself. Time is handed in; nothing here reads a clock.

One thing to know: cancelling only forgets the serial; the heap entry dies when it surfaces, or when more than half are dead.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Final, Generic, TypeVar

Subject = TypeVar("Subject")
_SMALL = 1024

RELAX: Final = 0
OPEN: Final = 1
UNBLOCK: Final = 2
EXPIRE: Final = 3
"""What falls due. At one moment they fire in this order, so that everything that widens a search precedes an expiry. (Plain numbers:
an enum here costs a tenth of every decision.)"""


class Timers(Generic[Subject]):
    """Timers ordered by (due, kind, id), then by the order they were set in."""

    __slots__ = ("_limit", "_live", "_serial", "cancel", "heap")

    def __init__(self) -> None:
        self.heap: list[tuple[int, int, int, int, Subject]] = []
        """(due, kind, id, serial, subject); public for one look at the first due time, live or dead."""
        self._live: set[int] = set()
        self._limit = _SMALL
        self._serial = 0
        self.cancel: Callable[[int], None] = self._live.discard
        """Disarm by serial; one that fired, was cancelled or is 0 is ignored."""

    def set(self, due: int, kind: int, ident: int, subject: Subject) -> int:
        """Arm a timer and return its serial, never 0."""
        self._serial = serial = self._serial + 1
        heap = self.heap
        heappush(heap, (due, kind, ident, serial, subject))
        self._live.add(serial)
        if len(heap) > self._limit:
            self._sweep()
        return serial

    def _sweep(self) -> None:
        live = self._live
        if len(self.heap) > 2 * len(live):
            self.heap = [entry for entry in self.heap if entry[3] in live]
            heapify(self.heap)
        self._limit = 2 * len(live) + _SMALL

    def next_due(self) -> int | None:
        """When the next live timer falls due."""
        heap, live = self.heap, self._live
        while heap and heap[0][3] not in live:
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, until: int) -> tuple[int, int, Subject] | None:
        """Take the next timer due at or before `until`: (due, kind, subject); None when there is none."""
        heap, live = self.heap, self._live
        while heap and heap[0][0] <= until:
            due, kind, _, serial, subject = heappop(heap)
            if serial in live:
                live.remove(serial)
                return due, kind, subject
        return None
