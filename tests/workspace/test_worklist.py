"""What stands on whose worklist, in which order, with which figures."""

import pytest

from contact_center.workspace import worklist
from tests.workspace.house import House


def ids(page: dict) -> list[str]:  # type: ignore[type-arg]
    return [item["id"] for item in page["items"]]


async def test_an_agent_sees_own_work_and_the_work_of_own_queues_only(house: House) -> None:
    mine = await house.arrive(sender="a@x.example", agent="alice")
    waiting = await house.arrive(sender="b@x.example")
    foreign = await house.arrive(sender="c@x.example", queue="billing")
    handed = await house.arrive(sender="d@x.example", queue="billing", agent="alice")
    untriaged = await house.arrive(sender="e@x.example", queue=None)

    assert ids(await house.get("/conversations?view=mine")) == [handed.conversation_id, mine.conversation_id]
    assert ids(await house.get("/conversations?view=team")) == [waiting.conversation_id, mine.conversation_id]
    assert ids(await house.get("/conversations?view=unassigned")) == [waiting.conversation_id]
    everything = ids(await house.get("/conversations?view=all"))
    assert everything == [handed.conversation_id, waiting.conversation_id, mine.conversation_id]
    assert foreign.conversation_id in ids(await house.get("/conversations?view=all", who="bob"))
    assert untriaged.conversation_id not in ids(await house.get("/conversations?view=all", who="sue"))
    assert len(ids(await house.get("/conversations?view=all", who="root"))) == 5
    assert ids(await house.get("/conversations?view=unassigned", who="root")) == [
        untriaged.conversation_id,
        foreign.conversation_id,
        waiting.conversation_id,
    ]


async def test_a_line_shows_customer_interaction_ticket_and_what_is_unread(house: House) -> None:
    taken = await house.arrive("Hello,\nwhere is it?", agent="alice")
    page = await house.get("/conversations")
    (item,) = page["items"]
    assert item["id"] == taken.conversation_id
    assert item["customer"]["name"] == "Carol"
    assert item["preview"] == {
        "direction": "in",
        "text": "Hello, where is it?",
        "author": {"id": item["customer"]["id"], "name": "Carol"},
    }
    assert item["interaction"]["state"] == "assigned"
    assert item["interaction"]["phase"] == "active"
    assert item["interaction"]["agent"] == {"id": house.people["alice"].agent_id, "name": "Alice"}
    assert item["interaction"]["queue"] == {"id": house.queues["sales"], "name": "sales"}
    assert item["ticket"]["status"] == "open"
    assert item["unread"] == 1
    assert (item["group"], item["viewers"], item["next_due"]) == ("now", [], None)
    assert page["counts"] == {"now": 1, "today": 0, "waiting": 0}
    assert page["channels"] == {"email": 1}

    messages = await house.get(f"/conversations/{taken.conversation_id}/messages")
    last = messages["items"][-1]["id"]
    status, _ = await house.call("POST", f"/conversations/{taken.conversation_id}/read", {"up_to_message_id": last})
    assert status == 204
    assert (await house.get("/conversations"))["items"][0]["unread"] == 0


async def test_filters_narrow_the_list_and_its_figures(house: House) -> None:
    first = await house.arrive(sender="a@x.example")
    second = await house.arrive(sender="b@x.example", agent="alice")
    body = {"kind": "reply", "text": "On its way", "client_message_id": "1", "then": "wait"}
    await house.post(f"/conversations/{second.conversation_id}/messages", body)

    page = await house.get("/conversations?view=team&group=now")
    assert ids(page) == [first.conversation_id]
    assert page["counts"] == {"now": 1, "today": 0, "waiting": 1}
    assert page["channels"] == {"email": 1}
    assert ids(await house.get("/conversations?view=team&group=waiting")) == [second.conversation_id]
    assert ids(await house.get("/conversations?view=team&channel=sms")) == []
    assert (await house.get("/conversations?view=team&channel=sms"))["counts"]["now"] == 0
    sales, billing = house.queues["sales"], house.queues["billing"]
    assert len(ids(await house.get(f"/conversations?view=team&queue={sales}"))) == 2
    assert ids(await house.get(f"/conversations?view=all&queue={billing}")) == []


async def test_a_foreign_queue_as_filter_shows_only_what_is_mine_there(house: House) -> None:
    await house.arrive(sender="a@x.example", queue="billing")
    handed = await house.arrive(sender="b@x.example", queue="billing", agent="alice")
    page = await house.get(f"/conversations?view=all&queue={house.queues['billing']}")
    assert ids(page) == [handed.conversation_id]


