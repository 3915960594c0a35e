"""HTTP: the supervisor's table of queues. The same shapes go out as `queue.updated`."""

from datetime import datetime

from contact_center.clock import to_micros
from contact_center.web import Context, Model, Paged, Reach, Routes, Time
from contact_center.web.refs import Ref
from routing.live import QueueFigures, figures

routes = Routes("supervisor")


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


@routes.get("/queues/live", allow="queues.live")
async def list_queues_live(context: Context) -> Paged[QueueLive]:
    """How the caller's queues stand now (all queues for who may see all), in one page."""
    everything = context.reach is Reach.ALL
    now = context.now
    async with context.database.read() as session:
        found = await figures(session, None if everything else sorted(context.principal.queue_ids))
    return Paged[QueueLive](items=[live_view(queue, now) for queue in found])
