"""A visitor without a browser: the widget's protocol spoken by hand, remembering what was heard."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import socketio  # type: ignore[import-untyped]

from contact_center.ids import new_id
from tests.flows.house import House
from tests.waiting import eventually


@dataclass
class Tab:
    """One tab of a visitor on the demo's shop."""

    house: House
    site: str = "shop"
    token: str | None = None
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    socket: Any = None

    async def connect(self) -> "Tab":
        """Open the socket; nothing is said yet."""
        client = socketio.AsyncClient(reconnection=False)
        client.on("*", self._hear, namespace="/chat")
        await client.connect(self.house.url, namespaces=["/chat"], transports=["websocket"])
        self.socket = client
        return self

    async def ask(self, event: str, data: Any = None) -> dict[str, Any]:
        """Say something; the answer."""
        answer = await self.socket.call(event, data, namespace="/chat", timeout=20)
        assert isinstance(answer, dict)
        return answer

    async def hello(self, **more: Any) -> dict[str, Any]:
        """Say hello with our token; remembers the new one."""
        answer = await self.ask("hello", {"site": self.site, "token": self.token, "lang": "en", **more})
        assert answer["ok"], answer
        self.token = answer["token"]
        return answer

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Write a message; the stored one."""
        answer = await self.ask("message", {"client_message_id": new_id(), "text": text, **more})
        assert answer["ok"], answer
        return dict(answer["message"])

    async def close(self) -> None:
        """Close the tab."""
        await self.socket.disconnect()

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What was heard of one kind, in order."""
        return [payload for heard, payload in self.heard if heard == kind]

    async def hears(self, kind: str, number: int = 1, *, seconds: float = 20) -> dict[str, Any]:
        """The `number`-th event of this kind."""
        found = await eventually(
            lambda: self.events(kind)[number - 1 : number], seconds=seconds, what=f"{kind} {number}"
        )
        return found[0]

    async def hears_text(self, text: str) -> dict[str, Any]:
        """The message with this text."""
        found = await eventually(
            lambda: [one["message"] for one in self.events("message") if one["message"]["text"] == text], what=text
        )
        return dict(found[0])

    async def _hear(self, kind: str, payload: dict[str, Any]) -> None:
        self.heard.append((kind, payload))


async def tab(house: House, *, token: str | None = None, site: str = "shop", **hello: Any) -> Tab:
    """A tab that has said hello."""
    opened = await Tab(house, site, token).connect()
    await opened.hello(**hello)
    return opened


async def together(*tabs: Tab) -> None:
    """Close them all."""
    await asyncio.gather(*(one.close() for one in tabs))
