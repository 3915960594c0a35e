"""What callers are told about their wait."""

import pytest

from channels.voice.twilio_markup import minutes
from contact_center import i18n
from contact_center.channel import WaitRange


@pytest.mark.parametrize(
    ("p50_s", "p80_s", "told"),
    [
        (0, 0, "It should take about a minute."),
        (20, 60, "It should take about a minute."),
        (20, 61, "It should take between 1 and 2 minutes."),
        (230, 500, "It should take between 4 and 9 minutes."),
        (118, 119, "It should take about 2 minutes."),
    ],
)
def test_a_wait_is_told_in_whole_minutes_never_less_than_the_estimate(p50_s: int, p80_s: int, told: str) -> None:
    text, numbers = minutes(WaitRange(p50_s, p80_s))
    assert i18n.text("en", text, **numbers) == told
