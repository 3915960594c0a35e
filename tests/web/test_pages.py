"""Health, metrics, the console's files, the caller's address."""

import gzip
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from contact_center.db import Database
from contact_center.web.middleware import client_address
from tests.web.small import Served

ALICE = {"X-Test-Principal": "alice", "X-CSRF-Token": "right"}


async def test_ready_degraded_and_not_ready(served: Served) -> None:
    async def down() -> bool:
        raise ConnectionError

    get = served.client.get
    assert (await (await get("/healthz")).json())["status"] == "ok"
    response = await get("/readyz")
    assert (response.status, await response.json()) == (
        200,
        {"status": "ready", "database": "up", "redis": "off", "failing": []},
    )
    served.health._failing = lambda: ["announcer"]
    response = await get("/readyz")
    assert (response.status, await response.json()) == (
        200,
        {"status": "degraded", "database": "up", "redis": "off", "failing": ["announcer"]},
    )
    served.health._failing = tuple
    served.health._redis = down
    response = await get("/readyz")
    assert (response.status, (await response.json())["status"]) == (200, "degraded")
    served.health.draining = True
    response = await get("/readyz")
    assert (response.status, (await response.json())["status"]) == (503, "draining")
    served.health.draining = False


async def test_without_a_database_nothing_is_ready(served: Served) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    served.health._database = away
    response = await served.client.get("/readyz")
    assert (response.status, (await response.json())["database"]) == (503, "down")
    assert (await served.client.get("/healthz")).status == 200
    await away.close()
    response = await served.client.post("/api/v1/things", json={"name": "away"}, headers=ALICE)
    found = await response.json(content_type=None)
    assert (response.status, found["code"], response.headers["Retry-After"]) == (503, "unavailable", "2")


async def test_metrics_name_routes_by_pattern_and_measure_the_loop(served: Served) -> None:
    await served.client.get("/api/v1/named/anything")
    page = await (await served.client.get("/metrics")).text()
    assert 'cc_http_requests_total{method="GET",route="/api/v1/named/{name}",status="200"} 1.0' in page
    assert "cc_event_loop_lag_seconds_bucket" in page
    assert "anything" not in page


async def test_the_console_is_served_with_its_places_and_its_policy(served: Served, tmp_path: Path) -> None:
    get = served.client.get
    assert (await get("/", allow_redirects=False)).headers["Location"] == "/console/"
    missing = await get("/console/")
    assert (missing.status, (await missing.json(content_type=None))["code"]) == (503, "console_missing")
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "secret.txt").write_text("outside")
    (assets / "index-BxYz1234.js").write_text("let plain")
    (assets / "index-BxYz1234.js.gz").write_bytes(gzip.compress(b"let packed"))
    for place in ("/console/", "/console/wallboard", "/console/admin/users"):
        response = await get(place)
        assert "<title>console" in await response.text()
        assert response.headers["Cache-Control"] == "no-cache"
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    asset = await get("/console/assets/index-BxYz1234.js")
    assert await asset.text() == "let packed"
    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for outside in ("/console/../secret.txt", "/console/%2e%2e/secret.txt", "/console/no.js", "/console/%00"):
        response = await get(outside)
        assert "outside" not in await response.text()
        assert response.status in (200, 404)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, ["1.1.1.1"], "9.9.9.9"),
        (1, [], "9.9.9.9"),
        (1, ["1.1.1.1"], "1.1.1.1"),
        (1, ["6.6.6.6, 1.1.1.1"], "1.1.1.1"),
        (2, ["6.6.6.6, 1.1.1.1", "10.0.0.1"], "1.1.1.1"),
        (3, ["1.1.1.1"], "1.1.1.1"),
        (1, ["1.1.1.1:443"], "1.1.1.1"),
        (1, ["[2001:db8::1]:443"], "2001:db8::1"),
        (1, ["<script>"], "9.9.9.9"),
    ],
)
def test_the_address_comes_from_the_proxies_we_trust(proxies: int, forwarded: list[str], found: str) -> None:
    from multidict import CIMultiDict

    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote="9.9.9.9")
    assert client_address(request, proxies) == found
