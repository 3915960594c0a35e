"""HTTP: the supervisor's table of queues. The same shapes go out as `queue.updated`."""

from collections.abc import Sequence
from datetime import datetime

from contact_center.clock import to_micros
from contact_center.web import Context, Model, Paged, Reach, Routes, Time
from contact_center.web.refs import Ref
from routing.live import QueueFigures, figures
from routing.outlook import NewWait, Outlook


class Longest(Model):
    """What has waited longest."""

    interaction_id: str
    queued_at: Time


class AgentsView(Model):
    """The agents who serve the queue; away counts those who do not respond, busy those who wrap up."""

    available: int
    busy: int
    away: int
    signed_in: int
    free: int


class QueueLive(Model):
    """How a queue stands. `version` is the moment of counting in microseconds: the higher one is the newer."""

    queue: Ref
    waiting: int
    offered: int
    in_progress: int
    longest_wait_s: float | None
    longest: Longest | None
    agents: AgentsView
    version: int


def live_view(queue: QueueFigures, now: datetime) -> QueueLive:
    """The figures as people see them, counted at `now`."""
    longest = queue.longest
    return QueueLive(
        queue=Ref(id=queue.id, name=queue.name),
        waiting=queue.waiting,
        offered=queue.offered,
        in_progress=queue.in_progress,
        longest_wait_s=None if longest is None else round(max(0.0, (now - longest[1]).total_seconds()), 3),
        longest=None if longest is None else Longest(interaction_id=longest[0], queued_at=longest[1]),
        agents=AgentsView(
            available=queue.agents.available,
            busy=queue.agents.busy,
            away=queue.agents.away,
            signed_in=queue.agents.signed_in,
            free=queue.agents.free,
        ),
        version=to_micros(now),
    )


class ChannelWait(Model):
    """How long one who came now would wait: half of those served at most `p50_s` seconds, four in five at most `p80_s`."""

    channel: str
    p50_s: int
    p80_s: int


class QueueWaits(Model):
    """The estimates of one queue; a channel of which too little is known lately is left out."""

    queue: Ref
    channels: list[ChannelWait]


def live_routes(outlook: Outlook) -> Routes:
    """The table and the estimated waits beside it, which change each second and so are asked for and not told."""
    routes = Routes("supervisor")

    @routes.get("/queues/live", allow="queues.live")
    async def list_queues_live(context: Context) -> Paged[QueueLive]:
        """How the caller's queues stand now (all queues for who may see all), in one page."""
        now = context.now
        async with context.database.read() as session:
            found = await figures(session, _seen(context))
        return Paged[QueueLive](items=[live_view(queue, now) for queue in found])

    @routes.get("/queues/live/waits", allow="queues.live")
    async def list_queue_waits(context: Context) -> Paged[QueueWaits]:
        """How long one who came now would wait in the caller's queues, by channel."""
        async with context.database.read() as session:
            queues = await figures(session, _seen(context))
            waits = await outlook.of_queues(session, [queue.id for queue in queues])
        return Paged[QueueWaits](items=[_waits(queue, waits.get(queue.id, [])) for queue in queues])

    return routes


def _seen(context: Context) -> list[str] | None:
    """The queues whose figures the caller may see; None: all."""
    return None if context.reach is Reach.ALL else sorted(context.principal.queue_ids)


def _waits(queue: QueueFigures, waits: Sequence[NewWait]) -> QueueWaits:
    return QueueWaits(
        queue=Ref(id=queue.id, name=queue.name),
        channels=[
            ChannelWait(channel=one.channel, p50_s=round(one.wait.p50), p80_s=round(one.wait.p80)) for one in waits
        ],
    )
