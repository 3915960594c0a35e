"""Row 26 of the catalogue as people meet it: a queue asks several agents at once, and the first to accept has the work."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from contact_center.agents.states import Presence
from contact_center.events import EventRow
from contact_center.interactions.queueing import customer_left
from routing.models import Offer
from routing.router import Router
from tests.routing.conftest import Served
from tests.routing.story import Story


@pytest.fixture
async def story(served: Served) -> Story:
    """A centre whose queue asks two at once."""
    made = Story(served)
    assert (await made.queue(offers_at_once=2))["offers_at_once"] == 2
    return made


async def asked(story: Story, mail: str) -> dict[str, Offer]:
    """The pending offers, by agent."""
    return {offer.agent_id: offer for offer in await story.centre.offers(mail) if offer.state == "pending"}


async def ended(story: Story, mail: str) -> list[tuple[str, str | None]]:
    """How the offers ended, in order of agents' ordinals."""
    return [(offer.state, offer.reason) for offer in await story.centre.offers(mail)]


async def balanced(story: Story, *agents: str) -> list[tuple[int, int]]:
    """(units, misses) of the agents; the router has nothing to mend."""
    lease = story.centre.router._lease
    desk = story.centre.router.desk
    assert lease is not None and desk is not None
    await desk.reconcile(lease)
    rows = [await story.centre.agent_row(agent) for agent in agents]
    return [(row.used, row.misses) for row in rows]


async def test_t26_the_first_to_accept_has_it_and_the_other_is_told_why(story: Story) -> None:
    alice, bob, carol = [await story.agent(name) for name in ("alice", "bob", "carol")]
    mail = await story.centre.mail()
    await story.step()
    offers = await asked(story, mail)
    assert set(offers) == {alice, bob}, f"{carol} has been free for the shortest time"
    assert {offer.expires_at for offer in offers.values()} == {offers[alice].expires_at}
    await story.centre.accept(offers[bob])
    status, problem = await story.served.call("alice", "POST", f"/offers/{offers[alice].id}/accept")
    assert (status, problem["code"]) == (409, "offer_gone")
    assert problem["current"] == {"state": "withdrawn", "by": {"id": bob, "name": "bob"}}
    await story.step()
    assert sorted(await ended(story, mail), key=str) == [("accepted", None), ("withdrawn", "accepted_elsewhere")]
    assert await balanced(story, alice, bob) == [(0, 0), (10, 0)]
    async with story.centre.database.read() as session:
        told = await session.scalars(select(EventRow).where(EventRow.kind == "offer.withdrawn"))
        (event,) = told.all()
    assert event.rooms == [f"user:{story.centre.users[alice]}"]
    assert (event.data["reason"], event.data["by_agent_id"]) == ("accepted_elsewhere", bob)


async def test_t26_two_who_accept_at_the_same_instant_are_one_assignment(story: Story) -> None:
    people = [await story.agent(name) for name in ("alice", "bob")]
    for _ in range(5):
        mail = await story.centre.mail()
        await story.step()
        offers = await asked(story, mail)
        answers = await asyncio.gather(
            *(
                story.served.call(name, "POST", f"/offers/{offers[one].id}/accept")
                for name, one in zip(("alice", "bob"), people, strict=True)
            )
        )
        assert sorted(status for status, _ in answers) == [200, 409]
        (given,) = await story.centre.assignments(mail)
        assert (await story.centre.interaction(mail)).agent_id == given.agent_id
    await story.step()
    used = await balanced(story, *people)
    assert sum(units for units, _ in used) == 50 and {misses for _, misses in used} == {0}


