"""What people who wait are told: their place, an honest range, and whether anybody is there at all (`contact_center.channel.WaitingRoom`).

One thing to know: hours and presence both decide whether somebody is there; a queue that sends elsewhere while it is closed is as staffed
as the queue that then takes what comes.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence
from contact_center.channel import WaitRange
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.queues.models import Queue, QueueMember
from contact_center.sla.reading import all_hours
from routing.doors import door_of, entered
from routing.outlook import Outlook


class Waiting:
    """Answers for the channels where people wait and watch."""

    def __init__(self, database: Database, clock: Clock, outlook: Outlook) -> None:
        self._database, self._clock, self._outlook = database, clock, outlook

    async def position(self, interaction_id: str) -> int | None:
        """The place in line, from 1; None when the interaction does not wait."""
        async with self._database.read() as session:
            found = await self._outlook.of(session, interaction_id)
        return None if found is None else found.position

    async def estimated_wait(self, interaction_id: str) -> WaitRange | None:
        """How long until an agent comes; None when too little is known."""
        async with self._database.read() as session:
            found = await self._outlook.of(session, interaction_id)
        if found is None or found.wait is None:
            return None
        return WaitRange(round(found.wait.p50), round(found.wait.p80))

    async def staffed(self, queue_id: str | None) -> bool:
        """Whether the queue (None: any that is enabled) is open and somebody who serves it can be reached."""
        async with self._database.read() as session:
            open_now = await _open(session, self._clock.now(), queue_id)
            at_work = (
                select(Agent.id)
                .join(QueueMember, QueueMember.agent_id == Agent.id)
                .where(
                    Agent.active.is_(True),
                    Agent.chosen == Presence.AVAILABLE.value,
                    Agent.forced == Forced.NONE.value,
                    QueueMember.queue_id.in_(open_now),
                )
            )
            return (await session.execute(at_work.limit(1))).first() is not None


async def _open(session: AsyncSession, now: datetime, queue_id: str | None) -> set[str]:
    """The queues that would take now what is meant for this queue (None: for any)."""
    queues = (await session.scalars(select(Queue).where(Queue.enabled.is_(True)))).all()
    hours = await all_hours(session) if any(queue.hours_id for queue in queues) else {}
    doors = {queue.id: door_of(queue, hours, now) for queue in queues}
    meant = doors if queue_id is None else [queue_id]
    goals = [entered(one, doors) for one in meant]
    return {goal for goal, held_until in goals if held_until is None}
