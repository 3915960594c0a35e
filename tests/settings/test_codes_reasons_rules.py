"""Wrap-up codes, presence reasons and triage rules."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.ids import new_id


async def test_texts_are_kept_in_both_languages(house: Any) -> None:
    code = await house.made("/wrap-up-codes", {"name": {"en": "Refund", "zh-CN": "退款"}})

    status, changed = await house.call(
        "PATCH", f"/wrap-up-codes/{code['id']}", {"name": {"en": "Paid back", "zh-CN": "已退款"}}
    )

    assert (status, changed["name"]) == (200, {"en": "Paid back", "zh-CN": "已退款"})
    missing, problem = await house.call("POST", "/wrap-up-codes", {"name": {"en": "Refund"}})
    assert (missing, problem["errors"][0]["field"]) == (422, "name.zh-CN")


async def test_a_code_that_was_never_given_can_be_deleted(house: Any) -> None:
    code = await house.made("/wrap-up-codes", {"name": {"en": "Refund", "zh-CN": "退款"}})

    assert (await house.call("DELETE", f"/wrap-up-codes/{code['id']}"))[0] == 204
    assert (await house.call("GET", "/wrap-up-codes"))[1]["items"] == []


async def test_a_reason_somebody_is_away_for_stays(house: Any) -> None:
    reason = await house.made("/presence-reasons", {"name": {"en": "Lunch", "zh-CN": "午餐"}})

    async def away(session: AsyncSession) -> None:
        await session.execute(update(Agent).values(chosen="away", reason=reason["id"]))

    await house.database.write(away)

    status, problem = await house.call("DELETE", f"/presence-reasons/{reason['id']}")

    assert (status, problem["current"]["used_by"][0]["name"]) == (409, "Alice")


async def test_rules_are_listed_in_the_order_they_are_tried(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support"})
    then = {"queue_id": queue["id"], "priority": 2}
    second = await house.made("/triage-rules", {"name": "Rest", "position": 9, "then": then})
    first = await house.made(
        "/triage-rules",
        {"name": "Chinese", "position": 1, "when": {"languages": ["zh"], "keywords": ["发票"]}, "then": then},
    )

    assert [rule["id"] for rule in (await house.call("GET", "/triage-rules"))[1]["items"]] == [
        first["id"],
        second["id"],
    ]
    status, moved = await house.call("PATCH", f"/triage-rules/{second['id']}", {"position": 0}, version=1)
    assert (status, moved["position"], moved["then"]) == (200, 0, then | {"skills": []})
    assert ("settings", None) in await house.router_inputs()
    assert (await house.call("DELETE", f"/triage-rules/{first['id']}"))[0] == 204


async def test_a_rule_names_only_what_exists(house: Any) -> None:
    status, problem = await house.call("POST", "/triage-rules", {"name": "Lost", "then": {"queue_id": new_id()}})

    assert (status, problem["errors"][0]["field"]) == (422, "then.queue_id")


async def test_agents_do_not_read_rules(house: Any) -> None:
    assert (await house.call("GET", "/triage-rules", role="agent"))[0] == 403
    assert (await house.call("GET", "/triage-rules", role="supervisor"))[0] == 200
