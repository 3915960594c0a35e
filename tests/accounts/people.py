"""People with browsers, and the house they sign in to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.assembly import Assembled
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.profiles import UserChanged, Work
from contact_center.clock import Clock
from contact_center.db import Database, fold
from contact_center.ids import new_id
from contact_center.jobs import Job
from contact_center.queues.models import Queue
from contact_center.web import Principal

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

    server: TestServer
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
