"""Calls, wire to wire over a local carrier: a caller waits, the right agent is asked, both talk, and everybody may hang up at any time."""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import select

from channels.voice.states import load
from contact_center.interactions.models import Assignment
from tests.flows.callers import (
    ANA,
    becomes,
    call_of,
    carrier,
    commands,
    dials_in,
    interaction,
    joins,
    reaches,
    rings,
    set_up,
    talk,
)
from tests.flows.house import House, Person, opened
from tests.waiting import eventually

MENU = {
    "menu_id": "main",
    "version": 1,
    "root": "top",
    "nodes": {
        "top": {
            "prompts": {"en": "For invoices press 2.", "zh-CN": "发票请按 2。"},
            "choices": {"1": {"leads": "queue", "to": "Support"}, "2": {"leads": "queue", "to": "Billing"}},
        }
    },
    "fallback": {"leads": "queue", "to": "Support"},
}


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


async def gone(agent: Person) -> dict[str, Any]:
    """The withdrawal that reached the agent."""
    found = await eventually(lambda: agent.events("offer.withdrawn")[:1], what="the offer is withdrawn")
    return found[0]


async def test_the_menu_leads_into_the_queue_that_was_chosen(house: House) -> None:
    await set_up(house, menu=MENU)
    bob = await house.sign_in("bob")
    await bob.available()
    phone = rings(house)

    await phone.hears("For invoices press 2")
    assert bob.events("offer.made") == []
    phone.press("2")

    offer = await bob.offer()
    assert offer["queue"]["name"] == "Billing"
    headset = await joins(house, bob, offer)
    await talk(phone, headset)


async def test_a_key_that_means_nothing_is_asked_again_and_silence_falls_back(house: House) -> None:
    await set_up(house, menu=MENU)
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)

    for _ in range(2):
        await phone.hears("For invoices press 2")
        phone.press("7")
    await phone.hears("For invoices press 2")

    assert (await alice.offer())["queue"]["name"] == "Support"


async def test_who_hangs_up_in_the_menu_has_abandoned_and_nobody_was_asked(house: House) -> None:
    await set_up(house, menu=MENU)
    alice = await house.sign_in("alice")
    await alice.available()
    supervisor = await house.sign_in("supervisor", connect=False)
    phone = rings(house)
    await phone.hears("For invoices press 2")

    phone.hang_up()

    row = await reaches(house, "ended")
    assert row.outcome == "abandoned"
    left = await becomes(supervisor, row.interaction_id, "abandoned")
    assert left["queue"] is None and alice.events("offer.made") == []


async def test_who_hangs_up_in_the_queue_has_abandoned(house: House) -> None:
    supervisor = await house.sign_in("supervisor", connect=False)
    phone = rings(house)
    await phone.hears("Please hold")
    row = await reaches(house, "waiting")
    await becomes(supervisor, row.interaction_id, "queued")

    phone.hang_up()

    await becomes(supervisor, row.interaction_id, "abandoned")
    assert (await reaches(house, "ended")).outcome == "abandoned"


