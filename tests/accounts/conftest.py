"""Accounts served over a real socket, on each engine, with people who can sign in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncSession

from config import settings as configuration
from contact_center.accounts.assembly import Assembled, assemble
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.profiles import UserChanged, Work
from contact_center.clock import Clock
from contact_center.db import Database, fold
from contact_center.ids import new_id
from contact_center.jobs import Job
from contact_center.queues.models import Queue
from contact_center.web import Principal
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of

PASSWORD = "a good long password"


@dataclass
class Profiles:
    """The agents' side, written down by the tests."""

    work: dict[str, Work] = field(default_factory=dict)
    changes: list[UserChanged] = field(default_factory=list)

    async def work_of(self, session: AsyncSession, user_id: str) -> Work:
        return self.work.get(user_id, Work())

    async def agents_of(self, session: AsyncSession, user_ids: Sequence[str]) -> Mapping[str, str]:
        found = {user_id: self.work[user_id].agent_id for user_id in user_ids if user_id in self.work}
        return {user_id: agent_id for user_id, agent_id in found.items() if agent_id}

    async def state_of(self, session: AsyncSession, user_id: str) -> dict[str, Any] | None:
        return {"agent_id": self.work[user_id].agent_id} if user_id in self.work else None

    async def user_changed(self, session: AsyncSession, change: UserChanged) -> None:
        self.changes.append(change)


@dataclass
class Person:
    """A browser: keeps its cookie, sends the CSRF token."""

    client: TestClient[web.Request, web.Application]
    csrf: str = ""

    async def sign_in(self, email: str, password: str = PASSWORD) -> ClientResponse:
        response = await self.client.post("/api/v1/session", json={"email": email, "password": password})
        if response.status == 201:
            self.csrf = (await response.json())["csrf_token"]
        return response

    async def call(self, method: str, path: str, **options: Any) -> ClientResponse:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def json(self, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
        response = await self.call(method, path, **options)
        assert response.status == status, (response.status, await response.text())
        return await response.json(content_type=None) if status != 204 else None


@dataclass
class House:
    """The running server and what tests look into."""

    server: TestServer[web.Request]
    database: Database
    clock: Clock
    side: Assembled
    profiles: Profiles
    seen: list[Principal]
    jobs: list[Job]
    people: list[Person] = field(default_factory=list)
    users: dict[str, str] = field(default_factory=dict)

    async def somebody(self) -> Person:
        """A browser nobody has signed in with."""
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        self.people.append(Person(client))
        return self.people[-1]

    async def signed_in(self, email: str) -> Person:
        person = await self.somebody()
        assert (await person.sign_in(email)).status == 201
        return person

    async def add_user(self, email: str, *roles: str, **values: Any) -> str:
        """A user with `PASSWORD`; returns the id."""
        hashed = await Passwords(demo=True).hash(PASSWORD)
        row = {"password_hash": hashed, "created_at": self.clock.now(), "name": email.partition("@")[0], **values}
        user = User(id=new_id(), email=email, email_key=fold(email), roles=list(roles), **row)

        async def unit(session: AsyncSession) -> None:
            session.add(user)

        await self.database.write(unit)
        self.users[email] = user.id
        return user.id

    async def add_queue(self, name: str) -> str:
        """A queue; returns the id."""
        queue = Queue(id=new_id(), name=name, name_key=fold(name))

        async def unit(session: AsyncSession) -> None:
            session.add(queue)

        await self.database.write(unit)
        return queue.id


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = configuration.load({}, demo=True, secret_key="k" * 40, data_dir=tmp_path)
    database, clock, profiles, seen = Database(database_url), Clock(), Profiles(), list[Principal]()
    jobs: list[Job] = []
    database.on_commit(lambda left: jobs.extend(left.jobs))
    database.node = "here"

    async def note(principal: Principal) -> None:
        seen.append(principal)

    gate, metrics = Gate(LocalLimiter(), burst=10_000, per_second=1000), Metrics()
    side = assemble(settings, database, clock, profiles=profiles, gate=gate, seen=note)
    parts = Web(
        settings=settings,
        database=database,
        clock=clock,
        authenticator=side.accounts,
        metrics=metrics,
        gate=gate,
        idempotency=Idempotency(database, clock, secret=settings.secret_key),
    )
    app = application(parts)
    add_operations(app, operations_of(side.routes), parts)
    server = TestServer(app)
    await server.start_server()
    built = House(server, database, clock, side, profiles, seen, jobs)
    await built.add_user("admin@example.org", "admin")
    await built.add_user("alice@example.org", "agent")
    await built.add_user("sue@example.org", "supervisor", language="zh-CN")
    yield built
    for person in built.people:
        await person.client.close()
    await server.close()
    await side.accounts.close()
    await database.close()
