"""A small application that exercises every ability of the web runtime, served over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import Field

from config import settings as configuration
from config.settings import Settings
from contact_center.clock import Clock
from contact_center.db import Base, Database
from contact_center.errors import Conflict, NotFound
from contact_center.web import (
    PUBLIC,
    SIGNED_IN,
    Context,
    Count,
    Download,
    Ident,
    Model,
    Page,
    Paged,
    Principal,
    Reach,
    Reply,
    Routes,
    Text,
    Time,
    read_upload,
)
from contact_center.web.docs_page import DocsPage
from contact_center.web.health import Health
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.openapi import Reference
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of

THING = "019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55"


class Thing(Model):
    """Something with a version."""

    id: Ident
    name: Annotated[Text, Field(min_length=1, max_length=20)]
    size: Count = 1
    at: Time | None = None
    tags: list[Text] = []
    version: Count = 1


class NewThing(Model):
    """What a thing is made of."""

    name: Annotated[Text, Field(min_length=1, max_length=20)]
    size: Count = 1
    at: Time | None = None
    tags: Annotated[list[Text], Field(max_length=2)] = []


class MaybeThing(Model):
    """All of it may be left out."""

    front: bool = False


class ThingQuery(Page):
    """Filters."""

    kind: list[Text] | None = None
    from_: Annotated[Time | None, Field(alias="from")] = None


@dataclass
class People:
    """An authenticator whose principals are named by a header."""

    known: dict[str, Principal] = field(default_factory=dict)

    async def authenticate(self, request: web.Request) -> Principal | None:
        return self.known.get(request.headers.get("X-Test-Principal", ""))


def principal(name: str, *, session: bool = True, **permissions: Reach) -> Principal:
    """A principal holding `things_read=Reach.ALL` as things.read."""
    return Principal(
        user_id=THING,
        name=name,
        language="zh-CN" if name == "mei" else "en",
        roles=frozenset({"agent"}),
        permissions={key.replace("_", "."): reach for key, reach in permissions.items()},
        session_id="s" if session else None,
        token_id=None if session else "t",
        csrf_token="right" if session else None,
    )


@dataclass
class Things:
    """The routes, and how often they acted."""

    acted: int = 0

    def routes(self) -> Routes:
        routes = Routes("things")

        @routes.get("/things", allow="things.read")
        async def list_things(context: Context, query: ThingQuery) -> Paged[Thing]:
            """Things."""
            return Paged[Thing](items=[Thing(id=THING, name=",".join(query.kind or ["none"]), at=query.from_)])

        @routes.post("/things", allow="things.write", errors=[Conflict])
        async def add_thing(context: Context, body: NewThing) -> Thing:
            """Add a thing."""
            self.acted += 1
            if body.name == "taken":
                raise Conflict("name_taken", current={"id": THING})
            if body.name == "boom":
                raise RuntimeError("secret detail")
            return Thing(id=THING, name=body.name, size=body.size, at=body.at, tags=body.tags)

        @routes.get("/things/{thing_id}", allow="things.read", errors=[NotFound])
        async def get_thing(context: Context, thing_id: str) -> Thing:
            """One thing."""
            return Thing(id=thing_id, name="one", version=7)

        @routes.patch("/things/{thing_id}", allow="things.write")
        async def change_thing(context: Context, thing_id: str, body: MaybeThing) -> Thing:
            """Change a thing."""
            return Thing(id=thing_id, name="changed", version=(context.if_match or 0) + 1)

        @routes.post("/things/{thing_id}/requeue", allow="things.write", status=(200, 204))
        async def requeue_thing(context: Context, thing_id: str, body: MaybeThing) -> Thing | None:
            """Nothing need be sent."""
            return Thing(id=thing_id, name="front") if body.front else None

        @routes.get("/named/{name}", allow=PUBLIC)
        async def named_thing(context: Context, name: str) -> Thing:
            """A thing by its name."""
            return Thing(id=THING, name=name[:20])

        @routes.post("/files", allow="things.write", uploads=True)
        async def add_file(context: Context) -> Reply[Thing]:
            """Upload."""
            upload = await read_upload(context)
            return Reply(Thing(id=THING, name=upload.name or "none", size=len(upload.content)), status=201)

        @routes.get("/files/{file_id}", allow="things.read", media_type="*/*")
        async def get_file(context: Context, file_id: str) -> Download:
            """Download."""
            return Download(b"<svg onload=alert(1)>", "image/svg+xml", '报价"\n.svg', inline=True)

        @routes.get("/self", allow=SIGNED_IN)
        async def get_self(context: Context) -> Thing:
            """About oneself."""
            return Thing(id=THING, name=context.principal.name)

        return routes


@dataclass
class Served:
    """The running application and what tests look into."""

    client: TestClient[web.Request, web.Application]
    people: People
    things: Things
    health: Health
    parts: Web
    reference: Reference


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return configuration.load({}, demo=True, data_dir=tmp_path, http={"max_body_bytes": 4096, "max_upload_bytes": 8192})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'web.db'}")
    async with database._writer.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def served(settings: Settings, database: Database) -> AsyncIterator[Served]:
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
    async with TestClient(TestServer(app)) as client:
        yield Served(client, people, things, health, parts, reference)
