"""How quick the console feels: the milliseconds that the screens' design promises, in a real Chromium at full and at a quarter speed.

An agent's list of some 10,000 conversations on a warm server (PostgreSQL). The page notes the moments itself (events' own time
stamps, the frame after a change), so that driving the browser from outside blurs no figure. The browser draws by software.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, CDPSession, Page, expect

from bench.databases import engines
from bench.seed_worklist import ADMIN, AGENT, PASSWORD, seed_worklist
from bench.server import Server
from bench.tables import print_table
from tests.browser import launched

CONVERSATIONS = 43_000
"""Of ten queues, of which the agent serves three."""
LOADS, OPENED, KEYS, EVENTS, FRAMES = 5, 15, 60, 30, 150
SCROLL_PX = 900
LISTED = 10_000
PATIENCE_MS = 60_000
SETTINGS = {"CC_HTTP__REQUEST_BURST": "1000000", "CC_HTTP__REQUESTS_PER_SECOND": "1000000"}
# Every figure as the page saw it: from an event's time stamp to the end of the frame that shows its effect.
WATCH = """(() => {
  const drawn = (done) => requestAnimationFrame(() => {
    const line = new MessageChannel();
    line.port1.onmessage = () => done(performance.now());
    line.port2.postMessage(0);
  });
  const until = (holds, done) => {
    const look = () => holds() ? (watch.disconnect(), drawn(done)) : undefined;
    const watch = new MutationObserver(look);
    watch.observe(document, {childList: true, subtree: true, characterData: true});
    look();
  };
  window.bench = {keys: [], ready: null, until};
  until(() => document.querySelector('.rows .row'), (at) => { window.bench.ready = at; });
  document.addEventListener('keydown', (event) => {
    const began = event.timeStamp;
    drawn((at) => window.bench.keys.push(at - began));
  }, true);
})()"""
OPEN = """(index) => new Promise((done) => {
  const row = document.querySelectorAll('.rows .row')[index];
  document.querySelector('.tl-in')?.setAttribute('data-before', '');
  row.addEventListener('click', (event) => {
    const began = event.timeStamp;
    const shown = () => document.querySelector('.tl-in:not([data-before]) .mail');
    window.bench.until(shown, (at) => done(at - began));
  }, {once: true, capture: true});
  row.click();
})"""
# The list comes in pages, the next when its end is near: to the end as long as it grows.
FILL = """(wanted) => new Promise((done) => {
  const box = document.querySelector('.rows');
  let idle = 0;
  const step = () => {
    const before = box.scrollHeight;
    box.scrollTop = before;
    setTimeout(() => {
      idle = box.scrollHeight > before ? 0 : idle + 1;
      if (box.scrollHeight >= wanted * 80 || idle > 200) { box.scrollTop = 0; done(Math.floor(box.scrollHeight / 80)); }
      else step();
    }, 25);
  };
  step();
})"""
SCROLL = """({frames, px}) => new Promise((done) => {
  const box = document.querySelector('.rows');
  const [gaps, rows] = [[], []];
  let before = 0;
  const step = (now) => {
    if (before) gaps.push(now - before);
    before = now;
    rows.push(document.querySelectorAll('.rows .row').length);
    box.scrollTop += px;
    if (gaps.length < frames) requestAnimationFrame(step);
    else done({gaps, rows: Math.max(...rows), moved: box.scrollTop});
  };
  requestAnimationFrame(step);
})"""
TOLD = """(text) => new Promise((done) => {
  window.bench.until(() => [...document.querySelectorAll('.tl-in')].some((each) => each.textContent.includes(text)),
    (at) => done(performance.timeOrigin + at));
})"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is promised: milliseconds at full and at quarter speed (None: nothing), for which share of the cases."""

    name: str
    share: float
    full: float | None
    quarter: float | None


