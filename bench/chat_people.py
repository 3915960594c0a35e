"""Both sides of a chat for benchmarks: visitors and agents over real sockets, each from an address of its own.

One thing to know: limits count by address, and everybody in 127/8 is this machine; so each person gets another one.
"""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio  # type: ignore[import-untyped]

from contact_center.ids import new_id

PASSWORD = "bench-password-1"
_NUMBERS = itertools.count(1)


def somebody() -> aiohttp.ClientSession:
    """An HTTP client with an address of its own."""
    number = next(_NUMBERS)
    address = f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(local_addr=(address, 0)), cookie_jar=aiohttp.CookieJar(unsafe=True)
    )


async def _socket(client: aiohttp.ClientSession, url: str, namespace: str, cookies: str = "") -> Any:
    socket = socketio.AsyncClient(reconnection=False, http_session=client)
    headers = {"Cookie": cookies} if cookies else {}
    await socket.connect(url, namespaces=[namespace], transports=["websocket"], headers=headers)
    return socket


@dataclass
class Visitor:
    """One tab of one visitor."""

    client: aiohttp.ClientSession
    socket: Any

    @classmethod
    async def come(cls, url: str, site: str | None) -> "Visitor":
        """Connected; with a site, also welcomed there."""
        client = somebody()
        visitor = cls(client, await _socket(client, url, "/chat"))
        if site is not None:
            await visitor.ask("hello", {"site": site, "lang": "en"})
        return visitor

    async def ask(self, event: str, data: Any) -> dict[str, Any]:
        """Say something; the answer, which must be a good one."""
        answer = await self.socket.call(event, data, namespace="/chat", timeout=60)
        if not isinstance(answer, dict) or answer.get("ok") is False:
            raise RuntimeError(f"{event}: {answer}")
        return answer

    async def say(self, text: str) -> dict[str, Any]:
        """Write a message."""
        return await self.ask("message", {"client_message_id": new_id(), "text": text})

    async def go(self) -> None:
        """Close the tab."""
        await self.socket.disconnect()
        await self.client.close()


@dataclass
class Desk:
    """An agent who accepts everything, keeps every conversation open, and notes when each message was told."""

    url: str
    client: aiohttp.ClientSession
    csrf: str
    seen: dict[str, float] = field(default_factory=dict)
    accepted: int = 0
    socket: Any = None

    @classmethod
    async def sit_down(cls, url: str, email: str) -> "Desk":
        """Signed in and connected."""
        client = somebody()
        async with client.post(f"{url}/api/v1/session", json={"email": email, "password": PASSWORD}) as answer:
            if answer.status != 201:
                raise RuntimeError(f"sign-in: {answer.status} {await answer.text()}")
            desk = cls(url, client, (await answer.json())["csrf_token"])
            cookies = "; ".join(f"{one.key}={one.value}" for one in answer.cookies.values())
        desk.socket = await _socket(client, url, "/agent", cookies)
        desk.socket.on("offer.made", desk._offered, namespace="/agent")
        desk.socket.on("message.created", desk._told, namespace="/agent")
        return desk

    async def _offered(self, payload: dict[str, Any]) -> None:
        offer = payload["offer"]
        headers = {"X-CSRF-Token": self.csrf}
        async with self.client.post(f"{self.url}/api/v1/offers/{offer['id']}/accept", headers=headers) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"accept: {answer.status} {await answer.text()}")
            conversation = (await answer.json())["assignment"]["conversation_id"]
        await self.socket.call("join", {"room": f"conversation:{conversation}"}, namespace="/agent")
        self.accepted += 1

    async def _told(self, payload: dict[str, Any]) -> None:
        self.seen.setdefault(payload["id"], time.perf_counter())

    async def beat(self) -> None:
        """A heartbeat, as the console sends it."""
        await self.socket.call("heartbeat", {}, namespace="/agent")

    async def go(self) -> None:
        """Close the browser."""
        await self.socket.disconnect()
        await self.client.close()
