"""The server that the permission test knocks at."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp.test_utils import TestServer

from config.settings import Settings
from contact_center.accounts.assembly import assemble
from contact_center.agents import reason_routes, skill_routes
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.files import FileStore
from contact_center.interactions import code_routes
from contact_center.queues import routes as queue_routes
from contact_center.queues.profiles import AgentProfiles
from contact_center.web import Operation
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from contact_center.workspace.replying import Rules
from contact_center.workspace.routes import all_routes
from routing import live_routes, removal_routes, rules_routes


@dataclass
class Running:
    """A served application."""

    server: TestServer
    operations: Sequence[Operation]
    database: Database
    store: FileStore


async def no_state(session: object, user_id: str) -> None:
    return None


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Serve until the block ends."""
    database, clock, store = Database(settings.database_url()), Clock(), FileStore(settings.data_dir / "files")
    gate = Gate(LocalLimiter(), burst=100_000, per_second=10_000)
    side = assemble(settings, database, clock, profiles=AgentProfiles(clock, no_state), gate=gate)
    parts = Web(
        settings, database, clock, side.accounts, Metrics(), gate, Idempotency(database, clock, secret="x" * 32)
    )
    app = application(parts)
    declared = [
        *side.routes,
        *all_routes(rules=Rules({}), store=store),
        skill_routes.routes,
        reason_routes.routes,
        queue_routes.routes,
        code_routes.routes,
        rules_routes.routes,
        removal_routes.routes,
        live_routes.routes,
    ]
    operations = operations_of(declared)
    add_operations(app, operations, parts)
    server = TestServer(app)
    await server.start_server()
    yield Running(server, operations, database, store)
    await server.close()
    await side.accounts.close()
    await database.close()
