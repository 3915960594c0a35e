"""The worklist under load: pages of 50 rows over 100,000 conversations for 8 clients, beside bare GETs at the same 8 clients.

Every filter, first page and deep down, as an agent of three queues and as an administrator who sees everything. The bare
GET is a short list of the API (one small statement), through the same sign-in, limits and metrics. `/healthz`, which
passes none of them, is printed beside it.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import orjson

from bench.databases import Engine, engines
from bench.seed_worklist import ADMIN, AGENT, PASSWORD, seed_worklist
from bench.server import Server
from bench.tables import print_table

CONVERSATIONS = 100_000
CLIENTS = 8
REQUESTS = 100
DEEP = 40
BARE, NOTHING = "/api/v1/presence-reasons", "/healthz"
SETTINGS = {"CC_HTTP__REQUEST_BURST": "1000000", "CC_HTTP__REQUESTS_PER_SECOND": "1000000"}
FILTERS = (
    "view=mine",
    "view=mine&group=now",
    "view=team",
    "view=team&group=today",
    "view=team&group=waiting",
    "view=unassigned",
    "view=snoozed",
    "view=all",
    "view=all&group=now",
    "view=all&group=done",
    "view=all&channel=email",
    "view=all&channel=sms",
    "view=all&channel=sms&group=now",
    "view=all&queue={queue}",
    "view=all&q=refund",
    "view=all&q=退款",
    "view=all&q=nobody-has-this",
)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the requests of one case."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Times":
        """The median and the 95th percentile."""
        ordered = sorted(seconds)
        return cls(ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)])


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody signed in: where the server is, and the headers that say who asks."""

    url: str
    headers: Mapping[str, str]

    async def get(self, client: aiohttp.ClientSession, path: str) -> bytes:
        """The answer, not decoded (that is a browser's own work); anything but 200 ends the benchmark."""
        async with client.get(self.url + path, headers=self.headers) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {body.decode()}")
            return body


async def times_of(caller: Caller, path: str, *, clients: int = CLIENTS, requests: int = REQUESTS) -> Times:
    """What each of `clients` sees who asks `requests` times without pause."""
    seconds: list[float] = []

    async def one(client: aiohttp.ClientSession) -> None:
        for _ in range(requests):
            began = time.perf_counter()
            await caller.get(client, path)
            seconds.append(time.perf_counter() - began)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        await asyncio.gather(*(caller.get(client, path) for _ in range(clients)))
        await asyncio.gather(*(one(client) for _ in range(clients)))
    return Times.of(seconds)


async def deep_page(caller: Caller, path: str, *, pages: int = DEEP) -> tuple[str, int]:
    """The address of page 40 (or of the last page there is), and its number."""
    here, number = path, 1
    async with aiohttp.ClientSession() as client:
        while number < pages:
            following = orjson.loads(await caller.get(client, here))["next_cursor"]
            if following is None:
                break
            here, number = f"{path}&cursor={following}", number + 1
    return here, number


async def compare(caller: Caller, queue_id: str, *, who: str) -> None:
    """Print one table: every filter, as a multiple of the bare GET measured just before and just after."""
    before, nothing = await times_of(caller, BARE), await times_of(caller, NOTHING)
    rows, worst = [], 0.0
    for pattern in FILTERS:
        path = "/api/v1/conversations?" + pattern.format(queue=queue_id)
        deep, number = await deep_page(caller, path)
        first, last = await times_of(caller, path), await times_of(caller, deep)
        ratios = [one.p95 / before.p95 for one in (first, last)]
        worst = max(worst, *ratios)
        rows.append(
            [pattern.split("{")[0], *_ms(first), f"{ratios[0]:.1f}", str(number), *_ms(last), f"{ratios[1]:.1f}"]
        )
    after = await times_of(caller, BARE)
    rows.append([f"{BARE}, before and after", *_ms(before), "1.0", "", *_ms(after), f"{after.p95 / before.p95:.1f}"])
    rows.append([NOTHING, *_ms(nothing), f"{nothing.p95 / before.p95:.1f}", "", "", "", ""])
    heads = ["filter", "p50 ms", "p95 ms", "x bare", "page", "p50 ms", "p95 ms", "x bare"]
    print_table(f"worklist, {who}, {CLIENTS} clients, {CONVERSATIONS} conversations; worst {worst:.1f} x", heads, rows)


def _ms(times: Times) -> list[str]:
    return [f"{times.p50 * 1000:.1f}", f"{times.p95 * 1000:.1f}"]


async def sign_in(url: str, email: str) -> Caller:
    """A caller with a session cookie."""
    async with aiohttp.ClientSession() as client:
        answer = await client.post(f"{url}/api/v1/session", json={"email": email, "password": PASSWORD})
        if answer.status != 201:
            raise RuntimeError(f"sign-in: {answer.status} {await answer.text()}")
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in answer.cookies.values())
    return Caller(url, {"Cookie": cookies})


async def measure(engine: Engine) -> None:
    """One engine: seed, serve, compare."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        url = await engine.fresh(Path(folder))
        server = Server(url, Path(folder) / "data", SETTINGS)
        await server.run("migrate")
        queue_id = await seed_worklist(url, conversations=CONVERSATIONS)
        await server.start()
        try:
            for email in (AGENT, ADMIN):
                await compare(await sign_in(server.url, email), queue_id, who=f"{engine.name}, {email.split('@')[0]}")
        finally:
            await server.stop()


async def run() -> None:
    """Both engines, durable."""
    async with engines() as found:
        for engine in found:
            await measure(engine)
