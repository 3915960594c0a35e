"""Marked unread again: one person's own mark, one step back."""

from tests.workspace.house import House
from tests.workspace.test_writing import reply


async def unread(house: House, conversation_id: str | None) -> int:
    items = (await house.get("/conversations?view=all"))["items"]
    return int(next(one["unread"] for one in items if one["id"] == conversation_id))


async def test_marked_unread_it_waits_to_be_read_again_however_often_that_is_asked(house: House) -> None:
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
