"""Replies, notes and drafts: what is stored, whose work it becomes, what happens to the work afterwards."""

import asyncio
from typing import Any

import pytest

from contact_center.interactions.models import Assignment, Delivery, Interaction, Message
from contact_center.jobs import JobRow
from contact_center.tickets.models import Ticket
from tests.workspace.house import House

NAUGHTY = [
    "  leading and trailing  ",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳",
    "e\u0301 vs \u00e9",
    "\u202eright to left\u202c",
    "\ufeffbom \u200b zero \u2028 line",
    "<script>alert(1)</script>",
    "'; DROP TABLE message; --",
    "\x01\x7f\x85 controls\ttab",
    "\ud7ff\ue000\ufffd\U0001f9ff",
    "𠀀 beyond the basic plane 𪛖",
]


def reply(text: str = "It is on its way.", **more: Any) -> dict[str, Any]:
    return {"kind": "reply", "text": text, "client_message_id": "one", "then": "wait", **more}


async def test_a_reply_goes_to_the_writer_and_waits_for_them(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    message = await house.post(f"{path}/messages", reply())
    assert message["direction"] == "out"
    assert message["to"] == [{"value": "carol@shop.example", "name": "Carol"}]
    assert message["subject"] == "Re: My order"
    assert message["author"] == {"kind": "agent", "id": house.people["alice"].user_id, "name": "Alice"}
    assert message["delivery"]["state"] == "queued"
    assert message["interaction_id"] == taken.interaction_id

    record = await house.get(path)
    assert record["item"]["group"] == "waiting"
    assert record["item"]["ticket"]["status"] == "waiting"
    assert record["item"]["ticket"]["waiting_for"] == "customer"
    assert record["item"]["interaction"]["state"] == "closed"
    assert record["item"]["preview"]["author"] == {"id": house.people["alice"].user_id, "name": "Alice"}
    (assignment,) = await house.rows(Assignment)
    assert assignment.ended_at is not None
    (job,) = [row for row in await house.rows(JobRow) if row.kind == "deliver"]
    assert job.lane == f"conversation:{taken.conversation_id}"


async def test_who_answers_has_read_what_came_before_and_a_note_says_nothing_of_that(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    await house.post(f"{path}/messages", {"kind": "note", "text": "Later", "client_message_id": "note"})
    assert (await house.get(path))["item"]["unread"] == 1
    await house.post(f"{path}/messages", reply(then="stay"))
    assert (await house.get(path))["item"]["unread"] == 0
    assert (await house.get(path, who="anna"))["item"]["unread"] == 1
    (first,) = [one for one in await house.rows(Message) if one.direction == "in"]
    await house.arrive("And the other one?", answers=first.wire_id, queue=None)
    assert (await house.get(path))["item"]["unread"] == 1


async def test_sending_and_resolving_closes_and_staying_keeps(house: House) -> None:
    solved = await house.arrive(sender="a@x.example", agent="alice")
    item = f"/conversations/{solved.conversation_id}"
    await house.post(f"{item}/messages", reply(then="resolve"))
    assert (await house.get(item))["item"]["group"] == "done"
    assert (await house.get(item))["item"]["ticket"]["status"] == "solved"

    kept = await house.arrive(sender="b@x.example", agent="alice")
    item = f"/conversations/{kept.conversation_id}"
    await house.post(f"{item}/messages", reply(then="stay"))
    record = await house.get(item)
    assert record["item"]["group"] == "today"
    assert record["item"]["interaction"]["state"] == "assigned"


async def test_who_answers_waiting_work_takes_it(house: House) -> None:
    taken = await house.arrive()
    await house.post(f"/conversations/{taken.conversation_id}/messages", reply(then="stay"))
    (interaction,) = await house.rows(Interaction)
    assert (interaction.state, interaction.agent_id) == ("assigned", house.people["alice"].agent_id)


async def test_writing_again_after_closing_is_a_new_outbound_interaction(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/messages"
    await house.post(path, reply(then="resolve"))
    await house.post(path, reply("One more thing", client_message_id="two", then="stay"))
    first, second = await house.rows(Interaction)
    assert (first.direction, first.state) == ("in", "closed")
    assert (second.direction, second.state) == ("out", "assigned")
    assert [ticket.status for ticket in await house.rows(Ticket)] == ["open"]


async def test_a_supervisor_without_a_profile_answers_without_taking(house: House) -> None:
    taken = await house.arrive(agent="alice")
    message = await house.post(f"/conversations/{taken.conversation_id}/messages", reply(then="stay"), who="sue")
    assert message["author"]["name"] == "Sue"
    (interaction,) = await house.rows(Interaction)
    assert interaction.agent_id == house.people["alice"].agent_id


async def test_a_repeated_client_message_id_gives_the_stored_message(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/messages"
    first = await house.call("POST", path, reply())
    again = await house.call("POST", path, reply("something else", then="resolve"))
    assert (first[0], again[0]) == (201, 200)
    assert again[1]["id"] == first[1]["id"]
    assert again[1]["text"] == "It is on its way."
    assert len(await house.rows(Delivery)) == 1
    assert (await house.get(f"/conversations/{taken.conversation_id}"))["item"]["ticket"]["status"] == "waiting"


async def test_the_same_message_sent_eight_times_at_once_is_one(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/messages"
    answers = await asyncio.gather(*(house.call("POST", path, reply()) for _ in range(8)))
    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({body["id"] for _, body in answers}) == 1
    assert len(await house.rows(Delivery)) == 1
    assert [row.direction for row in await house.rows(Message)].count("out") == 1


async def test_notes_stay_inside(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    note = await house.post(f"{path}/messages", {"kind": "note", "text": "VIP?", "client_message_id": "n"})
    assert (note["kind"], note["direction"], note["delivery"], note["to"]) == ("note", None, None, [])
    assert await house.rows(Delivery) == []
    record = await house.get(path)
    assert record["item"]["preview"]["direction"] == "note"
    assert record["item"]["group"] == "now"
    assert record["item"]["interaction"]["state"] == "assigned"


@pytest.mark.parametrize("text", NAUGHTY)
async def test_every_code_point_comes_back_as_it_went_in(house: House, text: str) -> None:
    taken = await house.arrive(text, name=text, subject=text, agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    note = await house.post(f"{path}/messages", {"kind": "note", "text": text, "client_message_id": text[:100]})
    record = await house.get(path)
    incoming, _, stored = (await house.get(f"{path}/messages"))["items"]
    customer = record["customer"]["id"]
    status, changed = await house.call("PATCH", f"/customers/{customer}", {"name": text}, who="sue")
    assert status == 200
    assert note["text"] == stored["text"] == incoming["text"] == text
    assert note["client_message_id"] == text
    assert incoming["subject"] == record["item"]["subject"] == text
    assert changed["name"] == (await house.get(f"/customers/{customer}"))["name"] == text


async def test_null_takes_from_a_customer_all_but_name_and_mark(house: House) -> None:
    new = {
        "name": "Jo",
        "language": "zh-CN",
        "note": "calls at noon",
        "company": "Jo & Co",
        "time_zone": "Europe/Berlin",
        "attributes": {"size": 3},
    }
    made = await house.post("/customers", new, who="sue")
    path = f"/customers/{made['id']}"
    status, changed = await house.call("PATCH", path, dict.fromkeys(new.keys() - {"name"}), who="sue")
    assert status == 200
    empty: dict[str, object] = {"language": None, "note": "", "company": "", "time_zone": None, "attributes": {}}
    assert changed == made | empty | {"version": made["version"] + 1}
    status, problem = await house.call("PATCH", path, {"name": None}, who="sue")
    assert (status, problem["errors"][0]["field"]) == (422, "name")


async def test_nul_is_refused_with_its_field(house: House) -> None:
    taken = await house.arrive(agent="alice")
    status, problem = await house.call("POST", f"/conversations/{taken.conversation_id}/messages", reply("a\x00b"))
    assert (status, problem["errors"][0]["field"]) == (422, "text")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  "}, "text"),
        ({"to": [{"value": "not an address"}]}, "to.0.value"),
        ({"cc": [{"value": "a@b.example", "name": "x\nBcc: y@z.example"}]}, "cc.0.name"),
        ({"subject": "one\r\nX-Evil: two"}, "subject"),
        ({"attachment_ids": ["019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55"]}, "attachment_ids.0"),
    ],
)
async def test_what_cannot_be_sent_is_refused_before_anything_is_stored(
    house: House, change: dict[str, Any], field: str
) -> None:
    taken = await house.arrive(agent="alice")
    body = reply() | change
    status, problem = await house.call("POST", f"/conversations/{taken.conversation_id}/messages", body)
    assert (status, problem["errors"][0]["field"]) == (422, field)
    assert await house.rows(Delivery) == []


async def test_foreign_conversations_do_not_exist_for_an_agent(house: House) -> None:
    taken = await house.arrive(queue="billing", agent="bob")
    path = f"/conversations/{taken.conversation_id}"
    (message,) = [row for row in await house.rows(Message) if row.kind == "message"]
    tries: list[tuple[str, str, Any]] = [
        ("GET", path, None),
        ("GET", f"{path}/messages", None),
        ("POST", f"{path}/messages", reply()),
        ("PUT", f"{path}/draft", {"mode": "reply", "text": "x"}),
        ("DELETE", f"{path}/draft?mode=reply", None),
        ("POST", f"{path}/read", {"up_to_message_id": message.id}),
        ("POST", f"{path}/snooze", {"until": None}),
        ("POST", f"{path}/assign", {"agent_id": house.people["alice"].agent_id}),
        ("POST", f"/messages/{message.id}/retry", None),
        ("POST", f"/messages/{message.id}/discard", None),
        ("POST", f"/messages/{message.id}/undo", None),
        ("GET", f"/messages/{message.id}/html", None),
        ("GET", f"/messages/{message.id}/raw", None),
        ("GET", f"/interactions/{taken.interaction_id}", None),
        ("GET", f"/interactions/{taken.interaction_id}/messages", None),
    ]
    for method, address, body in tries:
        status, problem = await house.call(method, address, body)
        assert (status, problem["code"]) == (404, "not_found"), address
    assert await house.rows(Delivery) == []


async def test_drafts_are_kept_per_mode_and_person_and_end_with_the_message(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    for mode, text in (("reply", "Dear 王"), ("note", "ask Bob")):
        status, draft = await house.call("PUT", f"{path}/draft", {"mode": mode, "text": text})
        assert (status, draft["text"], draft["mode"]) == (200, text, mode)
    assert (await house.get("/conversations"))["items"][0]["has_draft"] is True
    drafts = (await house.get(path))["mine"]["draft"]
    assert (drafts["reply"]["text"], drafts["note"]["text"]) == ("Dear 王", "ask Bob")
    assert (await house.get(path, who="anna"))["mine"]["draft"] == {"reply": None, "note": None, "forward": None}

    await house.post(f"{path}/messages", reply(then="stay"))
    assert (await house.get(path))["mine"]["draft"]["reply"] is None
    assert (await house.get(path))["mine"]["draft"]["note"]["text"] == "ask Bob"
    status, _ = await house.call("DELETE", f"{path}/draft?mode=note")
    assert status == 204
    assert (await house.get(path))["item"]["has_draft"] is False


async def test_we_write_first(house: House) -> None:
    body = {
        "channel_account_id": house.account_id,
        "to": [{"value": "New.Person@y.example", "name": "新客户"}, {"value": "boss@y.example"}],
        "subject": "Your delivery",
        "text": "We will come on Monday.",
        "client_message_id": "start",
    }
    answers = await asyncio.gather(*(house.call("POST", "/conversations", body) for _ in range(4)))
    assert {status for status, _ in answers} == {201}
    assert len({item["id"] for _, item in answers}) == 1
    item = answers[0][1]
    assert item["customer"]["name"] == "新客户"
    assert item["interaction"]["state"] == "assigned"
    assert item["interaction"]["agent"]["id"] == house.people["alice"].agent_id
    assert item["ticket"]["status"] == "open"
    (interaction,) = await house.rows(Interaction)
    assert interaction.direction == "out"
    record = await house.get(f"/conversations/{item['id']}")
    assert [one["role"] for one in record["participants"]] == ["customer", "cc"]
    assert len(await house.rows(Delivery)) == 1


async def test_work_is_handed_over_and_back(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/assign"
    item = await house.post(path, {"agent_id": house.people["anna"].agent_id})
    assert item["interaction"]["agent"]["name"] == "Anna"
    item = await house.post(path, {"agent_id": None})
    assert (item["interaction"]["state"], item["interaction"]["agent"]) == ("queued", None)
    status, problem = await house.call("POST", path, {"agent_id": house.people["root"].user_id})
    assert (status, problem["errors"][0]["field"]) == (422, "agent_id")


async def test_the_record_panel_answers_everything_at_once(house: House) -> None:
    earlier = await house.arrive("first", agent="alice")
    await house.post(f"/conversations/{earlier.conversation_id}/messages", reply(then="resolve"))
    foreign = await house.arrive("about billing", queue="billing")
    taken = await house.arrive("second")
    record = await house.get(f"/conversations/{taken.conversation_id}")
    assert record["version"] == record["item"]["version"]
    assert record["customer"]["name"] == "Carol"
    assert [one["value"] for one in record["identities"]] == ["carol@shop.example"]
    assert [one["conversation_id"] for one in record["history"]] == [earlier.conversation_id]
    assert len(record["tickets"]) == 2
    assert record["reply_to"]["from"] == {"value": "support@house.example", "name": "House"}
    can = record["mine"]["can"]
    assert can["take"] and can["reply"] and not can["wrap_up"] and not can["requeue"]
    assert foreign.conversation_id not in [one["conversation_id"] for one in record["history"]]


async def test_a_stale_version_of_a_customer_is_refused(house: House) -> None:
    taken = await house.arrive(agent="alice")
    customer = (await house.get(f"/conversations/{taken.conversation_id}"))["customer"]
    path = f"/customers/{customer['id']}"
    status, changed = await house.call("PATCH", path, {"note": "calls at night"}, version=customer["version"])
    assert (status, changed["version"]) == (200, customer["version"] + 1)
    status, problem = await house.call("PATCH", path, {"note": "x"}, version=customer["version"])
    assert (status, problem["code"], problem["current"]) == (412, "stale_version", {"version": changed["version"]})
    status, _ = await house.call("PATCH", path, {"vip": True})
    assert status == 403
    status, _ = await house.call("GET", path, who="bob")
    assert status == 404
