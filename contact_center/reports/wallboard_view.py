"""What a wallboard shows, as it goes over the wire: the same over HTTP and over the socket."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.reports.wallboard import RINGING, Served, Standing, Vips, standings
from contact_center.web import Model, Principal, Reach, Time
from contact_center.web.refs import Ref
from routing.live_routes import ChannelWait, Longest
from routing.outlook import NewWait, Outlook


class WallServed(Model):
    """Today, from midnight where the queue's hours are kept (UTC without hours), of what came today.

    `service_level` = `in_time` / (`in_time` + `late` + `overdue`), of 1; null when that is nothing. In time: an agent took it by
    the deadline promised when it came, else within the queue's target, else within `wallboard.answer_seconds` of the settings.
    `overdue` wait beyond it at this moment, whichever day they came. `abandoned` gave up and count in no service level.
    """

    service_level: float | None
    in_time: int
    late: int
    overdue: int
    abandoned: int


class WallVips(Model):
    """Important customers who wait."""

    waiting: int
    longest: Longest | None


class WallAgents(Model):
    """Every active agent who serves the queue, once, as they are shown; `offered`: available or busy, and an offer rings.

    `away` are those on a break.
    """

    available: int
    busy: int
    offered: int
    wrapping_up: int
    not_responding: int
    away: int
    disconnected: int
    offline: int


class WallQueue(Model):
    """One queue; `estimated` is for one who came now, by channel, without those of which too little is known."""

    queue: Ref
    waiting: int
    offered: int
    in_progress: int
    longest: Longest | None
    vips: WallVips
    today: WallServed
    estimated: list[ChannelWait]
    agents: WallAgents


class Wallboard(Model):
    """How the caller's queues stand at `at`; `version` is that moment in microseconds. `target`: the service level aimed at."""

    at: Time
    target: float
    queues: list[WallQueue]
    version: int


SEE = "queues.live"
Look = Callable[[AsyncSession, Sequence[str] | None, datetime], Awaitable[list[WallQueue]]]
"""Queues (None: all that are enabled) and a moment -> how they stand at it."""


def within(principal: Principal) -> Sequence[str] | None:
    """The queues whose figures somebody with the right may see; None: all."""
    return None if principal.reach(SEE) is Reach.ALL else sorted(principal.queue_ids)


def looking(outlook: Outlook, usual: Mapping[str, int]) -> Look:
    """`usual`: the targets of queues that have none of their own, seconds by channel."""

    async def look(session: AsyncSession, seen: Sequence[str] | None, now: datetime) -> list[WallQueue]:
        found = await standings(session, seen, usual=usual, now=now)
        waits = await outlook.of_queues(session, [standing.now.id for standing in found])
        return [_queue(standing, waits.get(standing.now.id, [])) for standing in found]

    return look


def _queue(standing: Standing, waits: Sequence[NewWait]) -> WallQueue:
    queue = standing.now
    return WallQueue(
        queue=Ref(id=queue.id, name=queue.name),
        waiting=queue.waiting,
        offered=queue.offered,
        in_progress=queue.in_progress,
        longest=_longest(queue.longest),
        vips=_vips(standing.vips),
        today=_served(standing.served),
        estimated=[
            ChannelWait(channel=one.channel, p50_s=round(one.wait.p50), p80_s=round(one.wait.p80)) for one in waits
        ],
        agents=_agents(standing.agents),
    )


def _longest(found: tuple[str, datetime] | None) -> Longest | None:
    return None if found is None else Longest(interaction_id=found[0], queued_at=found[1])


def _vips(found: Vips) -> WallVips:
    return WallVips(waiting=found.waiting, longest=_longest(found.longest))


def _served(found: Served) -> WallServed:
    return WallServed(
        service_level=found.level,
        in_time=found.in_time,
        late=found.late,
        overdue=found.overdue,
        abandoned=found.abandoned,
    )


def _agents(found: Mapping[str, int]) -> WallAgents:
    return WallAgents(
        available=found.get("available", 0),
        busy=found.get("busy", 0),
        offered=found.get(RINGING, 0),
        wrapping_up=found.get("wrapping_up", 0),
        not_responding=found.get("not_responding", 0),
        away=found.get("away", 0),
        disconnected=found.get("disconnected", 0),
        offline=found.get("offline", 0),
    )
