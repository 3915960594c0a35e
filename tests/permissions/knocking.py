"""Everybody at the door: signs in, knocks at an operation, compares the answer with what the contract promises."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, CookieJar, FormData

from contact_center.main import Server
from contact_center.web import Operation
from tests.permissions.bodies import OBJECTS, QUERIES, given, minimal
from tests.permissions.expected import PUBLIC, TABLE, Answer, Caller, Side, Verb, column_of, expected
from tests.permissions.running import address
from tests.permissions.world import PASSWORD, ROLES, World

REFUSALS = {401: Answer.NOT_SIGNED_IN, 403: Answer.FORBIDDEN, 404: Answer.HIDDEN}


def name_of(operation: Operation) -> str:
    """As the test's tables name it."""
    return f"{operation.method} {operation.path.removeprefix('/api/v1')}"


@dataclass
class Knocker:
    """Everybody with their session, and what came of knocking."""

    house: Server
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
            async with self.sessions[caller].post(f"{address(self.house)}/api/v1/session", json=body) as answer:
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
        path = operation.path.format(**filled) + QUERIES.get(named, "").format(**ids)
        options: dict[str, Any] = {"headers": self.headers[caller]}
        if operation.uploads:
            options["data"] = FormData()
            options["data"].add_field("file", b"x", filename="a.txt", content_type="text/plain")
        elif operation.body is not None:
            options["json"] = {**self._least(operation, ids), **given(named, ids, column=column)}
        async with self.sessions[caller].request(operation.method, address(self.house) + path, **options) as answer:
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
        hidden = column != PUBLIC and caller is not Caller.NONE and Verb.SEE not in TABLE[column][caller].foreign
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