async def test_who_hangs_up_while_it_rings_takes_the_offer_along_and_it_is_no_miss(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()

    phone.hang_up()

    withdrawn = await gone(alice)
    assert withdrawn["id"] == offer["id"] and withdrawn["reason"] == "customer_left"
    await becomes(alice, offer["interaction_id"], "abandoned")
    refused = await alice.call("POST", f"/offers/{offer['id']}/accept", expect=409)
    assert refused["code"] == "offer_gone"
    again = rings(house)
    assert (await alice.offer(number=2))["interaction_id"] != offer["interaction_id"]
    again.hang_up()


async def test_who_hangs_up_on_the_way_to_the_agent_frees_the_agent_without_notes(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    await alice.accept(offer)
    await reaches(house, "connecting")

    phone.hang_up()

    closed = await becomes(alice, offer["interaction_id"], "closed")
    assert closed["result"] == "abandoned"
    assert (await reaches(house, "ended")).outcome == "abandoned"
    refused = await alice.call("POST", "/calls/join", {"interaction_id": offer["interaction_id"]}, expect=409)
    assert refused["code"] == "not_expected"


async def test_a_declined_call_goes_to_the_next_agent_and_the_caller_notices_nothing(house: House) -> None:
    alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
    await alice.available()
    phone = rings(house)
    first = await alice.offer()
    await bob.available()

    await alice.call("POST", f"/offers/{first['id']}/decline", {})

    second = await bob.offer()
    assert second["interaction_id"] == first["interaction_id"]
    headset = await joins(house, bob, second)
    await talk(phone, headset)
    waits = ("hold", "number", "should take")
    assert [one for one in phone.heard if not any(word in one for word in waits)] == []


async def test_a_call_that_rang_out_goes_to_the_next_agent_and_is_a_miss(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path / "data", routing={"offer_seconds": {"voice": 1}}) as house:
        alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
        await alice.available()
        phone = rings(house)
        first = await alice.offer()
        await bob.available()

        second = await bob.offer()

        assert second["interaction_id"] == first["interaction_id"]
        headset = await joins(house, bob, second)
        await talk(phone, headset)
        assert [one["reason"] for one in alice.events("offer.withdrawn")][:1] == ["expired"]


async def test_an_agent_who_hangs_up_ends_the_call_for_both(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    await reaches(house, "talking")

    for _ in range(2):
        await alice.call("POST", "/calls/hang-up", {"interaction_id": offer["interaction_id"]})

    await asyncio.gather(phone.ends(), headset.ends())
    assert (await becomes(alice, offer["interaction_id"], "closed"))["result"] == "handled"


async def test_a_call_given_to_another_queue_waits_there_and_is_taken_by_its_agent(house: House) -> None:
    alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    await reaches(house, "talking")
    await alice.away()
    await bob.available()
    queues = (await alice.call("GET", "/queues"))["items"]
    billing = next(one["id"] for one in queues if one["name"] == "Billing")

    await alice.call("POST", f"/interactions/{offer['interaction_id']}/transfer", {"queue_id": billing})

    await headset.ends()
    second = await bob.offer()
    assert second["interaction_id"] == offer["interaction_id"]
    other = await joins(house, bob, second)
    await talk(phone, other)
    row = await reaches(house, "talking")
    assert len(row.rooms) == 2


async def test_an_agent_who_accepts_and_never_comes_is_given_up_and_the_caller_is_first_in_line(house: House) -> None:
    await set_up(house, join_seconds=1)
    alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    await bob.available()

    await alice.accept(offer)

    second = await bob.offer()
    assert second["interaction_id"] == offer["interaction_id"]
    headset = await joins(house, bob, second)
    await talk(phone, headset)
    states = [one["derived"] for one in (await bob.call("GET", "/agents"))["items"] if one["name"] == "Alice Ng"]
    assert states == ["not_responding"]


async def test_an_agent_whose_browser_dies_may_come_back_and_the_caller_is_kept(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    await reaches(house, "talking")

    headset.hang_up()

    await reaches(house, "recovering")
    await phone.hears("One moment")
    again = await dials_in(house, alice, offer["interaction_id"])
    await talk(phone, again)
    await reaches(house, "talking")
    assert carrier(house).faults == []


async def test_after_the_call_the_agent_writes_notes_where_the_queue_says_so(house: House) -> None:
    admin = await house.sign_in("admin", connect=False)
    (support,) = [one for one in (await admin.call("GET", "/queues"))["items"] if one["name"] == "Support"]
    await admin.call("PATCH", f"/queues/{support['id']}", {"after_work": "forced"})
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    await reaches(house, "talking")

    phone.hang_up()

    async def writes() -> bool:
        async with house.server.database.read() as session:
            query = select(Assignment.state).where(Assignment.interaction_id == offer["interaction_id"])
            return await session.scalar(query) == "wrapping_up"

    await eventually(writes, what="Alice writes her notes")
    assert (await interaction(alice, offer["interaction_id"]))["state"] == "assigned"
    codes = (await alice.call("GET", "/wrap-up-codes"))["items"]
    await alice.call(
        "POST", f"/interactions/{offer['interaction_id']}/wrap-up", {"code_id": codes[0]["id"], "note": "Done"}
    )
    await becomes(alice, offer["interaction_id"], "closed")

    async def free() -> bool:
        row = await call_of(house)
        return row is not None and load(row.value).parts == ()

    await eventually(free, what="the call knows that her notes are written")


async def test_a_ticket_lets_one_browser_in_and_no_second(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    await alice.accept(offer)
    ticket = await alice.call("POST", "/calls/join", {"interaction_id": offer["interaction_id"]})

    first = carrier(house).connect("alice", {"ticket": ticket["ticket"]})
    await talk(phone, first)
    second = carrier(house).connect("alice", {"ticket": ticket["ticket"]})
    third = carrier(house).connect("alice", {"ticket": "made up"})

    await asyncio.gather(second.hears("rejected"), third.hears("rejected"))
    assert len(phone.hears_parties()) == 1


async def test_a_caller_without_a_number_is_somebody_new(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house, caller="Anonymous")
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    row = await call_of(house, offer["interaction_id"])
    assert row is not None and row.caller == ""


async def test_where_nobody_comes_in_time_a_voicemail_is_taken_and_is_work_for_an_agent(house: House) -> None:
    await set_up(house, voicemail=True, max_wait_seconds=1)
    supervisor = await house.sign_in("supervisor", connect=False)
    phone = rings(house)
    await phone.hears("leave a message")
    await phone.hears("beep")

    phone.speak("My parcel has not come, please call me.")
    phone.press("#")

    row = await reaches(house, "ended")
    assert row.outcome == "voicemail" and [one["voicemail"] for one in row.recordings] == [True]
    assert (await interaction(supervisor, row.interaction_id))["state"] == "diverted"
    alice = await house.sign_in("alice")
    await alice.available()
    offer = await alice.offer()
    assert offer["conversation_id"] == row.conversation_id and offer["interaction_id"] != row.interaction_id
    await alice.accept(offer)
    assert carrier(house).faults == []


async def test_who_says_nothing_after_the_tone_has_abandoned(house: House) -> None:
    await set_up(house, voicemail=True, max_wait_seconds=1)
    phone = rings(house)
    await phone.hears("beep")
    phone.press("#")
    await phone.hears("heard nothing")
    assert (await reaches(house, "ended")).outcome == "abandoned"


async def test_a_restart_forgets_no_timer_and_no_caller(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path / "one") as first:
        await set_up(first, voicemail=True, max_wait_seconds=2)
        phone = rings(first)
        await phone.hears("Please hold")
        await reaches(first, "waiting")
        assert first.server.demo is not None
        first.server.demo.carrier.knobs.lose = True  # the node dies: nobody hears that the line does
    async with opened(database_url, tmp_path / "two") as second:
        assert (await reaches(second, "voicemail")).outcome is None
