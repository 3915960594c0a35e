"""From the wire to the screen in the running house: a mail rings, its acceptance and the end of the session are heard."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]

from tests.waiting import eventually

NAMESPACE = "/agent"


class Screen:
    """A staff client and what it heard."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.gone = asyncio.Event()
        self.client.on("*", self._hear, namespace=NAMESPACE)
        self.client.on("disconnect", self._lost, namespace=NAMESPACE)

    async def _hear(self, event: str, payload: dict[str, Any]) -> None:
        self.heard.append((event, payload))

    async def _lost(self, *_: object) -> None:
        self.gone.set()

    async def hears(self, event: str) -> dict[str, Any]:
        """The first such event."""

        def found() -> dict[str, Any] | None:
            return next((payload for kind, payload in self.heard if kind == event), None)

        return await eventually(found, what=event)


@pytest.fixture
async def screen(demo_house: Any) -> AsyncIterator[Screen]:
    """Alice's screen: signed in, available, connected."""
    await demo_house.sign_in("alice")
    status, state = await demo_house.call("PUT", "/agents/me/presence", {"state": "available"})
    assert status == 200, state
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in demo_house.http.cookie_jar)
    screen = Screen()
    await screen.client.connect(
        demo_house.base, headers={"Cookie": cookies}, namespaces=[NAMESPACE], transports=["websocket"]
    )
    yield screen
    await screen.client.disconnect()


def _send(address: tuple[str, int]) -> None:
    """Nothing but smtplib."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "New <new@stranger.example>", "support@demo.example", "Lamp flickers"
    mail["Message-ID"] = "<ring-1@stranger.example>"
    mail.set_content("It flickers every evening.")
    with smtplib.SMTP(*address, timeout=20) as smtp:
        smtp.send_message(mail)


async def test_a_mail_rings_and_accepting_it_is_heard(demo_house: Any, screen: Screen) -> None:
    await asyncio.to_thread(_send, demo_house.server.email.address)

    made = await screen.hears("offer.made")
    assert made["offer"]["subject"] == "Lamp flickers"
    status, accepted = await demo_house.call("POST", f"/offers/{made['id']}/accept")
    assert status == 200, accepted
    await eventually(
        lambda: any(_accepted(payload) for kind, payload in screen.heard if kind == "conversation.updated")
    )
    await eventually(lambda: _figures(screen, in_progress=1))
    joined = await screen.client.call(
        "join", {"room": f"conversation:{made['offer']['conversation_id']}"}, namespace=NAMESPACE
    )
    beat = await screen.client.call("heartbeat", {}, namespace=NAMESPACE)
    assert joined["ok"]
    assert beat["digest"]["offers"] == []
    assert beat["digest"][f"conversation:{made['offer']['conversation_id']}"] == joined["version"]


def _accepted(payload: dict[str, Any]) -> bool:
    interaction = payload["item"]["interaction"]
    return bool(interaction and interaction["state"] == "assigned" and interaction["agent"]["name"] == "Alice Ng")


def _figures(screen: Screen, *, in_progress: int) -> bool:
    told = [payload["live"] for kind, payload in screen.heard if kind == "queue.updated"]
    return any(live["queue"]["name"] == "Support" and live["in_progress"] == in_progress for live in told)


async def test_signing_out_closes_the_socket_and_says_why(demo_house: Any, screen: Screen) -> None:
    status, _ = await demo_house.call("DELETE", "/session")

    assert status == 204
    assert (await screen.hears("session.ended"))["reason"] == "session_ended"
    await eventually(screen.gone.is_set)
