"""What becomes known of a customer moves their waiting work ahead, or back to where it would stand without.

Triage reckons an interaction's priority when it comes in; this adds the difference for what is open already. Work in hand is
changed too, as it may come back into a line.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.interactions.models import Interaction
from contact_center.interactions.moving import hold, touch
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue
from contact_center.routing_input import InputKind, tell_router

WEIGHED = frozenset(
    {InteractionState.SCHEDULED, InteractionState.QUEUED, InteractionState.OFFERED, InteractionState.ASSIGNED}
)
"""What triage has seen and is not over."""
IN_LINE = frozenset({InteractionState.QUEUED, InteractionState.OFFERED})


async def weigh(session: AsyncSession, customer_id: str, known: str, *, holds: bool, at: datetime) -> None:
    """The class `known` (vip, at_risk, complaint_open) holds of the customer from now on, or no longer.

    Call it only when that changes: each queue's boost for the class, in units of head start, is added or taken away once.
    """
    states = sorted(state.value for state in WEIGHED)
    open_ones = select(Interaction.id).where(Interaction.customer_id == customer_id, Interaction.state.in_(states))
    those = await hold(session, (await session.scalars(open_ones)).all())
    queue_ids = {held.queue_id for held in those if held.queue_id is not None}
    if not queue_ids:
        return
    rows = await session.execute(select(Queue.id, Queue.boosts).where(Queue.id.in_(sorted(queue_ids))))
    boosts = {queue_id: int(found.get(known, 0)) for queue_id, found in rows}
    for held in those:
        boost = boosts.get(held.queue_id or "", 0)
        if boost == 0 or held.state not in WEIGHED:
            continue
        priority = Interaction.priority + (boost if holds else -boost)
        await touch(session, held, at=at, values={"priority": priority})
        if held.state in IN_LINE:
            tell_router(session, InputKind.INTERACTION, held.id, at=at)
