"""A real Chromium for tests and screenshots: the machine's, or the one packed inside the npm package @sparticuz/chromium.

`CC_TEST_CHROMIUM` names a program, or says `npm` for the packed one (which has few fonts: no pictures of Chinese text).
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).parents[1]
CLOSE_SECONDS = 20.0
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # we may be root, and only ever open our own pages
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-dev-shm-usage",
    "--no-first-run",
)
UNPACK = "import('@sparticuz/chromium').then(async m => process.stdout.write(await m.default.executablePath()))"
LIBRARIES = (
    "const [from, fs, zlib] = [process.argv[1], require('fs'), require('zlib')];"
    "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(from)))"
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """Where the browser is, and what it needs in its environment beside ours."""

    program: str
    environment: dict[str, str] = field(default_factory=dict)


@cache
def find() -> Chromium:
    """The browser to use; raises RuntimeError saying how to get one."""
    named = os.environ.get("CC_TEST_CHROMIUM", "")
    if named and named != "npm":
        return Chromium(named)
    for name in () if named == "npm" else NAMES:
        if program := shutil.which(name):
            return Chromium(program)
    return _packed()


def _packed() -> Chromium:
    packed = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
    if not packed.is_dir():
        raise RuntimeError("no Chromium: install one (apt-get install chromium), or run `make test`, which fetches one")
    unpacked = subprocess.run(
        _node("--input-type=module", "-e", UNPACK), cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    folders = [str(folder) for folder in _libraries(packed).rglob("lib")]
    search = ":".join([*folders, os.environ.get("LD_LIBRARY_PATH", "")]).rstrip(":")
    return Chromium(unpacked.stdout, {"LD_LIBRARY_PATH": search})


def _libraries(packed: Path) -> Path:
    """The shared libraries that come with the packed browser, unpacked once per checkout."""
    target = ROOT / ".cache" / "chromium-libraries"
    if not target.is_dir():
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        fresh.mkdir(parents=True)
        tar = subprocess.run(
            _node("-e", LIBRARIES, str(packed / "al2023.tar.br")), capture_output=True, check=True, timeout=120
        )
        subprocess.run(["tar", "xf", "-", "-C", str(fresh)], input=tar.stdout, check=True, timeout=120)
        try:
            fresh.rename(target)
        except OSError:  # another test worker was quicker
            shutil.rmtree(fresh)
    return target


def _node(*arguments: str) -> list[str]:
    return [str(ROOT / "tools" / "with_node.sh"), "node", *arguments]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A headless browser, closed when the block ends; one that will not close is left to the end of its driver."""
    chromium = find()
    playwright = await async_playwright().start()
    try:
        browser = await playwright.chromium.launch(
            executable_path=chromium.program,
            args=list(FLAGS),
            env={**os.environ, **chromium.environment},
            timeout=60_000,
        )
        yield browser
        await _bounded(browser.close())
    finally:
        await _bounded(playwright.stop())


async def _bounded(step: Awaitable[None]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await step
