"""`make corpora` runs the product over a folder and says honestly what passed."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bench import corpora
from tests.channels.email.mails import mail

JUDGE = """
import base64, gzip, json
from collections.abc import Mapping, Sequence
from pathlib import Path
HERE = Path(__file__).parent
def rows(name):
    with gzip.open(HERE / f"{name}.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)
def raw(case): return base64.b64decode(case["raw_b64"])
def plain(markup): return " ".join(markup.split())
def same_text(product, expected): return plain(product) == expected
def visible_reply(case, visible): return visible == case["exact"], "exact"
def unsafe(markup): return ["script"] if "<script" in markup else []
"""


def fill(folder: Path, name: str, cases: Sequence[Mapping[str, object]]) -> None:
    path = folder / f"{name}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt") as lines:
        lines.writelines(f"{json.dumps(case)}\n" for case in cases)


def coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def test_sets_are_counted_and_failures_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "judge.py").write_text(JUDGE)
    expect = {"subject": "A question", "from_email": "jane@customer.example", "body_norm": "Hello", "attachments": []}
    wrong = {**expect, "subject": "Another"}
    mails = [
        {"id": "a", "raw_b64": coded(mail()), "expect": expect},
        {"id": "b", "raw_b64": coded(mail()), "expect": wrong},
    ]
    fill(tmp_path, "email/parse_zammad", mails)
    fill(tmp_path, "email/robustness", [{"id": "r", "raw_b64": coded(mail("x", sender=None))}])
    fill(tmp_path, "email/replies", [{"id": "v", "set": "own", "text": "New\n\n> old", "exact": "New"}])
    fill(tmp_path, "html/xss", [{"id": "x", "payload": "<script>1</script>ok"}])
    tallies = {tally.name: (tally.passed, tally.total) for tally in corpora.run(tmp_path)}
    assert tallies["parse_zammad subject"] == (1, 2)
    assert tallies["parse_zammad body"] == (2, 2)
    assert tallies["replies own"] == tallies["robustness"] == tallies["html/xss"] == (1, 1)
    corpora.show(corpora.run(tmp_path))
    printed = capsys.readouterr().out
    assert "parse_zammad subject: b" in printed
    assert "parked: no_sender" in printed


def test_a_folder_without_a_judge_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert corpora.main([str(tmp_path)]) == 2
    assert "judge.py" in capsys.readouterr().err
    assert corpora.main([]) == 2
