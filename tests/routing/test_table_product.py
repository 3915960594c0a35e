"""The catalogue's rows as people meet them: settings made over HTTP, mail coming in, the router stepped, answers read over HTTP.

Tests are named by the row (`t04`) or by the case among the deterministic ones (`3f_4`). Rows that the telephone alone shows
(monitoring, voicemail, conferences) are proven where calls are.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents.states import Presence
from contact_center.complaints import actions as complaints
from contact_center.complaints.models import ComplaintCategory
from contact_center.complaints.states import Severity
from contact_center.db import LeaseLost
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount
from contact_center.interactions.queueing import customer_left
from contact_center.routing_input import InputKind, tell_router
from routing.commit import Batch, write
from tests.routing import test_table_product_several as several
from tests.routing import test_table_product_telephone as telephone
from tests.routing import test_table_product_ways as ways
from tests.routing.conftest import Served
from tests.routing.story import Story, asks


@pytest.fixture
async def story(served: Served) -> Story:
    return Story(served)


# -- who may serve it -------------------------------------------------------------------------------------------------------


async def test_t01_t02_only_who_has_the_skill_at_the_level_gets_it(story: Story) -> None:
    billing = await story.centre.skill("Billing")
    await story.agent("none")
    await story.agent("low", skills={billing: 4})
    able = await story.agent("able", skills={billing: 5})
    await story.queue(skills=[asks(billing, 5)])
    mail = await story.centre.mail()
    await story.step()
    assert await story.offered_to(mail) == able


async def test_t03_a_preferred_skill_ranks_but_excludes_nobody(story: Story) -> None:
    billing = await story.centre.skill("Billing")
    plain = await story.agent("plain")
    skilled = await story.agent("skilled", skills={billing: 3})
    await story.queue(skills=[asks(billing, 9, required=False)], choice="most_skilled")
    first = await story.centre.mail()
    await story.step()
    assert await story.offered_to(first) == skilled
    await story.centre.presence(skilled, Presence.AWAY)
    await story.step()
    assert await story.offered_to(first) == plain


async def test_t04_3f_1_a_step_widens_at_its_time_and_the_place_stays(story: Story) -> None:
    billing = await story.centre.skill("Billing")
    low = await story.agent("low", skills={billing: 2}, available=False)
    relax = [{"after": 30, "skill_id": billing, "level": 2}]
    await story.queue(skills=[asks(billing, 8)], relax=relax, agent_ids=[low])
    first = await story.centre.mail()
    await story.step()
    key = (await story.centre.interaction(first)).key_at
    told = await story.explain(first)
    assert (told["why"]["code"], told["live"]["next_step"]["level"]) == ("skills", 2)
    await story.wait(29)
    second = await story.centre.mail()
    await story.step(1)
    await story.centre.presence(low, Presence.AVAILABLE)
    await story.step()
    assert await story.offered_to(first) == low
    assert (await story.centre.interaction(first)).key_at == key
    assert (await story.explain(second))["live"]["next_step"] is not None


async def test_t05_3f_8_where_nobody_is_at_work_the_step_is_taken_at_once(story: Story) -> None:
    other = story.centre.other_queue_id
    await story.queue(overflow=[{"after": 600, "queue_id": other, "if_nobody": True}])
    away = await story.agent("away", available=False)
    bob = await story.agent("bob", queues=[other])
    mail = await story.centre.mail()
    await story.step(2)
    await story.step()
    assert await story.offered_to(mail) == bob, f"{away} is not at work"


# -- in which order ---------------------------------------------------------------------------------------------------------


async def test_t06_strict_priority_beats_any_age(story: Story) -> None:
    await story.queue(order="strict")
    await story.centre.rule("Urgent", {"keywords": ["urgent"]}, {"queue_id": story.centre.queue_id, "priority": 1})
    old = await story.centre.mail()
    await story.wait(600)
    urgent = await story.centre.mail(subject="urgent")
    await story.step()
    alice = await story.agent("alice", caps={"email": 1})
    await story.step()
    assert (await story.offered_to(urgent), await story.offered_to(old)) == (alice, None)


async def test_t07_priority_is_a_head_start_that_age_makes_up_for(story: Story) -> None:
    await story.queue(order="key", head_start=60)
    await story.centre.rule("Urgent", {"keywords": ["urgent"]}, {"queue_id": story.centre.queue_id, "priority": 1})
    old = await story.centre.mail()
    await story.wait(80)
    later = await story.centre.mail(subject="urgent")
    alice = await story.agent("alice", caps={"email": 1})
    await story.step()
    assert (await story.offered_to(old), await story.offered_to(later)) == (alice, None)
    await story.queue(head_start=300)
    await story.centre.decline(await story.centre.pending(old))
    await story.step()
    assert await story.offered_to(later) == alice


async def test_t07_vip_and_at_risk_and_complaints_move_a_customer_ahead(story: Story) -> None:
    first = await story.centre.mail("ana@a.example")
    await story.customer(first, vip=True, at_risk=True)
    await story.served.must("boss", "POST", f"/interactions/{first}/close", {})
    await story.queue(boosts={"vip": 2, "at_risk": 3, "complaint_open": 10})
    plain = await story.centre.mail("bo@a.example")
    again = await story.centre.mail("ana@a.example", subject="Another thing")
    assert (await story.centre.interaction(again)).priority == 5
    await story.step()
    alice = await story.agent("alice", caps={"email": 1})
    await story.step()
    assert (await story.offered_to(again), await story.offered_to(plain)) == (alice, None)


async def test_t07_a_complaint_recorded_while_they_wait_moves_a_customer_ahead(story: Story) -> None:
    await story.queue(boosts={"complaint_open": 10})
    plain = await story.centre.mail("bo@a.example")
    troubled = await story.centre.mail("ana@a.example")
    await story.step()
    place = (await story.centre.interaction(troubled)).conversation_id

    async def complain(session: AsyncSession) -> None:
        category = (await session.scalars(select(ComplaintCategory.id))).first()
        assert category is not None
        new = complaints.NewComplaint(place, category, Severity.CRITICAL, "Never answered")
        within, at = timedelta(days=90), story.centre.clock.now()
        await complaints.record(session, new, repeat_within=within, at=at, actor=history.SYSTEM)

    await story.centre.do(complain)
    await story.step()
    alice = await story.agent("alice", caps={"email": 1})
    await story.step()
    assert (await story.offered_to(troubled), await story.offered_to(plain)) == (alice, None)


async def test_t08_the_nearest_deadline_goes_first(story: Story) -> None:
    await story.queue(order="deadline", answer_seconds={"email": 3600})
    patient = await story.centre.mail()
    await story.queue(answer_seconds={"email": 60})
    pressing = await story.centre.mail()
    await story.step()
    alice = await story.agent("alice", caps={"email": 1})
    await story.step()
    assert (await story.offered_to(pressing), await story.offered_to(patient)) == (alice, None)
    row = await story.centre.interaction(patient)
    assert row.due_at == row.created_at + timedelta(hours=1)


async def test_t09_first_come_first_served_across_the_queues_of_an_agent(story: Story) -> None:
    other = story.centre.other_queue_id
    await story.centre.rule("Bills", {"keywords": ["bill"]}, {"queue_id": other})
    first = await story.centre.mail(subject="my bill")
    second = await story.centre.mail()
    both = await story.agent("both", queues=[story.centre.queue_id, other], caps={"email": 1})
    await story.step()
    assert (await story.offered_to(first), await story.offered_to(second)) == (both, None)


async def test_t09_an_agent_may_be_given_what_it_knows_best(story: Story) -> None:
    other, skill = story.centre.other_queue_id, await story.centre.skill("Bills")
    alice = await story.agent(
        "alice",
        queues=[story.centre.queue_id, other],
        caps={"email": 1},
        skills={skill: 9},
        pick="level_order",
        available=False,
    )
    await story.queue(other, skills=[asks(skill)])
    await story.centre.rule("Bills", {"keywords": ["bill"]}, {"queue_id": other})
    older = await story.centre.mail()
    bill = await story.centre.mail(subject="my bill")
    await story.step()
    await story.centre.presence(alice, Presence.AVAILABLE)
    await story.step()
    assert (await story.offered_to(bill), await story.offered_to(older)) == (alice, None)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("longest_idle", "bob"), ("pack", "alice"), ("least_loaded", "bob"), ("round_robin", "bob")],
)
async def test_t10_the_queue_says_which_agent_is_chosen(story: Story, choice: str, expected: str) -> None:
    await story.queue(choice=choice)
    people = {"alice": await story.agent("alice")}
    first = await story.centre.mail()
    await story.step()
    await story.accept(first)
    people["bob"] = await story.agent("bob")
    if choice == "longest_idle":
        await story.centre.presence(people["alice"], Presence.AWAY)
        await story.step(5)
        await story.centre.presence(people["alice"], Presence.AVAILABLE)
    mail = await story.centre.mail()
    await story.step()
    assert await story.offered_to(mail) == people[expected]


async def test_t10_by_itself_agents_shared_with_calls_are_filled_up_one_by_one(story: Story) -> None:
    async def telephone(session: Any) -> None:
        session.add(ChannelAccount(id=new_id(), channel="voice", name="Hotline", address="+12025550100"))
        tell_router(session, InputKind.SETTINGS, None, at=story.centre.clock.now())

    await story.agent("alice")
    before = await story.centre.mail()
    await story.step()
    await story.centre.do(telephone)
    after = await story.centre.mail()
    await story.step()
    assert [(await story.centre.offers(mail))[0].rule for mail in (before, after)] == ["longest_idle", "pack"]


# -- how much -----------------------------------------------------------------------------------------------------------------


async def test_t11_budget_and_caps_both_hold(story: Story) -> None:
    alice = await story.agent("alice", units=40, caps={"email": 2})
    mails = [await story.centre.mail() for _ in range(3)]
    chat = await story.contact("chat")
    await story.step()
    assert [await story.offered_to(mail) for mail in (*mails, chat)] == [alice, alice, None, None]
    told = {one["because"] for one in (await story.explain(mails[2]))["live"]["candidates"]}
    assert told == {"cap"}
    assert (await story.explain(chat))["live"]["candidates"][0]["because"] == "units"


async def test_t11_an_exclusive_channel_takes_the_agent_alone_where_it_is_set(story: Story) -> None:
    alice = await story.agent("alice", exclusive=["email"])
    first, second = await story.centre.mail(), await story.centre.mail()
    await story.step()
    assert [await story.offered_to(mail) for mail in (first, second)] == [alice, None]
    assert (await story.explain(second))["live"]["candidates"][0]["because"] == "exclusive"


async def test_t12_a_call_interrupts_mail_up_to_the_budget_of_calls(story: Story) -> None:
    alice = await story.agent("alice", units=100, interruptible=["email"])
    mails = [await story.centre.mail() for _ in range(10)]
    await story.step()
    for mail in mails:
        await story.accept(mail)
    call, second = await story.contact("voice"), await story.contact("voice")
    await story.step()
    assert [await story.offered_to(one) for one in (call, second)] == [alice, None]
    assert (await story.centre.agent_row(alice)).used == 200


async def test_t12_a_reserve_of_idle_agents_is_kept_for_others(story: Story) -> None:
    other = story.centre.other_queue_id
    await story.queue(reserve=1)
    alice = await story.agent("alice", queues=[story.centre.queue_id, other])
    mail = await story.centre.mail()
    await story.step()
    assert await story.offered_to(mail) is None
    assert (await story.explain(mail))["why"]["code"] == "reserve"
    await story.agent("bob", queues=[story.centre.queue_id, other])
    await story.step()
    assert await story.offered_to(mail) == alice


async def test_t13_sending_the_customer_a_last_word_frees_the_capacity(story: Story) -> None:
    alice = await story.agent("alice", caps={"email": 1})
    first, second = await story.centre.mail(), await story.centre.mail()
    await story.step()
    await story.accept(first)
    assert await story.offered_to(second) is None
    await story.served.must("alice", "POST", f"/interactions/{first}/close", {})
    await story.step()
    assert await story.offered_to(second) == alice


async def test_3f_6_capacity_cut_below_the_load_takes_nothing_away(story: Story) -> None:
    alice = await story.agent("alice", units=100)
    mails = [await story.centre.mail() for _ in range(3)]
    await story.step()
    for mail in mails:
        await story.accept(mail)
    await story.served.must("boss", "PATCH", f"/agents/{alice}", {"units": 20})
    more = await story.centre.mail()
    await story.step()
    assert {(await story.centre.interaction(mail)).agent_id for mail in mails} == {alice}
    assert await story.offered_to(more) is None
    for mail in mails[:2]:
        await story.served.must("alice", "POST", f"/interactions/{mail}/close", {})
    await story.step()
    assert await story.offered_to(more) == alice


# -- offers -------------------------------------------------------------------------------------------------------------------


async def test_t14_3f_2_an_offer_that_rings_out_returns_to_its_old_place(story: Story) -> None:
    await story.queue(offer_seconds={"email": 30})
    await story.agent("alice", caps={"email": 1})
    first, second = await story.centre.mail(), await story.centre.mail()
    await story.step()
    await story.wait(40)
    assert [offer.state for offer in await story.centre.offers(first)] == ["expired", "pending"]
    assert await story.centre.offers(second) == []


async def test_t15_two_misses_make_an_agent_not_responding_until_they_choose_again(story: Story) -> None:
    await story.queue(offer_seconds={"email": 30})
    alice = await story.agent("alice")
    mail = await story.centre.mail()
    await story.step()
    await story.wait(80)
    state = await story.served.must("boss", "GET", f"/agents/{alice}")
    assert (state["derived"], await story.offered_to(mail)) == ("not_responding", None)
    await story.served.must("alice", "PUT", "/agents/me/presence", {"state": "available"})
    await story.step()
    assert await story.offered_to(mail) == alice


async def test_3f_3_what_the_customer_takes_back_is_no_miss(story: Story) -> None:
    alice = await story.agent("alice")
    for _ in range(3):
        mail = await story.centre.mail()
        await story.step()
        assert await story.offered_to(mail) == alice

        async def leaves(session: Any, gone: str = mail) -> None:
            await customer_left(session, gone, at=story.centre.clock.now())

        await story.centre.do(leaves)
        await story.step()
    row = await story.centre.agent_row(alice)
    assert (row.misses, row.forced, row.used) == (0, "none", 0)


async def test_3f_5_an_agent_who_leaves_during_an_offer_gives_it_back_unblamed(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob")
    mail = await story.centre.mail()
    await story.step()
    assert await story.offered_to(mail) == alice
    await story.served.must("alice", "PUT", "/agents/me/presence", {"state": "away"})
    await story.step()
    assert await story.offered_to(mail) == bob
    assert (await story.centre.agent_row(alice)).misses == 0


async def test_t31_3f_11_accepting_twice_is_one_assignment(story: Story) -> None:
    await story.agent("alice")
    mail = await story.centre.mail()
    await story.step()
    offer = await story.centre.pending(mail)
    assert offer is not None
    answers = [await story.served.must("alice", "POST", f"/offers/{offer.id}/accept") for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(await story.centre.assignments(mail)) == 1


async def test_3f_12_a_leader_of_yesterday_writes_nothing(story: Story) -> None:
    router = story.centre.router
    lease = router._lease
    assert lease is not None
    stale = replace(lease, token=lease.token - 1)

    async def unit(session: Any) -> None:
        await write(session, Batch(), {}, lease=stale, inputs=[], misses=2, at=story.centre.clock.now())

    with pytest.raises(LeaseLost):
        await story.centre.do(unit)


def test_every_row_that_people_meet_has_its_story() -> None:
    told = "".join(
        name for name in (*globals(), *vars(ways), *vars(several), *vars(telephone)) if name.startswith("test_")
    )
    rows = (*range(1, 22), 23, 24, 25, 26, 30, 31, 32)
    assert [row for row in rows if f"t{row:02d}" not in told] == []
    assert [case for case in range(1, 13) if f"3f_{case}_" not in told] == []
