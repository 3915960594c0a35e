"""Opening hours: when a place is open, when it opens next, and counting time only while it is open. Pure.

One thing to know: a day's own entry (a holiday, a make-up working day, short hours) replaces the weekday's spans whole. Spans are
wall-clock times of the place's own time zone, so the hour that a summer-time change skips or repeats is counted as it really passes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOKED_AHEAD = 400
"""Days searched for the next opening; a place closed for longer counts as never opening."""
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Open from minute `opens` to minute `closes` of a local day, 0-1440, `opens` before `closes`."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A week (weekday 0 = Monday -> spans in order, none overlapping) and the days that differ from it."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]]
    days: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    def spans(self, day: date) -> Sequence[Span]:
        """The spans of one local day."""
        return self.days[day] if day in self.days else self.week.get(day.weekday(), ())


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the place is open at this instant; it is at its opening, it no longer is at its closing."""
    return any(opens <= at < closes for opens, closes in _around(hours, at))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """`at` itself while open, else the next opening; None when there is none in sight."""
    for opens, closes in _stretches(hours, at):
        if closes > at:
            return max(opens, at)
    return None


def next_change(hours: Hours, at: datetime) -> datetime | None:
    """When the place next opens or closes; None when it does neither in sight. Stretches that touch are one."""
    closing: datetime | None = None
    for opens, closes in _stretches(hours, at):
        if closes <= at:
            continue
        if closing is None and opens > at:
            return opens
        if closing is not None and opens > closing:
            return closing
        closing = closes
    return closing if closing is not None and not _always(hours) else None


def after(hours: Hours, start: datetime, length: timedelta) -> datetime | None:
    """The instant by which the place has been open for `length` since `start`; None when that is out of sight."""
    left = length
    for opens, closes in _stretches(hours, start):
        begin = max(opens, start)
        if closes <= begin:
            continue
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    return None


def open_time(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How long the place was open between two instants."""
    total = timedelta()
    day = start.astimezone(hours.zone).date() - timedelta(days=1)
    while day <= end.astimezone(hours.zone).date():
        for opens, closes in _of_day(hours, day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return total


def _always(hours: Hours) -> bool:
    whole = (Span(0, MIDNIGHT),)
    return not hours.days and all(tuple(hours.week.get(weekday, ())) == whole for weekday in range(7))


def _around(hours: Hours, at: datetime) -> list[tuple[datetime, datetime]]:
    return _of_day(hours, at.astimezone(hours.zone).date())


def _stretches(hours: Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open stretches in order, from the day of `at` on, as far as we look."""
    first = at.astimezone(hours.zone).date()
    for number in range(LOOKED_AHEAD):
        yield from _of_day(hours, first + timedelta(days=number))


def _of_day(hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    found = [(_instant(hours, day, span.opens), _instant(hours, day, span.closes)) for span in hours.spans(day)]
    return [(opens, closes) for opens, closes in found if closes > opens]


def _instant(hours: Hours, day: date, minute: int) -> datetime:
    """The instant of a local minute; midnight at the end belongs to the next day. Skipped times read as the hour after."""
    if minute >= MIDNIGHT:
        day, minute = day + timedelta(days=1), minute - MIDNIGHT
    local = datetime.combine(day, time(minute // 60, minute % 60), hours.zone)
    return local.astimezone(UTC)
