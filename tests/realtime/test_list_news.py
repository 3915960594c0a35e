"""What is said in a conversation that somebody holds: told to them at once, to the rest of the queue gathered."""

from typing import Any


def rooms(floor: Any, conversation_id: str) -> list[str]:
    return [f"conversation:{conversation_id}", f"later:queue:{floor.queue_id}", "user:somebody"]


async def test_the_queue_hears_of_many_conversations_in_one_event(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    ids = [await floor.conversation() for _ in range(5)]
    for identifier in ids:
        await tell(
            node,
            "conversation.updated",
            entity="conversation",
            entity_id=identifier,
            version=2,
            rooms=rooms(floor, identifier),
        )
    first = await screen.hears("worklist.updated")
    await screen.hears(
        "worklist.updated", lambda _: sum(len(one["items"]) for one in screen.all("worklist.updated")) == 5
    )
    assert (first["entity"], first["id"]) == ("queue", floor.queue_id)
    told = screen.all("worklist.updated")
    assert sorted(line["id"] for one in told for line in one["items"]) == sorted(ids)
    assert set(first["items"][0]) == {"id", "version", "preview", "last_message_at", "group"}
    assert len(told) < 5
    assert screen.all("conversation.updated") == []


async def test_a_conversation_that_left_the_queue_is_not_told_in_it(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    gone, here = await floor.conversation(queue_id=floor.other_queue_id), await floor.conversation()
    for identifier in (gone, here):
        await tell(
            node,
            "conversation.updated",
            entity="conversation",
            entity_id=identifier,
            version=2,
            rooms=rooms(floor, identifier),
        )
    await screen.hears("worklist.updated", lambda payload: payload["items"][0]["id"] == here)
    assert all(line["id"] == here for one in screen.all("worklist.updated") for line in one["items"])
