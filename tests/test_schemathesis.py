"""A stranger reads our OpenAPI document and tries everything it can think of, as an agent and as an administrator: nothing
may end in a 5xx, and no answer may be one that the document does not promise.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar
from yarl import URL

from contact_center.clock import Clock
from contact_center.main import Server
from tests.permissions.expected import Caller, Side
from tests.permissions.running import address, running
from tests.permissions.world import PASSWORD, World

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
    "ignored_auth",
)
SEED = 20261122
EXAMPLES = 6
SECONDS = 400
LEFT_OUT = "end_session"
"""It would sign the stranger out in the middle."""


async def sign_in(server: Server, caller: Caller) -> list[str]:
    """The headers of a signed-in browser, as the command line takes them."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        body = {"email": f"{caller.value}@example.org", "password": PASSWORD}
        async with client.post(f"{address(server)}/api/v1/session", json=body) as answer:
            assert answer.status == 201
            token = (await answer.json())["csrf_token"]
        (cookie,) = client.cookie_jar.filter_cookies(URL(address(server))).values()
    return ["-H", f"Cookie: {cookie.key}={cookie.value}", "-H", f"X-CSRF-Token: {token}"]


def command(server: Server, phases: str) -> list[str]:
    """Schemathesis with a fixed seed and a bounded number of tries."""
    return [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{address(server)}/openapi.json"),
        *("--phases", phases, "--checks", ",".join(CHECKS)),
        *("--seed", str(SEED), "--max-examples", str(EXAMPLES), "--no-shrink", "--continue-on-failure"),
        *("--exclude-operation-id", LEFT_OUT, "--suppress-health-check", "all", "--request-timeout", "20"),
        *("--generation-database", "none", "--generation-with-security-parameters", "false"),
        *("--warnings", "off", "--no-color"),
    ]


def parameters(known: Mapping[str, str]) -> str:
    """Its configuration: identifiers in paths are of things that exist."""
    lines = [f'"path.{name}" = "{identifier}"' for name, identifier in known.items()]
    return "\n".join(["[parameters]", *lines, ""])


async def run(arguments: Sequence[str], folder: Path) -> str:
    """What it said; fails with its words when it found anything."""
    process = await asyncio.create_subprocess_exec(
        *arguments, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(SECONDS):
        output, _ = await process.communicate()
    said = output.decode(errors="replace")
    assert process.returncode == 0, said[-20_000:]
    return said


def answers(server: Server) -> Mapping[str, set[str]]:
    """Which statuses each operation has answered so far: what was really reached."""
    found: dict[str, set[str]] = {}
    for metric in server.metrics.requests.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                named = f"{sample.labels['method']} {sample.labels['route']}"
                found.setdefault(named, set()).add(sample.labels["status"])
    return found


@pytest.mark.timeout(2 * SECONDS + 60)
@pytest.mark.parametrize("caller", [Caller.AGENT, Caller.ADMIN])
async def test_nothing_a_stranger_sends_breaks_a_promise(
    database_url: str, tmp_path: Path, caller: Caller, record_property: Callable[[str, object], None]
) -> None:
    async with running(database_url, tmp_path / "data") as server:
        world = World(server.database, server.files, Clock().now())
        await world.settle()
        known = {side: await world.objects(side) for side in Side}
        headers = await sign_in(server, caller)
        free = await run([*command(server, "stateful"), *headers], tmp_path)
        (tmp_path / "schemathesis.toml").write_text(parameters(known[Side.OWN]))
        single = await run([*command(server, "examples,coverage,fuzzing"), *headers], tmp_path)
        seen = answers(server)
        succeeded = [
            o for o in server.operations if seen.get(f"{o.method} {o.path}", set()) & {"200", "201", "202", "204"}
        ]
    tried = [int(count) for said in (free, single) for count in re.findall(r"(\d+) generated", said)]
    reached = f"{len(succeeded)} of {len(server.operations)} operations succeeded"
    record_property("counted", f"{caller.value}: {sum(tried)} calls, nothing found, {reached}")
    assert len(succeeded) > len(server.operations) * (0.6 if caller is Caller.ADMIN else 0.3)
