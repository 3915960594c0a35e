"""The announcer's sink: committed events become payloads and are emitted, each once, to the union of its rooms."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import correlation, logger
from contact_center.db import Database, DatabaseUnavailable
from contact_center.events import Event
from contact_center.interactions.announce import LATER
from contact_center.queues.models import QueueMember
from contact_center.realtime.list_news import ListNews
from contact_center.realtime.payloads import Builder, Payload, from_data, merged, whole
from contact_center.realtime.queue_news import Emit, QueueNews
from contact_center.realtime.sockets import queue_room

COUNTED = "queue.updated"
"""Never told as such: the figures are counted again and told by `QueueNews`."""
Before = Callable[[Event, Payload], Awaitable[None]]
Heard = Callable[[Sequence[str]], bool]
"""Whether anybody may be in one of the rooms; no payload is made for nobody."""
log = logger(__name__)


class Telling:
    """Called with lists of events. `before` may act on an event just before it goes out (narrowing rooms)."""

    def __init__(
        self,
        database: Database,
        emit: Emit,
        news: QueueNews,
        lists: ListNews,
        builders: Mapping[str, Builder],
        *,
        before: Before,
        heard: Heard,
    ) -> None:
        self._database, self._emit, self._news, self._lists = database, emit, news, lists
        self._builders, self._before, self._heard = builders, before, heard

    async def __call__(self, events: Sequence[Event]) -> None:
        """Tell them. Raises `DatabaseUnavailable` (the sweeper then tells them again); anything else is our own fault."""
        once = [_at_once(event) for event in merged(self._gathered(events))]
        async with self._database.read() as session:
            once = await _with_queues(session, once)
            payloads = await self._payloads(session, [event for event in once if self._heard(event.rooms)])
        for event in once:
            self._news.changed(_queues(event))
            payload = payloads.get(event.id)
            if payload is not None and event.rooms:
                correlation.set(event.correlation)
                await self._before(event, payload)
                await self._emit(event.kind, whole(event, payload), event.rooms)
                await asyncio.sleep(0)  # others must get a turn between two fan-outs

    def _gathered(self, events: Sequence[Event]) -> Sequence[Event]:
        """Hand on what some rooms hear later."""
        for event in events:
            self._lists.changed(event.entity_id, [room for room in event.rooms if room.startswith(LATER)])
        return events

    async def _payloads(self, session: AsyncSession, events: Sequence[Event]) -> dict[str, Payload]:
        groups: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            if event.kind != COUNTED:
                groups[event.kind].append(event)
        found: dict[str, Payload] = {}
        for kind, group in groups.items():
            try:
                found.update(await self._builders.get(kind, from_data)(session, group))
            except DatabaseUnavailable:
                raise
            except Exception:
                # Told again it would fail again; screens find the change by the next digest.
                log.exception("events could not be made into payloads", kind=kind, events=len(group))
        return found


def _at_once(event: Event) -> Event:
    """Without the rooms that hear of it later."""
    return replace(event, rooms=tuple(room for room in event.rooms if not room.startswith(LATER)))


def _queues(event: Event) -> list[str]:
    return [room.removeprefix("queue:") for room in event.rooms if room.startswith("queue:")]


async def _with_queues(session: AsyncSession, events: list[Event]) -> list[Event]:
    """Agents' folder knows no queues: an agent's event marked `queues` is also told in those that the agent serves."""
    wanted = {event.entity_id for event in events if event.entity == "agent" and event.data.get("queues")}
    if not wanted:
        return events
    served: defaultdict[str, list[str]] = defaultdict(list)
    rows = select(QueueMember.agent_id, QueueMember.queue_id).where(QueueMember.agent_id.in_(wanted))
    for agent_id, queue_id in await session.execute(rows):
        served[agent_id].append(queue_room(queue_id))
    return [_in_rooms(event, served.get(event.entity_id, [])) for event in events]


def _in_rooms(event: Event, more: Sequence[str]) -> Event:
    if event.entity != "agent" or not more:
        return event
    return replace(event, rooms=tuple(dict.fromkeys([*event.rooms, *more])))
