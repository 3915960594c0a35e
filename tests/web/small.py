"""A small set of operations that exercises every ability of the web runtime, and who may call them."""

from dataclasses import dataclass, field
from typing import Annotated

from aiohttp import web
from aiohttp.test_utils import TestClient
from pydantic import Field

from contact_center.db import DatabaseUnavailable
from contact_center.errors import Conflict, NotFound
from contact_center.web import (
    PUBLIC,
    SIGNED_IN,
    Change,
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
from contact_center.web.health import Health
from contact_center.web.openapi import Reference
from contact_center.web.server import Web

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


class ThingChange(Change):
    """What to change of a thing; null for `at` and `tags` takes them away."""

    clears = {"at": None, "tags": []}

    name: Annotated[Text, Field(min_length=1, max_length=20)] | None = None
    at: Time | None = None
    tags: list[Text] | None = None


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
            if body.name == "away":
                raise DatabaseUnavailable
            if body.name == "boom":
                raise RuntimeError("secret detail")
            return Thing(id=THING, name=body.name, size=body.size, at=body.at, tags=body.tags)

        @routes.get("/things/{thing_id}", allow="things.read", errors=[NotFound])
        async def get_thing(context: Context, thing_id: str) -> Thing:
            """One thing."""
            return Thing(id=thing_id, name="one", version=7)

        @routes.patch("/things/{thing_id}", allow="things.write")
        async def change_thing(context: Context, thing_id: str, body: ThingChange) -> Thing:
            """Change a thing."""
            before = {"name": "before", "at": context.now, "tags": ["old"], "version": (context.if_match or 0) + 1}
            return Thing(id=thing_id, **{**before, **body.given()})

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
