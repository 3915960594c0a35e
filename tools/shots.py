"""Screenshots of every screen and state into shots/: `python -m tools.shots [--url URL] [--only NAME] [--width N]`.

Starts its own demo server on a fresh folder unless a URL names one. Each picture is also looked at by axe; anything serious
or critical is printed and ends the run with 1. What the scenes are is in `tools/scenes.py`.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page
from playwright.async_api import Error as PlaywrightError

from tests.browser import launched
from tests.ports import free_port
from tools.axe import findings, serious
from tools.furnish import Visitors, furnish
from tools.scenes import SCENES, Scene, enter

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "shots"
WIDTHS = {1440: 900, 1280: 800, 900: 768, 390: 844}
LOOKS = [(language, theme) for language in ("en", "zh-CN") for theme in ("light", "dark")]


@dataclass(slots=True)
class Found:
    """What the run saw: pictures taken, and findings of axe by scene."""

    pictures: int = 0
    findings: dict[str, set[str]] = field(default_factory=dict)

    @property
    def bad(self) -> list[str]:
        return sorted(f"{scene}: {text}" for scene, texts in self.findings.items() for text in serious(texts))


@asynccontextmanager
async def served() -> AsyncIterator[tuple[str, int]]:
    """A demo server of our own on free ports: its URL and its SMTP port."""
    folder = tempfile.mkdtemp(prefix="shots-")
    port, smtp = free_port(), free_port()
    environment = {**os.environ, "PORT": str(port), "SMTP_PORT": str(smtp), "DATA_DIR": folder}
    command = [sys.executable, "-m", "contact_center.cli", "serve", "--demo"]
    server = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}", smtp
    finally:
        server.terminate()
        await server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _given(url: str, smtp: int) -> AsyncIterator[tuple[str, int]]:
    """A server that somebody else runs."""
    yield url, smtp


async def _take(scene: Scene, page: Page, name: str, found: Found) -> None:
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")
    found.pictures += 1
    found.findings.setdefault(scene.name, set()).update(await findings(page))


async def _entered(page: Page, scene: Scene, visitors: Visitors, found: Found) -> bool:
    """False for a scene that could not be reached; it leaves a picture of where it stopped."""
    try:
        await enter(page, scene, visitors.url, language=visitors.language)
    except (PlaywrightError, AssertionError) as trouble:
        SHOTS.mkdir(exist_ok=True)
        await page.screenshot(path=SHOTS / f"stopped-{scene.name}.png")
        found.findings.setdefault(scene.name, set()).add(f"critical: not reached: {str(trouble).splitlines()[0]}")
        return False
    return True


async def _scene(scene: Scene, visitors: Visitors, width: int, found: Found) -> None:
    async with visitors.visit(scene.user) as context:
        page = await context.new_page()
        await page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        if await _entered(page, scene, visitors, found):
            await _take(scene, page, f"{scene.name}-{visitors.theme}-{visitors.language}-{width}", found)
        await page.unroute_all(behavior="ignoreErrors")


async def _look(
    browser: Browser, url: str, look: tuple[str, str], scenes: list[Scene], widths: list[int], found: Found
) -> None:
    visitors = Visitors(browser, url, language=look[0], theme=look[1])
    for scene in scenes:
        for width in widths:
            if width >= scene.narrowest:
                await _scene(scene, visitors, width, found)
    print(f"{look[0]} {look[1]}: {found.pictures} pictures so far", flush=True)


async def run(url: str | None, smtp: int, only: str | None, widths: list[int], looks: list[tuple[str, str]]) -> Found:
    """Take them all; the server is ours unless `url` names one."""
    scenes = [scene for scene in SCENES if only is None or only in scene.name]
    found = Found()
    async with launched() as browser, served() if url is None else _given(url, smtp) as (address, port):
        keeper = await furnish(browser, address, port)
        for look in looks:
            await _look(browser, address, look, scenes, widths, found)
        await keeper.close()
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="screenshots of every screen and state")
    parser.add_argument("--url", help="a running demo server; its own one when left out")
    parser.add_argument("--smtp", type=int, default=2525, help="the SMTP port of that server")
    parser.add_argument("--only", help="scenes with this in their name")
    parser.add_argument("--width", type=int, choices=list(WIDTHS), help="one width only")
    parser.add_argument(
        "--look", help="one language and theme only, as in en-light", choices=["-".join(look) for look in LOOKS]
    )
    given = parser.parse_args()
    looks = [look for look in LOOKS if given.look in (None, "-".join(look))]
    widths = [given.width] if given.width else list(WIDTHS)
    found = asyncio.run(run(given.url, given.smtp, given.only, widths, looks))
    print(f"{found.pictures} pictures in {SHOTS.relative_to(ROOT)}/")
    for scene, texts in sorted(found.findings.items()):
        for text in sorted(texts):
            print(f"  {scene}: {text}")
    print(f"axe: {len(found.bad)} serious or critical")
    return 1 if found.bad else 0


if __name__ == "__main__":
    sys.exit(main())
