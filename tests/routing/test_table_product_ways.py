"""The catalogue's rows as people meet them, continued: whom customers know, other queues, hours, limits, work by hand, explanations."""

from datetime import timedelta
from typing import Any

import pytest

from contact_center import history
from contact_center.agents.states import Presence
from contact_center.ids import new_id
from contact_center.interactions.models import Conversation
from contact_center.interactions.moving_on import keep_place
from contact_center.interactions.states import EndReason
from tests.routing.conftest import Served
from tests.routing.story import Story, asks

DAY = [{"day": day, "opens": "09:00", "closes": "18:00"} for day in range(5)]
GOLDEN_WEEK = [{"date": f"2026-10-0{day}", "name": "国庆节"} for day in range(1, 8)] + [
    {"date": "2026-09-20", "name": "调休", "like": 3},
    {"date": "2026-10-10", "name": "调休", "like": 4},
]


@pytest.fixture
async def story(served: Served) -> Story:
    return Story(served)


# -- whom they know ---------------------------------------------------------------------------------------------------------


async def served_before(story: Story, agent: str) -> str:
    """A customer whom this agent served; their mail."""
    mail = await story.centre.mail("ana@a.example")
    await story.centre.take(mail, agent)
    await story.served.must("boss", "POST", f"/interactions/{mail}/close", {})
    return mail


async def test_t16_3f_4_the_last_agent_is_waited_for_and_then_everybody_may(story: Story) -> None:
    await story.queue(last_agent_seconds={"email": 60})
    alice = await story.agent("alice", caps={"email": 1})
    first = await served_before(story, alice)
    busy = await story.centre.mail()
    await story.step()
    await story.accept(busy)
    bob = await story.agent("bob")
    conversation = (await story.centre.conversation(first)).id
    again = await story.centre.mail("ana@a.example", answers=conversation)
    await story.step()
    told = await story.explain(again)
    assert (await story.offered_to(again), told["why"]["code"], told["live"]["kept_for"]["name"]) == (
        None,
        "kept",
        "alice",
    )
    await story.wait(61)
    assert await story.offered_to(again) == bob


async def test_t17_preferred_agents_come_first_for_a_while(story: Story) -> None:
    await story.queue(last_agent_seconds={"email": 60})
    away = await story.agent("away", available=False)
    alice, bob = await story.agent("alice", caps={"email": 0}), await story.agent("bob")
    mail = await story.centre.mail("ana@a.example")
    await story.customer(mail, preferred_agent_ids=[away, alice])
    await story.served.must("boss", "POST", f"/interactions/{mail}/close", {})
    again = await story.centre.mail("ana@a.example", subject="Another thing")
    await story.step()
    told = await story.explain(again)
    assert (await story.offered_to(again), told["live"]["kept_for"]["name"]) == (None, "alice")
    await story.wait(61)
    assert await story.offered_to(again) == bob
    status, problem = await story.served.call(
        "boss",
        "PATCH",
        f"/customers/{(await story.centre.interaction(mail)).customer_id}",
        {"preferred_agent_ids": [new_id()]},
    )
    assert (status, problem["errors"][0]["field"]) == (422, "preferred_agent_ids")


# -- where else, and when ---------------------------------------------------------------------------------------------------


async def test_t18_work_overflows_keeps_its_place_and_never_goes_round(story: Story) -> None:
    here, other = story.centre.queue_id, story.centre.other_queue_id
    await story.queue(overflow=[{"after": 60, "queue_id": other}])
    await story.queue(other, overflow=[{"after": 10, "queue_id": here}])
    mail = await story.centre.mail()
    await story.step()
    assert (await story.explain(mail))["overflow"]["queue"]["name"] == "Billing"
    key = (await story.centre.interaction(mail)).key_at
    await story.wait(120)
    row = await story.centre.interaction(mail)
    assert (row.queue_id, row.key_at, row.state) == (other, key, "queued")
    bob = await story.agent("bob", queues=[other])
    await story.step()
    assert await story.offered_to(mail) == bob
    assert [cause for _, _, cause in await story.centre.history_of(mail)] == [
        "inbound",
        "triaged",
        "overflowed",
        "offered",
    ]


async def hours(story: Story, **changes: Any) -> str:
    body = {"name": "Office", "time_zone": "Asia/Shanghai", "week": DAY, "exceptions": GOLDEN_WEEK, **changes}
    return str((await story.served.must("boss", "POST", "/business-hours", body))["id"])


