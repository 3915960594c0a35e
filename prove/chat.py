"""A chat survives its server: two real browsers write 200 numbered messages each while the server is killed five times.

Both type into their own boxes at five a second, whatever the server does. Afterwards both screens show 1..200 of either side
exactly once and in order, in the order of the database.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import select

from bench.databases import Engine, engines
from bench.server import Server
from bench.tables import print_table
from contact_center.clock import monotonic
from contact_center.db import Database
from contact_center.interactions.models import Conversation, Message
from tests.browser import launched

MESSAGES = 200
PER_SECOND = 5
KILLS = 5
SEED = 20261123
PATIENCE = 60_000
SETTLE_SECONDS = 120
START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ends:
    """The two pages."""

    visitor: Page
    agent: Page

    @property
    def visitor_box(self) -> Locator:
        return self.visitor.frame_locator("iframe").locator("textarea#text")

    @property
    def agent_box(self) -> Locator:
        return self.agent.locator("textarea").last

    async def shown(self) -> tuple[list[str], list[str]]:
        """What stands on either screen, from top to bottom, of what is numbered."""
        panel = self.visitor.frame_locator("iframe")
        here = await panel.locator("#list li[data-id] .text").all_inner_texts()
        there = await self.agent.locator(".tl .b .b-t").all_inner_texts()
        return numbered(here), numbered(there)


def numbered(texts: Sequence[str]) -> list[str]:
    """Those that this proof wrote: `v 17`, `a 17`."""
    return [text.strip() for text in texts if text.strip()[:2] in ("v ", "a ")]


async def begin(browser: Browser, visitors: str, staff: str) -> Ends:
    """A visitor and Alice in conversation, each over the address meant for them."""
    agent = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
    await agent.goto(f"{staff}/console/")
    await agent.locator("input[type=email]").first.fill("alice@demo.example")
    await agent.locator("input[type=password]").fill("demo")
    await agent.keyboard.press("Enter")
    await expect(agent.get_by_role("navigation").first).to_be_visible(timeout=PATIENCE)
    await agent.keyboard.press("Alt+p")
    await agent.get_by_role("menuitem").filter(has_text="Available").first.click()
    visitor = await (await browser.new_context(viewport={"width": 900, "height": 800})).new_page()
    await visitor.goto(f"{visitors}/simulator/shop")
    await visitor.locator("button[aria-expanded]").click(timeout=PATIENCE)
    ends = Ends(visitor, agent)
    await ends.visitor_box.fill("Hello", timeout=PATIENCE)
    await ends.visitor_box.press("Enter")
    await expect(agent.get_by_role("button", name="Accept")).to_be_visible(timeout=PATIENCE)
    await agent.keyboard.press("Alt+a")
    await expect(agent.locator(".tl .b-t", has_text="Hello")).to_be_visible(timeout=PATIENCE)
    return ends


async def write(box: Locator, mark: str, count: int) -> None:
    """Type and send the numbers at the set pace."""
    start = monotonic()
    for number in range(1, count + 1):
        await asyncio.sleep(max(0.0, start + number / PER_SECOND - monotonic()))
        await box.fill(f"{mark} {number}", timeout=PATIENCE)
        await box.press("Enter", timeout=PATIENCE)


async def storm(server: Server, ends: Ends, count: int) -> None:
    """Both write, the killer beside them."""
    chance = random.Random(SEED)
    seconds = count / PER_SECOND
    writers = [
        asyncio.create_task(write(ends.visitor_box, "v", count)),
        asyncio.create_task(write(ends.agent_box, "a", count)),
    ]
    start = monotonic()
    for moment in sorted(chance.uniform(0.05, 0.95) * seconds for _ in range(KILLS)):
        await asyncio.sleep(max(0.0, start + moment - monotonic()))
        await server.kill()
        await server.start(seconds=120)
    await asyncio.gather(*writers)


async def stored(database: Database) -> list[str]:
    """The numbered messages in the order of the database."""
    async with database.read() as session:
        texts = await session.scalars(
            select(Message.text)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.channel == "chat", Message.kind == "message")
            .order_by(Message.at, Message.id)
        )
        return numbered(list(texts))


async def settled(ends: Ends, database: Database, count: int) -> tuple[list[str], list[str], list[str]]:
    """Wait until all is on both screens (or for so long that it never will be): visitor's, agent's, database's."""
    end = monotonic() + SETTLE_SECONDS
    while True:
        here, there = await ends.shown()
        kept = await stored(database)
        if here == there == kept and len(kept) >= 2 * count or monotonic() > end:
            return here, there, kept
        await asyncio.sleep(0.5)


def faults(name: str, texts: Sequence[str], count: int) -> list[str]:
    """What is wrong with one side's numbers in a list; empty when each stands there once and in order."""
    found = []
    for mark in ("v", "a"):
        numbers = [int(text[2:]) for text in texts if text.startswith(mark)]
        if numbers != list(range(1, count + 1)):
            missing = sorted(set(range(1, count + 1)) - set(numbers))[:10]
            doubled = sorted({number for number in numbers if numbers.count(number) > 1})[:10]
            found.append(f"{name} {mark}: missing {missing}, doubled {doubled}, in order {numbers == sorted(numbers)}")
    return found


async def prove(engine: Engine, browser: Browser, count: int) -> tuple[list[str], bool]:
    """One engine's row and whether it holds."""
    with tempfile.TemporaryDirectory(prefix="cc-chat-") as name:
        folder = Path(name)
        url = await engine.fresh(folder)
        server = Server(url, folder / "data", {"CC_DEMO": "true"})
        await server.run("migrate")
        await server.start(seconds=120)
        database = Database(url)
        try:
            ends = await begin(browser, server.url, server.url)
            await storm(server, ends, count)
            here, there, kept = await settled(ends, database, count)
        finally:
            await server.stop()
            await database.close()
    wrong = [
        *faults("visitor's screen", here, count),
        *faults("agent's screen", there, count),
        *faults("database", kept, count),
    ]
    if here != kept or there != kept:
        wrong.append("a screen shows another order than the database")
    for line in wrong:
        print(f"  {engine.name} {line}")
    verdict = "BROKEN" if wrong else "holds"
    return [
        engine.name,
        str(2 * count),
        str(KILLS),
        str(len(here)),
        str(len(there)),
        str(len(kept)),
        verdict,
    ], not wrong


async def run(count: int = MESSAGES) -> bool:
    """Both engines; True when all holds."""
    rows, good = [], True
    async with engines() as available, launched() as browser:
        for engine in available:
            row, holds = await prove(engine, browser, count)
            rows.append(row)
            good &= holds
    print_table(
        f"Killed while two browsers chat: {PER_SECOND} messages a second each way, seed {SEED}",
        ["engine", "messages", "kills", "on the visitor's screen", "on the agent's", "in the database", "verdict"],
        rows,
    )
    return good


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)) else 1)
