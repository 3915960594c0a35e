"""A mail passed on to somebody else: they get it with its files, the customer goes on waiting for us."""

from typing import Any

import pytest

from contact_center.interactions.models import Delivery, Message
from tests.workspace.house import House


async def arrived(house: House) -> tuple[str, str]:
    """(conversation, its message) in Alice's hands."""
    taken = await house.arrive("The lamp is broken.", agent="alice")
    assert taken.conversation_id is not None and taken.message_id is not None
    return taken.conversation_id, taken.message_id


def forward(message_id: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "forward",
        "forwards": message_id,
        "text": "Can you repair this?\n\n> The lamp is broken.",
        "to": [{"value": "workshop@partner.example", "name": "Workshop"}],
        "client_message_id": "f",
    } | more


async def test_a_forwarded_mail_goes_to_whom_it_names_and_leaves_the_work_as_it_was(house: House) -> None:
    conversation_id, message_id = await arrived(house)
    path = f"/conversations/{conversation_id}"
    before = await house.get(path)
    hidden = [{"value": "boss@house.example"}]
    sent = await house.post(f"{path}/messages", forward(message_id, bcc=hidden))
    assert (sent["direction"], sent["forwards"], sent["subject"]) == ("out", message_id, "Fwd: My order")
    assert [one["value"] for one in (*sent["to"], *sent["cc"], *sent["bcc"])] == [
        "workshop@partner.example",
        "boss@house.example",
    ]
    after = await house.get(path)
    for name in ("group", "interaction", "ticket", "unread"):
        assert after["item"][name] == before["item"][name]
    assert after["reply_to"] == before["reply_to"]


async def test_after_a_conversation_that_we_began_an_answer_still_goes_to_the_customer(house: House) -> None:
    body = {
        "channel_account_id": house.account_id,
        "to": [{"value": "new@y.example"}],
        "subject": "Your lamp",
        "text": "It is here.",
        "client_message_id": "start",
    }
    item = await house.post("/conversations", body)
    path = f"/conversations/{item['id']}"
    (ours,) = (await house.get(f"{path}/messages"))["items"]
    await house.post(f"{path}/messages", forward(ours["id"]))
    assert [one["value"] for one in (await house.get(path))["reply_to"]["to"]] == ["new@y.example"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": None}, "to"),
        ({"forwards": None}, "forwards"),
        ({"forwards": "019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55"}, "forwards"),
        ({"bcc": [{"value": "nobody"}]}, "bcc.0.value"),
    ],
)
async def test_what_cannot_be_forwarded_is_refused_with_its_field(
    house: House, change: dict[str, Any], field: str
) -> None:
    conversation_id, message_id = await arrived(house)
    path = f"/conversations/{conversation_id}/messages"
    status, problem = await house.call("POST", path, forward(message_id) | change)
    assert (status, problem["errors"][0]["field"]) == (422, field)
    assert await house.rows(Delivery) == []


async def test_a_message_of_another_conversation_is_not_forwarded_from_here(house: House) -> None:
    conversation_id, _ = await arrived(house)
    foreign = await house.arrive("secret", queue="billing", agent="bob", sender="other@shop.example")
    body = forward(foreign.message_id or "")
    status, problem = await house.call("POST", f"/conversations/{conversation_id}/messages", body)
    assert (status, problem["errors"][0]["field"]) == (422, "forwards")


async def test_a_draft_to_forward_stands_beside_the_reply_and_ends_with_sending(house: House) -> None:
    conversation_id, message_id = await arrived(house)
    path = f"/conversations/{conversation_id}"
    await house.call("PUT", f"{path}/draft", {"mode": "reply", "text": "Dear Carol"})
    kept = {"mode": "forward", "text": "See below", "bcc": [{"value": "b@y.example"}], "forwards": message_id}
    status, draft = await house.call("PUT", f"{path}/draft", kept)
    assert (status, draft["forwards"], draft["bcc"]) == (200, message_id, [{"value": "b@y.example", "name": ""}])
    await house.post(f"{path}/messages", forward(message_id))
    drafts = (await house.get(path))["mine"]["draft"]
    assert (drafts["forward"], drafts["reply"]["text"]) == (None, "Dear Carol")


async def test_a_forward_that_is_undone_is_a_draft_to_forward_again(house: House) -> None:
    conversation_id, message_id = await arrived(house)
    path = f"/conversations/{conversation_id}"
    sent = await house.post(f"{path}/messages", forward(message_id, undo_seconds=30))
    assert sent["delivery"]["state"] == "held"
    await house.post(f"/messages/{sent['id']}/undo", None)
    draft = (await house.get(path))["mine"]["draft"]["forward"]
    assert (draft["text"], draft["forwards"]) == (sent["text"], message_id)
    assert [row.forwards_id for row in await house.rows(Message) if row.direction == "out"] == [message_id]
