"""A 25 MB mail must not hold anybody up: what other requests wait, and how late the loop is, while one comes in and is opened.

Exit code 1 when a probe waited, or the loop was late, by more than `ALLOWED` seconds. The mails are made here; the server is a process
of its own, so that neither the probe nor the sender takes its time.
"""

import asyncio
import base64
import os
import random
import re
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp

from bench.databases import Engine, engines
from bench.server import Server
from bench.tables import print_table

ALLOWED = 0.25
AFTERWARDS = 2.0
"""Seconds that probing goes on after the 250, while the mail is triaged, offered and opened."""
PARTS = 5_000
SUPPORT, SENDER = "support@demo.example", "ana@customer.example"
PROBES = ("/api/v1/conversations?view=all", "/healthz")
SETTINGS = {"CC_HTTP__REQUEST_BURST": "1000000", "CC_HTTP__REQUESTS_PER_SECOND": "1000000"}
_BUCKET = re.compile(r'^cc_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.M)


def _head(subject: str) -> str:
    return (
        f"From: Ana <{SENDER}>\r\nTo: {SUPPORT}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{random.getrandbits(64):x}@customer.example>\r\nMIME-Version: 1.0\r\n"
    )


def _base64(content: bytes) -> str:
    return base64.encodebytes(content).decode().replace("\n", "\r\n")


def attachment() -> bytes:
    """A page of HTML and 18 MB in one attachment, 25 MB on the wire."""
    page = "<p>Please see the <b>photograph</b>.</p>" * 10_000
    return (
        f"{_head('One large file')}Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n"
        "--b\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{_base64(os.urandom(18_000_000))}\r\n--b--\r\n"
    ).encode()


def long_text() -> bytes:
    """25 MB of words in one text, not all of them ASCII."""
    line = "The parcel has not come, and nobody answers. Où est mon colis ? 我的包裹在哪里？\r\n"
    text = line * (25_000_000 // len(line.encode()))
    return f"{_head('One long text')}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()


def long_page() -> bytes:
    """25 MB of one HTML page: a table of many rows."""
    row = "<tr><td style='color:red'>Parcel</td><td><a href='https://shop.example/'>where?</a></td></tr>\r\n"
    page = f"<table>{row * (25_000_000 // len(row))}</table>"
    return f"{_head('One long page')}Content-Type: text/html; charset=utf-8\r\n\r\n{page}".encode()


def many_parts() -> bytes:
    """25 MB in 5,000 small attachments, each different."""
    parts = "".join(
        f"--b\r\nContent-Type: application/pdf; name={number}.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{_base64(os.urandom(3_600))}\r\n"
        for number in range(PARTS)
    )
    return f"{_head('Many parts')}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n".encode()


MAILS: Mapping[str, Callable[[], bytes]] = {
    "attachment": attachment,
    "long text": long_text,
    "long page": long_page,
    f"{PARTS} parts": many_parts,
}


def deliver(port: int, data: bytes) -> bytes:
    """The whole dialogue over a plain socket, so that sending costs this process nothing; the answer to the mail."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as peer, peer.makefile("rb") as answers:
        answers.readline()
        for line in ("HELO customer.example", f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{SUPPORT}>", "DATA"):
            peer.sendall(f"{line}\r\n".encode())
            answers.readline()
        peer.sendall(data + b"\r\n.\r\n")
        return answers.readline().strip()


class Probe:
    """Asks without pause; remembers the longest wait of each address."""

    def __init__(self, client: aiohttp.ClientSession, url: str) -> None:
        self._client, self._url = client, url
        self.worst = dict.fromkeys(PROBES, 0.0)
        self.asked = 0

    async def ask(self, path: str) -> None:
        """Until cancelled."""
        while True:
            began = time.perf_counter()
            async with self._client.get(self._url + path) as answer:
                await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{path}: {answer.status}")
            self.worst[path] = max(self.worst[path], time.perf_counter() - began)
            self.asked += 1
            await asyncio.sleep(0.005)


async def _lags(client: aiohttp.ClientSession, url: str) -> dict[str, float]:
    """How many samples of the loop were at most so late."""
    async with client.get(f"{url}/metrics") as answer:
        return {bound: float(count) for bound, count in _BUCKET.findall(await answer.text())}


def worst_bucket(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """The upper bound of the latest sample between two readings of the metric, in seconds."""
    grown = {float(bound): after[bound] - before.get(bound, 0) for bound in after}
    return min(bound for bound, count in grown.items() if count == grown[float("inf")])


async def _sign_in(client: aiohttp.ClientSession, url: str) -> None:
    credentials = {"email": "supervisor@demo.example", "password": "demo"}
    async with client.post(f"{url}/api/v1/session", json=credentials) as answer:
        answer.raise_for_status()


async def _open_newest(client: aiohttp.ClientSession, url: str) -> float:
    """What the console asks for when somebody opens the conversation; the seconds it took altogether."""
    began = time.perf_counter()
    async with client.get(f"{url}/api/v1/conversations?view=all&limit=1") as answer:
        conversation = (await answer.json())["items"][0]["id"]
    async with client.get(f"{url}/api/v1/conversations/{conversation}/messages") as answer:
        messages = [one for one in (await answer.json())["items"] if one["kind"] == "message"]
    for path in ("html", "raw") if messages[-1]["html"] else ("raw",):
        async with client.get(f"{url}/api/v1/messages/{messages[-1]['id']}/{path}") as answer:
            await answer.read()
            answer.raise_for_status()
    return time.perf_counter() - began


async def one_mail(server: Server, client: aiohttp.ClientSession, name: str) -> tuple[list[str], bool]:
    """Send it while probing; a row of the table, and whether it held nobody up."""
    data = await asyncio.to_thread(MAILS[name])
    before, probe = await _lags(client, server.url), Probe(client, server.url)
    asking = [asyncio.create_task(probe.ask(path)) for path in PROBES]
    began = time.perf_counter()
    answer = await asyncio.to_thread(deliver, server.smtp_port, data)
    taken = time.perf_counter() - began
    opened = await _open_newest(client, server.url)
    await asyncio.sleep(AFTERWARDS)
    for task in asking:
        task.cancel()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    failed = [end for end in ends if not isinstance(end, asyncio.CancelledError)]
    lag = worst_bucket(before, await _lags(client, server.url))
    good = answer.startswith(b"250") and not failed and lag <= ALLOWED and max(probe.worst.values()) <= ALLOWED
    row = [
        name, f"{len(data) / 1e6:.0f}", answer[:3].decode(), f"{taken:.1f}", f"{opened:.2f}", str(probe.asked),
        *(f"{probe.worst[path] * 1000:.0f}" for path in PROBES), f"{lag * 1000:.0f}",
    ]  # fmt: skip
    return row, good


async def measure(engine: Engine) -> tuple[list[list[str]], bool]:
    """All mails on one engine."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        server = Server(await engine.fresh(Path(folder)), Path(folder) / "data", SETTINGS)
        await server.start("--demo", seconds=60)
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
                await _sign_in(client, server.url)
                found = [await one_mail(server, client, name) for name in MAILS]
        finally:
            await server.stop()
        return [[engine.name, *row] for row, _good in found], all(good for _row, good in found)


async def run() -> None:
    """Print the table for every engine; leaves with 1 when somebody was held up."""
    rows, good = [], True
    async with engines() as available:
        for engine in available:
            more, fine = await measure(engine)
            rows += more
            good = good and fine
    heads = [
        "engine",
        "mail",
        "MB",
        "answer",
        "s to 250",
        "s to open",
        "probes",
        "worklist ms",
        "healthz ms",
        "lag ms <=",
    ]
    print_table(f"A 25 MB mail: the longest wait of other requests ({ALLOWED * 1000:.0f} ms allowed)", heads, rows)
    if not good:
        print("somebody was held up", file=sys.stderr)
        sys.exit(1)
