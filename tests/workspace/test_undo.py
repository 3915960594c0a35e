"""Sending taken back: the words are the writer's again, and so is the work."""

from typing import Any

import pytest

from tests.workspace.house import House


def reply(text: str = "It is on its way.", **more: Any) -> dict[str, Any]:
    return {"kind": "reply", "text": text, "client_message_id": "r", "undo_seconds": 30} | more


@pytest.mark.parametrize(("then", "status"), [("wait", "waiting"), ("resolve", "solved")])
async def test_what_was_ended_with_the_answer_is_owed_again(house: House, then: str, status: str) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    sent = await house.post(f"{path}/messages", reply(then=then))
    assert (await house.get(path))["item"]["ticket"]["status"] == status
    await house.post(f"/messages/{sent['id']}/undo", None)
    item = (await house.get(path))["item"]
    assert (item["ticket"]["status"], item["group"]) == ("open", "today")
    assert taken.conversation_id in [one["id"] for one in (await house.get("/conversations?view=mine"))["items"]]
    again = await house.post(f"{path}/messages", reply("Right this time.", client_message_id="again"))
    assert again["delivery"]["state"] == "held"


async def test_what_was_written_meanwhile_stands_behind_what_comes_back(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    sent = await house.post(f"{path}/messages", reply(then="stay", bcc=[{"value": "b@y.example"}]))
    await house.call("PUT", f"{path}/draft", {"mode": "reply", "text": "One more thing"})
    await house.post(f"/messages/{sent['id']}/undo", None)
    draft = (await house.get(path))["mine"]["draft"]["reply"]
    assert draft["text"] == "It is on its way.\n\nOne more thing"
    assert draft["bcc"] == [{"value": "b@y.example", "name": ""}]


async def test_nobody_can_ask_for_an_hour_to_think(house: House) -> None:
    taken = await house.arrive(agent="alice")
    body = reply(undo_seconds=3600)
    status, problem = await house.call("POST", f"/conversations/{taken.conversation_id}/messages", body)
    assert (status, problem["errors"][0]["field"]) == (422, "undo_seconds")
