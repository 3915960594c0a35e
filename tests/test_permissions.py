"""Every operation, socket event and page tried by everybody: nobody signed in, an agent on own and on others' work,
supervisors, an administrator, a token that may only read. What must come of it is reckoned from the contract's table in
`permissions/expected.py`.
"""

import ast
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]
from yarl import URL

import channels.chat
import contact_center
import routing
from contact_center.accounts.permissions import CLIENT_EVENTS, PERMISSIONS, SERVER_EVENTS, WALL_EVENTS
from contact_center.clock import Clock
from contact_center.web import PUBLIC, SIGNED_IN, Operation
from contact_center.web.openapi import document
from tests.permissions.bodies import VARIANTS
from tests.permissions.expected import TABLE, Caller, Side, Verb, column_of
from tests.permissions.knocking import Knocker, name_of
from tests.permissions.running import address, running
from tests.permissions.world import World

STRANGERS = ("conversation_id", "interaction_id", "message_id", "customer_id")
ELSEWHERE = ("POST /session", "DELETE /session")
"""Left out of the round because they end or change who the caller is; tests/accounts has them."""
OPEN_PAGES = re.compile(
    r"/|/healthz|/readyz|/metrics|/openapi\.json|/docs|/console(/\{rest\})?|/socket\.io/|/simulator(/.*)?"
    r"|/survey/\{token\}"  # a customer's: by signed token, tests/surveys
    r"|/widget/(loader\.js|panel|assets/\{name\})"
    r"|/public/v1/kb/(search|suggest|articles/\{article_id\})"  # articles for everyone, tests/kb
    r"|/public/v1/(widget/\{site\}|files(/\{file_id\})?)"  # a visitor's: by token and origin, tests/flows/test_chat_stories.py
    r"|/channels/sms/twilio/(inbound|status)|/channels/sms/files/\{token\}"  # a provider's: by signature, tests/flows/test_sms.py
    r"|/channels/voice/twilio/(inbound|menu|wait|held|agent|voicemail|status|room|recording)"  # likewise, tests/flows/test_call_webhooks.py
)
"""What is served without being a declared operation: pages that tell nothing about people, and doors with a lock of their own."""


@pytest.fixture
async def knocker(database_url: str, tmp_path: Path) -> AsyncIterator[Knocker]:
    async with running(database_url, tmp_path) as house:
        world = World(house.database, house.files, Clock().now())
        await world.settle()
        knocker = Knocker(house, world, schema=document(house.operations))
        await knocker.sign_in_all()
        yield knocker
        for session in knocker.sessions.values():
            await session.close()


def sides(operation: Operation) -> tuple[Side, ...]:
    """Without an object in the path there is nothing of others to try."""
    return (Side.OWN, Side.FOREIGN) if operation.parameters else (Side.OWN,)


@pytest.mark.timeout(600)
async def test_everybody_may_do_exactly_what_the_contract_says(
    knocker: Knocker, record_property: Callable[[str, object], None]
) -> None:
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
    calls = ", ".join(f"{caller} {count}" for caller, count in knocker.tried.items())
    record_property("counted", f"{len(operations)} operations, {knocker.tried.total()} calls ({calls})")
    assert not knocker.wrong, "\n".join(knocker.wrong)


async def test_what_is_served_is_declared(knocker: Knocker) -> None:
    declared = {operation.path for operation in knocker.house.operations}
    served = {route.resource.canonical for route in knocker.house.app.router.routes() if route.resource is not None}
    assert {path for path in served - declared if not OPEN_PAGES.fullmatch(path)} == set()


def emitted() -> Iterator[str]:
    """The names of all events that our code tells anybody, read from the source."""
    for package in (contact_center, routing, channels.chat):
        for file in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node) in ("record", "_emit", "tell", "emit"):
                    yield from (one.value for one in node.args if _is_event(one))  # type: ignore[attr-defined]


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_event(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value


async def test_every_socket_event_is_declared(knocker: Knocker) -> None:
    heard = set(knocker.house.realtime._server.handlers["/agent"]) - {"connect", "disconnect"}
    assert heard == set(CLIENT_EVENTS)
    assert set(knocker.house.realtime._server.handlers["/wallboard"]) - {"connect", "disconnect"} < set(WALL_EVENTS)
    told = set(emitted())
    assert "conversation.updated" in told
    assert told <= set(SERVER_EVENTS)


SAID: dict[str, tuple[str, Verb]] = {
    # socket event -> (column of the table, verb)
    "join conversation": ("work", Verb.SEE),
    "join queue": ("figures", Verb.SEE),
    "typing": ("work", Verb.DO),
    "viewing": ("work", Verb.SEE),
    "leave": ("oneself", Verb.DO),
    "heartbeat": ("oneself", Verb.DO),
}


def said(event: str, ids: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The event's name on the wire, and what it carries."""
    conversation, queue = ids["conversation_id"], ids["queue_id"]
    return {
        "join conversation": ("join", {"room": f"conversation:{conversation}"}),
        "join queue": ("join", {"room": f"queue:{queue}"}),
        "typing": ("typing", {"conversation_id": conversation}),
        "viewing": ("viewing", {"conversation_id": conversation, "doing": "viewing"}),
        "leave": ("leave", {"room": f"conversation:{conversation}"}),
        "heartbeat": ("heartbeat", {}),
    }[event]


async def test_sockets_hear_only_what_the_contract_says(
    knocker: Knocker, record_property: Callable[[str, object], None]
) -> None:
    wrong, count = [], 0
    ids = {side: await knocker.world.objects(side) for side in Side}
    for caller, side in itertools.product(Caller, Side):
        socket = await connected(knocker, caller)
        wall = await connected(knocker, caller, "/wallboard")
        assert (socket is None) is (caller in (Caller.NONE, Caller.READ_TOKEN)), caller
        if socket is None:
            assert wall is None, caller
            continue
        for event, (column, verb) in SAID.items():
            rights = TABLE[column][caller]
            allowed = verb in (rights.own if side is Side.OWN else rights.foreign)
            name, payload = said(event, ids[side])
            answer = await socket.call(name, payload, namespace="/agent")
            count += 1
            if answer.get("ok", "digest" in answer) is not allowed:
                wrong.append(f"{caller.value} {side.value} {event}: {answer}")
        await socket.disconnect()
        count += 1
        if (wall is not None) is not (Verb.SEE in TABLE["figures"][caller].own):
            wrong.append(f"{caller.value} wallboard")
        if wall is not None:
            await wall.disconnect()
    record_property("counted", f"{count} socket events")
    assert not wrong, "\n".join(wrong)


async def connected(knocker: Knocker, caller: Caller, namespace: str = "/agent") -> socketio.AsyncClient | None:
    """The caller's socket, None when it is refused."""
    known = knocker.sessions[caller].cookie_jar.filter_cookies(URL(address(knocker.house)))
    headers = {**knocker.headers[caller], "Cookie": "; ".join(f"{name}={one.value}" for name, one in known.items())}
    client = socketio.AsyncClient(reconnection=False)
    try:
        await client.connect(address(knocker.house), headers=headers, namespaces=[namespace], transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        await client.disconnect()
        return None
    return client
