"""Back into the line: transferred, requeued, the agent lost. The place in line is kept, or it is the front.

The front is a place like any other, only earlier: `FRONT` before the original one. So those put in front keep the order
among themselves, and a router that reads the line anew finds the same order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.errors import Conflict
from contact_center.history import Actor
from contact_center.interactions import assignments
from contact_center.interactions.lines import add_line
from contact_center.interactions.moving import Held, hold, move, point_conversations, require
from contact_center.interactions.states import EndReason, InteractionEvent

FRONT = timedelta(days=3650)


async def give_back(
    session: AsyncSession,
    interaction_ids: Sequence[str],
    reason: EndReason,
    *,
    at: datetime,
    actor: Actor,
    front: bool = False,
    queue_id: str | None = None,
    skills: Sequence[Mapping[str, Any]] | None = None,
    note: str = "",
) -> list[Held]:
    """assigned -> queued: the assignments end for this reason, a new queue segment begins.

    `queue_id` None keeps the queue; `skills` None keeps what is asked beyond it. `front` puts them before everything that
    waits. Raises `Conflict` when one is not assigned, or has no queue to go back to.
    """
    held = await hold(session, interaction_ids)
    for one in held:
        require(one, InteractionEvent.GIVEN_BACK)
        if queue_id is None and one.queue_id is None:
            raise Conflict("no_queue", current={"state": one.state.value})
    live = await assignments.live(session, [one.id for one in held])
    moved: list[Held] = []
    for one in held:
        own = [each for each in live if each.interaction_id == one.id]
        await assignments.end(session, own, reason, queue_id=one.queue_id, at=at, actor=actor)
        values: dict[str, Any] = {
            "queue_id": queue_id or one.queue_id,
            "agent_id": None,
            "last_agent_id": None,
            "preferred_agent_ids": [],
            "queued_at": at,
            "key_at": in_front(one.key_at, at) if front else one.key_at,
        }
        if skills is not None:
            values["skills"] = list(skills)
        (now,) = await move(
            session, InteractionEvent.GIVEN_BACK, [one], at=at, actor=actor, cause=reason.value, values=values
        )
        params = {"from_agent_id": one.agent_id, "queue_id": now.queue_id, "note": note}
        await add_line(session, now, reason.value, params, at=at, actor=actor)
        moved.append(now)
    await point_conversations(session, moved, at=at, attention="now")
    return moved


def in_front(key_at: datetime, at: datetime) -> datetime:
    """The key before all ordinary ones; twice in front is in front."""
    return key_at if key_at < at - FRONT / 2 else key_at - FRONT
