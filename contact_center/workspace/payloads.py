"""What goes with an event to the screens: made by query when it is announced, for many events with few statements.

An event names a thing and its version; what is told is how that thing stands now, with the version it has now, so a
screen that keeps the highest version is never set back. What belongs to one reader (unread, draft) is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.customers import models as customers
from contact_center.customers.queries import shown
from contact_center.events import Event
from contact_center.workspace.items import Viewers, nobody, placed_items
from contact_center.workspace.thread import messages_of

Payload = dict[str, Any]
KINDS = frozenset(
    {"conversation.updated", "interaction.updated", "message.created", "message.delivery", "customer.changed"}
)


async def payloads(
    session: AsyncSession, events: Sequence[Event], *, viewers: Viewers = nobody
) -> Mapping[str, Payload]:
    """event id -> payload, for the kinds made here; an event whose thing is gone is left out."""
    conversations = await _conversations(session, _ids(events, "conversation.updated"), viewers)
    messages = await messages_of(session, _ids(events, "message.created", "message.delivery"))
    people = await _customers(session, _ids(events, "customer.changed"))
    made: dict[str, Payload] = {}
    for event in events:
        payload: Payload | None = None
        if event.kind == "conversation.updated":
            payload = conversations.get(event.entity_id)
        elif event.kind == "interaction.updated":
            payload = {"version": event.version, **event.data}
        elif event.kind == "customer.changed":
            payload = people.get(event.entity_id)
        elif event.kind in KINDS and (message := messages.get(event.entity_id)) is not None:
            told = message.model_dump(mode="json")
            part = "message" if event.kind == "message.created" else "delivery"
            payload = {
                "version": message.version,
                "conversation_id": message.conversation_id,
                part: told if part == "message" else told["delivery"],
            }
        if payload is not None:
            made[event.id] = {"entity": event.entity, "id": event.entity_id, **payload}
    return made


def _ids(events: Sequence[Event], *kinds: str) -> list[str]:
    return list(dict.fromkeys(event.entity_id for event in events if event.kind in kinds))


async def _conversations(session: AsyncSession, ids: Sequence[str], viewers: Viewers) -> dict[str, Payload]:
    items = await placed_items(session, ids, viewers=viewers)
    return {item["id"]: {"version": item["version"], "item": item, "queue_id": queue_id} for item, queue_id in items}


LINE = ("id", "version", "preview", "last_message_at", "group")
"""What a list shows of a conversation in which only something was said."""


async def list_lines(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, Sequence[Payload]]:
    """queue id -> the lines of these conversations."""
    found: dict[str, list[Payload]] = {}
    for told in (await _conversations(session, ids, nobody)).values():
        if told["queue_id"] is not None:
            found.setdefault(told["queue_id"], []).append({key: told["item"][key] for key in LINE})
    return found


async def _customers(session: AsyncSession, ids: Sequence[str]) -> dict[str, Payload]:
    if not ids:
        return {}
    rows = await session.scalars(select(customers.Customer).where(customers.Customer.id.in_(ids)))
    return {row.id: {"version": row.version, "customer": shown(row).model_dump(mode="json")} for row in rows}
