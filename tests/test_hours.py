"""Opening hours: edges of the day, holidays and the working days that make up for them, summer time, and counting open time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from contact_center import hours
from contact_center.hours import Hours, Span

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
DAY = (Span(9 * 60, 18 * 60),)
WEEK = dict.fromkeys(range(5), DAY)
NATIONAL_DAY = {date(2026, 10, day): () for day in range(1, 8)} | {date(2026, 9, 20): DAY, date(2026, 10, 10): DAY}
"""The week of 1 October 2026, with the Sunday before and the Saturday after worked instead."""


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_open_at_the_opening_closed_at_the_closing() -> None:
    place = Hours(SHANGHAI, WEEK)
    assert [hours.is_open(place, at(f"2026-03-02T{clock}")) for clock in ("08:59", "09:00", "17:59", "18:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_holiday_is_closed_and_its_make_up_days_are_worked() -> None:
    place = Hours(SHANGHAI, WEEK, NATIONAL_DAY)
    assert hours.is_open(place, at("2026-09-20T10:00")), "a Sunday worked"
    assert not hours.is_open(place, at("2026-10-01T10:00")), "a Thursday off"
    assert hours.is_open(place, at("2026-10-10T10:00")), "a Saturday worked"
    assert not hours.is_open(place, at("2026-10-11T10:00"))


def test_3f_9_the_night_before_a_holiday_leads_to_the_first_working_day() -> None:
    place = Hours(SHANGHAI, WEEK, NATIONAL_DAY)
    assert hours.next_opening(place, at("2026-09-30T18:00")) == at("2026-10-08T09:00")
    assert hours.next_opening(place, at("2026-09-30T17:59:59")) == at("2026-09-30T17:59:59")
    assert hours.next_opening(place, at("2026-10-09T20:00")) == at("2026-10-10T09:00")


def test_open_time_stands_still_while_closed() -> None:
    place = Hours(SHANGHAI, WEEK, NATIONAL_DAY)
    start = at("2026-09-30T17:00")
    assert hours.after(place, start, timedelta(hours=2)) == at("2026-10-08T10:00")
    assert hours.after(place, start, timedelta(hours=1)) == at("2026-09-30T18:00")
    assert hours.open_time(place, start, at("2026-10-08T10:00")) == timedelta(hours=2)


def test_a_night_shift_goes_on_over_midnight() -> None:
    place = Hours(SHANGHAI, {0: (Span(20 * 60, 24 * 60),), 1: (Span(0, 6 * 60),)})
    assert hours.next_change(place, at("2026-03-02T23:00")) == at("2026-03-03T06:00")
    assert hours.is_open(place, at("2026-03-03T00:00"))


def test_the_lost_hour_of_spring_is_not_counted() -> None:
    place = Hours(BERLIN, {6: (Span(0, 6 * 60),)})
    sunday = at("2026-03-29T00:00", BERLIN)
    assert hours.open_time(place, sunday, sunday + timedelta(days=1)) == timedelta(hours=5)
    autumn = at("2026-10-25T00:00", BERLIN)
    assert hours.open_time(place, autumn, autumn + timedelta(days=1)) == timedelta(hours=7)


def test_a_place_that_never_opens_says_so() -> None:
    never, always = Hours(SHANGHAI, {}), Hours(SHANGHAI, dict.fromkeys(range(7), (Span(0, 24 * 60),)))
    now = at("2026-03-02T10:00")
    assert hours.next_opening(never, now) is None and hours.next_change(never, now) is None
    assert hours.after(never, now, timedelta(minutes=1)) is None
    assert hours.is_open(always, now) and hours.next_change(always, now) is None


@given(
    start=st.integers(int(at("2025-01-01T00:00").timestamp()), int(at("2027-01-01T00:00").timestamp())),
    minutes=st.integers(1, 20_000),
    zone=st.sampled_from([SHANGHAI, BERLIN]),
)
def test_open_time_up_to_a_deadline_is_what_was_asked(start: int, minutes: int, zone: ZoneInfo) -> None:
    place = Hours(zone, WEEK, NATIONAL_DAY)
    begin, length = datetime.fromtimestamp(start, UTC), timedelta(minutes=minutes)
    due = hours.after(place, begin, length)
    assert due is not None
    assert hours.open_time(place, begin, due) == length
    assert hours.open_time(place, begin, due - timedelta(microseconds=1)) < length
