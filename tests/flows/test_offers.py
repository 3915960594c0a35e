"""What becomes of an offer: declined, missed, withdrawn, lost with its agent, kept for the agent the customer knows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.house import House, Person, letter, opened
from tests.waiting import eventually

SHORT = {"offer_seconds": {"email": 2}, "last_agent_seconds": {"email": 2}, "vanished_grace_seconds": 4.0}


@pytest.fixture
async def hasty(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house where offers ring for two seconds and four seconds of silence mean that an agent is gone."""
    async with opened(database_url, tmp_path / "data", routing=SHORT) as running:
        yield running


async def two(house: House) -> tuple[Person, Person]:
    """Alice and Bob, both ready; Alice has been free the longer."""
    alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
    await alice.available()
    await bob.available()
    return alice, bob


async def interaction(person: Person, identifier: str) -> dict[str, Any]:
    found = await person.call("GET", f"/interactions/{identifier}")
    assert isinstance(found, dict)
    return found


async def test_a_declined_offer_rings_at_the_next_agent(house: House) -> None:
    alice, bob = await two(house)
    await house.mail(letter())
    first = await eventually(lambda: [one for one in (alice, bob) if one.events("offer.made")], what="an offer")
    decliner, other = (alice, bob) if first[0] is alice else (bob, alice)
    offer = await decliner.offer()
    await decliner.call("POST", f"/offers/{offer['id']}/decline", {"reason": "not_my_topic"}, expect=204)
    second = await other.offer()
    assert second["interaction_id"] == offer["interaction_id"] and second["queued_at"] == offer["queued_at"]
    gone = await decliner.call("POST", f"/offers/{offer['id']}/accept", expect=409)
    assert gone["code"] == "offer_gone" and gone["current"]["state"] == "declined"


async def test_two_missed_offers_in_a_row_make_an_agent_not_responding_until_she_says_otherwise(hasty: House) -> None:
    alice = await hasty.sign_in("alice")
    await alice.available()
    await hasty.mail(letter())
    first, second = await alice.offer(), await alice.offer(number=2)
    assert second["interaction_id"] == first["interaction_id"]

    async def state() -> str:
        return str((await alice.call("GET", "/me"))["agent"]["derived"])

    async def not_responding() -> bool:
        return await state() == "not_responding"

    await eventually(not_responding, what="not responding")
    await eventually(lambda: len(alice.events("offer.withdrawn")) >= 2, what="both misses")
    reasons = [event["reason"] for event in alice.events("offer.withdrawn")]
    assert reasons[:2] == ["expired", "expired"]
    await alice.available()
    third = await alice.offer(number=3)
    await alice.accept(third)


async def test_what_a_supervisor_takes_is_withdrawn_and_no_miss(house: House) -> None:
    alice = await house.sign_in("alice")
    supervisor = await house.sign_in("supervisor")
    await alice.available()
    await house.mail(letter())
    offer = await alice.offer()
    await supervisor.call("POST", f"/interactions/{offer['interaction_id']}/take")
    (told,) = await eventually(lambda: alice.events("offer.withdrawn"), what="the withdrawal")
    assert told["id"] == offer["id"] and told["reason"] != "expired"
    held = await interaction(supervisor, offer["interaction_id"])
    assert (held["state"], held["agent"]["name"]) == ("assigned", supervisor.me["name"])
    assert (await alice.call("GET", "/me"))["agent"]["derived"] == "available"


async def test_when_an_agents_browser_dies_her_work_goes_to_the_front_and_to_a_colleague(hasty: House) -> None:
    alice = await hasty.sign_in("alice")
    await alice.available()
    await hasty.mail(letter())
    offer = await alice.offer()
    await alice.accept(offer)
    bob = await hasty.sign_in("bob")
    await alice.disconnect()
    await bob.available()
    rescued = await bob.offer(seconds=40)
    assert rescued["interaction_id"] == offer["interaction_id"]
    await bob.accept(rescued)
    held = await interaction(bob, offer["interaction_id"])
    assert held["agent"]["name"] == bob.me["name"]


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["admin"]}])
async def test_who_is_an_agent_no_more_leaves_no_work_behind(house: House, change: dict[str, Any]) -> None:
    alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
    admin = await house.sign_in("admin", connect=False)
    await alice.available()
    await house.mail(letter())
    held = await alice.offer()
    await alice.accept(held)
    await house.mail(letter(sender="rita@customer.example"))
    ringing = await alice.offer(number=2)
    await admin.call("PATCH", f"/users/{alice.me['id']}", change)
    await bob.available()
    offered = {one["interaction_id"]: one for one in (await bob.offer(), await bob.offer(number=2))}
    assert offered.keys() == {held["interaction_id"], ringing["interaction_id"]}
    await bob.accept(offered[held["interaction_id"]])
    assert (await interaction(bob, held["interaction_id"]))["agent"]["name"] == bob.me["name"]


async def test_the_agent_a_customer_knows_is_waited_for_only_so_long(hasty: House) -> None:
    alice = await hasty.sign_in("alice")
    await alice.available()
    first = letter()
    await hasty.mail(first)
    offer = await alice.offer()
    assignment = await alice.accept(offer)
    await alice.reply(assignment["conversation_id"], "Solved.", then="resolve")
    caught = await hasty.caught("ana@customer.example")
    await alice.away()
    bob = await hasty.sign_in("bob")
    await bob.available()
    await hasty.mail(letter(subject="Re: Charged twice", In_Reply_To=str(caught.parsed()["Message-ID"])))
    later = await bob.offer(seconds=30)
    assert later["conversation_id"] == assignment["conversation_id"]
    assert later["interaction_id"] != offer["interaction_id"]


async def test_accepting_twice_is_one_assignment(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    await house.mail(letter())
    offer = await alice.offer()
    once, again = await alice.accept(offer), await alice.accept(offer)
    assert once == again
