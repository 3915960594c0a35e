"""The settings routes served over a real socket on both engines, with an administrator, a supervisor and an agent signed in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from config import settings as configuration
from contact_center.accounts.models import AuditRow, User
from contact_center.agents import reason_routes, skill_routes
from contact_center.agents.models import Agent
from contact_center.canned import routes as canned_routes
from contact_center.channel import AccountSettings, ChannelKind, DeliveryReport, OutboundMessage, ProbeStep
from contact_center.clock import Clock
from contact_center.complaints import routes as complaint_category_routes
from contact_center.db import Database
from contact_center.events import EventRow
from contact_center.ids import new_id
from contact_center.interactions import code_routes
from contact_center.interactions.account_routes import account_routes
from contact_center.routing_input import RoutingInput
from contact_center.sealing import Sealer
from contact_center.web import Principal, Reach
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from routing import hours_routes, queue_routes, removal_routes, rules_routes

PERMISSIONS = {
    "admin": {
        "choices.read": Reach.ALL,
        "queues.live": Reach.ALL,
        "settings.read": Reach.ALL,
        "settings.write": Reach.ALL,
    },
    "supervisor": {"choices.read": Reach.ALL, "queues.live": Reach.ALL, "settings.read": Reach.ALL},
    "agent": {"choices.read": Reach.ALL, "queues.live": Reach.QUEUES},
}


@dataclass
class Peer:
    """A channel whose probe answers what the test says, and remembers the account as the channel saw it."""

    kind: ChannelKind = ChannelKind.EMAIL
    steps: list[ProbeStep] = field(default_factory=lambda: [ProbeStep("connect", True, "220 ready")])
    seen: list[AccountSettings] = field(default_factory=list)

    async def probe(self, account: AccountSettings) -> Sequence[ProbeStep]:
        self.seen.append(account)
        return self.steps

    async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
        raise AssertionError("nothing is sent here")


class Staff:
    """An authenticator whose principals are named by a header."""

    def __init__(self, user_ids: Mapping[str, str]) -> None:
        self._people = {
            role: Principal(
                user_id=user_ids[role],
                name=role,
                language="zh-CN" if role == "agent" else "en",
                roles=frozenset({role}),
                permissions=permissions,
                session_id="s",
                csrf_token="right",
            )
            for role, permissions in PERMISSIONS.items()
        }

    async def authenticate(self, request: web.Request) -> Principal | None:
        return self._people.get(request.headers.get("X-Test-Role", ""))


@dataclass
class House:
    """The served routes; `call` speaks to them."""

    database: Database
    client: TestClient[web.Request, web.Application]
    user_ids: dict[str, str]
    agent_id: str
    peer: Peer
    sealer: Sealer

    async def call(
        self, method: str, path: str, body: object = None, *, role: str = "admin", version: int | None = None
    ) -> tuple[int, Any]:
        """(status, decoded body)."""
        headers = {"X-Test-Role": role, "X-CSRF-Token": "right"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        async with self.client.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
            return answer.status, (await answer.json() if answer.status != 204 else None)

    async def made(self, path: str, body: object) -> Any:
        """What a POST made."""
        status, answer = await self.call("POST", path, body)
        assert status == 201, answer
        return answer

    async def audit(self, object_id: str) -> list[AuditRow]:
        """The audit rows of one thing, in order."""
        async with self.database.read() as session:
            found = select(AuditRow).where(AuditRow.object_id == object_id).order_by(AuditRow.id)
            return list((await session.scalars(found)).all())

    async def router_inputs(self) -> list[tuple[str, str | None]]:
        """What the router was told: (kind, subject) in order."""
        async with self.database.read() as session:
            rows = await session.execute(select(RoutingInput.kind, RoutingInput.subject_id).order_by(RoutingInput.seq))
            return [(kind, subject) for kind, subject in rows]

    async def events(self, kind: str) -> list[EventRow]:
        """The events of one kind, in order."""
        async with self.database.read() as session:
            return list(
                (await session.scalars(select(EventRow).where(EventRow.kind == kind).order_by(EventRow.id))).all()
            )


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = configuration.load({}, demo=True, data_dir=tmp_path)
    database, clock = Database(database_url), Clock()
    user_ids = {role: new_id() for role in PERMISSIONS}
    agent_id = new_id()

    async def people(session: AsyncSession) -> None:
        rows = [
            {
                "id": user_id,
                "email": f"{role}@demo.example",
                "email_key": f"{role}@demo.example",
                "name": role,
                "roles": [role],
                "created_at": clock.now(),
            }
            for role, user_id in user_ids.items()
        ]
        await session.execute(insert(User), rows)
        session.add(Agent(id=agent_id, user_id=user_ids["agent"], name="Alice", ordinal=1, since=clock.now()))

    await database.write(people)
    peer, sealer = Peer(), Sealer("k" * 32)
    parts = Web(
        settings=settings,
        database=database,
        clock=clock,
        authenticator=Staff(user_ids),
        metrics=Metrics(),
        gate=Gate(LocalLimiter(), burst=1000, per_second=1000),
        idempotency=Idempotency(database, clock, secret="x" * 32),
    )
    app = application(parts)
    declared = [
        skill_routes.routes,
        reason_routes.routes,
        queue_routes.routes,
        hours_routes.routes,
        code_routes.routes,
        canned_routes.routes,
        complaint_category_routes.routes,
        rules_routes.routes,
        removal_routes.routes,
        account_routes(sealer, {ChannelKind.EMAIL: peer}),
    ]
    add_operations(app, operations_of(declared), parts)
    async with TestClient(TestServer(app)) as client:
        yield House(database, client, user_ids, agent_id, peer, sealer)
    await database.close()
