"""The house rules find what they are for, and leave the rest alone."""

import ast

import pytest

from tools.lint_house import Source, check, sources


def findings(path: str, text: str) -> list[str]:
    source = Source(path, text, ast.parse(text) if path.endswith(".py") else None)
    return [message for _, message in check(source)]


@pytest.mark.parametrize(
    ("path", "code", "named"),
    [
        ("contact_center/x.py", "import datetime\ndatetime.datetime.now()", "clock"),
        ("routing/x.py", "import time\ntime.time()", "clock"),
        ("contact_center/tickets/actions.py", "async def solve(session): await session.commit()", "never commits"),
        ("kb/models.py", "relationship('Customer')", "relationship"),
        ("kb/models.py", "from kb.actions import publish", "import actions"),
        ("channels/x.py", "print('hello')", "print"),
        ("tests/x.py", "import pytest\npytest.skip('later')", "never skipped"),
        ("tests/x.py", "import pytest\n@pytest.mark.xfail\ndef test_it(): ...", "never skipped"),
        ("tests/x.py", "import time\ntime.sleep(1)", "wait for a condition"),
        ("tests/x.py", "import asyncio\nasyncio.sleep(0.1)", "wait for a condition"),
        ("contact_center/console/src/x.ts", "\n" * 401, "split it"),
        ("contact_center/console/src/x.ts", "const a = '\0';", "NUL"),
    ],
)
def test_a_broken_rule_is_named(path: str, code: str, named: str) -> None:
    text = code if path.endswith(".ts") else f'"""For something."""\n{code}\n'
    found = findings(path, text)
    assert len(found) == 1
    assert named in found[0]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("contact_center/clock.py", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        ("contact_center/cli.py", "print('done')"),
        ("kb/models.py", "class Article: ...\nrelationship('Article')"),
        ("tests/waiting.py", "import time\ntime.sleep(1)"),
        ("tests/x.py", "import asyncio\nasyncio.sleep(0)"),
        ("contact_center/migrations/versions/0001_x.py", "\n" * 500),
    ],
)
def test_what_is_allowed_is_left_alone(path: str, code: str) -> None:
    assert findings(path, f'"""For something."""\n{code}\n') == []


def test_a_module_without_its_sentence_is_found() -> None:
    assert findings("routing/x.py", "A = 1\n") == ["no docstring: say what the module is for"]


def test_the_project_itself_is_read() -> None:
    assert {"tools/lint_house.py", "contact_center/clock.py"} <= {source.path for source in sources()}
