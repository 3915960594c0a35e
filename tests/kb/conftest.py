"""The knowledge base and the workspace served together over a real socket, on both engines."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config import settings as configuration
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.files import FileStore
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from contact_center.workspace.replying import Rules
from contact_center.workspace.routes import all_routes
from kb import routes as article_routes
from kb.public import PublicKnowledge
from tests.workspace.house import UNITS, House, Staff, furnish


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = configuration.load({}, demo=True, data_dir=tmp_path)
    database, clock = Database(database_url), Clock()
    house = await furnish(database, clock, FileStore(tmp_path / "files"))
    gate = Gate(LocalLimiter(), burst=10_000, per_second=10_000)
    parts = Web(
        settings=settings,
        database=database,
        clock=clock,
        authenticator=Staff(house.people),
        metrics=Metrics(),
        gate=gate,
        idempotency=Idempotency(database, clock, secret="x" * 32),
    )
    app = application(parts)
    declared = [article_routes.routes, *all_routes(rules=Rules(UNITS), store=house.store, heavy=house.heavy)]
    add_operations(app, operations_of(declared), parts)
    PublicKnowledge(database, gate).add_to(app)
    async with TestClient(TestServer(app)) as client:
        house.client = client
        yield house
    await house.heavy.close()
    await database.close()
