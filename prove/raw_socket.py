"""A socket spoken by hand, packet by packet: Engine.IO 4 and Socket.IO 5 without a client library that would mend what is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

PATH = "/socket.io/"
PATIENCE = 5.0
OPEN = {"EIO": "4", "transport": "websocket"}


class RawSocket:
    """An open websocket. Pings are answered on the way."""

    def __init__(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        self._wire = wire

    @property
    def closed(self) -> bool:
        """Whether either side has hung up."""
        return self._wire.closed

    async def send(self, packet: str | bytes) -> None:
        """One frame, as it is; on a closed line nothing."""
        if self._wire.closed:
            return
        try:
            if isinstance(packet, str):
                await self._wire.send_str(packet)
            else:
                await self._wire.send_bytes(packet)
        except (ConnectionError, aiohttp.ClientError):
            return

    async def hears(self, start: str = "", *, seconds: float = PATIENCE) -> str | None:
        """The next text packet that begins so; None when the line is closed or nothing came."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await self._wire.receive()
                    if message.type is aiohttp.WSMsgType.TEXT:
                        if message.data == "2":
                            await self.send("3")
                        if message.data.startswith(start):
                            return str(message.data)
                    elif message.type is not aiohttp.WSMsgType.BINARY:
                        return None
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Hang up."""
        await self._wire.close()


@asynccontextmanager
async def dialled(
    client: aiohttp.ClientSession, url: str, *, headers: Mapping[str, str] | None = None
) -> AsyncIterator[RawSocket]:
    """An open line; its first packet has been read."""
    async with client.ws_connect(f"{url}{PATH}", params=OPEN, headers=headers, autoping=False) as wire:
        socket = RawSocket(wire)
        await socket.hears("0")
        yield socket


async def polled(client: aiohttp.ClientSession, url: str, **parameters: str) -> tuple[int, str]:
    """One GET of the polling transport."""
    async with client.get(f"{url}{PATH}", params=parameters) as answer:
        return answer.status, await answer.text()


async def posted(client: aiohttp.ClientSession, url: str, body: str, **parameters: str) -> int:
    """One POST of the polling transport."""
    async with client.post(f"{url}{PATH}", params=parameters, data=body.encode()) as answer:
        return answer.status


async def session_of(client: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Open by polling; what the server said of the session."""
    status, body = await polled(client, url, EIO="4", transport="polling")
    if status != 200:
        raise ValueError(f"{status} {body}")
    opened: dict[str, Any] = json.loads(body[1:])
    return opened