BUDGETS = {
    "list": Budget("list usable", 1.0, 1000, 2500),
    "keys": Budget("key to paint", 0.95, 50, 100),
    "fresh": Budget("open, not cached", 0.95, 400, None),
    "cached": Budget("open, cached", 0.95, 100, None),
    "scroll": Budget("scroll frame", 0.95, 32, None),
    "event": Budget("note of a colleague to screen", 0.95, 300, None),
}


class Desk:
    """One agent's page, and what slows it down."""

    def __init__(self, page: Page, line: CDPSession, url: str) -> None:
        self.page, self._line, self._url = page, line, url

    @classmethod
    async def open(cls, browser: Browser, url: str, *, slower: int) -> "Desk":
        """Signed in, all conversations in the list."""
        page = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.add_init_script(WATCH)
        line = await page.context.new_cdp_session(page)
        await page.goto(f"{url}/console/")
        await page.locator("input[type=email]").fill(AGENT)
        await page.locator("input[type=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        desk = cls(page, line, url)
        await desk.list_everything()
        await line.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        return desk

    async def list_everything(self) -> None:
        """The view of all conversations, its menu gone."""
        await self.page.locator(".view-b").click()
        await self.page.locator('[role="menuitem"]').last.click()
        await self.page.locator('[role="menu"]').wait_for(state="detached")
        await self.page.locator(".rows .row").nth(8).wait_for()

    async def loads(self) -> list[float]:
        """From going there to the first drawn row, the browser's cache warm, again and again."""
        found = []
        for _ in range(LOADS):
            await self.page.goto(f"{self._url}/console/")
            await self.page.wait_for_function("() => window.bench.ready !== null")
            found.append(float(await self.page.evaluate("window.bench.ready")))
        await self.list_everything()
        return found

    async def opens(self) -> tuple[list[float], list[float]]:
        """Rows that were never opened, and the same rows again."""
        shown = await self.page.locator(".rows .row").count()
        rows = [number % shown for number in range(min(OPENED, shown))]
        fresh = [float(await self.page.evaluate(OPEN, row)) for row in rows]
        return fresh, [float(await self.page.evaluate(OPEN, row)) for row in rows]

    async def types(self) -> list[float]:
        """Each key of a sentence, at a quick typist's pace."""
        box = self.page.locator(".cmp textarea")
        await box.focus()
        await self.page.evaluate("window.bench.keys.length = 0")
        await box.press_sequentially("The quick brown fox jumps over it. "[: KEYS // 2] * 2, delay=90)
        await self.page.wait_for_function(f"() => window.bench.keys.length >= {KEYS // 2 * 2 - 2}")
        return [float(one) for one in await self.page.evaluate("window.bench.keys")]

    async def fills(self) -> int:
        """Fetch the list to its end; how many rows it has then."""
        return int(await self.page.evaluate(FILL, LISTED))

    async def scrolls(self) -> tuple[list[float], int]:
        """Milliseconds between frames while the list runs, and the most rows that stood in the page."""
        found = await self.page.evaluate(SCROLL, {"frames": FRAMES, "px": SCROLL_PX})
        if found["moved"] < SCROLL_PX * 10:
            raise RuntimeError("the list did not scroll")
        return [float(one) for one in found["gaps"]], int(found["rows"])

    async def hears(self, post: Callable[[str, str], Awaitable[None]]) -> list[float]:
        """From sending a colleague's note (the request included) to its drawn text."""
        conversation = self.page.url.rsplit("/", 1)[-1]
        found = []
        for number in range(EVENTS):
            told = asyncio.ensure_future(self.page.evaluate(TOLD, f"note {number} of a colleague"))
            began = await self.page.evaluate("performance.timeOrigin + performance.now()")
            await post(conversation, f"note {number} of a colleague")
            found.append(float(await asyncio.wait_for(told, PATIENCE_MS / 1000)) - float(began))
        return found

    async def alive(self) -> tuple[float, float, float]:
        """After the garbage is gone: MB of heap, nodes of the page, listeners."""
        await self._line.send("Performance.enable")
        await self._line.send("HeapProfiler.collectGarbage")
        heap = float((await self._line.send("Runtime.getHeapUsage"))["usedSize"]) / 1e6
        told = (await self._line.send("Performance.getMetrics"))["metrics"]
        counts = {one["name"]: float(one["value"]) for one in told}
        return heap, counts["Nodes"], counts["JSEventListeners"]


class Colleague:
    """Somebody of the same queues who writes notes over the API."""

    def __init__(self, http: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> None:
        self._http, self._url, self._headers = http, url, headers

    @classmethod
    async def sign_in(cls, http: aiohttp.ClientSession, url: str, email: str) -> "Colleague":
        """With the password of all seeded users."""
        async with http.post(f"{url}/api/v1/session", json={"email": email, "password": PASSWORD}) as answer:
            begun = await answer.json()
            if answer.status != 201:
                raise RuntimeError(f"no sign-in: {begun}")
        return cls(http, url, {"X-CSRF-Token": begun["csrf_token"]})

    async def note(self, conversation: str, text: str) -> None:
        """Write one."""
        body = {"kind": "note", "text": text, "client_message_id": text}
        path = f"{self._url}/api/v1/conversations/{conversation}/messages"
        async with self._http.post(path, json=body, headers=self._headers) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"no note: {answer.status} {await answer.text()}")


async def measure(browser: Browser, url: str, colleague: Colleague, *, slower: int) -> list[list[str]]:
    """The lines of one speed."""
    desk = await Desk.open(browser, url, slower=slower)
    found: dict[str, Sequence[float]] = {"list": await desk.loads()}
    heap, *_ = await desk.alive()
    found["fresh"], found["cached"] = await desk.opens()
    await expect(desk.page.locator(".cmp textarea")).to_be_visible(timeout=PATIENCE_MS)
    found["keys"] = await desk.types()
    found["event"] = await desk.hears(colleague.note)
    listed = await desk.fills()
    found["scroll"], rows = await desk.scrolls()
    await desk.page.context.close()
    lines = [line_of(BUDGETS[key], found[key], slower) for key in BUDGETS]
    speed = f"1/{slower}"
    lines.append([speed, f"rows in the page of {listed}", "", str(rows), "40", "met" if rows <= 40 else "MISSED"])
    lines.append([speed, "heap at start, MB", f"{heap:.1f}", "", "", ""])
    return lines


def line_of(budget: Budget, found: Sequence[float], slower: int) -> list[str]:
    """One line of the table: the median, and the figure that is promised."""
    ordered = sorted(found)
    worst = ordered[min(len(ordered) - 1, int(len(ordered) * budget.share))]
    promised = budget.full if slower == 1 else budget.quarter
    verdict = "" if promised is None else "met" if worst <= promised else "MISSED"
    goal = "" if promised is None else f"{promised:.0f}"
    return [f"1/{slower}", budget.name, f"{ordered[len(ordered) // 2]:.0f}", f"{worst:.0f}", goal, verdict]


@asynccontextmanager
async def at_work(conversations: int) -> AsyncIterator[tuple[Browser, str, Colleague]]:
    """A browser, and a server (PostgreSQL, durable) with so many conversations and a colleague who is signed in."""
    async with engines() as available, launched() as browser:
        (engine,) = [one for one in available if one.name == "postgresql"]
        with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
            url = await engine.fresh(Path(folder))
            server = Server(url, Path(folder) / "data", SETTINGS)
            await server.run("migrate")
            await seed_worklist(url, conversations=conversations)
            await server.start()
            try:
                async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
                    yield browser, server.url, await Colleague.sign_in(http, server.url, ADMIN)
            finally:
                await server.stop()


async def run(conversations: int = CONVERSATIONS) -> None:
    """At full and at a quarter speed."""
    async with at_work(conversations) as (browser, url, colleague):
        lines = [line for slower in (1, 4) for line in await measure(browser, url, colleague, slower=slower)]
    heads = ["speed", "what", "p50 ms", "p95 ms", "budget", "goal"]
    print_table(
        f"The desk in a real Chromium, {conversations} conversations (list usable: the slowest of {LOADS})",
        heads,
        lines,
    )
