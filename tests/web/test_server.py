"""What a caller may send and what comes back, told over a real socket."""

from typing import Any

import pytest
from aiohttp import ClientResponse, FormData

from tests.web.small import Served

ALICE = {"X-Test-Principal": "alice", "X-CSRF-Token": "right"}
MEI = {"X-Test-Principal": "mei", "X-CSRF-Token": "right"}
MACHINE = {"X-Test-Principal": "machine"}
THING = "019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55"


async def problem(response: ClientResponse) -> dict[str, Any]:
    """The body of an error, after checking that it is one."""
    assert response.content_type == "application/problem+json"
    found: dict[str, Any] = await response.json(content_type=None)
    assert found["status"] == response.status
    assert found["title"]
    assert "problem." not in found["title"] + found["detail"]
    return found


async def test_a_valid_request_is_answered_with_its_model_and_an_etag(served: Served) -> None:
    response = await served.client.post(
        "/api/v1/things", json={"name": "é", "at": "2026-01-01T02:00:00+02:00"}, headers=ALICE
    )
    assert response.status == 201
    assert response.headers["ETag"] == '"1"'
    assert (await response.json())["at"] == "2026-01-01T00:00:00.000000Z"


async def test_nobody_is_asked_to_sign_in(served: Served) -> None:
    response = await served.client.get("/api/v1/things")
    assert (await problem(response))["code"] == "not_signed_in"
    assert response.status == 401
    assert "WWW-Authenticate" in response.headers


async def test_a_cookie_change_without_the_csrf_token_is_refused_and_a_token_needs_none(served: Served) -> None:
    for given in ({}, {"X-CSRF-Token": "wrong"}):
        response = await served.client.post(
            "/api/v1/things", json={"name": "a"}, headers={"X-Test-Principal": "alice", **given}
        )
        assert (response.status, (await problem(response))["code"]) == (403, "csrf")
    response = await served.client.post("/api/v1/things", json={"name": "a"}, headers=MACHINE)
    assert response.status == 201
    assert served.things.acted == 1


async def test_a_missing_permission_is_403_in_the_callers_language_whatever_the_path_names(served: Served) -> None:
    response = await served.client.patch("/api/v1/things/no-such", json={}, headers=MEI)
    found = await problem(response)
    assert (response.status, found["title"]) == (403, "没有权限")
    assert response.headers["Content-Language"] == "zh-CN"


async def test_what_only_asks_for_a_sign_in_is_closed_to_tokens(served: Served) -> None:
    assert (await served.client.get("/api/v1/self", headers=ALICE)).status == 200
    assert (await served.client.get("/api/v1/self", headers=MACHINE)).status == 403


@pytest.mark.parametrize(
    ("sent", "kind", "status", "code", "field"),
    [
        (b"{", "application/json", 400, "malformed_json", None),
        (b"\xff\xfe", "application/json", 400, "malformed_json", None),
        (b'"\\ud800"', "application/json", 400, "malformed_json", None),
        (b"[]", "application/json", 422, "invalid", "body"),
        (b"{}", "application/json", 422, "invalid", "name"),
        (b"", "application/json", 422, "invalid", "name"),
        (b'{"name":"a"}', "text/plain", 415, "unsupported_media", None),
        (b'{"name":"a","size":"1"}', "application/json", 422, "invalid", "size"),
        (b'{"name":"a","size":99999999999999999999999}', "application/json", 422, "invalid", "size"),
        (b'{"name":"a","other":1}', "application/json", 422, "invalid", "other"),
        (b'{"name":"a\\u0000"}', "application/json", 422, "invalid", "name"),
        (b'{"name":"a","tags":["b","\\u0000"]}', "application/json", 422, "invalid", "tags.1"),
        (b'{"name":"a","at":"2026-01-01T00:00:00"}', "application/json", 422, "invalid", "at"),
        (b'{"name":"a","at":"0001-01-01T00:00:00+14:00"}', "application/json", 422, "invalid", "at"),
        (b'{"name":"' + b"a" * 5000 + b'"}', "application/json", 413, "too_large", None),
    ],
)
async def test_bad_bodies_name_what_is_wrong(
    served: Served, sent: bytes, kind: str, status: int, code: str, field: str | None
) -> None:
    response = await served.client.post("/api/v1/things", data=sent, headers={**ALICE, "Content-Type": kind})
    found = await problem(response)
    assert (response.status, found["code"]) == (status, code)
    assert [one["field"] for one in found.get("errors", [])] == ([field] if field else [])
    assert served.things.acted == 0


async def test_a_body_without_a_length_is_measured_while_it_arrives(served: Served) -> None:
    async def endless() -> Any:
        for _ in range(10):
            yield b" " * 1000

    response = await served.client.post(
        "/api/v1/things", data=endless(), headers={**ALICE, "Content-Type": "application/json"}
    )
    assert (await problem(response))["code"] == "too_large"


async def test_an_escaped_backslash_before_u0000_is_text(served: Served) -> None:
    headers = {**ALICE, "Content-Type": "application/json"}
    response = await served.client.post("/api/v1/things", data=b'{"name":"\\\\u0000"}', headers=headers)
    assert (await response.json())["name"] == "\\u0000"


async def test_validation_speaks_the_callers_language(served: Served) -> None:
    headers = {**MACHINE, "Accept-Language": "fr;q=0.9, zh-TW;q=0.8, en;q=0.1", "Content-Type": "application/json"}
    served.people.known["machine"] = served.people.known["mei"]
    response = await served.client.get("/api/v1/things?limit=999", headers=headers)
    assert (await problem(response))["errors"] == [{"field": "limit", "message": "不得大于 200"}]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": ""}, "must not be empty"),
        ({"name": "a" * 21}, "must have at most 20 characters"),
        ({"name": "a", "tags": ["b"] * 3}, "must have at most 2 entries"),
        ({"name": "a", "size": -1}, "must be at least 0"),
    ],
)
async def test_texts_lists_and_numbers_are_measured_in_their_own_words(
    served: Served, sent: dict[str, Any], message: str
) -> None:
    response = await served.client.post("/api/v1/things", json=sent, headers=ALICE)
    assert [one["message"] for one in (await problem(response))["errors"]] == [message]


