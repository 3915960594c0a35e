"""Accounts served over a real socket, on each engine, with people who can sign in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from config import settings as configuration
from contact_center.accounts.assembly import assemble
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.jobs import Job
from contact_center.web import Principal
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from tests.accounts.people import House, Profiles


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
