"""Numbers for SMS and WhatsApp among the channel accounts: canonical addresses, a token that never comes out, errors at their fields."""

import json
from typing import Any

import pytest

TOKEN = "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"
SID = "AC0123456789abcdef0123456789abcdef"


def number(address: str = "+44 7700 900-100", channel: str = "sms", **settings: object) -> dict[str, Any]:
    return {"channel": channel, "name": "Texts", "address": address, "settings": settings}


async def test_the_token_is_sealed_and_never_answered_nor_audited(house: Any, caplog: pytest.LogCaptureFixture) -> None:
    made = await house.made("/channel-accounts", number(account_sid=SID, auth_token=TOKEN))
    _, changed = await house.call(
        "PATCH", f"/channel-accounts/{made['id']}", {"settings": {"auth_token": TOKEN[::-1], "longest_segments": 3}}
    )
    _, listed = await house.call("GET", "/channel-accounts")
    audited = [row.changes for row in await house.audit(made["id"])]

    seen = json.dumps([made, changed, listed, audited]) + caplog.text
    assert TOKEN not in seen and TOKEN[::-1] not in seen
    assert made["address"] == "+447700900100"
    assert made["settings"] == {
        "account_sid": SID,
        "auth_token_set": True,
        "messaging_service_sid": None,
        "longest_segments": 10,
    }
    assert changed["settings"]["longest_segments"] == 3
    assert audited[-1] == {"settings.auth_token": ["***", "***"], "settings.longest_segments": [None, 3]}


async def test_one_number_may_be_texted_and_written_to_on_whatsapp_but_not_twice_on_either(house: Any) -> None:
    await house.made("/channel-accounts", number())
    await house.made("/channel-accounts", number(channel="whatsapp"))

    status, problem = await house.call("POST", "/channel-accounts", number("+447700900100"))

    assert (status, problem["errors"][0]["field"]) == (422, "address")


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("sms", "07700 900100"),
        ("sms", "+44"),
        ("sms", "texts@demo.example"),
        ("sms", "whatsapp:+447700900100"),
        ("whatsapp", "60777"),
    ],
)
async def test_what_is_no_number_is_refused_at_its_field(house: Any, channel: str, address: str) -> None:
    status, problem = await house.call("POST", "/channel-accounts", number(address, channel))

    assert (status, problem["errors"][0]["field"]) == (422, "address")


async def test_a_short_code_takes_texts(house: Any) -> None:
    assert (await house.made("/channel-accounts", number("60777")))["address"] == "60777"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_sid", "SK0123"),
        ("messaging_service_sid", "AC0123"),
        ("longest_segments", 21),
        ("relay_url", "smtp://relay.example:25"),
        ("colour", "#123456"),
    ],
)
async def test_settings_that_no_number_has_are_refused_by_name(house: Any, name: str, value: object) -> None:
    status, problem = await house.call("POST", "/channel-accounts", number() | {"settings": {name: value}})

    assert (status, problem["errors"][0]["field"]) == (422, f"settings.{name}")


async def test_a_mailbox_has_no_token(house: Any) -> None:
    mailbox = {"name": "Support", "address": "support@demo.example", "settings": {"auth_token": TOKEN}}

    status, problem = await house.call("POST", "/channel-accounts", mailbox)

    assert (status, problem["errors"][0]["field"]) == (422, "settings.auth_token")
