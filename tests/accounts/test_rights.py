"""What users may do: roles, teams, deactivation, tokens; a change works at once and leaves an audit row."""

import asyncio
from datetime import timedelta
from typing import Any

from contact_center.accounts.permissions import (
    CLIENT_EVENTS,
    PERMISSIONS,
    SERVER_EVENTS,
    WALL_EVENTS,
    Role,
    of_roles,
    within,
)
from contact_center.accounts.profiles import Work
from contact_center.accounts.sessions import Ended, EndReason
from contact_center.ids import new_id
from contact_center.web import SIGNED_IN, Reach
from tests.accounts.people import PASSWORD, House, Person


async def refused(person: Person, method: str, path: str, **options: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    response = await person.call(method, path, **options)
    return response.status, (await response.json(content_type=None))["code"]


async def token_for(person: Person, house: House, *scopes: str, **values: Any) -> tuple[Person, dict[str, Any]]:
    """A machine with a new token of this person."""
    made = await person.json("POST", "/api-tokens", status=201, json={"name": "ci", "scopes": list(scopes), **values})
    machine = await house.somebody()
    machine.client.session.headers["Authorization"] = f"Bearer {made['token']}"
    return machine, made


async def test_several_roles_give_the_widest_reach() -> None:
    granted = of_roles(["agent", "supervisor", "no such role"])
    assert granted["conversations.read"] is Reach.TEAMS
    assert "users.manage" not in granted
    assert of_roles([]) == {}
    assert within(granted, ["conversations.read", "users.manage"]) == {"conversations.read": Reach.TEAMS}


async def test_every_socket_event_names_a_declared_permission() -> None:
    assert {*CLIENT_EVENTS.values(), *SERVER_EVENTS.values(), *WALL_EVENTS.values()} <= {*PERMISSIONS, SIGNED_IN}
    assert all(grants for grants in PERMISSIONS.values())


async def test_a_supervisor_sees_all_work_until_put_into_a_team(house: House) -> None:
    admin, sue = await house.signed_in("admin@example.org"), await house.signed_in("sue@example.org")
    accounts, queue_id = house.side.accounts, await house.add_queue("Billing")
    (session_id,) = {
        principal.session_id for principal in house.seen if principal.user_id == house.users["sue@example.org"]
    }
    before = await accounts.of_session(session_id or "")
    assert before is not None
    assert before.reach("conversations.read") is Reach.ALL
    body = {"name": "Billing", "queue_ids": [queue_id], "user_ids": [house.users["sue@example.org"]]}
    team = await admin.json("POST", "/teams", status=201, json=body)
    after = await accounts.of_session(session_id or "")
    assert after is not None
    assert (after.reach("conversations.read"), after.queue_ids) == (Reach.TEAMS, frozenset({queue_id}))
    await admin.json("DELETE", f"/teams/{team['id']}", status=204)
    assert (await sue.json("GET", "/me"))["permissions"]["conversations.read"] == "all"


async def test_an_agents_queues_come_from_the_agents_side(house: House) -> None:
    user_id = house.users["alice@example.org"]
    house.profiles.work[user_id] = Work("a1", frozenset({"q1"}))
    await house.signed_in("alice@example.org")
    await house.side.accounts.close()
    (principal,) = house.seen
    assert (principal.agent_id, principal.queue_ids) == ("a1", frozenset({"q1"}))
    assert principal.reach("conversations.read") is Reach.QUEUES


async def test_a_role_taken_away_is_gone_with_the_next_call(house: House) -> None:
    admin, changed = await house.signed_in("admin@example.org"), asyncio.Event()
    user_id = await house.add_user("bob@example.org", "admin")
    bob = await house.signed_in("bob@example.org")
    house.side.accounts.on_rights_changed(changed.set)
    assert (await bob.call("GET", "/users")).status == 200
    await admin.json("PATCH", f"/users/{user_id}", json={"roles": ["agent"]})
    assert await refused(bob, "GET", "/users") == (403, "forbidden")
    assert changed.is_set()
    assert [(one.roles, one.active) for one in house.profiles.changes] == [(frozenset({"agent"}), True)]


async def test_who_is_deactivated_is_out_everywhere(house: House) -> None:
    ended: list[Ended] = []
    house.side.accounts.ends.add(ended.append)
    admin, alice = await house.signed_in("admin@example.org"), await house.signed_in("alice@example.org")
    machine, _ = await token_for(alice, house, "conversations.read", "tokens.own")
    assert (await machine.call("GET", "/api-tokens")).status == 200
    view = await admin.json("PATCH", f"/users/{house.users['alice@example.org']}", json={"active": False})
    assert view["active"] is False
    assert [one.reason for one in ended] == [EndReason.DEACTIVATED]
    assert await refused(alice, "GET", "/me") == (401, "not_signed_in")
    assert await refused(machine, "GET", "/api-tokens") == (401, "bad_token")
    assert (await alice.sign_in("alice@example.org", PASSWORD)).status == 401
    await admin.json("PATCH", f"/users/{house.users['alice@example.org']}", json={"active": True})
    assert await refused(machine, "GET", "/api-tokens") == (401, "bad_token")


async def test_two_administrators_cannot_remove_each_other(house: House) -> None:
    other = await house.add_user("bob@example.org", "admin")
    admin, bob = await house.signed_in("admin@example.org"), await house.signed_in("bob@example.org")
    answers = await asyncio.gather(
        admin.call("PATCH", f"/users/{other}", json={"active": False}),
        bob.call("PATCH", f"/users/{house.users['admin@example.org']}", json={"roles": ["agent"]}),
    )
    assert sorted(answer.status for answer in answers)[0] == 200
    assert max(answer.status for answer in answers) in (401, 403, 409)
    still = admin if answers[0].status == 200 else bob
    assert await refused(
        still, "PATCH", f"/users/{(await still.json('GET', '/me'))['id']}", json={"active": False}
    ) == (
        409,
        "last_admin",
    )


async def test_a_token_does_what_its_scopes_name_and_never_more_than_its_owner(house: House) -> None:
    alice, admin = await house.signed_in("alice@example.org"), await house.signed_in("admin@example.org")
    too_much = await alice.call("POST", "/api-tokens", json={"name": "x", "scopes": ["users.read"]})
    assert (await too_much.json(content_type=None))["errors"][0]["field"] == "scopes.0"
    machine, _ = await token_for(admin, house, "users.read")
    assert (await machine.call("GET", "/users")).status == 200
    body = {"email": "x@example.org", "name": "X", "roles": ["agent"]}
    assert await refused(machine, "POST", "/users", json=body) == (403, "forbidden")
    assert await refused(machine, "GET", "/me") == (403, "forbidden")
    minting, _ = await token_for(admin, house, "tokens.own")
    wider = {"name": "x", "scopes": ["users.manage"]}
    assert (await refused(minting, "POST", "/api-tokens", json=wider))[0] == 422


async def test_a_token_can_be_seen_and_revoked_by_its_owner_and_by_administrators_only(house: House) -> None:
    alice, sue = await house.signed_in("alice@example.org"), await house.signed_in("sue@example.org")
    admin = await house.signed_in("admin@example.org")
    machine, made = await token_for(alice, house, "tokens.own", "kb.read")
    listed = await alice.json("GET", "/api-tokens")
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert "token" not in listed["items"][0]
    assert (await sue.json("GET", "/api-tokens"))["items"] == []
    assert await refused(sue, "GET", "/api-tokens?owner=all") == (403, "forbidden")
    assert await refused(sue, "DELETE", f"/api-tokens/{made['id']}") == (404, "not_found")
    assert len((await admin.json("GET", "/api-tokens?owner=all"))["items"]) == 1
    await admin.json("DELETE", f"/api-tokens/{made['id']}", status=204)
    assert await refused(machine, "GET", "/api-tokens") == (401, "bad_token")


async def test_a_token_runs_out(house: House) -> None:
    alice = await house.signed_in("alice@example.org")
    past = (house.clock.now() - timedelta(seconds=1)).isoformat()
    body = {"name": "x", "scopes": ["kb.read"], "expires_at": past}
    assert (await refused(alice, "POST", "/api-tokens", json=body))[0] == 422
    for bad in ("Bearer nonsense", "Bearer ", "Basic YTpi", "x"):
        stranger = await house.somebody()
        assert await refused(stranger, "GET", "/me", headers={"Authorization": bad}) == (401, "bad_token")


async def test_an_idempotency_key_makes_one_token_and_shows_it_again(house: House) -> None:
    alice, headers = await house.signed_in("alice@example.org"), {"Idempotency-Key": "make-it-once"}
    body = {"name": "ci", "scopes": ["kb.read"]}
    first = await alice.call("POST", "/api-tokens", json=body, headers=headers)
    second = await alice.call("POST", "/api-tokens", json=body, headers=headers)
    assert (first.status, second.status) == (201, 201)
    assert await first.json() == await second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len((await alice.json("GET", "/api-tokens"))["items"]) == 1


async def test_users_are_listed_changed_and_audited(house: House) -> None:
    admin = await house.signed_in("admin@example.org")
    for number in range(3):
        await house.add_user(f"u{number}@example.org", "agent", name=f"Ümit {number}")
    page = await admin.json("GET", "/users?q=ümit&limit=2")
    rest = await admin.json("GET", f"/users?q=ümit&limit=2&cursor={page['next_cursor']}")
    assert [one["email"][:2] for one in page["items"] + rest["items"]] == ["u0", "u1", "u2"]
    assert rest["next_cursor"] is None
    user_id = house.users["u0@example.org"]
    view = await admin.json("PATCH", f"/users/{user_id}", json={"name": "Renamed"}, headers={"If-Match": '"1"'})
    assert view["version"] == 2
    stale = {"json": {"name": "Again"}, "headers": {"If-Match": '"1"'}}
    assert await refused(admin, "PATCH", f"/users/{user_id}", **stale) == (412, "stale_version")
    assert await refused(admin, "PATCH", f"/users/{new_id()}", json={"name": "x"}) == (404, "not_found")
    (row,) = (await admin.json("GET", f"/audit-log?object={user_id}"))["items"]
    assert (row["action"], row["changes"]) == ("user.changed", {"name": ["Ümit 0", "Renamed"]})
    assert row["actor"]["id"] == house.users["admin@example.org"]
    assert row["ip"] == "127.0.0.1"


async def test_an_address_belongs_to_one_user(house: House) -> None:
    admin = await house.signed_in("admin@example.org")
    for email in ("Alice@EXAMPLE.org", "no address", "a@b@c"):
        body = {"email": email, "name": "Twin", "roles": ["agent"]}
        assert (await refused(admin, "POST", "/users", json=body))[0] == 422


async def test_a_team_names_only_what_exists(house: House) -> None:
    admin, queue_id = await house.signed_in("admin@example.org"), await house.add_queue("Billing")
    for field in ("queue_ids", "user_ids"):
        response = await admin.call("POST", "/teams", json={"name": "T", field: [new_id()]})
        found = await response.json(content_type=None)
        assert (response.status, found["errors"][0]["field"]) == (422, field)
    team = await admin.json("POST", "/teams", status=201, json={"name": "T", "queue_ids": [queue_id]})
    assert (await refused(admin, "POST", "/teams", json={"name": "t"}))[0] == 422
    changed = await admin.json("PATCH", f"/teams/{team['id']}", json={"queue_ids": [], "name": "U"})
    assert (changed["queue_ids"], changed["name"], changed["version"]) == ([], "U", 2)
    assert (await admin.json("GET", "/teams"))["items"] == [changed]


async def test_roles_are_named_in_the_callers_language(house: House) -> None:
    admin = await house.signed_in("admin@example.org")
    roles = (await admin.json("GET", "/roles"))["items"]
    assert [one["id"] for one in roles] == [role.value for role in Role]
    assert roles[2]["permissions"]["users.manage"] == "all"
