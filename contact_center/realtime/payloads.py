"""From events (ids only) to what screens get: made by query when told, so a screen never gets something older than it asked for.

A builder answers for many events of one kind at once; an event it leaves out is not told (its thing is gone).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.events import Event

Payload = dict[str, Any]
Builder = Callable[[AsyncSession, Sequence[Event]], Awaitable[Mapping[str, Payload]]]
"""Event id -> fields beside entity, id and version (or instead of them, when the query found newer ones)."""


async def from_data(_: AsyncSession, events: Sequence[Event]) -> Mapping[str, Payload]:
    """For kinds that carry all they say."""
    return {event.id: dict(event.data) for event in events}


def whole(event: Event, payload: Mapping[str, Any]) -> Payload:
    """The event as it goes out."""
    return {"entity": event.entity, "id": event.entity_id, "version": event.version, **payload}


def merged(events: Sequence[Event]) -> list[Event]:
    """One event for each (kind, entity): the newest, told to everybody who should have heard any of them.

    Their rooms are kept in the order of first mention; data of the newest wins.
    """
    found: dict[tuple[str, str], Event] = {}
    for event in events:
        key = (event.kind, event.entity_id)
        earlier = found.pop(key, None)
        if earlier is None:
            found[key] = event
            continue
        newest = event if event.version >= earlier.version else earlier
        rooms = tuple(dict.fromkeys([*earlier.rooms, *event.rooms]))
        data = {**earlier.data, **newest.data}
        found[key] = Event(
            newest.id, newest.kind, newest.entity, newest.entity_id, newest.version, rooms, data, newest.correlation
        )
    return list(found.values())
