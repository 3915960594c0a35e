"""Finding words in a long thread, in every script, however far up they stand."""

from tests.workspace.house import House


async def test_words_are_found_whatever_their_case_and_width_the_newest_first(house: House) -> None:
    taken = await house.arrive("Straße 12, ÄRGER über Nr. ４２", agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    for number in range(60):
        body = {"kind": "note", "text": f"note {number}", "client_message_id": str(number)}
        await house.post(f"{path}/messages", body)
    note = await house.post(f"{path}/messages", {"kind": "note", "text": "退款 ärger", "client_message_id": "last"})
    found = await house.get(f"{path}/search?q=%C3%A4rger")
    assert [one["id"] for one in found["items"]] == [note["id"], taken.message_id]
    assert found["more"] is False
    for query, expected in (("nr. 42", [taken.message_id]), ("strasse", [taken.message_id]), ("退款", [note["id"]])):
        assert [one["id"] for one in (await house.get(f"{path}/search?q={query}"))["items"]] == expected
    assert (await house.get(f"{path}/search?q=nowhere"))["items"] == []


async def test_blanks_find_nothing_and_nothing_is_refused(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/search"
    assert (await house.get(f"{path}?q=%20"))["items"] == []
    status, problem = await house.call("GET", f"{path}?q=")
    assert (status, problem["errors"][0]["field"]) == (422, "q")


async def test_a_thread_that_one_may_not_see_is_not_searched(house: House) -> None:
    taken = await house.arrive("secret", queue="billing", agent="bob")
    status, _ = await house.call("GET", f"/conversations/{taken.conversation_id}/search?q=secret")
    assert status == 404
