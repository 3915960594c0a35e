"""From stored business hours to `hours.Hours`, which reckons with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.hours import Hours, Span
from contact_center.sla.models import BusinessHours


def minute(clock: str) -> int:
    """Minutes since midnight of "HH:MM"."""
    hour, _, rest = clock.partition(":")
    return int(hour) * 60 + int(rest)


def hours_of(row: BusinessHours) -> Hours:
    """The row as a value."""
    return hours_from(row.time_zone, row.week, row.exceptions)


def hours_from(zone: str, week: Iterable[Mapping[str, Any]], exceptions: Iterable[Mapping[str, Any]]) -> Hours:
    """The same from its parts, as they are stored."""
    days: defaultdict[int, list[Span]] = defaultdict(list)
    for each in week:
        days[int(each["day"])].append(_span(each))
    ordered = {day: tuple(sorted(spans, key=lambda span: span.opens)) for day, spans in days.items()}
    return Hours(
        ZoneInfo(zone), ordered, {date.fromisoformat(each["date"]): _own(each, ordered) for each in exceptions}
    )


async def all_hours(session: AsyncSession) -> dict[str, Hours]:
    """id -> business hours, of all there are."""
    return {row.id: hours_of(row) for row in (await session.scalars(select(BusinessHours))).all()}


def _span(each: Mapping[str, Any]) -> Span:
    return Span(minute(each["opens"]), minute(each["closes"]))


def _own(exception: Mapping[str, Any], week: Mapping[int, tuple[Span, ...]]) -> tuple[Span, ...]:
    like = exception.get("like")
    if like is not None:
        return week.get(int(like), ())
    return tuple(sorted((_span(each) for each in exception.get("spans") or ()), key=lambda span: span.opens))