async def test_t19_what_comes_while_closed_is_held_and_joins_the_line_at_the_opening(story: Story) -> None:
    alice = await story.agent("alice")
    await story.queue(hours_id=await hours(story, week=[{"day": 1, "opens": "09:00", "closes": "18:00"}]))
    mail = await story.centre.mail()
    await story.step()
    row = await story.centre.interaction(mail)
    told = await story.explain(mail)
    assert (row.state, told["why"]["code"], told["held_until"]) == (
        "scheduled",
        "closed",
        "2026-03-03T01:00:00.000000Z",
    )
    assert await story.offered_to(mail) is None
    story.centre.clock.advance(16 * 3600 - 1)
    await story.step(1)
    await story.centre.presence(alice, Presence.AVAILABLE)
    await story.step()
    opened = await story.centre.interaction(mail)
    assert (await story.offered_to(mail), opened.key_at) == (alice, row.key_at)
    assert opened.queued_at is not None and opened.queued_at > row.created_at + timedelta(hours=15)


async def test_t19_held_work_follows_new_hours(story: Story) -> None:
    office = await hours(story, week=[])
    shown = await story.queue(hours_id=office)
    assert "never_opens" in shown["warnings"]
    alice = await story.agent("alice")
    open_all_the_same = await story.centre.mail()
    await story.step()
    assert await story.offered_to(open_all_the_same) == alice, "what never opens must not hold anything back for good"
    tuesday = [{"day": 1, "opens": "09:00", "closes": "18:00"}]
    await story.served.must("boss", "PATCH", f"/business-hours/{office}", {"week": tuesday})
    mail = await story.centre.mail()
    await story.step(2)
    assert (await story.centre.interaction(mail)).state == "scheduled"
    always = [{"day": day, "opens": "00:00", "closes": "24:00"} for day in range(7)]
    await story.served.must("boss", "PATCH", f"/business-hours/{office}", {"week": always})
    await story.step(2)
    await story.step()
    assert await story.offered_to(mail) == alice


async def test_t19_a_closed_queue_may_send_elsewhere_or_serve_all_the_same(story: Story) -> None:
    other = story.centre.other_queue_id
    shut = await hours(story, week=[{"day": 5, "opens": "09:00", "closes": "10:00"}])
    await story.queue(hours_id=shut, when_closed="overflow", closed_queue_id=other)
    mail = await story.centre.mail()
    row = await story.centre.interaction(mail)
    assert (row.queue_id, row.state) == (other, "queued")
    await story.queue(when_closed="serve")
    row = await story.centre.interaction(await story.centre.mail())
    assert (row.queue_id, row.state) == (story.centre.queue_id, "queued")


async def test_t19_3f_9_holidays_and_make_up_days_decide_at_the_door(story: Story) -> None:
    await story.queue(hours_id=await hours(story))
    clock = story.centre.clock
    clock.advance((clock.now().replace(month=9, day=20, hour=2) - clock.now()).total_seconds())
    sunday_worked = await story.centre.mail()
    clock.advance(11 * 86_400)
    holiday = await story.centre.mail()
    clock.advance(9 * 86_400)
    saturday_worked = await story.centre.mail()
    states = [(await story.centre.interaction(one)).state for one in (sunday_worked, holiday, saturday_worked)]
    assert states == ["queued", "scheduled", "queued"]
    held = (await story.explain(holiday))["held_until"]
    assert held == "2026-10-08T01:00:00.000000Z"


async def test_t19_a_person_may_take_held_work_early(story: Story) -> None:
    alice = await story.agent("alice")
    await story.queue(hours_id=await hours(story, week=[{"day": 1, "opens": "09:00", "closes": "18:00"}]))
    mail = await story.centre.mail()
    taken = await story.served.must("alice", "POST", f"/interactions/{mail}/take")
    assert (taken["state"], taken["agent"]["id"]) == ("assigned", alice)


async def test_t20_3f_7_a_full_queue_sends_on_what_it_has_no_room_for(story: Story) -> None:
    other = story.centre.other_queue_id
    await story.queue(max_waiting=1, full_queue_id=other)
    mails = [await story.centre.mail() for _ in range(2)]
    await story.step()
    await story.step()
    assert [(await story.centre.interaction(mail)).queue_id for mail in mails] == [story.centre.queue_id, other]


async def test_t20_a_full_queue_turns_the_living_away_but_keeps_letters(story: Story) -> None:
    await story.queue(max_waiting=0)
    mail, chat = await story.centre.mail(), await story.contact("chat")
    await story.step()
    states = [
        ((await story.centre.interaction(one)).state, (await story.centre.interaction(one)).result)
        for one in (mail, chat)
    ]
    assert states == [("queued", None), ("diverted", "queue_full")]


