"""Texts, wire to wire over a local carrier: in by signed webhooks, out through the real adapter, and what its owner forbids."""

from typing import Any

import aiohttp
import pytest

from contact_center.demo.carrier.texts import INBOUND, TextCarrier
from tests.flows.house import House, Person
from tests.waiting import eventually

ANA, DESK = "+447700900321", "+447700900100"


def carrier(house: House) -> TextCarrier:
    """The telephone company of this house."""
    assert house.server.demo is not None
    return house.server.demo.carrier


async def to_ana(house: House, number: int = 1) -> list[str]:
    """What reached her phone, once there are `number` texts."""
    phone = carrier(house)
    return await eventually(
        lambda: found if len(found := [one.body for one in phone.seen(ANA) if one.receiver == ANA]) >= number else [],
        what=f"{number} texts for Ana",
    )


async def parked(house: House) -> list[dict[str, Any]]:
    """What could not be taken in."""
    admin = await house.sign_in("admin", connect=False)
    return list((await admin.call("GET", "/parked"))["items"])


async def talk(house: House, alice: Person, words: str = "Where is my parcel?") -> str:
    """Ana texts, Alice takes it: the conversation."""
    assert (await carrier(house).text(ANA, DESK, words))[0] == 200
    offer = await alice.offer()
    assert offer["channel"] == "sms"
    return str((await alice.accept(offer))["conversation_id"])


async def test_a_text_rings_is_answered_and_its_delivery_is_reported(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    conversation = await talk(house, alice)

    await alice.reply(conversation, "It comes tomorrow. 明天到。")

    assert await to_ana(house) == ["It comes tomorrow. 明天到。"]

    async def delivered() -> Any:
        thread = await alice.thread(conversation)
        return [one for one in thread if one["delivery"] and one["delivery"]["state"] == "delivered"]

    await eventually(delivered, what="the report of its delivery")
    await carrier(house).text(ANA, DESK, "Thank you!")
    again = await alice.offer(number=2)
    assert again["conversation_id"] == conversation and again["reason"]["rule"] == "last_agent"


async def test_reports_late_repeated_and_out_of_order_come_to_the_same(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    conversation = await talk(house, alice)
    carrier(house).knobs.repeat, carrier(house).knobs.reorder = 2, True

    await alice.reply(conversation, "It comes tomorrow.")

    async def state() -> Any:
        (sent,) = [one for one in await alice.thread(conversation) if one["direction"] == "out"]
        return sent["delivery"]["state"] == "delivered"

    await eventually(state, what="delivered")
    assert await to_ana(house) == ["It comes tomorrow."]


async def test_the_same_webhook_again_changes_nothing(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    for _ in range(3):
        assert (await carrier(house).text(ANA, DESK, "Where is my parcel?", sid="SM0001"))[0] == 200

    offer = await alice.offer()
    assert len(await alice.thread((await alice.accept(offer))["conversation_id"])) == 1


@pytest.mark.parametrize("signature", ["", "not really"])
async def test_what_the_provider_did_not_sign_is_refused_and_kept_to_look_at(house: House, signature: str) -> None:
    forged = {"MessageSid": "SM0001", "From": ANA, "To": DESK, "Body": "Where is my parcel?"}
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.post(house.url + INBOUND, data=forged, headers={"X-Twilio-Signature": signature}) as answer:
                assert answer.status == 403
    rows = await parked(house)
    assert [(row["reason"], row["channel"]) for row in rows] == [("bad_signature", "sms")]

    # The real one, which says the same, is not taken for a copy of the forgery.
    assert (await carrier(house).text(ANA, DESK, "Where is my parcel?", sid="SM0001"))[0] == 200
    supervisor = await house.sign_in("supervisor", connect=False)
    found = await supervisor.call("GET", "/conversations?view=all&channel=sms")
    assert len(found["items"]) == 1


async def test_a_json_body_without_a_digest_is_refused(house: House) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(house.url + INBOUND, json={"a": 1}, headers={"X-Twilio-Signature": "x"}) as answer,
    ):
        assert answer.status == 403


@pytest.mark.parametrize(("stop", "start"), [("STOP", "START"), ("退订", "订阅")])
async def test_who_forbids_texts_gets_none_until_they_allow_them_again(house: House, stop: str, start: str) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    conversation = await talk(house, alice)

    status, told = await carrier(house).text(ANA, DESK, stop)
    assert status == 200 and ("<Message>" in told) == (stop == "退订")
    await alice.reply(conversation, "It comes tomorrow.", then="stay")

    async def refused() -> Any:
        thread = await alice.thread(conversation)
        return [one for one in thread if one["delivery"] and one["delivery"]["reason"] == "consent_withdrawn"]

    (held,) = await eventually(refused, what="the text is not sent")
    confirmations = await to_ana(house) if stop == "退订" else []
    assert [one.body for one in carrier(house).seen(ANA) if one.receiver == ANA] == confirmations

    await carrier(house).text(ANA, DESK, start)
    await alice.call("POST", f"/messages/{held['id']}/retry")
    assert (await to_ana(house, len(confirmations) + (2 if stop == "退订" else 1)))[-1] == "It comes tomorrow."


async def test_a_refusal_is_tried_again_and_silence_never(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    conversation = await talk(house, alice)
    carrier(house).knobs.refuse, carrier(house).knobs.refusals = 503, 1

    await alice.reply(conversation, "First.", then="stay")

    async def waiting() -> Any:
        thread = await alice.thread(conversation)
        return [one for one in thread if one["delivery"] and one["delivery"]["state"] == "failed"]

    (failed,) = await eventually(waiting, what="the refusal")
    assert failed["delivery"]["next_try_at"] and (failed["delivery"]["reason"], failed["delivery"]["detail"]) == (
        "refused",
        "20500",
    )
    await alice.call("POST", f"/messages/{failed['id']}/retry")
    assert await to_ana(house) == ["First."]
    assert len([one for one in carrier(house).requests if one[1].endswith("Messages.json")]) == 2
