"""What goes out with events: made by query, few statements however many, nothing that belongs to one reader."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event as listening

from contact_center.db import Database
from contact_center.events import Event, EventRow
from contact_center.workspace.payloads import payloads
from tests.workspace.house import House


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    engines = [database._writer.sync_engine]  # on PostgreSQL the reader is the same one, with an option
    if database.sqlite:
        engines.append(database._reader.sync_engine)
    for engine in engines:
        listening.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            listening.remove(engine, "before_cursor_execute", note)


async def recorded(house: House) -> list[Event]:
    rows: list[EventRow] = await house.rows(EventRow)
    return [Event(row.id, row.kind, row.entity, row.entity_id, row.version, tuple(row.rooms), row.data) for row in rows]


async def test_payloads_show_how_things_stand_without_what_is_personal(house: House) -> None:
    taken = await house.arrive(agent="alice")
    await house.post(
        f"/conversations/{taken.conversation_id}/messages",
        {"kind": "reply", "text": "yes", "client_message_id": "y", "then": "stay"},
    )
    events = await recorded(house)
    async with house.database.read() as session:
        made = await payloads(session, events)
    told = {kind: [made[one.id] for one in group if one.id in made] for kind, group in _by_kind(events)}
    item = told["conversation.updated"][-1]
    assert item["item"]["preview"]["text"] == "yes"
    assert item["version"] == item["item"]["version"]
    assert item["queue_id"] == house.queues["sales"]
    assert "unread" not in item["item"] and "has_draft" not in item["item"]
    assert told["message.created"][-1]["message"]["text"] == "yes"
    assert told["interaction.updated"][-1]["state"] == "assigned"


def _by_kind(events: list[Event]) -> Iterator[tuple[str, list[Event]]]:
    for kind, group in itertools.groupby(sorted(events, key=lambda one: (one.kind, one.id)), key=lambda one: one.kind):
        yield kind, list(group)


async def test_many_events_need_as_few_statements_as_one(house: House) -> None:
    for number in range(12):
        await house.arrive(sender=f"{number}@x.example", agent="alice")
    events = await recorded(house)
    assert len(events) > 40
    async with house.database.read() as session:
        with counted(house.database) as statements:
            made = await payloads(session, events)
    assert len(made) > 40
    assert len(statements) <= 6


async def test_a_page_of_the_worklist_needs_a_constant_number_of_statements(house: House) -> None:
    sizes = []
    for number in range(2):
        for more in range(1 + number * 20):
            await house.arrive(sender=f"{number}-{more}@x.example", agent="alice")
        with counted(house.database) as statements:
            page = await house.get("/conversations?view=mine")
        sizes.append((len(page["items"]), len([one for one in statements if "SELECT" in one])))
    assert [items for items, _ in sizes] == [1, 22]
    assert sizes[0][1] == sizes[1][1] <= 3


async def test_the_measured_record_is_listed_filtered_and_paged(house: House) -> None:
    first = await house.arrive(sender="a@x.example")
    second = await house.arrive(sender="b@x.example", agent="alice")
    foreign = await house.arrive(sender="c@x.example", queue="billing")

    async def found(query: str, who: str = "alice") -> list[str]:
        return [one["id"] for one in (await house.get(f"/interactions?{query}", who=who))["items"]]

    assert await found("") == [second.interaction_id, first.interaction_id]
    assert await found("state=queued") == [first.interaction_id]
    assert await found(f"agent={house.people['alice'].agent_id}") == [second.interaction_id]
    assert await found(f"queue={house.queues['billing']}", who="sue") == [foreign.interaction_id]
    assert await found("channel=sms") == []
    page = await house.get("/interactions?limit=1")
    rest = await house.get(f"/interactions?limit=1&cursor={page['next_cursor']}")
    assert [rest["items"][0]["id"], rest["next_cursor"]] == [first.interaction_id, None]
    edge = rest["items"][0]["created_at"]
    assert await found(f"from={edge}&to=2100-01-01T00:00:00Z") == [second.interaction_id, first.interaction_id]
    assert await found(f"to={edge}") == []

    one = await house.get(f"/interactions/{second.interaction_id}")
    assert [line["agent"]["name"] for line in one["assignments"]] == ["Alice"]
    lines = (await house.get(f"/interactions/{second.interaction_id}/messages"))["items"]
    assert [line["kind"] for line in lines] == ["message", "event"]
    assert lines[1]["event"]["params"]["agent"] == "Alice"
    assert lines[1]["author"] == {"kind": "agent", "id": house.people["alice"].user_id, "name": "Alice"}
