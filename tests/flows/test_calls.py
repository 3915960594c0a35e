"""Calls, wire to wire over a local carrier: a caller waits, the right agent is asked, both talk, and everybody may hang up at any time."""

from tests.flows.callers import ANA, becomes, call_of, carrier, commands, joins, reaches, rings, talk
from tests.flows.house import House


async def test_a_caller_is_brought_to_an_agent_who_accepts_and_both_talk(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)

    await phone.hears("Please hold")
    offer = await alice.offer()
    assert (offer["channel"], offer["queue"]["name"]) == ("voice", "Support")
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    await reaches(house, "talking")

    phone.hang_up()
    await headset.ends()
    row = await reaches(house, "ended")
    assert row.outcome == "completed" and row.caller == ANA
    closed = await becomes(alice, offer["interaction_id"], "closed")
    assert closed["result"] == "handled"
    thread = await alice.thread(offer["conversation_id"])
    assert [one["event"]["code"] for one in thread if one["event"]] == ["call_completed"]
    assert carrier(house).faults == []
    assert {state for _, state in await commands(house)} <= {"done", "answered", "pending"}
    assert await call_of(house) is not None
