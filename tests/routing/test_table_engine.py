"""The rows of the feature catalogue that are the engine's own, one or more stories each, named by their numbers (`test_t07_...`); each
story fails when its rule is switched off. The stories themselves are in stories_order.py and stories_work.py."""

import pytest

from tests.routing import stories_order, stories_work
from tests.routing.switches import STORIES, Story

for _told in STORIES:
    globals()[f"test_{_told}"] = _told.tell


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_the_story_fails_when_the_rule_is_off(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.off(monkeypatch)
    with pytest.raises(AssertionError):
        story.tell()


def test_every_story_has_a_name_of_its_own() -> None:
    told = [name for place in (stories_order, stories_work) for name in vars(place)]
    assert len({str(story) for story in STORIES}) == len(STORIES)
    assert all(story.tell.__name__ in told for story in STORIES)
