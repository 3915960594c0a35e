"""Channel accounts: what is secret goes in, works, and never comes out again."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from contact_center.channel import ProbeStep, SendReason
from contact_center.interactions.models import ChannelAccount

PASSWORD = "correct horse battery staple"


def mailbox(**settings: object) -> dict[str, Any]:
    return {"name": "Support", "address": "Support@Demo.example", "settings": settings}


async def test_a_password_is_sealed_and_never_answered_nor_audited(
    house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made = await house.made("/channel-accounts", mailbox(relay_url="smtp://relay.example:25", password=PASSWORD))
    _, changed = await house.call(
        "PATCH", f"/channel-accounts/{made['id']}", {"settings": {"password": PASSWORD + "!"}}
    )
    _, listed = await house.call("GET", "/channel-accounts")
    async with house.database.read() as session:
        row = (await session.scalars(select(ChannelAccount))).one()
    audited = [row.changes for row in await house.audit(made["id"])]

    seen = json.dumps([made, changed, listed, audited, row.settings, row.secrets]) + caplog.text
    assert PASSWORD not in seen
    assert made["settings"] == {
        "relay_url": "smtp://relay.example:25",
        "username": None,
        "password_set": True,
        "signature": None,
    }
    assert audited[-1] == {"settings.password": ["***", "***"]}


async def test_the_channel_gets_the_password_for_its_live_test(house: Any) -> None:
    made = await house.made("/channel-accounts", mailbox(username="support", password=PASSWORD))
    house.peer.steps = [
        ProbeStep("connect", True, "220"),
        ProbeStep("sign_in", False, "535 no", SendReason.SIGN_IN_REFUSED),
    ]

    status, tested = await house.call("POST", f"/channel-accounts/{made['id']}/test")

    assert status == 200
    assert tested == {
        "ok": False,
        "steps": [
            {"name": "connect", "ok": True, "reason": None, "detail": "220"},
            {"name": "sign_in", "ok": False, "reason": "sign_in_refused", "detail": "535 no"},
        ],
    }
    assert house.peer.seen[0].settings == {"username": "support", "password": PASSWORD}
    assert house.peer.seen[0].address == "support@demo.example"


async def test_an_empty_password_takes_it_away_and_an_unnamed_one_stays(house: Any) -> None:
    made = await house.made("/channel-accounts", mailbox(username="support", password=PASSWORD))
    path = f"/channel-accounts/{made['id']}"

    _, renamed = await house.call("PATCH", path, {"settings": {"username": "help"}})
    _, cleared = await house.call("PATCH", path, {"settings": {"password": None}})

    assert (renamed["settings"]["username"], renamed["settings"]["password_set"]) == ("help", True)
    assert (cleared["settings"]["username"], cleared["settings"]["password_set"]) == ("help", False)


async def test_a_relay_address_with_a_password_in_it_is_refused(house: Any) -> None:
    status, problem = await house.call(
        "POST", "/channel-accounts", mailbox(relay_url=f"smtp://me:{'x' * 9}@relay.example")
    )

    assert (status, problem["errors"][0]["field"]) == (422, "settings.relay_url")


@pytest.mark.parametrize("address", ["support", "@demo.example", "a b@demo.example", "<a@demo.example>"])
async def test_an_address_must_be_a_mailbox(house: Any, address: str) -> None:
    status, problem = await house.call("POST", "/channel-accounts", {"name": "Support", "address": address})

    assert (status, problem["errors"][0]["field"]) == (422, "address")


async def test_one_address_is_one_account(house: Any) -> None:
    await house.made("/channel-accounts", mailbox())

    status, problem = await house.call("POST", "/channel-accounts", mailbox())

    assert (status, problem["errors"][0]["field"]) == (422, "address")


async def test_agents_see_from_where_they_may_write_but_no_settings(house: Any) -> None:
    made = await house.made("/channel-accounts", mailbox(signature="Kind regards"))

    _, listed = await house.call("GET", "/channel-accounts", role="agent")

    assert [(item["address"], item["settings"], item["status"]) for item in listed["items"]] == [
        ("support@demo.example", None, None)
    ]
    assert (await house.call("GET", f"/channel-accounts/{made['id']}", role="agent"))[0] == 403


async def test_an_account_that_a_rule_names_cannot_be_deleted(house: Any) -> None:
    made = await house.made("/channel-accounts", mailbox())
    queue = await house.made("/queues", {"name": "Support"})
    rule = await house.made(
        "/triage-rules", {"name": "Box", "when": {"account_ids": [made["id"]]}, "then": {"queue_id": queue["id"]}}
    )

    status, problem = await house.call("DELETE", f"/channel-accounts/{made['id']}")
    await house.call("DELETE", f"/triage-rules/{rule['id']}")

    assert (status, problem["current"]["used_by"]) == (409, [{"type": "triage_rule", "id": rule["id"], "name": "Box"}])
    assert (await house.call("DELETE", f"/channel-accounts/{made['id']}"))[0] == 204