async def test_queries_are_checked_too(served: Served) -> None:
    ask = served.client.get
    good = await ask("/api/v1/things?kind=a&kind=b&from=2026-01-01T00:00:00Z", headers=ALICE)
    assert (await good.json())["items"][0]["name"] == "a,b"
    for query, field in (("limit=0", "limit"), ("limit=1&limit=2", "limit"), ("nope=1", "nope"), ("kind=%00", "kind")):
        response = await ask(f"/api/v1/things?{query}", headers=ALICE)
        assert (response.status, (await problem(response))["errors"][0]["field"]) == (422, field)


async def test_an_optional_body_may_be_left_out(served: Served) -> None:
    address = f"/api/v1/things/{THING}/requeue"
    assert (await served.client.post(address, headers=ALICE)).status == 204
    assert (await served.client.post(address, json={"front": True}, headers=ALICE)).status == 200


@pytest.mark.parametrize("bad", ["1", THING.upper(), THING + "0", "00000000-0000-0000-0000-000000000000", "%00"])
async def test_what_is_no_identifier_names_nothing(served: Served, bad: str) -> None:
    response = await served.client.get(f"/api/v1/things/{bad}", headers=ALICE)
    assert (response.status, (await problem(response))["code"]) == (404, "not_found")


async def test_unknown_addresses_and_methods_are_problems(served: Served) -> None:
    assert (await problem(await served.client.get("/api/v1/nothing")))["code"] == "not_found"
    response = await served.client.delete("/api/v1/things", headers=ALICE)
    assert (await problem(response))["code"] == "method_not_allowed"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_a_conflict_carries_the_present_state_and_an_unknown_code_borrows_its_familys_text(
    served: Served,
) -> None:
    response = await served.client.post("/api/v1/things", json={"name": "taken"}, headers=ALICE)
    found = await problem(response)
    assert (found["code"], found["current"], found["title"]) == ("name_taken", {"id": THING}, "Not possible now")


async def test_our_own_mistakes_tell_nothing_but_a_number(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    headers = {**ALICE, "X-Request-Id": "test-correlation-1"}
    response = await served.client.post("/api/v1/things", json={"name": "boom"}, headers=headers)
    found = await problem(response)
    assert response.status == 500
    assert "secret detail" not in str(found)
    assert "test-correlation-1" in found["detail"]
    assert response.headers["X-Request-Id"] == "test-correlation-1"


async def test_null_clears_what_can_be_cleared_and_is_refused_elsewhere(served: Served) -> None:
    address = f"/api/v1/things/{THING}"
    response = await served.client.patch(address, json={"at": None, "tags": None}, headers=ALICE)
    cleared = await response.json()
    assert (response.status, cleared["at"], cleared["tags"], cleared["name"]) == (200, None, [], "before")
    response = await served.client.patch(address, json={"name": None}, headers=ALICE)
    assert (await problem(response))["errors"] == [{"field": "name", "message": "must not be null"}]
    document = await (await served.client.get("/openapi.json")).json()
    described = document["components"]["schemas"]["ThingChange"]["properties"]
    assert {"type": "null"} in described["at"]["anyOf"] and {"type": "null"} in described["tags"]["anyOf"]
    assert described["name"]["type"] == "string" and "default" not in described["name"]


async def test_if_match_is_read_as_a_version(served: Served) -> None:
    address = f"/api/v1/things/{THING}"
    response = await served.client.patch(address, json={}, headers={**ALICE, "If-Match": '"7"'})
    assert (await response.json())["version"] == 8
    response = await served.client.patch(address, json={}, headers={**ALICE, "If-Match": '"x"'})
    assert (response.status, (await problem(response))["code"]) == (400, "bad_if_match")


async def test_every_answer_carries_the_protecting_headers(served: Served) -> None:
    for address in ("/api/v1/nothing", "/healthz", f"/api/v1/things/{THING}"):
        headers = (await served.client.get(address, headers=ALICE)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert len(headers["X-Request-Id"]) == 36


async def test_downloads_are_never_run_by_a_browser(served: Served) -> None:
    response = await served.client.get(f"/api/v1/files/{THING}", headers=ALICE)
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=\"____.svg\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7__.svg"
    )
    assert response.headers["Content-Security-Policy"].startswith("sandbox;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_upload_is_taken_within_its_limit(served: Served) -> None:
    def form(content: bytes, name: str = "file") -> FormData:
        made = FormData()
        made.add_field(name, content, filename="a.txt", content_type="text/plain")
        return made

    post = served.client.post
    response = await post("/api/v1/files", data=form(b"x" * 6000), headers=ALICE)
    assert (response.status, (await response.json())["size"]) == (201, 6000)
    for data, status, code in (
        (form(b"x" * 9000), 413, "too_large"),
        (form(b"x", "other"), 400, "malformed_upload"),
        (b"{}", 415, "unsupported_media"),
    ):
        response = await post("/api/v1/files", data=data, headers=ALICE)
        assert (response.status, (await problem(response))["code"]) == (status, code)
    broken = {**ALICE, "Content-Type": "multipart/form-data"}
    response = await post("/api/v1/files", data=b"no boundary", headers=broken)
    assert (response.status, (await problem(response))["code"]) == (400, "malformed_upload")
