"""Every operation tried by everybody: nobody signed in, an agent on own and on others' work, supervisors, an administrator,
a token that may only read. What must come of it is reckoned from the contract's table in `permissions/expected.py`.
"""

import itertools
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, FormData

from config import settings as configuration
from contact_center.accounts.permissions import PERMISSIONS
from contact_center.clock import Clock
from contact_center.web import PUBLIC, SIGNED_IN, Operation
from contact_center.web.openapi import document
from tests.permissions.bodies import GIVEN, OBJECTS, QUERIES, VARIANTS, minimal
from tests.permissions.expected import PUBLIC as NO_SIGN_IN
from tests.permissions.expected import TABLE, Answer, Caller, Side, Verb, column_of, expected
from tests.permissions.running import Running, running
from tests.permissions.world import PASSWORD, ROLES, World

STRANGERS = ("conversation_id", "interaction_id", "message_id", "customer_id")
REFUSALS = {401: Answer.NOT_SIGNED_IN, 403: Answer.FORBIDDEN, 404: Answer.HIDDEN}
ELSEWHERE = ("POST /session", "DELETE /session")
"""Left out of the round because they end or change who the caller is; tests/accounts has them."""


@dataclass
class Knocker:
    """Everybody with their session, and what came of knocking."""

    house: Running
    world: World
    sessions: dict[Caller, ClientSession] = field(default_factory=dict)
    headers: dict[Caller, dict[str, str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)

    async def sign_in_all(self) -> None:
        """A session for each person, the header for the token."""
        for caller in Caller:
            self.sessions[caller] = ClientSession(cookie_jar=CookieJar(unsafe=True))
            self.headers[caller] = {}
        for caller in ROLES:
            body = {"email": f"{caller.value}@example.org", "password": PASSWORD}
            async with self.sessions[caller].post(self.house.server.make_url("/api/v1/session"), json=body) as answer:
                assert answer.status == 201, await answer.text()
                self.headers[caller] = {"X-CSRF-Token": (await answer.json())["csrf_token"]}
        self.headers[Caller.READ_TOKEN] = {"Authorization": f"Bearer {self.world.token}"}

    async def knock(
        self, operation: Operation, caller: Caller, side: Side, ids: Mapping[str, str], *, column: str | None = None
    ) -> None:
        """One call; remembers it when it is not answered as promised."""
        named = name_of(operation)
        wanted = expected(operation.method, operation.path, caller, side, column=column)
        objects = OBJECTS.get(named, {})
        filled = {name: ids[objects.get(name, name)] for name in operation.parameters}
        path = operation.path.format(**filled) + QUERIES.get(named, "")
        options: dict[str, Any] = {"headers": self.headers[caller]}
        if operation.uploads:
            options["data"] = FormData()
            options["data"].add_field("file", b"x", filename="a.txt", content_type="text/plain")
        elif operation.body is not None:
            given = VARIANTS[named][column] if column is not None else GIVEN.get(named, {})
            options["json"] = {**self._least(operation, ids), **given}
        async with self.sessions[caller].request(
            operation.method, self.house.server.make_url(path), **options
        ) as answer:
            text = await answer.text(errors="replace")
            got = REFUSALS.get(answer.status, Answer.ALLOWED)
            self.tried[caller.value] += 1
            if got not in wanted or answer.status >= 500:
                promised = " or ".join(sorted(one.value for one in wanted))
                self.wrong.append(f"{caller.value} {side.value} {named}: {answer.status}, not {promised} {text[:200]}")
            elif got is Answer.ALLOWED and side is Side.OWN:
                self._look_for_strangers(named, caller, text)

    def _look_for_strangers(self, named: str, caller: Caller, text: str) -> None:
        """An answer about one's own work must not show others' work to who may not see it."""
        column = column_of(*named.split(" ", 1)) or ""
        hidden = column != NO_SIGN_IN and caller is not Caller.NONE and Verb.SEE not in TABLE[column][caller].foreign
        shown = [name for name, identifier in self.strangers.items() if identifier in text]
        if hidden and shown:
            self.wrong.append(f"{caller.value} {named} shows others' {', '.join(shown)}")

    def _least(self, operation: Operation, ids: Mapping[str, str]) -> dict[str, Any]:
        schema = self.schema["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
        least = minimal(schema["application/json"]["schema"], self.schema["components"]["schemas"], ids)
        assert isinstance(least, dict)
        return least

    strangers: dict[str, str] = field(default_factory=dict)
    schema: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
async def knocker(database_url: str, tmp_path: Path) -> AsyncIterator[Knocker]:
    settings = configuration.load(
        {},
        demo=True,
        secret_key="k" * 40,
        data_dir=tmp_path,
        role="web",
        database={"url": database_url},
        http={"requests_per_second": 10_000, "request_burst": 100_000},
    )
    async with running(settings) as house:
        world = World(house.database, house.store, Clock().now())
        await world.settle()
        knocker = Knocker(house, world, schema=document(house.operations))
        await knocker.sign_in_all()
        yield knocker
        for session in knocker.sessions.values():
            await session.close()


def sides(operation: Operation) -> tuple[Side, ...]:
    """Without an object in the path there is nothing of others to try."""
    return (Side.OWN, Side.FOREIGN) if operation.parameters else (Side.OWN,)


def name_of(operation: Operation) -> str:
    """As the test's tables name it."""
    return f"{operation.method} {operation.path.removeprefix('/api/v1')}"


@pytest.mark.timeout(600)
async def test_everybody_may_do_exactly_what_the_contract_says(knocker: Knocker) -> None:
    operations = knocker.house.operations
    undeclared = [o.name for o in operations if o.permission not in {*PERMISSIONS, PUBLIC, SIGNED_IN}]
    unplaced = [f"{o.method} {o.path}" for o in operations if column_of(o.method, o.path) is None]
    assert (undeclared, unplaced) == ([], [])
    for operation in operations:
        if name_of(operation) in ELSEWHERE:
            continue
        ids = {side: await knocker.world.objects(side) for side in Side}
        knocker.strangers = {name: ids[Side.FOREIGN][name] for name in STRANGERS}
        for caller, side in itertools.product(Caller, sides(operation)):
            for column in VARIANTS.get(name_of(operation), {None: {}}):
                fresh = ids[side] if operation.method == "GET" else await knocker.world.objects(side)
                await knocker.knock(operation, caller, side, fresh, column=column)
    sys.stdout.write(f"\n{len(operations)} operations, {knocker.tried.total()} calls: {dict(knocker.tried)}\n")
    assert not knocker.wrong, "\n".join(knocker.wrong)
