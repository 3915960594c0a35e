"""The list of kills: each rule of routing is switched off, and the story about it must fail; with the rule on it must hold.

One thing to know: a switch replaces the smallest piece of the engine that carries the rule, never the story's own words.
"""

import os
import subprocess
import sys

import pytest

from bench.server import ROOT
from bench.tables import print_table
from tests.routing import stories_order, stories_work
from tests.routing.switched_off import SWITCHES, TOLD
from tests.routing.switches import STORIES, Story

PRODUCT = sorted(str(path) for path in (ROOT / "tests" / "routing").glob("test_table_product*.py"))
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


def passes(row: str, *, off: bool) -> bool:
    """Whether the product's tests of a row pass, all of them. Raises RuntimeError when they could not be run."""
    plugin = ("-p", "tests.routing.switched_off") if off else ()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, "-k", f"{row}_", *PRODUCT],
        cwd=ROOT,
        env={**os.environ, TOLD: row},
        capture_output=True,
        text=True,
    )
    if done.returncode not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"{row}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == pytest.ExitCode.OK


def run() -> bool:
    """Print every story with both outcomes, then the rows that only the whole product shows."""
    engine = run_engine()
    found = [(row, passes(row, off=False), not passes(row, off=True)) for row in sorted(SWITCHES)]
    rows = [[row, "hold" if good else "BROKEN", "fail" if dead else "SURVIVE"] for row, good, dead in found]
    print_table(
        "Rows that only the whole product shows: their tests with the rule, and with it off", ("row", "on", "off"), rows
    )
    print(f"  {sum(dead for _, _, dead in found)} of {len(found)} kills")
    return engine and all(good and dead for _, good, dead in found)


def run_engine() -> bool:
    """The engine's stories."""
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
