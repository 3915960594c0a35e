"""The corpora through a running server: what is lost, live or changed on the way to a real screen is found, and nothing else."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench import corpora_live
from bench.big_mail import worst_bucket
from bench.corpora_browser import permissive
from bench.corpora_server import Page, fit_for_smtp
from bench.corpora_strings import PLACES, Expected, expected
from bench.databases import Engine, Sqlite
from tests.bench.test_corpora import JUDGE, coded, fill
from tests.browser import launched
from tests.channels.email.mails import mail


@asynccontextmanager
async def sqlite_alone() -> AsyncIterator[list[Engine]]:
    yield [Sqlite()]


@pytest.mark.timeout(240)
async def test_mails_pages_and_strings_arrive_on_the_screen(tmp_path: Path) -> None:
    (tmp_path / "judge.py").write_text(JUDGE)
    mails = [
        mail("A question"),
        mail("x", "Message-ID: <three@customer.example>", sender=None),
        mail("Away", "Auto-Submitted: auto-replied", "Message-ID: <two@customer.example>"),
    ]
    fill(tmp_path, "email/robustness", [{"id": str(n), "raw_b64": coded(one)} for n, one in enumerate(mails)])
    fill(tmp_path, "html/xss", [{"id": "x", "payload": "<p onclick=alert(1)>Hi<script>alert(2)</script></p>"}])
    (tmp_path / "html/naughty_strings.json").write_text(json.dumps(["né 你好 & more", "", '"(a  b)" ', "a\x00b"]))
    found = {tally.name: tally for tally in await corpora_live.run(tmp_path, sqlite_alone)}
    assert {name: tally.failed for name, tally in found.items() if tally.failed} == {}
    assert found["sqlite robustness"].summary == "2 taken in, 1 ignored, 0 parked"
    assert found["sqlite html/xss in the console's frame"].total == 1
    assert found["sqlite naughty in the console"].total == 3


async def test_an_open_page_finds_what_is_live() -> None:
    head = b"<head><meta><meta><base><style></style></head><body>"
    bodies = (
        b"<p>fine</p>",
        b"<img src=x:y onerror=alert(1)>",
        b"<a href=' javascript:alert(1)'>x</a>",
        b"<img src='http://tracker.example/'>",
    )
    pages = [Page(str(n), "", "", (head + one, head + b"ok")) for n, one in enumerate(bodies)]
    async with launched() as browser:
        tally = await permissive(browser, pages, "made up")
    assert [case_id for case_id, _why in tally.failed] == ["1", "2", "3"]


def test_what_a_string_may_become_is_what_was_decided() -> None:
    strange = " a\x00\ud800\r\nb\x1b"
    assert expected("body", strange).text == " a\ufffd\nb\x1b"
    assert expected("subject", strange).text == " a\ufffd b\x1b"
    assert expected("sender", "é" * 201).text == "é" * 200
    assert [expected(place, strange).text for place in ("note", "customer")] == [None, None]
    assert [expected(place, "\u3000").text for place in PLACES] == [None, None, None, None, "\u3000"]
    assert expected("note", "as\r\nit is ") == Expected("as\r\nit is ")


def test_a_mail_is_made_fit_for_smtp_by_its_line_ends_alone() -> None:
    assert fit_for_smtp(b"a\nb\r\nc") == b"a\r\nb\r\nc\r\n"


def test_the_latest_sample_is_read_from_the_metric() -> None:
    before = {"0.1": 5.0, "0.25": 5.0, "+Inf": 6.0}
    assert worst_bucket(before, {"0.1": 8.0, "0.25": 9.0, "+Inf": 10.0}) == 0.25