async def test_t21_3f_10_a_call_back_keeps_the_place_of_who_hung_up(story: Story) -> None:
    waiting = await story.contact("voice")
    later = await story.contact("voice")
    held = await story.centre.interaction(waiting)
    conversation_id = new_id()

    async def unit(session: Any) -> str:
        was = await session.get(Conversation, held.conversation_id)
        session.add(
            Conversation(
                id=conversation_id,
                account_id=was.account_id,
                channel="voice",
                customer_id=was.customer_id,
                created_at=story.centre.clock.now(),
                last_message_at=story.centre.clock.now(),
            )
        )
        await session.flush()
        return await keep_place(
            session, waiting, conversation_id, at=story.centre.clock.now(), actor=history.customer(was.customer_id)
        )

    successor = await story.centre.do(unit)
    await story.step()
    row = await story.centre.interaction(waiting)
    assert (row.state, row.result, row.successor_id) == ("diverted", "keep_place", successor)
    alice = await story.agent("alice")
    await story.step()
    assert [await story.offered_to(one) for one in (successor, later)] == [alice, None]


# -- by hand ------------------------------------------------------------------------------------------------------------------


async def test_t23_a_transfer_asks_skills_of_its_own_and_keeps_the_place(story: Story) -> None:
    other, skill = story.centre.other_queue_id, await story.centre.skill("Refunds")
    alice = await story.agent("alice")
    mail = await story.centre.mail()
    key = (await story.centre.interaction(mail)).key_at
    await story.centre.take(mail, alice)
    body = {"queue_id": other, "skills": [{"skill_id": skill, "level": 4}], "note": "wants money back"}
    await story.served.must("alice", "POST", f"/interactions/{mail}/transfer", body)
    await story.agent("plain", queues=[other])
    able = await story.agent("able", queues=[other], skills={skill: 4})
    await story.step()
    assert (await story.offered_to(mail), (await story.centre.interaction(mail)).key_at) == (able, key)


async def test_t23_what_waits_or_rings_can_be_moved_to_another_queue(story: Story) -> None:
    other = story.centre.other_queue_id
    alice = await story.agent("alice")
    mail = await story.centre.mail()
    await story.step()
    assert await story.offered_to(mail) == alice
    moved = await story.served.must("boss", "POST", f"/interactions/{mail}/transfer", {"queue_id": other})
    assert (moved["state"], moved["queue"]["name"]) == ("queued", "Billing")
    bob = await story.agent("bob", queues=[other])
    await story.step()
    assert await story.offered_to(mail) == bob
    assert ((await story.centre.agent_row(alice)).used, (await story.centre.agent_row(alice)).misses) == (0, 0)


async def test_t24_a_supervisor_pushes_takes_over_and_puts_back_to_the_front(story: Story) -> None:
    alice, bob = await story.agent("alice"), await story.agent("bob", available=False)
    mail = await story.centre.mail()
    await story.step()
    pushed = await story.served.must("boss", "POST", f"/interactions/{mail}/transfer", {"agent_id": bob})
    assert pushed["agent"]["id"] == bob
    taken = await story.served.must("alice", "POST", f"/interactions/{mail}/take")
    assert taken["agent"]["id"] == alice
    older = await story.centre.mail()
    await story.centre.presence(alice, Presence.AWAY)
    await story.served.must("boss", "POST", f"/interactions/{mail}/requeue", {"front": True})
    await story.step()
    told = [(await story.explain(one))["live"]["position"] for one in (mail, older)]
    assert told == [1, 2]


async def test_t25_the_queue_says_how_contacts_end_and_after_this_contact_comes_what_was_chosen(story: Story) -> None:
    for mode in ("none", "optional", "timed", "forced"):
        assert (await story.queue(after_work=mode, after_work_seconds=30))["after_work"] == mode
    await story.queue(after_work="timed")
    alice = await story.agent("alice")
    mail = await story.centre.mail()
    await story.step()
    await story.accept(mail)
    await story.served.must("alice", "PUT", "/agents/me/presence", {"state": "available", "next": {"state": "away"}})
    await story.centre.finish(mail)
    assert (await story.served.must("boss", "GET", f"/agents/{alice}"))["derived"] == "wrapping_up"
    await story.wait(40)
    assert (await story.served.must("boss", "GET", f"/agents/{alice}"))["derived"] == "away"


async def test_t30_presence_has_reasons_of_our_own_and_holds_work_off(story: Story) -> None:
    await story.agent("alice")
    await story.served.must("alice", "PUT", "/agents/me/presence", {"state": "away"})
    mail = await story.centre.mail()
    await story.step()
    assert (await story.offered_to(mail), (await story.explain(mail))["why"]["code"]) == (None, "nobody_available")


