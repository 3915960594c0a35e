"""Each rule of routing holds, and each story about a rule fails when the rule is switched off."""

import pytest

from tests.routing import stories_order, stories_work
from tests.routing.switches import STORIES, Story

ENGINE_ROWS = {
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18",
    "20",
    "21",
    "23",
    "24",
    "31",
}
SPECIAL_CASES = {
    "3f relaxation in the same tick",
    "3f timeout returns to its place",
    "3f cancelled is no miss",
    "3f sticky",
    "3f unavailable during an offer",
    "3f capacity below load",
    "3f queue full",
    "3f all agents log out",
    "3f duplicate accept",
}


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_the_rule_holds(story: Story) -> None:
    story.tell()


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_the_story_fails_when_the_rule_is_off(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.off(monkeypatch)
    with pytest.raises(AssertionError):
        story.tell()


def test_every_rule_the_engine_carries_has_its_story() -> None:
    assert stories_order and stories_work
    assert {story.number for story in STORIES} == ENGINE_ROWS | SPECIAL_CASES
