"""A whole node with the demo's people for a story: real SMTP in and out, real HTTP and sockets, everything started."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

import aiohttp
import socketio  # type: ignore[import-untyped]
from yarl import URL

from config import settings as configuration
from contact_center.demo.catcher import Caught
from contact_center.main import Server, build
from tests.ports import free_port
from tests.waiting import eventually

SUPPORT = "support@demo.example"


@dataclass
class Person:
    """A signed-in member of staff: HTTP with their cookie, and a socket that remembers what it heard."""

    url: str
    http: aiohttp.ClientSession
    csrf: str
    me: dict[str, Any]
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    socket: Any = None
    _beating: Any = None

    async def call(self, method: str, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        """Call the API; the JSON of the answer (None for 204). `expect` asserts the status."""
        headers = {"X-CSRF-Token": self.csrf}
        async with self.http.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == expect if expect else answer.status < 400, (
                f"{method} {path}: {answer.status} {text}"
            )
            return await answer.json(content_type=None) if text else None

    async def connect(self) -> None:
        """Open the staff socket."""
        client = socketio.AsyncClient(reconnection=False)
        client.on("*", self._hear, namespace="/agent")
        cookies = self.http.cookie_jar.filter_cookies(URL(self.url))
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        await client.connect(self.url, namespaces=["/agent"], transports=["websocket"], headers={"Cookie": cookie})
        self.socket = client
        self._beating = asyncio.create_task(self._beat(client))

    async def disconnect(self) -> None:
        """Close the socket, as a browser that dies."""
        if self.socket is not None:
            self._beating.cancel()
            await self.socket.disconnect()
            self.socket = None

    async def _beat(self, client: Any) -> None:
        """Heartbeats as a browser sends them, only oftener: houses of stories have little patience."""
        while True:
            await client.call("heartbeat", {}, namespace="/agent")
            await client.sleep(0.5)

    async def available(self) -> None:
        """Ready for work."""
        await self.call("PUT", "/agents/me/presence", {"state": "available"})

    async def away(self) -> None:
        """Not now."""
        await self.call("PUT", "/agents/me/presence", {"state": "away"})

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What was heard of one kind, in order."""
        return [payload for heard, payload in self.heard if heard == kind]

    async def offer(self, *, number: int = 1, seconds: float = 20) -> dict[str, Any]:
        """The `number`-th offer that rang here."""
        made = await eventually(
            lambda: self.events("offer.made")[number - 1 : number],
            seconds=seconds,
            what=f"offer {number} of {self.me['name']}",
        )
        offer = made[0]["offer"]
        assert isinstance(offer, dict)
        return offer

    async def accept(self, offer: Mapping[str, Any]) -> dict[str, Any]:
        """Accept; the assignment."""
        answer = await self.call("POST", f"/offers/{offer['id']}/accept")
        assert isinstance(answer, dict)
        return answer["assignment"]  # type: ignore[no-any-return]

    async def reply(self, conversation_id: str, text: str, *, then: str = "wait") -> dict[str, Any]:
        """Write to the customer."""
        body = {"kind": "reply", "text": text, "client_message_id": make_msgid(), "then": then}
        answer = await self.call("POST", f"/conversations/{conversation_id}/messages", body)
        assert isinstance(answer, dict)
        return answer

    async def thread(self, conversation_id: str) -> list[dict[str, Any]]:
        """The conversation's messages, oldest first."""
        answer = await self.call("GET", f"/conversations/{conversation_id}/messages")
        return list(answer["items"])

    async def _hear(self, kind: str, payload: dict[str, Any]) -> None:
        self.heard.append((kind, payload))


@dataclass
class House:
    """The node and its people."""

    server: Server
    url: str
    people: list[Person] = field(default_factory=list)

    async def sign_in(self, name: str, *, connect: bool = True) -> Person:
        """`alice`, `bob`, `mei`, `supervisor` or `admin` at a browser."""
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        credentials = {"email": f"{name}@demo.example", "password": "demo"}
        async with http.post(f"{self.url}/api/v1/session", json=credentials) as answer:
            assert answer.status == 201, await answer.text()
            begun = await answer.json()
        person = Person(self.url, http, begun["csrf_token"], begun["user"])
        self.people.append(person)
        if connect:
            await person.connect()
        return person

    async def mail(self, message: EmailMessage, *, to: str = SUPPORT) -> None:
        """Send with nothing but smtplib; returns after the 250."""
        assert self.server.email.address is not None
        host, port = self.server.email.address

        def send() -> None:
            with smtplib.SMTP(host, port, timeout=20) as client:
                client.sendmail(message["From"], [to], message.as_bytes())

        await asyncio.to_thread(send)

    async def caught(self, to: str, *, number: int = 1) -> Caught:
        """The `number`-th mail that reached the customer `to`."""
        assert self.server.demo is not None
        catcher = self.server.demo.catcher
        found = await eventually(
            lambda: sorted(catcher.mails(to=to), key=lambda one: one.at)[number - 1 : number],
            what=f"mail {number} for {to}",
        )
        return found[0]

    async def close(self) -> None:
        """Everybody goes home, then the node stops."""
        for person in self.people:
            await person.disconnect()
            await person.http.close()
        await self.server.stop()


def letter(
    sender: str = "ana@customer.example", subject: str = "Charged twice", text: str = "Hello", **headers: str
) -> EmailMessage:
    """A customer's mail with a Message-ID of its own."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Ana Ferreira <{sender}>", SUPPORT, subject
    message["Message-ID"] = make_msgid(domain="customer.example")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@asynccontextmanager
async def opened(database_url: str, folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A running node on this database; `settings` override sections, for example `routing={"misses": 1}`."""
    port = free_port()
    http = {"port": port, "drain_seconds": 3, **settings.pop("http", {})}
    read = configuration.load(
        {},
        demo=True,
        secret_key="a key for stories, long enough to seal",
        data_dir=folder,
        database={"url": database_url},
        http=http,
        email={"smtp_listen": "127.0.0.1:0"},
        **settings,
    )
    house = House(await build(read), f"http://127.0.0.1:{port}")
    try:
        await house.server.start()
        yield house
    finally:
        await house.close()
