"""From a mail's 250 to its ringing card on a signed-in agent's screen, in a real browser.

One agent works in a real Chromium and accepts every mail, so the list grows as on a working day. The mail is sent with
nothing but smtplib; the page itself notes when the card was drawn (a MutationObserver, then the frame after it), by the
same machine's clock, so that no asking again and again blurs the figure.
"""

import asyncio
import functools
import math
import smtplib
import tempfile
import time
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from playwright.async_api import Browser, Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bench.databases import Engine, engines
from bench.seed import ADDRESS, seed_agents
from bench.server import Server
from bench.tables import print_table
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.db import Database
from tests.browser import launched

MAILS, WARM = 30, 2
GOAL_MS = 2000
PATIENCE = 30.0
AGENT, PASSWORD = "agent0@bench.example", "bench-password-1"
SETTINGS = {"CC_ROUTING__UNITS__EMAIL": "2"}
WATCH = """() => {
  const seen = new Set();
  const look = () => {
    for (const card of document.querySelectorAll('.offer:not(.gone)')) {
      const subject = card.querySelector('.sub')?.textContent ?? '';
      if (seen.has(subject)) continue;
      seen.add(subject);
      requestAnimationFrame(() => setTimeout(() => {
        if (card.checkVisibility()) window.rang(subject, performance.timeOrigin + performance.now());
      }));
    }
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
  look();
}"""


class Desk:
    """The agent's screen, and the moments at which it rang: milliseconds since 1970 by subject."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rang: dict[str, asyncio.Future[float]] = {}

    @classmethod
    async def open(cls, browser: Browser, url: str) -> "Desk":
        """Signed in, available, connected."""
        page = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
        desk = cls(page)
        await page.expose_function("rang", desk._note)
        await page.goto(f"{url}/console/")
        await page.locator("input[type=email]").fill(AGENT)
        await page.locator("input[type=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator(".presence")).to_contain_text("Available", timeout=PATIENCE * 1000)
        await page.evaluate(WATCH)
        return desk

    def _note(self, subject: str, at: float) -> None:
        self._of(subject).set_result(at)

    def _of(self, subject: str) -> "asyncio.Future[float]":
        return self._rang.setdefault(subject, asyncio.get_running_loop().create_future())

    async def rang(self, subject: str) -> float:
        """When the card with this subject was drawn; raises TimeoutError when it never was."""
        return await asyncio.wait_for(self._of(subject), PATIENCE)

    async def accept(self) -> None:
        """By key, as an agent does; the conversation is open afterwards."""
        await self._page.keyboard.press("Alt+a")
        await expect(self._page.locator(".offer")).to_have_count(0, timeout=PATIENCE * 1000)
        await expect(self._page.locator(".cmp textarea")).to_be_visible(timeout=PATIENCE * 1000)  # one thread is open


def post(port: int, subject: str) -> float:
    """Send one mail; when its 250 was here (ms since 1970)."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ana Ferreira <ana@customer.example>", ADDRESS, subject
    mail["Message-ID"] = make_msgid(domain="customer.example")
    mail.set_content("Hello,\n\nmy card was charged twice for order A-77310. Will the money come back?\n\nThank you")
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as session:
        session.sendmail("ana@customer.example", [ADDRESS], mail.as_bytes())
        return time.time() * 1000


async def give_password(url: str) -> None:
    """The seeded agent may sign in."""
    hashed = await Passwords().hash(PASSWORD)

    async def unit(session: AsyncSession) -> None:
        await session.execute(update(User).where(User.email == AGENT).values(password_hash=hashed))

    database = Database(url)
    try:
        await database.write(unit)
    finally:
        await database.close()


async def rings(desk: Desk, port: int, count: int, *, name: str) -> list[float]:
    """Milliseconds from 250 to drawn card, mail by mail, each accepted before the next is sent."""
    found = []
    for number in range(count):
        subject = f"{name} {number}"
        sent = await asyncio.to_thread(functools.partial(post, port, subject))
        found.append(await desk.rang(subject) - sent)
        await desk.accept()
    return found


def row(name: str, found: Sequence[float]) -> list[str]:
    """One line of the table."""
    ordered = sorted(found)
    picked = [ordered[math.ceil(len(ordered) * share) - 1] for share in (0.5, 0.95, 1.0)]
    verdict = "met" if picked[-1] <= GOAL_MS else "MISSED"
    return [name, str(len(found)), *(f"{one:.0f}" for one in picked), str(GOAL_MS), verdict]


async def measure(browser: Browser, engine: Engine, count: int) -> list[str]:
    """One engine's row of the table."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        url = await engine.fresh(Path(folder))
        server = Server(url, Path(folder) / "data", SETTINGS)
        await server.run("migrate")
        await seed_agents(url, agents=1)
        await give_password(url)
        await server.start()
        try:
            desk = await Desk.open(browser, server.url)
            await rings(desk, server.smtp_port, WARM, name="Warming up")
            found = await rings(desk, server.smtp_port, count, name="Charged twice")
        finally:
            await server.stop()
        return row(engine.name, found)


async def run(count: int = MAILS) -> None:
    """Both engines, durable."""
    async with engines() as available, launched() as browser:
        rows = [await measure(browser, engine, count) for engine in available]
    heads = ["engine", "mails", "p50 ms", "p95 ms", "max ms", "goal ms", "goal"]
    print_table("From the mail's 250 to the ringing card on the agent's screen (real Chromium)", heads, rows)
