"""The list of kills: each rule of routing is switched off, and the story about it must fail; with the rule on it must hold.

One thing to know: a switch replaces the smallest piece of the engine that carries the rule, never the story's own words.
"""

import pytest

from bench.tables import print_table
from tests.routing import stories_order, stories_work
from tests.routing.switches import STORIES, Story

STORY_FILES = (stories_order, stories_work)


def holds(story: Story) -> bool:
    """Whether the story comes out as told; a story that cannot even be told raises."""
    try:
        story.tell()
    except AssertionError:
        return False
    return True


def killed(story: Story) -> bool:
    """Whether it fails without the rule."""
    with pytest.MonkeyPatch.context() as patch:
        story.off(patch)
        return not holds(story)


def run() -> bool:
    """Print every story with both outcomes."""
    found = [(story, holds(story), killed(story)) for story in sorted(STORIES, key=str)]
    rows = [
        [
            story.number,
            story.tell.__name__.replace("_", " "),
            "holds" if good else "BROKEN",
            "fails" if dead else "SURVIVES",
        ]
        for story, good, dead in found
    ]
    print_table("Rules of routing: with the rule, and with the rule switched off", ("row", "story", "on", "off"), rows)
    print(
        f"  {sum(dead for _, _, dead in found)} of {len(found)} kills, over {len({s.number for s in STORIES})} numbers"
    )
    return all(good and dead for _, good, dead in found)
