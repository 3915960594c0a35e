"""A screen that watches the wallboard over its socket, and what it was told."""

from collections.abc import Callable
from typing import Any

import socketio  # type: ignore[import-untyped]

from tests.flows.house import Person
from tests.waiting import eventually

NAMESPACE = "/wallboard"
Told = tuple[str, dict[str, Any]]


class Watching:
    """`told`: every snapshot and delta in order."""

    def __init__(self, client: socketio.AsyncClient) -> None:
        self.client = client
        self.told: list[Told] = []
        self.ended: list[str] = []
        client.on("*", self._hear, namespace=NAMESPACE)

    @classmethod
    async def begin(cls, person: Person) -> "Watching":
        """Open the socket with the person's cookie; raises socketio's ConnectionError when it is refused."""
        client = socketio.AsyncClient(reconnection=False)
        watching = cls(client)
        cookie = "; ".join(f"{one.key}={one.value}" for one in person.http.cookie_jar)
        await client.connect(person.url, namespaces=[NAMESPACE], transports=["websocket"], headers={"Cookie": cookie})
        return watching

    async def _hear(self, kind: str, body: dict[str, Any]) -> None:
        if kind == "session.ended":
            self.ended.append(body["reason"])
        else:
            self.told.append((kind, body))

    async def first(self, kind: str, like: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The first of a kind that is like this, waited for."""
        found = await eventually(
            lambda: [body for told, body in self.told if told == kind and like(body)], what=f"{kind} on the wallboard"
        )
        return found[0]

    def names(self) -> set[str]:
        """The queues that were ever told of."""
        return {queue["queue"]["name"] for _, body in self.told for queue in body["queues"]}

    async def close(self) -> None:
        await self.client.disconnect()


def waits(name: str, number: int) -> Callable[[dict[str, Any]], bool]:
    """A telling in which so many wait in the queue of this name."""
    return lambda body: any(queue["queue"]["name"] == name and queue["waiting"] == number for queue in body["queues"])
