"""Nothing that must be there is without a test: the numbers of the feature catalogue against the names of the table tests.

A test in a `test_table_*.py` begins with the numbers it stands for (`test_t05_3f_8_...`); the engine's come from its stories.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.routing import stories_order, stories_work
from tests.routing.switched_off import SWITCHES
from tests.routing.switches import STORIES

HERE = Path(__file__).parent
MUST = {f"t{row:02}" for row in (*range(1, 27), 30, 31, 32)} | {f"3f_{case}" for case in range(1, 13)}
ENGINE = {f"t{row:02}" for row in (*range(1, 19), 20, 21, 22, 23, 24, 26, 31)} | {
    f"3f_{case}" for case in (*range(1, 9), 10, 11)
}
"""What the pure engine decides, so that it must be shown without a database."""
NUMBERS = re.compile(r"test_((?:(?:t\d\d|3f_\d+)_)+)")


def numbers(name: str) -> Iterator[str]:
    """The numbers a test's name begins with."""
    found = NUMBERS.match(name)
    yield from re.findall(r"t\d\d|3f_\d+", found.group(1)) if found else ()


def shown() -> set[str]:
    """Numbers with a test, over all table files."""
    found = {number for story in STORIES for number in numbers(f"test_{story}")}
    for path in HERE.glob("test_table_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        found |= {number for node in functions for number in numbers(node.name)}
    return found


def test_the_engine_shows_every_row_that_is_its_own() -> None:
    assert stories_order and stories_work
    assert {number for story in STORIES for number in numbers(f"test_{story}")} == ENGINE


def test_every_row_that_must_be_there_is_tested() -> None:
    assert MUST - shown() == set()


def test_what_only_the_product_shows_has_a_switch() -> None:
    assert set(SWITCHES) == MUST - ENGINE


def test_names_carry_their_numbers() -> None:
    assert list(numbers("test_t05_3f_8_where_nobody_is_at_work")) == ["t05", "3f_8"]
    assert list(numbers("test_3f_12_a_leader_of_yesterday")) == ["3f_12"]
    assert list(numbers("test_the_rest")) == []