async def test_pages_neither_skip_nor_repeat_while_rows_move(house: House) -> None:
    arrived = [(await house.arrive(sender=f"{number}@x.example")).conversation_id for number in range(7)]
    first = await house.get("/conversations?view=team&limit=3")
    assert ids(first) == arrived[:3:-1]
    newcomer = await house.arrive(sender="new@x.example")
    second = await house.get(f"/conversations?view=team&limit=3&cursor={first['next_cursor']}")
    third = await house.get(f"/conversations?view=team&limit=3&cursor={second['next_cursor']}")
    assert ids(second) + ids(third) == arrived[3::-1]
    assert third["next_cursor"] is None
    assert newcomer.conversation_id not in ids(second) + ids(third)


async def test_what_lies_deeper_than_the_newest_rows_is_found_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "RECENT", 2)
    for cached in (worklist._page_text, worklist._next_text):
        cached.cache_clear()  # their text holds the figure
    mine = [(await house.arrive(sender=f"{number}@x.example")).conversation_id for number in range(4)]
    for number in range(3):
        await house.arrive(sender=f"foreign{number}@x.example", queue="billing")
    for wanted in ("view=all", "view=all&channel=email"):
        first = await house.get(f"/conversations?{wanted}&limit=3")
        second = await house.get(f"/conversations?{wanted}&limit=3&cursor={first['next_cursor']}")
        assert ids(first) + ids(second) == mine[::-1]
        assert second["next_cursor"] is None
    for cached in (worklist._page_text, worklist._next_text):
        cached.cache_clear()


async def test_search_finds_names_addresses_subjects_numbers_and_chinese(house: House) -> None:
    chinese = await house.arrive(sender="wang@x.example", name="王小明", subject="关于退款的问题", agent="alice")
    other = await house.arrive(sender="Dave.Miller@y.example", name="Dave", subject="INVOICE 100%_off")
    number = (await house.get("/conversations"))["items"][0]["ticket"]["number"]

    async def found(q: str, who: str = "alice") -> list[str]:
        status, page = await house.call("GET", "/conversations", who=who, params={"view": "all", "q": q})
        assert status == 200, page
        return ids(page)

    assert await found("退款") == [chinese.conversation_id]
    assert await found("小明") == [chinese.conversation_id]
    assert await found("invoice") == [other.conversation_id]
    assert await found("MILLER@Y") == [other.conversation_id]
    assert await found("100%_") == [other.conversation_id]
    assert await found("0%o") == []
    assert await found(f"#{number}") == [chinese.conversation_id]
    assert await found("退款", who="bob") == []


async def test_a_snoozed_item_leaves_the_list_and_comes_back(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/snooze"
    item = await house.post(path, {"until": house.later(3600)})
    assert item["snoozed_until"] is not None
    assert item["next_due"]["kind"] == "snooze"
    assert ids(await house.get("/conversations")) == []
    assert ids(await house.get("/conversations?view=snoozed")) == [taken.conversation_id]
    item = await house.post(path, {"until": None})
    assert item["snoozed_until"] is None
    assert ids(await house.get("/conversations")) == [taken.conversation_id]
    status, problem = await house.call("POST", path, {"until": house.later(-5)})
    assert (status, problem["errors"][0]["field"]) == (422, "until")


async def test_bad_filters_are_refused_with_their_name(house: House) -> None:
    for query, name in [
        ("view=everything", "view"),
        ("cursor=x", "cursor"),
        ("queue=nonsense", "queue"),
        ("limit=0", "limit"),
    ]:
        status, problem = await house.call("GET", f"/conversations?{query}")
        assert (status, problem["errors"][0]["field"]) == (422, name)


async def test_the_oldest_may_come_first_page_by_page(house: House) -> None:
    taken = [(await house.arrive(sender=f"{n}@x.example", agent="alice")).conversation_id for n in range(5)]
    for view in ("mine", "all"):
        first = await house.get(f"/conversations?view={view}&sort=oldest&limit=3")
        assert ids(first) == taken[:3]
        second = await house.get(f"/conversations?view={view}&sort=oldest&limit=3&cursor={first['next_cursor']}")
        assert (ids(second), second["next_cursor"]) == (taken[3:], None)
    assert ids(await house.get("/conversations?view=mine&sort=newest")) == taken[::-1]
    status, problem = await house.call("GET", "/conversations?sort=by_name")
    assert (status, problem["errors"][0]["field"]) == (422, "sort")
