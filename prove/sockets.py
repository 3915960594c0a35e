"""The socket server against the protocol, and against 10,000 frames that no client of ours would send.

Nothing may crash it, keep a socket that is gone, or make it answer 5xx; after every handful an honest visitor must still be served. The
dice are seeded; HOURS does not matter.
"""

import asyncio
import json
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.chat import resident, seed
from bench.chat_people import PASSWORD, somebody
from bench.databases import Sqlite
from bench.seed import seed_agents
from bench.server import Server
from bench.tables import print_table
from contact_center.clock import monotonic
from prove import conformance
from prove.raw_socket import PATH, PATIENCE, dialled, posted, session_of

FRAMES = 10_000
EACH = 25
SEED = 20261123
GROWTH_MB = 30.0
"""Of memory, between the first quarter and the end."""
SPACES = ("/chat", "/agent", "/", "/nowhere", "/chat?a=1", "")
EVENTS = (
    "hello", "message", "identify", "typing", "read", "ping", "earlier", "leave", "leave_message", "transcript",
    "join", "leave", "heartbeat", "viewing", "catch_up", "__class__", "*", "", "消息",
)  # fmt: skip
KINDS = ("42", "42", "40", "41", "43", "44", "451-", "4599-", "461-", "47", "2", "3", "5", "6")
VALUES: tuple[object, ...] = (
    None, True, 0, -1, 2**70, 1e308, "", "x" * 5000, "\x00", "\ud800", "bench", "' OR 1=1 --", [], {}, [[]] * 50,
    {"site": "bench"}, {"room": "conversation:x"}, {"room": 5}, {"text": "hi", "client_message_id": "1"},
    {"text": {"a": 1}, "client_message_id": "1"}, {"token": "x" * 400}, {"site": None, "identity": {"name": 5}},
    {"site": "bench", "lang": "zh-CN", "after_version": -5}, {"_placeholder": True, "num": 99}, {"seen": "x"},
)  # fmt: skip


@dataclass
class Fuzz:
    """Throws frames, and remembers what came back."""

    url: str
    cookies: str
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def polite(self) -> str:
        """An event of a namespace that was joined, with contents that no page of ours would send."""
        dice = self.dice
        body = json.dumps([dice.choice(EVENTS), *dice.choices(VALUES, k=dice.randint(0, 3))])
        return f"42{dice.choice(SPACES[:2])},{dice.choice(('', '1', '99999999999999999999'))}{body}"

    def packet(self) -> str | bytes:
        """One frame that may end its line: of any type and namespace, mutilated, or noise."""
        dice = self.dice
        text = dice.choice(KINDS) + dice.choice(SPACES) + dice.choice((",", "")) + self.polite()[2:].partition(",")[2]
        match dice.randrange(6):
            case 0:
                return dice.randbytes(dice.randint(0, 300))
            case 1:
                at = dice.randrange(len(text))
                return text[:at] + dice.choice(("[", "]", "{", '"', "\\", "-", ",", "é", "\x00", "9" * 40)) + text[at:]
            case 2:
                return text[: dice.randrange(len(text))]
            case 3:
                return f"4{dice.randrange(10)}" + "[" * dice.randint(1, 5000)
            case _:
                return text

    async def line(self, client: aiohttp.ClientSession) -> None:
        """One socket with a handful of frames; hung up on by either side."""
        headers = {"Cookie": self.cookies} if self.dice.random() < 0.5 else None
        async with dialled(client, self.url, headers=headers) as socket:
            for space in ("/chat", "/agent"):
                if self.dice.random() < 0.9:
                    await socket.send(f"40{space},")
            if self.dice.random() < 0.5:
                await socket.send('42/chat,["hello",{"site":"bench"}]')
            for _ in range(EACH):
                await socket.send(self.polite())
                self.sent += 1
            await socket.send(self.packet())  # last, because it may end the line
            self.sent += 1
            await socket.hears("nothing", seconds=0.1)
            self.answers["hung up on" if socket.closed else "still open"] += 1

    async def request(self, client: aiohttp.ClientSession) -> None:
        """One request of the polling transport, wrong in some way."""
        dice = self.dice
        parameters = {
            "EIO": dice.choice(("4", "3", "x", "")),
            "transport": dice.choice(("polling", "websocket", "x")),
            "sid": dice.choice(("", "x", "../..", "a" * 2000)),
        }
        method = dice.choice(("GET", "POST", "PUT", "OPTIONS", "HEAD"))
        packet = self.packet()
        body = packet if isinstance(packet, bytes) else packet.encode("utf-8", "surrogatepass")
        async with client.request(method, f"{self.url}{PATH}", params=parameters, data=body) as answer:
            self.sent += 1
            self.answers[f"{answer.status // 100}xx"] += 1
            if answer.status >= 500:
                self.wrong.append(f"{method} {parameters}: {answer.status}")

    async def poll(self, client: aiohttp.ClientSession) -> None:
        """A polling session as it should be, with bodies that should not."""
        known = {"EIO": "4", "transport": "polling", "sid": str((await session_of(client, self.url))["sid"])}
        await posted(client, self.url, "40/chat,", **known)
        for _ in range(3):
            packet = self.packet()
            body = packet if isinstance(packet, bytes) else packet.encode("utf-8", "surrogatepass")
            self.sent += 1
            try:
                async with (
                    asyncio.timeout(PATIENCE),
                    client.post(f"{self.url}{PATH}", params=known, data=body) as answer,
                ):
                    self.answers[f"{answer.status // 100}xx"] += 1
                    if answer.status >= 500:
                        self.wrong.append(f"polling {body[:80]!r}: {answer.status}")
            except TimeoutError:
                self.wrong.append(f"polling {body[:80]!r}: no answer")

    async def honest(self, client: aiohttp.ClientSession) -> None:
        """A visitor as they should be is welcomed."""
        async with dialled(client, self.url) as socket:
            await socket.send("40/chat,")
            await socket.hears("40/chat,")
            await socket.send('42/chat,1["hello",{"site":"bench","lang":"en"}]')
            answer = await socket.hears("43/chat,1")
            if answer is None or '"ok":true' not in answer:
                self.wrong.append(f"an honest visitor heard {answer} after {self.sent} frames")


