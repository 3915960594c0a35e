"""A chat over two nodes: the visitor on one, the agent on the other, while either node dies or Valkey does.

Two questions. After a fault that strikes at the very moment the last word before a silence is sent: does that word appear on the other
side within fifteen seconds, although nothing happens afterwards that could carry it along? And in a stream of numbered messages with the
same faults at seeded moments: does every screen show each exactly once, in the order of the database?
"""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, expect

from bench.server import Server
from bench.tables import print_table
from contact_center.clock import monotonic
from contact_center.db import Database
from prove.chat import MESSAGES, PER_SECOND, SEED, Ends, begin, faults, settled, write
from prove.front import Front
from tests.browser import launched
from tests.servers import Postgres, Valkey

SILENCE_SECONDS = 15
ROUNDS = 5
SHOWN_PATIENCE = 60


@dataclass
class House:
    """Two nodes and what they share. The visitor's connections go to `near` as long as it lives, the agent's to `far`."""

    near: Server
    far: Server
    valkey: Valkey
    database: Database

    async def near_dies(self) -> None:
        """The visitor's node."""
        await self.near.kill()

    async def far_dies(self) -> None:
        """The agent's node."""
        await self.far.kill()

    async def valkey_dies(self) -> None:
        """Valkey; it is back, empty, a moment later."""
        self.valkey.kill()
        await asyncio.sleep(0.5)
        self.valkey.restart()

    async def whole_again(self) -> None:
        """Start what is dead."""
        for node in (self.near, self.far):
            if node.process is not None and node.process.returncode is not None:
                await node.start(seconds=120)


BREAKS: dict[str, Callable[[House], Awaitable[None]]] = {
    "visitor's node killed": House.near_dies,
    "agent's node killed": House.far_dies,
    "valkey restarted": House.valkey_dies,
}


@asynccontextmanager
async def opened(browser: Browser, folder: Path) -> AsyncIterator[tuple[House, Ends]]:
    """Both nodes serve, a visitor and Alice are in conversation, each over the other node."""
    postgres, valkey = Postgres(durable=True), Valkey()
    url = postgres.create("chat")
    settings = {"CC_DEMO": "true", "CC_REDIS__URL": valkey.url}
    near, far = (Server(url, folder / name, {**settings, "CC_NODE": name}) for name in ("near", "far"))
    house = House(near, far, valkey, Database(url))
    fronts = Front((near.http_port, far.http_port)), Front((far.http_port, near.http_port))
    try:
        await near.run("migrate")
        await near.start(seconds=120)
        await far.start(seconds=120)
        for front in fronts:
            await front.open()
        yield house, await begin(browser, fronts[0].url, fronts[1].url)
    finally:
        for front in fronts:
            await front.close()
        for node in (near, far):
            await node.stop()
        await house.database.close()
        valkey.stop()
        postgres.stop()


async def last_word(house: House, ends: Ends, what: str, number: int, *, by_visitor: bool) -> float:
    """Seconds until the other side shows the word that was sent when the fault struck; infinite when it never did."""
    word = f"last word {number}"
    box = ends.visitor_box if by_visitor else ends.agent_box
    await box.fill(word, timeout=SHOWN_PATIENCE * 1000)
    start = monotonic()
    await asyncio.gather(box.press("Enter"), BREAKS[what](house))
    try:
        await expect(shown_to_other(ends, word, by_visitor)).to_have_count(1, timeout=SHOWN_PATIENCE * 1000)
    except AssertionError:
        return float("inf")
    return monotonic() - start


def shown_to_other(ends: Ends, word: str, by_visitor: bool) -> Locator:
    """The word on the screen of who did not write it."""
    if by_visitor:
        return ends.agent.locator(".tl .b .b-t", has_text=word)
    return ends.visitor.frame_locator("iframe").locator("#list li[data-id] .text", has_text=word)


async def silences(house: House, ends: Ends) -> list[list[str]]:
    """One row for each fault and side."""
    rows, number = [], 0
    for what in BREAKS:
        for by_visitor in (True, False):
            times = []
            for _ in range(ROUNDS):
                number += 1
                times.append(await last_word(house, ends, what, 1000 + number, by_visitor=by_visitor))
                await house.whole_again()
            times.sort()
            good = times[-1] <= SILENCE_SECONDS
            side = "visitor's" if by_visitor else "agent's"
            middle, worst = f"{times[len(times) // 2]:.1f}", f"{times[-1]:.1f}"
            rows.append([what, f"{side} word", str(ROUNDS), middle, worst, "holds" if good else "BROKEN"])
    return rows


async def storm(house: House, ends: Ends) -> None:
    """Both write; each fault strikes once, in seeded order, at a seeded moment."""
    chance = random.Random(SEED)
    seconds = MESSAGES / PER_SECOND
    writers = [
        asyncio.create_task(write(ends.visitor_box, "v", MESSAGES)),
        asyncio.create_task(write(ends.agent_box, "a", MESSAGES)),
    ]
    start = monotonic()
    moments = sorted(chance.uniform(0.05, 0.95) * seconds for _ in BREAKS)
    for moment, what in zip(moments, chance.sample(list(BREAKS), len(BREAKS)), strict=True):
        await asyncio.sleep(max(0.0, start + moment - monotonic()))
        await BREAKS[what](house)
        await house.whole_again()
    await asyncio.gather(*writers)


async def run() -> bool:
    """True when both questions are answered well."""
    with tempfile.TemporaryDirectory(prefix="cc-chat-nodes-") as name:
        async with launched() as browser, opened(browser, Path(name)) as (house, ends):
            await storm(house, ends)
            here, there, kept = await settled(ends, house.database, MESSAGES)
            rows = await silences(house, ends)
    wrong = [
        *faults("visitor's screen", here, MESSAGES),
        *faults("agent's screen", there, MESSAGES),
        *faults("database", kept, MESSAGES),
    ]
    if here != kept or there != kept:
        wrong.append("a screen shows another order than the database")
    print_table(
        f"The last word before a silence, two nodes; seconds until the other side shows it (at most {SILENCE_SECONDS})",
        ["what breaks", "whose word", "rounds", "median s", "worst s", "verdict"],
        rows,
    )
    print(
        f"  {MESSAGES} messages each way over two nodes with every fault once: {'; '.join(wrong) or 'each once and in order'}"
    )
    return not wrong and all(row[-1] == "holds" for row in rows)
