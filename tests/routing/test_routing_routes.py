"""Routing over HTTP: an agent's offers, presence, work by hand, explanations; who may not see answers 404."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.complaints import actions as complaints
from contact_center.complaints.models import ComplaintCategory
from contact_center.complaints.states import Severity
from contact_center.ids import new_id
from contact_center.interactions.models import Message
from contact_center.queues.models import WrapUpCode
from tests.routing.conftest import Served
from tests.routing.rights import AGENT, SUPERVISOR


async def test_an_agent_sees_the_offer_with_its_reason_and_accepts_it(served: Served) -> None:
    centre = served.centre
    skill = await centre.skill("Billing", queue_id=centre.queue_id, level=2)
    mei = await centre.agent("mei", skills={skill: 4})
    served.sign_in("mei", mei, AGENT)
    mail = await centre.mail("ana@a.example", text="Where is my refund?")
    await centre.step(10)
    status, answer = await served.call("mei", "GET", "/offers")
    assert status == 200
    (offer,) = answer["items"]
    assert (offer["interaction_id"], offer["channel"], offer["preview"]) == (mail, "email", "Where is my refund?")
    assert offer["customer"]["name"] == "ana" and offer["queue"]["name"] == "Support"
    assert offer["reason"] == {
        "rule": "longest_idle",
        "text": "您空闲时间最长",
        "skills": [{"name": "Billing", "level": 2}],
    }
    assert (offer["offer_seconds"], offer["waited_s"]) == (120, 10.001)
    status, accepted = await served.call("mei", "POST", f"/offers/{offer['id']}/accept")
    assert status == 200 and accepted["assignment"]["agent_id"] == mei
    again = await served.call("mei", "POST", f"/offers/{offer['id']}/accept")
    assert again == (200, accepted)
    assert (await served.call("mei", "GET", "/offers"))[1]["items"] == []


async def test_a_foreign_offer_does_not_exist_and_a_lost_one_says_who_has_it(served: Served) -> None:
    centre = served.centre
    alice, bob = await centre.agent("alice"), await centre.agent("bob", available=False)
    served.sign_in("alice", alice, AGENT)
    served.sign_in("bob", bob, AGENT)
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None
    assert (await served.call("bob", "POST", f"/offers/{offer.id}/accept"))[0] == 404
    status, taken = await served.call("bob", "POST", f"/interactions/{mail}/take")
    assert status == 200 and taken["agent"] == {"id": bob, "name": "bob"}
    status, problem = await served.call("alice", "POST", f"/offers/{offer.id}/accept")
    assert (status, problem["code"]) == (409, "offer_gone")
    assert problem["current"] == {"state": "withdrawn", "by": {"id": bob, "name": "bob"}}
    status, problem = await served.call("alice", "POST", f"/offers/{offer.id}/decline", {"reason": "busy"})
    assert (status, problem["code"]) == (409, "offer_gone")


async def test_declining_twice_is_harmless(served: Served) -> None:
    centre = served.centre
    served.sign_in("alice", await centre.agent("alice"), AGENT)
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None
    for _ in range(2):
        assert (await served.call("alice", "POST", f"/offers/{offer.id}/decline", {"reason": "language"}))[0] == 204
    assert (await centre.offers(mail))[0].reason == "language"


async def test_a_declines_reason_is_kept_in_history_and_told_in_the_thread_once(served: Served) -> None:
    centre = served.centre
    alice = await centre.agent("alice")
    served.sign_in("alice", alice, AGENT)
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None
    path = f"/offers/{offer.id}/decline"
    status, problem = await served.call("alice", "POST", path, {"reason": "lunch"})
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    for _ in range(2):
        assert (await served.call("alice", "POST", path, {"reason": "not_my_topic"}))[0] == 204
    assert (await centre.history_of(offer.id))[-1] == ("pending", "declined", "decline.not_my_topic")
    async with centre.database.read() as session:
        lines = list(await session.scalars(select(Message.event).where(Message.kind == "event")))
    assert lines == [{"code": "declined.not_my_topic", "params": {"agent_id": alice}}]


async def test_declining_without_a_word_leaves_no_line(served: Served) -> None:
    centre = served.centre
    served.sign_in("alice", await centre.agent("alice"), AGENT)
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None
    assert (await served.call("alice", "POST", f"/offers/{offer.id}/decline"))[0] == 204
    assert (await centre.history_of(offer.id))[-1] == ("pending", "declined", "decline")
    async with centre.database.read() as session:
        assert list(await session.scalars(select(Message).where(Message.kind == "event"))) == []


async def test_taking_next_follows_the_line_and_the_skills(served: Served) -> None:
    centre = served.centre
    skill = await centre.skill("Billing", queue_id=centre.other_queue_id, level=5)
    alice = await centre.agent("alice", queues=[centre.queue_id, centre.other_queue_id], available=False)
    served.sign_in("alice", alice, AGENT)
    assert (await served.call("alice", "POST", "/offers/next"))[0] == 204
    first, second = await centre.mail(), await centre.mail()
    for expected in (first, second):
        status, taken = await served.call("alice", "POST", "/offers/next")
        assert (status, taken["assignment"]["interaction_id"]) == (200, expected)
    await centre.step()
    await centre.transfer(first, centre.other_queue_id)
    assert (await served.call("alice", "POST", "/offers/next"))[0] == 204, f"nobody without {skill}"


async def test_presence_is_chosen_shown_and_planned(served: Served) -> None:
    centre = served.centre
    alice = await centre.agent("alice", available=False)
    served.sign_in("alice", alice, AGENT)
    status, state = await served.call("alice", "PUT", "/agents/me/presence", {"state": "available"})
    assert (status, state["derived"], state["presence"]["chosen"]) == (200, "available", "available")
    mail = await centre.mail()
    await centre.step()
    await centre.accept(await centre.pending(mail))
    planned = {"state": "available", "next": {"state": "offline"}}
    status, state = await served.call("alice", "PUT", "/agents/me/presence", planned)
    assert state["presence"]["next"] == {"state": "offline", "reason": None}
    email = next(one for one in state["capacity"]["channels"] if one["channel"] == "email")
    assert (state["capacity"]["used"], email) == (
        10,
        {
            "channel": "email",
            "cap": None,
            "used": 1,
            "units_each": 10,
            "exclusive": False,
            "interruptible": False,
        },
    )
    unknown = {"state": "away", "reason": new_id()}
    status, problem = await served.call("alice", "PUT", "/agents/me/presence", unknown)
    assert (status, problem["errors"][0]["field"]) == (422, "reason")


async def test_agents_see_colleagues_and_supervisors_everybody(served: Served) -> None:
    centre = served.centre
    alice, bob = await centre.agent("alice"), await centre.agent("bob")
    eve = await centre.agent("eve", queues=[centre.other_queue_id])
    served.sign_in("alice", alice, AGENT)
    served.sign_in("boss", None, SUPERVISOR)
    status, answer = await served.call("alice", "GET", "/agents")
    assert [one["id"] for one in answer["items"]] == [alice, bob]
    assert (await served.call("alice", "GET", f"/agents/{eve}"))[0] == 404
    assert (await served.call("alice", "PUT", f"/agents/{bob}/presence", {"state": "away"}))[0] == 403
    assert len((await served.call("boss", "GET", "/agents"))[1]["items"]) == 3
    status, state = await served.call("boss", "PUT", f"/agents/{eve}/presence", {"state": "away"})
    assert (status, state["derived"]) == (200, "away")
    status, state = await served.call("boss", "PATCH", f"/agents/{eve}", {"units": 50, "caps": {"email": 2}})
    assert (status, state["capacity"]["units"]) == (200, 50)


async def test_work_is_requeued_transferred_wrapped_up_and_closed(served: Served) -> None:
    centre = served.centre
    alice, bob = await centre.agent("alice", available=False), await centre.agent("bob", available=False)
    served.sign_in("alice", alice, AGENT)
    mail = await centre.mail()
    path = f"/interactions/{mail}"
    assert (await served.call("alice", "POST", f"{path}/requeue", {}))[0] == 409
    await served.call("alice", "POST", f"{path}/take")
    status, shown = await served.call("alice", "POST", f"{path}/requeue", {"front": True})
    assert (status, shown["state"], shown["agent"]) == (200, "queued", None)
    await served.call("alice", "POST", f"{path}/take")
    status, shown = await served.call("alice", "POST", f"{path}/transfer", {"agent_id": bob, "note": "yours"})
    assert (shown["state"], shown["agent"]["id"]) == ("assigned", bob)
    assert (await served.call("alice", "POST", f"{path}/transfer", {}))[0] == 422
    code_id = new_id()

    async def add_code(session: Any) -> None:
        session.add(WrapUpCode(id=code_id, name={"en": "Refund", "zh-CN": "退款"}))

    await centre.do(add_code)
    status, shown = await served.call("alice", "POST", f"{path}/wrap-up", {"code_id": code_id})
    assert (status, shown["state"]) == (200, "assigned")
    status, shown = await served.call("alice", "POST", f"{path}/close", {"result": "solved"})
    assert (shown["state"], shown["result"]) == ("closed", "solved")
    assert [line["reason"] for line in shown["assignments"]] == ["requeued", "transferred", "handled"]
    assert ((await centre.agent_row(alice)).used, (await centre.agent_row(bob)).used) == (0, 0)
    assert (await served.call("alice", "POST", f"{path}/close", {}))[0] == 200
    status, shown = await served.call("alice", "POST", f"{path}/transfer", {"queue_id": centre.other_queue_id})
    assert status == 409


async def test_what_one_may_not_see_does_not_exist(served: Served) -> None:
    centre = served.centre
    eve = await centre.agent("eve", queues=[centre.other_queue_id])
    served.sign_in("eve", eve, AGENT, centre.other_queue_id)
    mail = await centre.mail()
    for method, verb in (("POST", "take"), ("POST", "close"), ("GET", "explain")):
        assert (await served.call("eve", method, f"/interactions/{mail}/{verb}", {} if verb == "close" else None))[
            0
        ] == 404


async def test_waiting_is_explained_by_what_is_missing(served: Served) -> None:
    centre = served.centre
    skill = await centre.skill("Billing", queue_id=centre.queue_id, level=5)
    alice = await centre.agent("alice", skills={skill: 3})
    await centre.agent("bob", skills={skill: 8}, available=False)
    served.sign_in("alice", alice, AGENT)
    mail = await centre.mail()
    await centre.step()
    status, answer = await served.call("alice", "GET", f"/interactions/{mail}/explain")
    assert (status, answer["state"], answer["live"]["position"]) == (200, "queued", 1)
    assert answer["live"]["needs"] == [
        {"skill": {"id": skill, "name": "Billing"}, "level": 5, "agents": 1, "available": 0}
    ]
    why = {one["agent"]["name"]: one["because"] for one in answer["live"]["candidates"]}
    assert why == {"alice": "skills", "bob": "unavailable"}
    assert [step["cause"] for step in answer["history"]] == ["inbound", "triaged"]


async def test_triage_rules_are_tried_without_changing_anything(served: Served) -> None:
    centre = served.centre
    served.sign_in("boss", None, SUPERVISOR)
    await centre.rule("Refunds", {"keywords": ["refund", "退款"]}, {"queue_id": centre.other_queue_id, "priority": 3})
    sample = {
        "account_id": centre.account_id,
        "sender": "a@b.example",
        "subject": "我要退款",
        "text": "",
        "language": "zh",
    }
    status, answer = await served.call("boss", "POST", "/triage-rules/try", sample)
    assert (status, answer["rule"]["name"], answer["queue"]["name"], answer["priority"]) == (
        200,
        "Refunds",
        "Billing",
        3,
    )
    status, answer = await served.call("boss", "POST", "/triage-rules/try", {**sample, "subject": "hello"})
    assert (answer["rule"], answer["queue"]["name"]) == (None, "Support")


async def test_an_offer_says_what_its_customer_complained_about_that_is_still_open(served: Served) -> None:
    centre = served.centre
    served.sign_in("alice", await centre.agent("alice"), AGENT)
    mail = await centre.mail("ana@a.example")
    await centre.step()
    (quiet,) = (await served.call("alice", "GET", "/offers"))[1]["items"]
    assert (quiet["complaints_open"], quiet["complaints"]) == (0, [])
    place = (await centre.interaction(mail)).conversation_id

    async def complain(session: AsyncSession) -> str:
        category = (await session.scalars(select(ComplaintCategory.id).order_by(ComplaintCategory.position))).first()
        assert category is not None
        new = complaints.NewComplaint(place, category, Severity.SERIOUS, "Late again")
        within, at = timedelta(days=90), centre.clock.now()
        return await complaints.record(session, new, repeat_within=within, at=at, actor=history.SYSTEM)

    ids = [await centre.do(complain) for _ in range(4)]
    (offer,) = (await served.call("alice", "GET", "/offers"))[1]["items"]
    assert offer["complaints_open"] == 4
    assert [one["id"] for one in offer["complaints"]] == ids[:0:-1]
    assert [one["repeats"] for one in offer["complaints"]] == [3, 2, 1]
    assert offer["complaints"][0]["category"]["name"] == {"en": "Delivery", "zh-CN": "物流配送"}
