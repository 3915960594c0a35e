"""An engine made for one question about one queue, on a node that does not lead, from what is stored.

It holds that queue's line, the agents who serve it and all that these have in hand; it decides nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.clock import to_micros
from contact_center.interactions.models import Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import QueueMember
from routing import look, mirror
from routing.engine import Engine
from routing.mirror import Rules
from routing.models import Offer
from routing.snapshot import restore
from routing.states import OfferState

WAITING_AT_MOST = 5000


async def borrowed(session: AsyncSession, rules: Rules, queue_id: str, *, now: datetime) -> Engine:
    """The engine; places in line are right up to `WAITING_AT_MOST` waiting."""
    members = (await session.scalars(select(QueueMember.agent_id).where(QueueMember.queue_id == queue_id))).all()
    agents = await look.agents(session, members, fetching=True)
    offered = select(Offer.interaction_id).where(Offer.agent_id.in_(members), Offer.state == OfferState.PENDING.value)
    waiting = (
        select(Interaction.id)
        .where(Interaction.queue_id == queue_id, Interaction.state == InteractionState.QUEUED.value)
        .order_by(Interaction.key_at)
        .limit(WAITING_AT_MOST)
    )
    in_hand = select(Interaction.id).where(
        or_(
            (Interaction.state == InteractionState.ASSIGNED.value) & Interaction.agent_id.in_(members),
            (Interaction.state == InteractionState.OFFERED.value)
            & or_(Interaction.id.in_(offered), Interaction.queue_id == queue_id),
        )
    )
    ids = {*(await session.scalars(waiting)).all(), *(await session.scalars(in_hand)).all()}
    rows = await look.interactions(session, sorted(ids))
    since = now - timedelta(seconds=rules.routing.decline_block_seconds)
    offers = await look.offers(session, declined_after=since, interaction_ids=sorted(ids)) if ids else {}
    queues = await look.queues(session)
    remembered = mirror.snapshot(
        rules, now=to_micros(now), queues=queues, agents=agents, interactions=rows, offers=offers
    )
    return restore(rules.config(), remembered)
