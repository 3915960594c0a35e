"""Whatever is lost, repeated, shuffled or restarted: every call ends well and its times add up."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.voice.world import quiet, stormy


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_every_call_in_a_storm_ends_well(seed: int) -> None:
    assert stormy(seed).wrong == []


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_every_call_on_a_good_line_ends_well(seed: int) -> None:
    assert quiet(seed).wrong == []
