"""A stranger reads our OpenAPI document and tries everything it can think of, as an agent and as an administrator: nothing
may end in a 5xx, and no answer may be one that the document does not promise.
"""

import asyncio
import json
import re
import sys
from collections.abc import Mapping, Sequence
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


def command(server: Server, headers: Sequence[str]) -> list[str]:
    """Schemathesis with a fixed seed and a bounded number of tries, all phases."""
    return [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{address(server)}/openapi.json", *headers),
        *("--phases", "examples,coverage,fuzzing,stateful", "--checks", ",".join(CHECKS)),
        *("--seed", str(SEED), "--max-examples", str(EXAMPLES), "--no-shrink", "--continue-on-failure"),
        *("--exclude-operation-id", LEFT_OUT, "--suppress-health-check", "all", "--request-timeout", "20"),
        *("--generation-database", "none", "--generation-with-security-parameters", "false"),
        *("--warnings", "off", "--no-color"),
    ]


def parameters(known: Sequence[Mapping[str, str]]) -> str:
    """Its configuration: identifiers in paths are of things that exist."""
    lines = [f'"path.{name}" = {json.dumps([ids[name] for ids in known])}' for name in known[0] if name.endswith("id")]
    return "\n".join(["[parameters]", *lines, ""])


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("caller", [Caller.AGENT, Caller.ADMIN])
async def test_nothing_a_stranger_sends_breaks_a_promise(database_url: str, tmp_path: Path, caller: Caller) -> None:
    async with running(database_url, tmp_path / "data") as server:
        world = World(server.database, server.files, Clock().now())
        await world.settle()
        known = [await world.objects(side) for side in Side]
        (tmp_path / "schemathesis.toml").write_text(parameters(known))
        arguments = command(server, await sign_in(server, caller))
        process = await asyncio.create_subprocess_exec(
            *arguments, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate()
    for metric in server.metrics.requests.collect():
        c = {}
        for smp in metric.samples:
            if smp.name.endswith("_total"):
                c.setdefault((smp.labels["method"], smp.labels["route"]), {})[smp.labels["status"]] = smp.value
        for k, v in sorted(c.items()):
            sys.stdout.write(f"{k} {v}\n")
    said = output.decode(errors="replace")
    summary = said[said.rfind("= SUMMARY =") :]
    sys.stdout.write(f"\n{caller.value}\n{summary}\n")
    assert process.returncode == 0, said[-20_000:]
    assert re.search(r"Stateful", said), "the stateful phase did not run"