async def test_pull_next_where_a_queue_wants_it(story: Story) -> None:
    await story.queue(delivery="pull")
    alice = await story.agent("alice")
    mail = await story.centre.mail()
    await story.step()
    told = await story.explain(mail)
    assert (await story.offered_to(mail), told["why"]["code"]) == (None, "fetched")
    assert told["live"]["candidates"][0]["because"] == "able"
    fetched = await story.served.must("alice", "POST", "/offers/next")
    assert (fetched["assignment"]["interaction_id"], fetched["assignment"]["agent_id"]) == (mail, alice)


async def test_the_customers_language_is_asked_as_a_skill(story: Story) -> None:
    english, chinese = await story.centre.skill("en", kind="language"), await story.centre.skill("zh", kind="language")
    await story.agent("eve", skills={english: 9})
    mei = await story.agent("mei", skills={chinese: 9, english: 5})
    await story.queue(skills=[asks(english, 5, required=False)])
    mail = await story.centre.mail(language="zh-CN")
    await story.step()
    assert await story.offered_to(mail) == mei


# -- explained and checked --------------------------------------------------------------------------------------------------


async def test_why_this_agent_is_stored_with_the_losers_keys(story: Story) -> None:
    skill = await story.centre.skill("Billing")
    low = await story.agent("low", skills={skill: 3})
    high = await story.agent("high", skills={skill: 8})
    await story.queue(skills=[asks(skill, 2)], choice="most_skilled")
    mail = await story.centre.mail()
    await story.step()
    await story.accept(mail)
    given = (await story.explain(mail))["given"]
    assert (given["agent"]["id"], given["won"]["rule"], given["won"]["rank"]["score"]) == (high, "most_skilled", -8)
    assert [(one["agent"]["id"], one["rank"]["score"]) for one in given["won"]["rivals"]] == [(low, -3)]
    await story.served.must("boss", "POST", f"/interactions/{mail}/close", {})
    assert (await story.explain(mail))["given"]["won"] == given["won"], "also when it is long over"


async def test_a_node_that_does_not_lead_explains_the_same(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    skill = await story.centre.skill("Billing")
    await story.agent("alice", skills={skill: 3})
    await story.agent("bob", skills={skill: 8}, available=False)
    await story.queue(skills=[asks(skill, 5)], relax=[{"after": 600, "skill_id": skill, "level": 2}])
    first, second = await story.centre.mail(), await story.centre.mail()
    await story.step()
    leader = [await story.explain(mail) for mail in (first, second)]
    monkeypatch.setattr(story.centre.router, "_desk", None)
    assert [await story.explain(mail) for mail in (first, second)] == leader
    assert [told["live"]["position"] for told in leader] == [1, 2]


async def test_a_queue_that_nobody_could_ever_serve_is_refused_with_the_reason(story: Story) -> None:
    skill = await story.centre.skill("Billing")
    alice = await story.agent("alice", skills={skill: 4})
    path = f"/queues/{story.centre.queue_id}"
    status, problem = await story.served.call("boss", "PATCH", path, {"skills": [asks(skill, 9)]})
    assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "queue_unserveable", "skills")
    assert "Billing 9" in problem["detail"]
    assert (await story.served.must("boss", "GET", path))["skills"] == []
    question = {
        "skills": [asks(skill, 9)],
        "agent_ids": [alice],
        "relax": [{"after": 30, "skill_id": skill, "level": 4}],
    }
    answer = await story.served.must("boss", "POST", "/queues/check", question)
    assert [(stage["after"], stage["agents"]) for stage in answer["stages"]] == [(0, 0), (30, 1)]
    shown = await story.queue(skills=question["skills"], relax=question["relax"])
    assert (shown["warnings"], shown["stages"]) == (["nobody_at_first"], answer["stages"])


async def test_requeued_work_waits_for_nobody_it_knew(story: Story) -> None:
    await story.queue(last_agent_seconds={"email": 600})
    alice, bob = await story.agent("alice"), await story.agent("bob", available=False)
    first = await served_before(story, alice)
    again = await story.centre.mail("ana@a.example", answers=(await story.centre.conversation(first)).id)
    await story.step()
    await story.accept(again)
    await story.centre.give_back(again, EndReason.REQUEUED)
    await story.centre.presence(alice, Presence.AWAY)
    await story.centre.presence(bob, Presence.AVAILABLE)
    await story.step()
    assert await story.offered_to(again) == bob