async def test_t26_it_waits_again_only_when_the_last_of_them_said_no(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob")
    mail = await story.centre.mail()
    await story.step()
    offers = await asked(story, mail)
    await story.centre.decline(offers[alice])
    await story.step()
    assert ((await story.centre.interaction(mail)).state, set(await asked(story, mail))) == ("offered", {bob})
    await story.centre.decline(offers[bob])
    await story.step()
    assert ((await story.centre.interaction(mail)).state, await asked(story, mail)) == ("queued", {})
    carol = await story.agent("carol")
    await story.step()
    assert set(await asked(story, mail)) == {carol}
    assert await balanced(story, alice, bob, carol) == [(0, 0), (0, 0), (10, 0)]


async def test_t26_who_leaves_is_out_and_the_others_go_on_ringing(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob")
    mail = await story.centre.mail()
    await story.step()
    await story.centre.presence(alice, Presence.AWAY)
    await story.step()
    assert ((await story.centre.interaction(mail)).state, set(await asked(story, mail))) == ("offered", {bob})
    assert await balanced(story, alice, bob) == [(0, 0), (10, 0)]
    await story.centre.accept((await asked(story, mail))[bob])
    await story.step()
    assert (await story.centre.interaction(mail)).agent_id == bob


async def test_t26_all_who_let_it_ring_miss_it(story: Story) -> None:
    await story.queue(offer_seconds={"email": 30})
    alice, bob = await story.agent("alice"), await story.agent("bob")
    mail = await story.centre.mail()
    await story.step()
    await story.wait(40)
    assert [state for state, _ in await ended(story, mail)] == ["expired", "expired", "pending", "pending"]
    assert await balanced(story, alice, bob) == [(10, 1), (10, 1)]


async def test_t26_what_the_customer_takes_back_is_no_miss_for_either(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob")
    mail = await story.centre.mail()
    await story.step()

    async def leaves(session: Any) -> None:
        await customer_left(session, mail, at=story.centre.clock.now())

    await story.centre.do(leaves)
    await story.step()
    assert await ended(story, mail) == [("withdrawn", "customer_left")] * 2
    assert await balanced(story, alice, bob) == [(0, 0), (0, 0)]


async def test_t26_a_new_leader_goes_on_with_the_same_offers(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob")
    mail = await story.centre.mail()
    await story.step()
    before = await asked(story, mail)
    centre = story.centre
    await centre.router.close()
    centre.router = Router(centre.database, centre.clock, centre.router._bell, centre.router._leases, centre.routing)
    await story.step()
    assert {agent: offer.id for agent, offer in (await asked(story, mail)).items()} == {
        agent: offer.id for agent, offer in before.items()
    }
    await centre.accept(before[alice])
    await story.step()
    assert await balanced(story, alice, bob) == [(10, 0), (0, 0)]


async def test_t06_t08_a_queue_has_one_order_over_all_its_channels(story: Story) -> None:
    await story.queue(offers_at_once=1, order="deadline", answer_seconds={"email": 3600, "chat": 60})
    letter = await story.centre.mail()
    await story.wait(600)
    chat = await story.contact("chat")
    await story.step()
    alice = await story.agent("alice", units=30)
    await story.step()
    assert [await story.offered_to(one) for one in (chat, letter)] == [alice, None], "the chat is due sooner"
    await story.queue(order="strict")
    await story.centre.decline(await story.centre.pending(chat))
    await story.centre.rule("Urgent", {"keywords": ["urgent"]}, {"queue_id": story.centre.queue_id, "priority": 1})
    urgent = await story.centre.mail(subject="urgent")
    await story.centre.presence(alice, Presence.AWAY)
    await story.step()
    await story.wait(120)
    await story.centre.presence(alice, Presence.AVAILABLE)
    await story.step()
    assert [await story.offered_to(one) for one in (urgent, chat)] == [alice, None], "priority counts, not the channel"


async def test_t26_an_agent_without_room_in_the_database_leaves_the_others_asked(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob")

    async def full(session: Any) -> None:
        (await session.get_one(type(await story.centre.agent_row(alice)), alice)).used = 95

    await story.centre.do(full)
    mail = await story.centre.mail()
    await story.step()
    assert set(await asked(story, mail)) == {bob}
    assert (await story.centre.interaction(mail)).state == "offered"
    assert await balanced(story, alice, bob) == [(0, 0), (10, 0)]
