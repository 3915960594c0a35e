"""The small application, served over a real socket on each engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config import settings as configuration
from config.settings import Settings
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.web import Reach
from contact_center.web.docs_page import DocsPage
from contact_center.web.health import Health
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.openapi import Reference
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from contact_center.web.static import Console
from tests.web.small import People, Served, Things, principal


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return configuration.load({}, demo=True, data_dir=tmp_path, http={"max_body_bytes": 4096, "max_upload_bytes": 8192})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def served(settings: Settings, database: Database, tmp_path: Path) -> AsyncIterator[Served]:
    people, things, metrics = People(), Things(), Metrics()
    people.known = {
        "alice": principal("alice", things_read=Reach.ALL, things_write=Reach.ALL),
        "mei": principal("mei", things_read=Reach.OWN),
        "machine": principal("machine", session=False, things_read=Reach.ALL, things_write=Reach.ALL),
    }
    parts = Web(
        settings=settings,
        database=database,
        clock=Clock(),
        authenticator=people,
        metrics=metrics,
        gate=Gate(LocalLimiter(), burst=200, per_second=100),
        idempotency=Idempotency(database, Clock(), secret="x" * 32),
    )
    app = application(parts)
    operations = operations_of([things.routes()])
    add_operations(app, operations, parts)
    health = Health(database, metrics)
    health.add_to(app)
    reference = Reference(operations, server="/")
    reference.add_to(app)
    DocsPage(reference).add_to(app)
    Console(tmp_path / "dist").add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield Served(client, people, things, health, parts, reference)
