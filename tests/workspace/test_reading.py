"""What is unread, for whom: reading, answering and marking as unread again move one person's mark only."""

from tests.workspace.house import House
from tests.workspace.test_writing import reply


async def unread(house: House, conversation_id: str, *, who: str = "alice") -> int:
    items = (await house.get("/conversations?view=all", who=who))["items"]
    return int(next(one["unread"] for one in items if one["id"] == conversation_id))


async def test_answering_marks_it_read_for_the_writer_and_nobody_else(house: House) -> None:
    taken = await house.arrive(agent="alice")
    assert await unread(house, taken.conversation_id) == 1
    await house.post(f"/conversations/{taken.conversation_id}/messages", reply())
    assert await unread(house, taken.conversation_id) == 0
    assert await unread(house, taken.conversation_id, who="anna") == 1


async def test_a_note_to_colleagues_does_not_count_as_an_answer(house: House) -> None:
    taken = await house.arrive(agent="alice")
    await house.post(f"/conversations/{taken.conversation_id}/messages", reply(kind="note", then="stay"))
    assert await unread(house, taken.conversation_id) == 1


async def test_marked_unread_the_newest_message_waits_again_and_older_ones_do_not(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    sent = await house.post(f"{path}/messages", reply())
    assert sent["delivery"] is not None
    for _ in range(2):
        assert (await house.call("DELETE", f"{path}/read"))[0] == 204
        assert await unread(house, taken.conversation_id) == 1
    (first, *_) = (await house.get(f"{path}/messages"))["items"]
    assert (await house.call("POST", f"{path}/read", {"up_to_message_id": first["id"]}))[0] == 204
    assert await unread(house, taken.conversation_id) == 0


async def test_what_one_may_not_see_cannot_be_marked(house: House) -> None:
    taken = await house.arrive(agent="alice")
    assert (await house.call("DELETE", f"/conversations/{taken.conversation_id}/read", who="bob"))[0] == 404