async def sockets_open(client: aiohttp.ClientSession, url: str) -> int:
    """By the server's own count."""
    async with client.get(f"{url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return sum(round(float(line.rpartition(" ")[2])) for line in lines if line.startswith("cc_sockets{"))


async def nothing_left(client: aiohttp.ClientSession, url: str, *, seconds: float) -> int:
    """How many sockets the server still holds when all have been gone for a while."""
    end = monotonic() + seconds
    while (left := await sockets_open(client, url)) and monotonic() < end:
        await asyncio.sleep(0.2)
    return left


async def sign_in(client: aiohttp.ClientSession, url: str) -> str:
    """The cookies of an agent."""
    who = {"email": "agent0@bench.example", "password": PASSWORD}
    async with client.post(f"{url}/api/v1/session", json=who) as answer:
        answer.raise_for_status()
        return "; ".join(f"{one.key}={one.value}" for one in answer.cookies.values())


async def thrown(server: Server) -> tuple[Fuzz, float, int]:
    """All frames; also how much memory grew, and how many sockets were kept."""
    assert server.process is not None
    async with aiohttp.ClientSession() as client:
        fuzz = Fuzz(server.url, await sign_in(client, server.url))
        early = 0.0
        while fuzz.sent < FRAMES:
            async with somebody() as stranger:
                await fuzz.line(stranger)
                await fuzz.request(stranger)
                await fuzz.poll(stranger)
            async with somebody() as visitor:
                await fuzz.honest(visitor)
            if not early and fuzz.sent > FRAMES / 4:
                early = resident(server.process.pid)
        left = await nothing_left(client, server.url, seconds=60)
        return fuzz, resident(server.process.pid) - early, left


async def run() -> bool:
    """True when ours keeps what the reference keeps, and all frames were survived."""
    with tempfile.TemporaryDirectory(prefix="cc-sockets-") as name:
        url = await Sqlite().fresh(Path(name))
        server = Server(url, Path(name) / "data")
        await server.run("migrate")
        await seed_agents(url, agents=1)
        await seed(url)
        await server.start()
        try:
            theirs, ours = await asyncio.gather(conformance.reference(), conformance.kept(server.url))
            fuzz, grown, left = await thrown(server)
            assert server.process is not None
            alive = server.process.returncode is None
        finally:
            await server.stop()
        log = server.log.read_text()
    worse = [sentence for sentence, good in theirs.items() if good and not ours[sentence]]
    rows = [[sentence, *("kept" if side[sentence] else "NOT" for side in (theirs, ours))] for sentence in theirs]
    print_table("What the protocol asks", ["sentence", "python-socketio", "ours"], rows)
    wrong = [*fuzz.wrong[:5]]
    wrong += ["the server ended"] if not alive else []
    wrong += [f"{left} sockets were kept"] if left else []
    wrong += [f"memory grew by {grown:.0f} MB"] if grown > GROWTH_MB else []
    wrong += (
        ["errors in the log: " + log[log.rfind("\n", 0, log.find("Traceback")) :][:1500]] if "Traceback" in log else []
    )
    seen = ", ".join(f"{what} {times}" for what, times in sorted(fuzz.answers.items()))
    print(f"\n  {fuzz.sent:,} frames and requests, seed {SEED}: {seen}; memory {grown:+.0f} MB; sockets left {left}")
    for line in wrong:
        print(f"  {line}")
    return not worse and not wrong
