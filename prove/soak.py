"""Eight hours at the desk, hurried: does the console's memory stay where it is?

An agent opens 200 conversations, and 60 notes of colleagues a minute reach her screen, half of them in what she has open, with a
look at the queues each hour. Only the pauses are left out. After each hour the garbage is collected and what is alive is counted; the
slope over the last four hours is fitted by least squares.
"""

import asyncio
import os
from collections.abc import Sequence

from bench.desk import PATIENCE_MS, Colleague, Desk, at_work
from bench.tables import print_table

CONVERSATIONS = 4_000
HOURS = 8
OPENED_AN_HOUR, NOTES_AN_HOUR = 25, 3_600
AT_ONCE = 4
# Opens the next row that was never opened, going down the list when there is none in sight; answers its id.
NEXT = """(opened) => new Promise((done) => {
  const known = new Set(opened);
  const look = () => {
    const row = [...document.querySelectorAll('.rows .row')].find((each) => !known.has(each.id.slice(4)));
    if (row) { row.click(); done(row.id.slice(4)); }
    else { document.querySelector('.rows').scrollTop += 600; setTimeout(look, 50); }
  };
  look();
})"""
HEAP_MB, SLOPE_MB = 150.0, 2.0
"""What is promised: at most so many MB at the end, and so many MB an hour over the second half."""


def slope(values: Sequence[float]) -> float:
    """By least squares, per step."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread if spread else 0.0


class Day:
    """One agent's day, and what her colleagues do meanwhile."""

    def __init__(self, desk: Desk, colleague: Colleague, notes: int) -> None:
        self._desk, self._colleague, self._notes = desk, colleague, notes
        self._opened: list[str] = []
        self._told = 0

    async def hour(self) -> None:
        """Open conversation after conversation, with notes coming in, and look at the queues in between."""
        for _ in range(OPENED_AN_HOUR):
            await self._open_next()
            await self._notes_come(self._notes // OPENED_AN_HOUR)
        page = self._desk.page
        here = page.url
        await page.evaluate("document.activeElement?.blur()")  # out of the box, so that G and Q are keys and no letters
        await page.keyboard.press("g")
        await page.keyboard.press("q")
        await page.locator(".grid tbody tr").first.wait_for()
        await page.evaluate("history.back()")
        await page.wait_for_function("(here) => location.href === here", arg=here)
        await page.locator(".tl-in > *").first.wait_for()

    async def _open_next(self) -> None:
        page = self._desk.page
        fresh = str(await page.evaluate(NEXT, sorted(self._opened)))
        await page.wait_for_function("(id) => location.href.endsWith(id)", arg=fresh)
        await page.locator(".tl-in > *").first.wait_for()
        self._opened.append(fresh)
        box = page.locator(".cmp textarea")
        await box.fill("Let me look at it.")
        await box.fill("")

    async def _notes_come(self, count: int) -> None:
        """Half in the open conversation, half where she was before; the last must be drawn."""
        here = self._desk.page.url.rsplit("/", 1)[-1]
        others = self._opened[-20:]
        gate = asyncio.Semaphore(AT_ONCE)

        async def note(number: int) -> None:
            async with gate:
                place = here if number % 2 else others[number // 2 % len(others)]
                await self._colleague.note(place, f"note {number}")

        first = self._told
        self._told += count + 1
        await asyncio.gather(*(note(number) for number in range(first, first + count)))
        last = f"last of {self._told}"
        await self._colleague.note(here, last)
        await self._desk.page.locator(".tl-in", has_text=last).wait_for(timeout=PATIENCE_MS)


async def day(desk: Desk, colleague: Colleague, hours: int, notes: int) -> list[list[str]]:
    """A line for each hour: MB alive, nodes, listeners."""
    work = Day(desk, colleague, notes)
    lines = [["start", *(f"{one:.1f}" for one in await desk.alive())]]
    for number in range(1, hours + 1):
        await work.hour()
        lines.append([str(number), *(f"{one:.1f}" for one in await desk.alive())])
        print("hour", *lines[-1], flush=True)
    return lines


async def run(hours: int = HOURS, notes: int = NOTES_AN_HOUR) -> bool:
    """PostgreSQL; `SOAK_HOURS` in the environment shortens the day."""
    hours = int(os.environ.get("SOAK_HOURS", hours))
    async with at_work(CONVERSATIONS) as (browser, url, colleague):
        lines = await day(await Desk.open(browser, url, slower=1), colleague, hours, notes)
    alive = [float(line[1]) for line in lines]
    rising = slope(alive[len(alive) // 2 :])
    print_table(
        f"{hours} hours: {OPENED_AN_HOUR} conversations and {notes} notes each",
        ["after hour", "heap MB", "DOM nodes", "listeners"],
        lines,
    )
    print(
        f"  at the end {alive[-1]:.1f} MB (goal {HEAP_MB:.0f}), slope of the second half {rising:+.2f} MB/h (goal < {SLOPE_MB:.0f})"
    )
    return alive[-1] <= HEAP_MB and rising < SLOPE_MB
