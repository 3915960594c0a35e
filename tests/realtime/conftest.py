"""Nodes that serve staff sockets over a real database (and Valkey), people with rights, and clients that remember what they heard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.accounts.models import User
from contact_center.agents.models import Agent
from contact_center.clock import Clock
from contact_center.customers.models import Customer
from contact_center.db import Database
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount, Conversation
from contact_center.queues.models import Queue, QueueMember
from contact_center.realtime import Realtime
from contact_center.web import Principal, Reach

NAMESPACE = "/agent"
AGENT = {
    "conversations.read": Reach.QUEUES,
    "conversations.write": Reach.QUEUES,
    "queues.live": Reach.QUEUES,
}


@dataclass
class People:
    """Who is signed in, by the cookie's value; tests change it as they go."""

    by_cookie: dict[str, Principal] = field(default_factory=dict)

    async def authenticate(self, request: web.Request) -> Principal | None:
        return self.by_cookie.get(request.cookies.get("cc_session", ""))


class Screen:
    """A connected client and what it heard."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Condition()
        self.gone = asyncio.Event()
        self.client.on("*", self._hear, namespace=NAMESPACE)
        self.client.on("disconnect", self._lost, namespace=NAMESPACE)

    async def _hear(self, event: str, payload: dict[str, Any]) -> None:
        async with self._news:
            self.heard.append((event, payload))
            self._news.notify_all()

    async def _lost(self, *_: object) -> None:
        self.gone.set()

    def all(self, event: str) -> list[dict[str, Any]]:
        """What was heard of one kind so far."""
        return [payload for kind, payload in self.heard if kind == event]

    async def hears(self, event: str, like: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The first such event, waited for."""

        def found() -> list[dict[str, Any]]:
            return [payload for payload in self.all(event) if like(payload)]

        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: bool(found()))
        return found()[0]

    async def call(self, event: str, data: object = None) -> Any:
        """Say something and return its acknowledgement."""
        return await self.client.call(event, data, namespace=NAMESPACE, timeout=20)

    async def say(self, event: str, data: object) -> None:
        """Say something that is not acknowledged."""
        await self.client.emit(event, data, namespace=NAMESPACE)


@dataclass
class Node:
    """One process: its realtime, its database handle and its address."""

    realtime: Realtime
    database: Database
    url: str
    seen: list[str]
    announcer: events.Announcer


@dataclass
class Floor:
    """Everything that the stories need."""

    database_url: str
    people: People
    clock: Clock
    stack: AsyncExitStack
    database: Database
    queue_id: str = ""
    other_queue_id: str = ""
    customer_id: str = ""
    account_id: str = ""

    async def node(self, redis_url: str = "") -> Node:
        """Start a node."""
        database, seen = Database(self.database_url), list[str]()

        async def mark(_: AsyncSession, agent_ids: Sequence[str], at: datetime) -> None:
            seen.extend(agent_ids)

        realtime = Realtime(
            database=database,
            clock=self.clock,
            sign_in=self.people,
            mark_seen=mark,
            redis_url=redis_url,
        )
        announcer = events.Announcer(database, self.clock, realtime.telling)
        app = web.Application()
        realtime.attach(app)
        server = TestServer(app)
        await server.start_server()
        realtime.start()
        announcer.start()
        self.stack.push_async_callback(database.close)
        self.stack.push_async_callback(server.close)
        self.stack.push_async_callback(realtime.close)
        self.stack.push_async_callback(announcer.close)
        return Node(realtime, database, str(server.make_url("")), seen, announcer)

    async def person(
        self, name: str, *, queue_ids: Sequence[str] = (), permissions: Mapping[str, Reach] = AGENT
    ) -> Principal:
        """Somebody signed in whose cookie is their name, with an agent's profile."""
        user_id, agent_id = new_id(), new_id()

        async def unit(session: AsyncSession) -> None:
            row = {"id": user_id, "email": name, "email_key": name, "name": name, "roles": ["agent"]}
            await session.execute(insert(User).values(**row, created_at=self.clock.now()))
            ordinal = len(self.people.by_cookie) + 1
            session.add(Agent(id=agent_id, user_id=user_id, name=name, ordinal=ordinal, since=self.clock.now()))
            await session.flush()
            session.add_all(QueueMember(queue_id=queue_id, agent_id=agent_id) for queue_id in queue_ids)

        await self.database.write(unit)
        principal = Principal(
            user_id=user_id,
            name=name,
            language="en",
            roles=frozenset({"agent"}),
            permissions=permissions,
            agent_id=agent_id,
            queue_ids=frozenset(queue_ids),
            session_id=new_id(),
        )
        self.people.by_cookie[name] = principal
        return principal

    async def screen(self, node: Node, name: str) -> Screen:
        """A connected client of somebody."""
        screen = Screen()
        self.stack.push_async_callback(screen.client.disconnect)
        await screen.client.connect(
            node.url, headers={"Cookie": f"cc_session={name}"}, namespaces=[NAMESPACE], transports=["websocket"]
        )
        return screen

    async def conversation(self, *, queue_id: str | None = None, agent_id: str | None = None) -> str:
        """A conversation in a queue."""
        identifier, now = new_id(), self.clock.now()

        async def unit(session: AsyncSession) -> None:
            session.add(
                Conversation(
                    id=identifier,
                    account_id=self.account_id,
                    channel="email",
                    customer_id=self.customer_id,
                    subject="Where is my parcel?",
                    created_at=now,
                    last_message_at=now,
                    queue_id=queue_id or self.queue_id,
                    agent_id=agent_id,
                )
            )

        await self.database.write(unit)
        return identifier


@pytest.fixture
async def floor(database_url: str) -> AsyncIterator[Floor]:
    async with AsyncExitStack() as stack:
        database, clock = Database(database_url), Clock()
        stack.push_async_callback(database.close)
        built = Floor(database_url, People(), clock, stack, database)
        built.queue_id, built.other_queue_id, built.customer_id, built.account_id = (new_id() for _ in range(4))

        async def unit(session: AsyncSession) -> None:
            session.add_all(
                [
                    Queue(id=built.queue_id, name="Support", name_key="support"),
                    Queue(id=built.other_queue_id, name="Billing", name_key="billing"),
                    Customer(id=built.customer_id, name="Liu Wei", name_key="liu wei", created_at=clock.now()),
                ]
            )
            await session.flush()
            session.add(
                ChannelAccount(id=built.account_id, channel="email", name="Support", address="support@x.example")
            )

        await database.write(unit)
        yield built


Recorder = Callable[..., Awaitable[None]]


@pytest.fixture
def tell(floor: Floor) -> Recorder:
    """Commit an event on a node, as the domain's verbs do."""

    async def commit(node: Node, kind: str, **given: Any) -> None:
        async def unit(session: AsyncSession) -> None:
            events.record(session, kind, at=floor.clock.now(), **given)

        await node.database.write(unit)

    return commit
