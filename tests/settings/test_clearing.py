"""Null takes away what a setting can do without, and nothing else."""

from typing import Any

import pytest

NAME = {"en": "Sick", "zh-CN": "病假"}


async def test_a_queue_loses_description_language_and_its_own_seconds(house: Any) -> None:
    queue = await house.made(
        "/queues",
        {
            "name": "Support",
            "description": "All kinds",
            "language": "zh-CN",
            "offer_seconds": {"email": 90},
            "last_agent_seconds": {"email": 60},
        },
    )
    cleared = dict.fromkeys(("description", "language", "offer_seconds", "last_agent_seconds"))
    status, changed = await house.call("PATCH", f"/queues/{queue['id']}", cleared)
    assert status == 200
    assert changed == queue | {
        "description": "",
        "language": None,
        "offer_seconds": {},
        "last_agent_seconds": {},
        "version": 2,
    }
    (_, edited) = await house.audit(queue["id"])
    assert edited.changes["description"] == ["All kinds", ""]


async def test_a_code_returns_to_every_queue_and_a_rule_to_every_mail(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support"})
    code = await house.made("/wrap-up-codes", {"name": NAME, "queue_ids": [queue["id"]]})
    status, changed = await house.call("PATCH", f"/wrap-up-codes/{code['id']}", {"queue_ids": None})
    assert (status, changed["queue_ids"]) == (200, [])
    rule = await house.made(
        "/triage-rules", {"name": "r", "when": {"keywords": ["bill"]}, "then": {"queue_id": queue["id"]}}
    )
    status, changed = await house.call("PATCH", f"/triage-rules/{rule['id']}", {"when": None})
    assert (status, changed["when"]["keywords"], changed["then"]) == (200, [], rule["then"])


async def test_an_account_loses_its_queue(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support"})
    account = await house.made(
        "/channel-accounts", {"name": "Help", "address": "help@x.example", "default_queue_id": queue["id"]}
    )
    status, changed = await house.call("PATCH", f"/channel-accounts/{account['id']}", {"default_queue_id": None})
    assert (status, changed["default_queue_id"]) == (200, None)


@pytest.mark.parametrize(
    ("path", "made", "field"),
    [
        ("/queues", {"name": "Support"}, "name"),
        ("/queues", {"name": "Support"}, "agent_ids"),
        ("/skills", {"name": "English"}, "kind"),
        ("/presence-reasons", {"name": NAME}, "active"),
        ("/wrap-up-codes", {"name": NAME}, "name"),
        ("/channel-accounts", {"name": "Help", "address": "help@x.example"}, "settings"),
    ],
)
async def test_what_it_cannot_do_without_is_refused_by_name(house: Any, path: str, made: object, field: str) -> None:
    row = await house.made(path, made)
    status, problem = await house.call("PATCH", f"{path}/{row['id']}", {field: None})
    assert (status, problem["errors"]) == (422, [{"field": field, "message": "must not be null"}])
