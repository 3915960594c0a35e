"""Where an interaction goes when the queue it is meant for is closed. Pure; `door_of` reads the stored settings.

One thing to know: hours decide at the door only. What stands in line when a queue closes is served as long as somebody is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contact_center import hours as reckoning
from contact_center.hours import Hours
from contact_center.queues.models import Queue


class WhenClosed(StrEnum):
    """What a closed queue does with what comes: hold it until it opens, take it all the same, or send it to another queue."""

    HOLD = "hold"
    SERVE = "serve"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True)
class Door:
    """A queue's opening: `opens_at` None while it is open (or never opens again, which must hold nothing back for good)."""

    opens_at: datetime | None
    when_closed: WhenClosed = WhenClosed.HOLD
    elsewhere: str | None = None
    """The queue that takes what comes meanwhile."""


def entered(queue_id: str, doors: Mapping[str, Door | None]) -> tuple[str, datetime | None]:
    """The queue it goes to and, if that one is closed, until when it is held. `doors` are those of the enabled queues.

    A closed queue that sends elsewhere is followed until one is open or holds; queues that send to each other in a ring hold.
    """
    seen: set[str] = set()
    here = queue_id
    while True:
        seen.add(here)
        door = doors.get(here)
        if door is None or door.opens_at is None or door.when_closed is WhenClosed.SERVE:
            return here, None
        onward = door.elsewhere if door.when_closed is WhenClosed.OVERFLOW else None
        if onward is None or onward in seen or onward not in doors:
            return here, door.opens_at
        here = onward


def door_of(queue: Queue, hours: Mapping[str, Hours], at: datetime) -> Door | None:
    """The door of a queue at this moment; None for one without hours."""
    kept = hours.get(queue.hours_id) if queue.hours_id else None
    if kept is None:
        return None
    opens = reckoning.next_opening(kept, at)
    closed = opens is not None and opens > at
    return Door(opens if closed else None, WhenClosed(queue.when_closed), queue.closed_queue_id)


@dataclass(frozen=True, slots=True)
class Target:
    """How soon a queue answers: seconds of its open time, by channel."""

    seconds: Mapping[str, int]
    hours: Hours | None = None

    def due_at(self, channel: str, since: datetime) -> datetime | None:
        """When what came at `since` should be answered; None without a target for this channel."""
        if channel not in self.seconds:
            return None
        length = timedelta(seconds=self.seconds[channel])
        found = reckoning.after(self.hours, since, length) if self.hours is not None else None
        return found or since + length
