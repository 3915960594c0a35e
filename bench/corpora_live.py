"""The sets that must go through the running server and a real browser, on each engine in turn; all of their lines are required."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bench import corpora_browser, corpora_server, corpora_strings
from bench.corpora_judging import Judge, Tally, load_judge
from bench.corpora_server import Desk
from bench.databases import Engine, engines
from config import logs
from contact_center.db import migrate
from tests.browser import launched
from tests.flows.house import opened

ROBUSTNESS, ATTACKS, STRINGS = "email/robustness.jsonl.gz", "html/xss.jsonl.gz", "html/naughty_strings.json"
FREE = {"request_burst": 1_000_000.0, "requests_per_second": 1_000_000.0}
Engines = Callable[[], AbstractAsyncContextManager[list[Engine]]]


async def run(folder: Path, available: Engines = engines) -> list[Tally]:
    """Every line of every engine; nothing when the folder has none of the sets."""
    if not any((folder / name).is_file() for name in (ROBUSTNESS, ATTACKS, STRINGS)):
        return []
    logs.configure("error", "console")
    judge = load_judge(folder)
    found: list[Tally] = []
    async with available() as all_engines:
        for engine in all_engines:
            with tempfile.TemporaryDirectory(prefix="cc-corpora-") as data:
                url = await engine.fresh(Path(data))
                await migrate(url)
                async with opened(url, Path(data) / "data", http=FREE, log={"level": "warning"}) as house:
                    desk = Desk(house, await house.sign_in("admin", connect=False))
                    found += await through(desk, folder, judge, engine.name)
    return found


async def through(desk: Desk, folder: Path, judge: Judge, name: str) -> list[Tally]:
    """One running server: mails first, then pages and strings, each also in the browser."""
    found: list[Tally] = []
    clock = Progress()
    if (folder / ROBUSTNESS).is_file():
        found += clock.told([await corpora_server.robustness(desk, judge, name)])
    if (folder / ATTACKS).is_file():
        served, pages = await corpora_server.attacks(desk, judge, name)
        found += clock.told([served])
        async with launched() as browser:
            found += clock.told([await corpora_browser.permissive(browser, pages, name)])
            found += clock.told([await corpora_browser.framed(browser, desk, pages, name)])
    if (folder / STRINGS).is_file():
        naughty = json.loads((folder / STRINGS).read_text("utf-8"))
        kept, words = await corpora_strings.strings(desk, naughty, name)
        found += clock.told(kept)
        async with launched() as browser:
            found += clock.told([await corpora_browser.shown(browser, desk, words, name)])
    return found


class Progress:
    """Says on stderr what is done and how long it took: the whole takes minutes."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def told(self, tallies: list[Tally]) -> list[Tally]:
        """The same lines, after saying so."""
        now = time.monotonic()
        for tally in tallies:
            print(
                f"{tally.name}: {tally.passed} of {tally.total}, {now - self._since:.0f} s", file=sys.stderr, flush=True
            )
        self._since = now
        return tallies
