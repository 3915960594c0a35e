"""Complaints as people work on them: recorded in a conversation, taken through their steps, corrected, counted, seen again."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.complaints.models import Complaint, ComplaintCategory
from contact_center.customers.models import Customer
from contact_center.history import HistoryRow
from contact_center.interactions.models import Conversation, Interaction
from contact_center.queues.models import Queue
from contact_center.routing_input import RoutingInput
from contact_center.tickets.models import Ticket
from tests.workspace.house import House


async def category(house: House, position: int = 0) -> str:
    async with house.database.read() as session:
        found = await session.scalars(select(ComplaintCategory.id).order_by(ComplaintCategory.position))
        return str(found.all()[position])


async def recorded(house: House, conversation_id: str | None, *, who: str = "alice", **more: Any) -> dict[str, Any]:
    body = {
        "conversation_id": conversation_id,
        "category_id": more.pop("category_id", None) or await category(house),
        "severity": "serious",
        "text": "The parcel came three weeks late, and nobody called.",
        **more,
    }
    return dict(await house.post("/complaints", body, who=who))


async def step(house: House, complaint: dict[str, Any], name: str, body: object = None, *, who: str = "alice") -> Any:
    return await house.call("POST", f"/complaints/{complaint['id']}/{name}", body or {}, who=who)


async def customer_of(house: House, conversation_id: str | None) -> Customer:
    async with house.database.read() as session:
        found = select(Customer).join(Conversation, Conversation.customer_id == Customer.id)
        return (await session.scalars(found.where(Conversation.id == conversation_id))).one()


async def test_a_complaint_hangs_on_the_ticket_and_is_counted_for_its_customer(house: House) -> None:
    taken = await house.arrive(agent="alice")
    first = await recorded(house, taken.conversation_id)
    panel = await house.get(f"/conversations/{taken.conversation_id}")
    assert first["ticket"]["number"] == panel["item"]["ticket"]["number"]
    assert (first["state"], first["open"], first["severity"], first["channel"]) == (
        "recorded",
        True,
        "serious",
        "email",
    )
    assert first["customer"]["id"] == panel["customer"]["id"]
    assert first["recorded_by"]["id"] == house.people["alice"].user_id
    assert panel["customer"]["complaints_open"] == 1
    second = await recorded(house, taken.conversation_id, category_id=await category(house, 1))
    assert second["number"] == first["number"] + 1
    assert (await customer_of(house, taken.conversation_id)).complaints_open == 2


async def test_a_conversation_without_a_ticket_gets_one_for_its_complaint(house: House) -> None:
    taken = await house.arrive(agent="alice")

    async def unit(session: AsyncSession) -> None:
        await session.execute(update(Conversation).values(ticket_id=None))
        await session.execute(update(Interaction).values(ticket_id=None))

    await house.database.write(unit)
    complaint = await recorded(house, taken.conversation_id)
    async with house.database.read() as session:
        assert await session.get(Ticket, complaint["ticket"]["id"]) is not None
        assert await session.scalar(select(Conversation.ticket_id)) == complaint["ticket"]["id"]
        assert await session.scalar(select(Interaction.ticket_id)) == complaint["ticket"]["id"]


async def test_it_is_acknowledged_resolved_closed_and_reopened_and_every_step_is_kept(house: House) -> None:
    taken = await house.arrive(agent="alice")
    complaint = await recorded(house, taken.conversation_id)
    status, problem = await step(house, complaint, "resolve", {"resolution": "Paid back"})
    assert (status, problem["code"], problem["current"]["state"]) == (409, "complaint_moved", "recorded")
    status, acknowledged = await step(house, complaint, "acknowledge")
    assert (status, acknowledged["state"]) == (200, "acknowledged")
    assert (await step(house, complaint, "acknowledge"))[1]["version"] == acknowledged["version"]
    status, resolved = await step(house, complaint, "resolve", {"resolution": "Postage paid back"})
    assert (status, resolved["open"], resolved["resolution"]) == (200, False, "Postage paid back")
    assert (await customer_of(house, taken.conversation_id)).complaints_open == 0
    status, closed = await step(house, complaint, "close", {"outcome": "accepted"})
    assert (status, closed["state"], closed["outcome"]) == (200, "closed", "accepted")
    assert closed["can"] == {
        "change": False, "acknowledge": False, "resolve": False, "close": False, "reopen": True,
    }  # fmt: skip
    status, reopened = await step(house, complaint, "reopen", {"reason": "The money never came"})
    assert (status, reopened["state"], reopened["reopened"], reopened["resolution"]) == (200, "acknowledged", 1, "")
    assert (await customer_of(house, taken.conversation_id)).complaints_open == 1
    lines = (await house.get(f"/complaints/{complaint['id']}/history"))["items"]
    assert [line["step"] for line in lines] == ["recorded", "acknowledged", "resolved", "closed", "reopened"]
    assert all(line["by"]["id"] == house.people["alice"].user_id for line in lines)
    said = {line["step"]: {one["field"]: one["after"] for one in line["changes"]} for line in lines}
    assert said["resolved"] == {"resolution": "Postage paid back"}
    assert (said["closed"], said["reopened"]) == ({"outcome": "accepted"}, {"reason": "The money never came"})
    async with house.database.read() as session:
        moves = await session.execute(
            select(HistoryRow.from_state, HistoryRow.to_state)
            .where(HistoryRow.entity == "complaint")
            .order_by(HistoryRow.id)
        )
        assert [tuple(move) for move in moves] == [
            (None, "recorded"),
            ("recorded", "acknowledged"),
            ("acknowledged", "resolved"),
            ("resolved", "closed"),
            ("closed", "acknowledged"),
        ]


async def test_what_it_said_before_a_correction_stays_in_its_history(house: House) -> None:
    taken = await house.arrive(agent="alice")
    complaint = await recorded(house, taken.conversation_id)
    path, other = f"/complaints/{complaint['id']}", await category(house, 2)
    body = {"category_id": other, "severity": "critical", "text": "It never came."}
    status, changed = await house.call("PATCH", path, body, version=complaint["version"])
    assert (status, changed["category"]["id"], changed["severity"]) == (200, other, "critical")
    status, problem = await house.call("PATCH", path, {"severity": "minor"}, version=complaint["version"])
    assert (status, problem["current"]) == (412, {"version": changed["version"]})
    same = (await house.call("PATCH", path, {"severity": "critical"}))[1]
    assert same["version"] == changed["version"]
    line = (await house.get(f"{path}/history"))["items"][-1]
    assert line["step"] == "corrected" and line["state"] is None
    before = {one["field"]: one["before"] for one in line["changes"]}
    assert before["severity"] == "serious" and before["text"] == complaint["text"]
    assert before["category"] == complaint["category"]["name"]


async def test_a_closed_complaint_is_not_corrected_any_more(house: House) -> None:
    taken = await house.arrive(agent="alice")
    complaint = await recorded(house, taken.conversation_id)
    for name, body in (("acknowledge", {}), ("resolve", {"resolution": "Done"}), ("close", {"outcome": "exhausted"})):
        assert (await step(house, complaint, name, body))[0] == 200
    status, problem = await house.call("PATCH", f"/complaints/{complaint['id']}", {"text": "Another"})
    assert (status, problem["code"]) == (409, "complaint_moved")


async def test_another_about_the_same_within_ninety_days_is_a_repeat_and_older_ones_are_not(house: House) -> None:
    taken = await house.arrive(agent="alice")
    first, second = [await recorded(house, taken.conversation_id) for _ in range(2)]
    assert (first["repeats"], first["earlier"], second["repeats"], second["earlier"]) == (0, 0, 1, 1)
    other = await recorded(house, taken.conversation_id, category_id=await category(house, 1))
    assert (other["repeats"], other["earlier"]) == (0, 2)

    async def long_ago(session: AsyncSession) -> None:
        before = house.clock.now() - timedelta(days=91)
        await session.execute(update(Complaint).where(Complaint.id == first["id"]).values(recorded_at=before))

    await house.database.write(long_ago)
    third = await recorded(house, taken.conversation_id)
    assert third["repeats"] == 1
    corrected = await house.call("PATCH", f"/complaints/{third['id']}", {"category_id": await category(house, 1)})
    assert corrected[1]["repeats"] == 1
    corrected = await house.call("PATCH", f"/complaints/{third['id']}", {"category_id": await category(house, 3)})
    assert corrected[1]["repeats"] == 0


async def test_the_record_shows_open_complaints_first_and_the_newest_of_each(house: House) -> None:
    taken = await house.arrive(agent="alice")
    old, done, new = [await recorded(house, taken.conversation_id) for _ in range(3)]
    await step(house, done, "acknowledge")
    await step(house, done, "resolve", {"resolution": "Done"})
    lines = (await house.get(f"/conversations/{taken.conversation_id}"))["complaints"]
    assert [line["id"] for line in lines] == [new["id"], old["id"], done["id"]]
    assert [line["repeats"] for line in lines] == [2, 0, 1]
    assert set(lines[0]["category"]["name"]) == {"en", "zh-CN"}


async def test_who_meets_the_customer_elsewhere_reads_the_complaint_but_does_not_change_it(house: House) -> None:
    taken = await house.arrive(agent="alice")
    complaint = await recorded(house, taken.conversation_id)
    path = f"/complaints/{complaint['id']}"
    assert (await house.call("GET", path, who="bob"))[0] == 404
    await house.arrive("And my invoice?", subject="Invoice", queue="billing", agent="bob")
    seen = await house.get(path, who="bob")
    assert (seen["id"], any(seen["can"].values())) == (complaint["id"], False)
    assert (await step(house, complaint, "acknowledge", who="bob"))[0] == 403
    assert (await house.call("PATCH", path, {"severity": "minor"}, who="bob"))[0] == 403
    assert [one["id"] for one in (await house.get("/complaints", who="bob"))["items"]] == [complaint["id"]]
    assert (await step(house, complaint, "acknowledge", who="sue"))[0] == 200


async def test_lists_are_narrowed_and_paged(house: House) -> None:
    taken = await house.arrive(agent="alice")
    all_of_them = [await recorded(house, taken.conversation_id, severity=one) for one in ("minor", "minor", "critical")]
    await step(house, all_of_them[0], "acknowledge")
    await step(house, all_of_them[0], "resolve", {"resolution": "Done"})
    assert [one["id"] for one in (await house.get("/complaints?open=true&severity=minor"))["items"]] == [
        all_of_them[1]["id"]
    ]
    assert [one["id"] for one in (await house.get("/complaints?state=resolved"))["items"]] == [all_of_them[0]["id"]]
    page = await house.get("/complaints?limit=2")
    rest = await house.get(f"/complaints?limit=2&cursor={page['next_cursor']}")
    assert [one["id"] for one in page["items"] + rest["items"]] == [one["id"] for one in reversed(all_of_them)]
    customer_id = all_of_them[0]["customer"]["id"]
    assert len((await house.get(f"/customers/{customer_id}/complaints"))["items"]) == 3
    assert (await house.call("GET", f"/customers/{customer_id}/complaints", who="bob"))[0] == 404


async def test_a_retired_category_is_refused_by_name_of_the_field(house: House) -> None:
    taken = await house.arrive(agent="alice")
    retired = await category(house, 5)

    async def retire(session: AsyncSession) -> None:
        await session.execute(update(ComplaintCategory).where(ComplaintCategory.id == retired).values(active=False))

    await house.database.write(retire)
    body = {"conversation_id": taken.conversation_id, "category_id": retired, "severity": "minor", "text": "No"}
    status, problem = await house.call("POST", "/complaints", body)
    assert (status, problem["errors"][0]["field"]) == (422, "category_id")
    assert (await customer_of(house, taken.conversation_id)).complaints_open == 0


async def test_waiting_work_of_the_customer_moves_ahead_once_and_back_with_the_last_complaint(house: House) -> None:
    async def boosted(session: AsyncSession) -> None:
        await session.execute(update(Queue).values(boosts={"complaint_open": 7, "vip": 2}))

    await house.database.write(boosted)
    told = await house.arrive(agent="alice")
    waiting = await house.arrive("And another thing", subject="Another")
    assert waiting.interaction_id is not None

    async def priority() -> tuple[int, int]:
        async with house.database.read() as session:
            found = await session.get_one(Interaction, waiting.interaction_id)
            inputs = await session.scalars(select(RoutingInput).where(RoutingInput.subject_id == found.id))
            return found.priority, len(inputs.all())

    before = (await priority())[1]
    first = await recorded(house, told.conversation_id)
    assert await priority() == (7, before + 1)
    second = await recorded(house, told.conversation_id)
    for complaint in (first, second):
        assert await priority() == (7, before + 1)
        await step(house, complaint, "acknowledge")
        await step(house, complaint, "resolve", {"resolution": "Done"})
    assert await priority() == (0, before + 2)


async def test_many_at_once_are_numbered_and_counted_without_a_gap(house: House) -> None:
    taken = await house.arrive(agent="alice")
    all_of_them = await asyncio.gather(*(recorded(house, taken.conversation_id) for _ in range(8)))
    numbers = sorted(one["number"] for one in all_of_them)
    assert numbers == list(range(numbers[0], numbers[0] + 8))
    assert sorted(one["repeats"] for one in all_of_them) == list(range(8))
    assert (await customer_of(house, taken.conversation_id)).complaints_open == 8
    for one in all_of_them:
        await step(house, one, "acknowledge")
    both = await asyncio.gather(
        *(step(house, all_of_them[0], "resolve", {"resolution": text}) for text in ("One way", "Another way"))
    )
    assert sorted(status for status, _ in both) == [200, 409]
    assert (await customer_of(house, taken.conversation_id)).complaints_open == 7
