"""A number set up by its administrator: tested against the local carrier, texted, answered through its messaging service."""

from tests.flows.house import House
from tests.flows.test_sms import ANA, carrier
from tests.waiting import eventually

SECOND = "+447700900199"
SERVICE = "MG0123456789abcdef0123456789abcdef"


async def test_a_number_made_on_screen_rings_and_answers_through_its_service(house: House) -> None:
    company = carrier(house)
    admin = await house.sign_in("admin", connect=False)
    queue = (await admin.call("GET", "/queues"))["items"][0]
    signed_in = {"account_sid": company.account_sid, "auth_token": company.auth_token}
    made = await admin.call(
        "POST",
        "/channel-accounts",
        {
            "channel": "sms",
            "name": "Second line",
            "address": "+44 7700 900199",
            "default_queue_id": queue["id"],
            "settings": {**signed_in, "messaging_service_sid": SERVICE},
        },
    )
    tested = await admin.call("POST", f"/channel-accounts/{made['id']}/test", {})
    assert [(step["name"], step["ok"]) for step in tested["steps"]] == [
        ("settings", True),
        ("sign_in", True),
        ("number", True),
    ]

    supervisor = await house.sign_in("supervisor", connect=False)

    async def arrived() -> list[str]:
        # Each process looks for new numbers every few seconds; the carrier repeats what was refused.
        await company.text(ANA, SECOND, "Is this the second line?", sid="SM0002")
        found = await supervisor.call("GET", "/conversations?view=all&channel=sms")
        return [str(one["id"]) for one in found["items"]]

    (conversation,) = await eventually(arrived, what="the text on the new number")
    await supervisor.reply(conversation, "It is.", then="stay")
    (body,) = await eventually(
        lambda: [form for method, path, form in company.requests if method == "POST" and form.get("Body") == "It is."],
        what="the answer at the carrier",
    )
    assert (body.get("MessagingServiceSid"), body.get("From"), body["To"]) == (SERVICE, None, ANA)


async def test_a_wrong_token_is_named_by_the_test_and_sends_nothing(house: House) -> None:
    company = carrier(house)
    admin = await house.sign_in("admin", connect=False)
    wrong = {"account_sid": company.account_sid, "auth_token": "0" * 32}
    made = await admin.call(
        "POST", "/channel-accounts", {"channel": "sms", "name": "Wrong", "address": SECOND, "settings": wrong}
    )

    tested = await admin.call("POST", f"/channel-accounts/{made['id']}/test", {})

    assert not tested["ok"]
    last = tested["steps"][-1]
    assert (last["name"], last["reason"], last["detail"]) == ("sign_in", "sign_in_refused", "401")
    assert not [path for method, path, _ in company.requests if method == "POST"]
