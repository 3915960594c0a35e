"""How fast a queue has been lately, by channel: mean handling and mean patience, folded from what ended last.

One thing to know: too little known says nothing. Handling counts from the offer to the end of wrap-up, because so long a place is taken.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.states import InteractionState
from routing.estimate import Pace
from routing.models import Offer

LOOK_BACK = timedelta(days=1)
LATELY = 100
"""So many of the last are counted."""
ENOUGH = 3


async def pace_of(session: AsyncSession, queue_id: str, channel: str, *, now: datetime) -> Pace | None:
    """The pace of this queue for this channel; None when fewer than three contacts ended within a day."""
    born = now - LOOK_BACK
    here = (Interaction.queue_id == queue_id, Interaction.channel == channel, Interaction.created_at >= born)
    rows = await session.execute(
        select(func.coalesce(Offer.offered_at, Assignment.at).label("begun"), Assignment.ended_at)
        .select_from(Assignment)
        .join(Interaction, Interaction.id == Assignment.interaction_id)
        .outerjoin(Offer, Offer.id == Assignment.offer_id)
        .where(*here, Assignment.role == "primary", Assignment.ended_at.is_not(None))
        .order_by(Assignment.ended_at.desc())
        .limit(LATELY)
    )
    handled = [(row.ended_at - row.begun).total_seconds() for row in rows]
    if len(handled) < ENOUGH:
        return None
    waits = await session.execute(
        select(
            Interaction.queued_at.label("since"),
            func.coalesce(Interaction.assigned_at, Interaction.closed_at).label("until"),
            Interaction.state,
        )
        .where(*here, Interaction.queued_at.is_not(None), Interaction.state != InteractionState.DIVERTED.value)
        .order_by(Interaction.created_at.desc())
        .limit(LATELY)
    )
    left = [
        (((row.until or now) - row.since).total_seconds(), row.state == InteractionState.ABANDONED.value)
        for row in waits
    ]
    return Pace(max(1.0, sum(handled) / len(handled)), patience(left))


def patience(waits: Sequence[tuple[float, bool]]) -> float | None:
    """Mean seconds that people bear to wait, from (waited, gave up): all waiting over those who gave up; None when too few did."""
    gave_up = sum(gone for _, gone in waits)
    if gave_up < ENOUGH:
        return None
    return max(1.0, sum(max(0.0, waited) for waited, _ in waits) / gave_up)
