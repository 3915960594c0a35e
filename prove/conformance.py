"""What the Engine.IO 4 and Socket.IO 5 protocols ask of a server, asked of ours and of python-socketio alone: ours must keep all that it keeps.

Each case is one sentence of the protocol, spoken on the raw wire. The reference is `bench.echo`.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bench.server import ROOT
from prove.raw_socket import OPEN, PATH, dialled, polled, posted, session_of
from tests.ports import free_port

ROOM = "/chat"
STARTS_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Side:
    """One server, and a client for it."""

    client: aiohttp.ClientSession
    url: str

    async def status(self, **parameters: str) -> int:
        """Of a GET of the polling transport."""
        return (await polled(self.client, self.url, **parameters))[0]

    async def refused(self, **parameters: str) -> bool:
        """Whether a websocket is not opened with these."""
        try:
            async with self.client.ws_connect(f"{self.url}{PATH}", params=parameters):
                return False
        except aiohttp.WSServerHandshakeError:
            return True


Case = Callable[[Side], Awaitable[bool]]
CASES: dict[str, Case] = {}


def case(sentence: str) -> Callable[[Case], Case]:
    """Names a case."""

    def keep(function: Case) -> Case:
        CASES[sentence] = function
        return function

    return keep


@case("polling opens with sid, upgrades, intervals and largest payload")
async def _opens(side: Side) -> bool:
    told = await session_of(side.client, side.url)
    return {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"} <= told.keys()


@case("a websocket opens with sid and no upgrades")
async def _opens_websocket(side: Side) -> bool:
    async with side.client.ws_connect(f"{side.url}{PATH}", params=OPEN) as wire:
        first = await wire.receive_str(timeout=5)
        return first[0] == "0" and json.loads(first[1:])["upgrades"] == []


@case("polling without a version is refused")
async def _no_version(side: Side) -> bool:
    return await side.status(transport="polling") == 400


@case("polling with a wrong version is refused")
async def _wrong_version(side: Side) -> bool:
    return await side.status(transport="polling", EIO="abc") == 400


@case("polling without a transport is refused")
async def _no_transport(side: Side) -> bool:
    return await side.status(EIO="4") == 400


@case("an unknown transport is refused")
async def _unknown_transport(side: Side) -> bool:
    return await side.status(EIO="4", transport="pigeon") == 400


@case("an unknown session is refused, GET")
async def _unknown_session(side: Side) -> bool:
    return await side.status(EIO="4", transport="polling", sid="nobody") == 400


@case("an unknown session is refused, POST")
async def _unknown_session_post(side: Side) -> bool:
    return await posted(side.client, side.url, "4", EIO="4", transport="polling", sid="nobody") == 400


@case("another method is refused")
async def _other_method(side: Side) -> bool:
    async with side.client.put(f"{side.url}{PATH}", params={"EIO": "4", "transport": "polling"}) as answer:
        return 400 <= answer.status < 500


@case("a websocket without a version is refused")
async def _websocket_no_version(side: Side) -> bool:
    return await side.refused(transport="websocket")


@case("a websocket with an unknown session is refused or closed")
async def _websocket_unknown_session(side: Side) -> bool:
    try:
        async with side.client.ws_connect(f"{side.url}{PATH}", params={**OPEN, "sid": "nobody"}) as wire:
            return (await wire.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    except aiohttp.WSServerHandshakeError:
        return True


@case("a namespace is joined, with a sid of its own")
async def _joins(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send(f"40{ROOM},")
        answer = await socket.hears(f"40{ROOM},")
        return answer is not None and "sid" in json.loads(answer.partition(",")[2])


@case("an unknown namespace is answered with an error and a message")
async def _unknown_namespace(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send("40/nowhere,")
        answer = await socket.hears("44/nowhere,")
        return answer is not None and "message" in json.loads(answer.partition(",")[2])


@case("an event is acknowledged under its number")
async def _acknowledges(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send(f"40{ROOM},")
        await socket.hears(f"40{ROOM},")
        await socket.send(f'42{ROOM},7["message",{{}}]')
        answer = await socket.hears(f"43{ROOM},7[")
        return answer is not None and isinstance(json.loads(answer.partition(",7")[2]), list)


@case("an event with bytes is acknowledged under its number")
async def _acknowledges_bytes(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send(f"40{ROOM},")
        await socket.hears(f"40{ROOM},")
        await socket.send(f'451-{ROOM},8["message",{{"_placeholder":true,"num":0}}]')
        await socket.send(b"\x00\x01")
        answer = await socket.hears("4")
        return answer is not None and f"{ROOM},8[" in answer and answer[1] in "36"


@case("an event before its namespace is joined is not acknowledged")
async def _too_early(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send(f'42{ROOM},7["message",{{}}]')
        return await socket.hears(f"43{ROOM},", seconds=1) is None


@case("a namespace that was left hears nothing, and may be joined again")
async def _leaves(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send(f"40{ROOM},")
        await socket.hears(f"40{ROOM},")
        await socket.send(f"41{ROOM},")
        await socket.send(f'42{ROOM},7["message",{{}}]')
        silent = await socket.hears(f"43{ROOM},", seconds=1) is None
    async with dialled(side.client, side.url) as socket:
        await socket.send(f"40{ROOM},")
        return silent and await socket.hears(f"40{ROOM},") is not None


@case("a packet that is none closes the line or is left alone, and the next visitor is served")
async def _nonsense(side: Side) -> bool:
    async with dialled(side.client, side.url) as socket:
        await socket.send("x")
        await socket.send("4abc")
    return await _joins(side)


@case("polling carries events both ways")
async def _polls(side: Side) -> bool:
    sid = str((await session_of(side.client, side.url))["sid"])
    known = {"EIO": "4", "transport": "polling", "sid": sid}
    if await posted(side.client, side.url, f"40{ROOM},", **known) != 200:
        return False
    _, joined = await polled(side.client, side.url, **known)
    await posted(side.client, side.url, f'42{ROOM},1["message",{{}}]', **known)
    _, answer = await polled(side.client, side.url, **known)
    return f"40{ROOM}," in joined and f"43{ROOM},1[" in answer


@case("polling is upgraded to a websocket")
async def _upgrades(side: Side) -> bool:
    sid = str((await session_of(side.client, side.url))["sid"])
    async with side.client.ws_connect(f"{side.url}{PATH}", params={**OPEN, "sid": sid}) as wire:
        await wire.send_str("2probe")
        if await wire.receive_str(timeout=5) != "3probe":
            return False
        await wire.send_str("5")
        await wire.send_str(f"40{ROOM},")
        async with asyncio.timeout(5):
            while not (await wire.receive_str()).startswith(f"40{ROOM},"):
                pass
    return True


@case("a body beyond the largest payload is refused")
async def _too_large(side: Side) -> bool:
    told = await session_of(side.client, side.url)
    body = "4" + "x" * (int(told["maxPayload"]) + 1)
    return 400 <= await posted(side.client, side.url, body, EIO="4", transport="polling", sid=str(told["sid"])) < 500


@case("a ping comes within its interval")
async def _pings(side: Side) -> bool:
    told = await session_of(side.client, side.url)
    async with dialled(side.client, side.url) as socket:
        return await socket.hears("2", seconds=int(told["pingInterval"]) / 1000 + 2) == "2"


async def kept(url: str) -> dict[str, bool]:
    """Which sentences a server keeps."""
    found = {}
    async with aiohttp.ClientSession() as client:
        for sentence, ask in CASES.items():
            try:
                async with asyncio.timeout(60):
                    found[sentence] = await ask(Side(client, url))
            except (aiohttp.ClientError, TimeoutError, TypeError, ValueError):
                found[sentence] = False
    return found


async def reference() -> dict[str, bool]:
    """Which python-socketio alone keeps."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.echo", str(port), cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        return await kept(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        await process.wait()
