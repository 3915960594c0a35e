"""Work items by conversation ids, and the viewers that realtime knows of. How an item is made: `item_sql.py`."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import orjson
from sqlalchemy import Text, TextualSelect, bindparam, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db import Id
from contact_center.workspace.item_sql import JOINS, READ_MARK, item_json
from contact_center.workspace.shapes import Viewer, WorkItem
from contact_center.workspace.worklist import Figures, Listed, totals

Plain = dict[str, Any]
"""An item as JSON values."""


class Viewers(Protocol):
    """Who has which conversations open now; implemented by realtime, handed in by main."""

    def __call__(self, conversation_ids: Sequence[str]) -> Mapping[str, Sequence[Viewer]]:
        """The viewers of each of these conversations; absent means nobody."""
        ...


def nobody(conversation_ids: Sequence[str]) -> Mapping[str, Sequence[Viewer]]:
    """Viewers where no realtime is running."""
    return {}


async def items_json(session: AsyncSession, conversation_ids: Sequence[str], *, user_id: str | None) -> list[str]:
    """The items as JSON texts in the order of the ids; what does not exist is left out, viewers are not in yet.

    `user_id` None leaves out what is personal.
    """
    if not conversation_ids:
        return []
    values: dict[str, Any] = {"ids": list(conversation_ids)}
    if user_id is not None:
        values["me"] = user_id
    statement = _by_ids(session.get_bind().dialect.name, user_id is not None)
    found = {row.id: row.item for row in await session.execute(statement, values)}
    return [found[key] for key in conversation_ids if key in found]


async def placed_items(
    session: AsyncSession, conversation_ids: Sequence[str], *, viewers: Viewers = nobody
) -> list[tuple[Plain, str | None]]:
    """Items without what is personal, each with the conversation's queue; what does not exist is left out."""
    if not conversation_ids:
        return []
    statement = _by_ids(session.get_bind().dialect.name, False)
    rows = (await session.execute(statement, {"ids": list(conversation_ids)})).all()
    items = _viewed([orjson.loads(row.item) for row in rows], viewers(conversation_ids))
    return [(item, row.queue_id) for item, row in zip(items, rows, strict=True)]


async def plain_items(
    session: AsyncSession, conversation_ids: Sequence[str], *, user_id: str | None, viewers: Viewers = nobody
) -> list[Plain]:
    """The items as JSON values in the order of the ids; what does not exist is left out."""
    items = [orjson.loads(one) for one in await items_json(session, conversation_ids, user_id=user_id)]
    return _viewed(items, viewers(conversation_ids))


def _viewed(items: list[Plain], seen: Mapping[str, Sequence[Viewer]]) -> list[Plain]:
    for item in items:
        item["viewers"] = [one.model_dump() for one in seen.get(item["id"], ())]
    return items


def as_json(
    listed: Listed,
    seen: Mapping[str, Sequence[Viewer]],
    found: Figures,
    *,
    group: str | None,
    channel: str | None,
) -> bytes:
    """A `Worklist` as JSON: the items as the database made them, opened only where somebody is looking at one."""
    items = listed.items
    if seen:
        items = [orjson.dumps(item).decode() for item in _viewed([orjson.loads(item) for item in items], seen)]
    counts, channels = totals(found, group=group, channel=channel)
    rest = orjson.dumps({"next_cursor": listed.next_cursor, "counts": counts, "channels": channels})
    return b'{"items":[' + ",".join(items).encode() + b"]," + rest[1:]


async def item_of(session: AsyncSession, conversation_id: str, *, user_id: str, viewers: Viewers = nobody) -> WorkItem:
    """One work item that is known to exist."""
    (item,) = await plain_items(session, [conversation_id], user_id=user_id, viewers=viewers)
    return WorkItem.model_validate(item)


@cache
def _by_ids(dialect: str, personal: bool) -> TextualSelect:
    joins = JOINS + READ_MARK if personal else JOINS
    sql = f"SELECT {item_json(dialect, personal=personal)}, c.id, c.queue_id FROM conversation c {joins} WHERE c.id IN :ids"
    statement = text(sql).bindparams(bindparam("ids", type_=Id, expanding=True))
    if personal:
        statement = statement.bindparams(bindparam("me", type_=Id))
    return statement.columns(column("item", Text), column("id", Id), column("queue_id", Id))
