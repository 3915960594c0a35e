"""The router at work on the database: who is offered what, what becomes of offers, and whose place in line is kept."""

import pytest

from contact_center import history
from contact_center.agents.states import Presence
from contact_center.background import Background
from contact_center.bell import Bell
from contact_center.db import Leases
from contact_center.errors import Conflict
from contact_center.interactions import assigning, queueing
from contact_center.interactions.states import EndReason
from routing.router import Router
from tests.routing.conftest import Centre
from tests.waiting import eventually


async def test_a_mail_is_offered_to_the_free_agent_and_accepted(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == alice
    assert (offer.expires_at - offer.offered_at).total_seconds() == 120
    assert (await centre.interaction(mail)).state == "offered"
    assert (await centre.agent_row(alice)).used == 10
    given = await centre.accept(offer)
    interaction = await centre.interaction(mail)
    assert (interaction.state, interaction.agent_id) == ("assigned", alice)
    conversation = await centre.conversation(mail)
    assert (conversation.agent_id, conversation.queue_id) == (alice, centre.queue_id)
    assert (await centre.ticket(interaction.ticket_id)).status == "open"
    assert (await centre.accept(offer)).id == given.id
    await centre.step()
    assert centre.router.status().assigned == 1
    assert (await centre.agent_row(alice)).used == 10


async def test_a_declined_mail_goes_to_the_next_agent_and_not_back_for_a_minute(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.decline(await centre.pending(mail))
    assert (await centre.interaction(mail)).state == "queued"
    await centre.step(30)
    assert await centre.pending(mail) is None
    bob = await centre.agent("bob")
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == bob
    await centre.decline(offer)
    await centre.step(31)
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == alice
    assert (await centre.agent_row(alice)).misses == 0


async def test_two_misses_make_an_agent_not_responding_until_they_come_back(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.step(121)
    first = (await centre.offers(mail))[0]
    assert first.state == "expired"
    assert (await centre.agent_row(alice)).misses == 1
    second = await centre.pending(mail)
    assert second is not None and second.agent_id == alice
    await centre.step(121)
    assert (await centre.agent_row(alice)).forced == "not_responding"
    assert await centre.pending(mail) is None
    assert (await centre.interaction(mail)).state == "queued"
    assert (await centre.agent_row(alice)).used == 0
    await centre.presence(alice, Presence.AVAILABLE)
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == alice


async def test_an_expired_offer_cannot_be_accepted_even_before_the_router_noticed(centre: Centre) -> None:
    await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    centre.clock.advance(120)
    with pytest.raises(Conflict) as refused:
        await centre.accept(offer)
    assert refused.value.code == "offer_gone"
    assert refused.value.current == {"state": "expired", "by": None}


async def test_an_offer_is_withdrawn_when_the_customer_leaves_and_is_no_miss(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None
    assert await centre.do(lambda session: queueing.customer_left(session, mail, at=centre.clock.now()))
    await centre.step()
    (offer,) = await centre.offers(mail)
    assert (offer.state, offer.reason) == ("withdrawn", "customer_left")
    agent = await centre.agent_row(alice)
    assert (agent.used, agent.misses) == (0, 0)
    with pytest.raises(Conflict):
        await centre.accept(offer)
    assert (await centre.interaction(mail)).state == "abandoned"


async def test_going_away_withdraws_the_offer_and_somebody_else_gets_it(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    bob = await centre.agent("bob")
    await centre.presence(alice, Presence.AWAY)
    await centre.step()
    first, second = await centre.offers(mail)
    assert (first.state, first.reason) == ("withdrawn", "agent_gone")
    assert (second.agent_id, second.state) == (bob, "pending")
    assert (await centre.agent_row(alice)).misses == 0


async def test_a_vanished_agents_work_goes_to_the_front_and_to_another_agent(centre: Centre) -> None:
    alice = await centre.agent("alice")
    held, offered = await centre.mail(), await centre.mail()
    await centre.step()
    await centre.accept(await centre.pending(held))
    await centre.presence(alice, Presence.AVAILABLE)
    await centre.step()
    await centre.step(46)  # a new leader waits this long before it judges anybody
    centre.dark.add(alice)
    waiting = [await centre.mail() for _ in range(9)]
    await centre.step(40)
    assert (await centre.agent_row(alice)).forced == "none"
    await centre.step(6)
    bob = await centre.agent("bob", units=10)
    await centre.step()
    agent = await centre.agent_row(alice)
    assert (agent.forced, agent.used, agent.misses) == ("disconnected", 0, 0)
    assert (await centre.interaction(held)).state in {"queued", "offered"}
    assert [offer.agent_id for offer in await centre.offers(held)] == [alice, bob]
    (ended,) = await centre.assignments(held)
    assert ended.reason == "agent_lost"
    assert (await centre.interaction(offered)).state == "queued"
    assert {(await centre.interaction(one)).state for one in waiting} == {"queued"}
    centre.dark.discard(alice)
    await centre.step(1)
    await centre.step()
    assert (await centre.agent_row(alice)).forced == "none"
    assert (await centre.interaction(offered)).state == "offered"


async def test_a_returning_customer_waits_for_the_same_agent_and_then_for_anybody(centre: Centre) -> None:
    alice = await centre.agent("alice", units=10)
    bob = await centre.agent("bob")
    first = await centre.mail("ana@a.example")
    await centre.take(first, alice)
    await centre.finish(first)
    await centre.take(await centre.mail(), alice)  # Alice is full now
    await centre.step()
    conversation = (await centre.interaction(first)).conversation_id
    again = await centre.mail("ana@a.example", answers=conversation)
    assert (await centre.interaction(again)).last_agent_id == alice
    await centre.step(4 * 3600 - 10)
    assert await centre.offers(again) == []
    await centre.step(11)
    offer = await centre.pending(again)
    assert offer is not None and offer.agent_id == bob


async def test_the_same_agent_gets_a_returning_customer_first(centre: Centre) -> None:
    alice = await centre.agent("alice")
    first = await centre.mail("ana@a.example")
    await centre.take(first, alice)
    await centre.finish(first)
    await centre.step(5)
    await centre.agent("bob")
    again = await centre.mail("ana@a.example", answers=(await centre.interaction(first)).conversation_id)
    await centre.step()
    offer = await centre.pending(again)
    assert offer is not None and (offer.agent_id, offer.rule) == (alice, "last_agent")


async def test_a_place_in_line_survives_decline_and_requeue(centre: Centre) -> None:
    alice = await centre.agent("alice", units=10)
    first, second = await centre.mail(), await centre.mail()
    await centre.step()
    await centre.accept(await centre.pending(first))
    await centre.step(5)
    third = await centre.mail()
    await centre.give_back(first, EndReason.REQUEUED)
    await centre.step()
    assert await centre.pending(first) is not None, "the oldest is first again"
    await centre.decline(await centre.pending(first))
    await centre.step()
    assert await centre.pending(second) is not None
    await centre.accept(await centre.pending(second))
    await centre.step(61)
    await centre.give_back(second, EndReason.REQUEUED)
    await centre.step()
    offer = await centre.pending(first)
    assert offer is not None and offer.agent_id == alice
    assert await centre.offers(third) == []


async def test_what_is_requeued_to_the_front_is_before_everything(centre: Centre) -> None:
    alice = await centre.agent("alice", units=10)
    first, second = await centre.mail(), await centre.mail()
    await centre.take(second, alice)
    await centre.step()
    await centre.give_back(second, EndReason.REQUEUED, front=True)
    await centre.step()
    assert await centre.pending(second) is not None
    assert await centre.pending(first) is None


async def test_an_agent_is_never_offered_more_than_fits(centre: Centre) -> None:
    alice = await centre.agent("alice", units=30)
    mails = [await centre.mail() for _ in range(5)]
    await centre.step()
    assert (await centre.agent_row(alice)).used == 30
    assert [(await centre.interaction(one)).state for one in mails] == ["offered"] * 3 + ["queued"] * 2
    await centre.accept(await centre.pending(mails[0]))
    await centre.finish(mails[0])
    await centre.step()
    assert (await centre.interaction(mails[3])).state == "offered"
    assert (await centre.agent_row(alice)).used == 30


async def test_taking_by_hand_withdraws_the_offer_of_another(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    bob = await centre.agent("bob")
    await centre.take(mail, bob)
    offer = (await centre.offers(mail))[0]
    assert (offer.agent_id, offer.state, offer.reason) == (alice, "withdrawn", "accepted_elsewhere")
    with pytest.raises(Conflict) as refused:
        await centre.accept(offer)
    assert refused.value.current == {"state": "withdrawn", "by": {"id": bob, "name": "bob"}}
    await centre.step()
    assert ((await centre.agent_row(alice)).used, (await centre.agent_row(bob)).used) == (0, 10)


async def test_work_assigned_without_regard_to_offers_leaves_none_behind(centre: Centre) -> None:
    """Other doors call the verb below routing; the router cleans up after them, also when it was offered to the same agent."""
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    actor = history.user(centre.users[alice])
    await centre.do(lambda session: assigning.take(session, mail, alice, units=10, at=centre.clock.now(), actor=actor))
    assert (await centre.agent_row(alice)).used == 20
    await centre.step()
    assert (await centre.offers(mail))[0].state == "withdrawn"
    assert (await centre.agent_row(alice)).used == 10


async def test_skills_decide_who_may_be_offered(centre: Centre) -> None:
    skill = await centre.skill("billing", queue_id=centre.queue_id, level=5)
    await centre.agent("alice", skills={skill: 4})
    mail = await centre.mail()
    await centre.step()
    assert await centre.offers(mail) == []
    bob = await centre.agent("bob", skills={skill: 5})
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == bob
    assert offer.why["skills"] == [{"skill_id": skill, "level": 5}]


async def test_after_this_contact_begins_when_the_last_one_ended(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.accept(await centre.pending(mail))
    await centre.presence(alice, Presence.AVAILABLE, after=Presence.AWAY)
    other = await centre.mail()
    await centre.step()
    assert await centre.offers(other) == [], "nothing new for somebody about to leave"
    assert (await centre.agent_row(alice)).chosen == "available"
    await centre.finish(mail)
    agent = await centre.agent_row(alice)
    assert (agent.chosen, agent.next) == ("away", None)


async def test_longest_idle_is_offered_first(centre: Centre) -> None:
    alice = await centre.agent("alice")
    centre.clock.advance(1)
    bob = await centre.agent("bob")
    mails = []
    for _ in range(4):
        mail = await centre.mail()
        await centre.step(1)
        mails.append(mail)
        await centre.accept(await centre.pending(mail))
        await centre.finish(mail)
        await centre.step(1)
    assert [(await centre.offers(mail))[0].agent_id for mail in mails] == [alice, bob, alice, bob]


async def test_history_tells_the_whole_way(centre: Centre) -> None:
    await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.decline(await centre.pending(mail))
    await centre.step(61)
    offer = await centre.pending(mail)
    given = await centre.accept(offer)
    await centre.finish(mail)
    assert await centre.history_of(mail) == [
        (None, "received", "inbound"),
        ("received", "queued", "triaged"),
        ("queued", "offered", "offered"),
        ("offered", "queued", "declined"),
        ("queued", "offered", "offered"),
        ("offered", "assigned", "accepted"),
        ("assigned", "closed", "handled"),
    ]
    assert offer is not None
    assert await centre.history_of(offer.id) == [
        (None, "pending", offer.rule),
        ("pending", "accepted", "accept"),
    ]
    assert await centre.history_of(given.id) == [(None, "active", "accepted"), ("active", "ended", "handled")]


async def test_a_round_that_fails_unexpectedly_is_named_and_the_router_begins_anew(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    background = Background(pause=0.001)
    router = Router(
        centre.database,
        centre.clock,
        Bell(),
        Leases(centre.database, owner="here"),
        centre.routing,
        background=background,
    )
    step, calls = router.step, 0

    async def fails_once() -> bool:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("a bug")
        return await step()

    monkeypatch.setattr(router, "step", fails_once)
    router.start()
    await eventually(lambda: calls > 2 and router.desk, what="a desk after the failed round")
    assert background.failing() == ["router"]
    assert router.status().trouble is None
    await router.close()
