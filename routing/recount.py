"""The units in use, counted anew: `agent.used` must equal what pending offers and live assignments hold."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from contact_center.agents.models import Agent
from contact_center.interactions.models import Assignment, Interaction
from routing.models import Offer
from routing.states import OfferState

log = logger(__name__)


async def recount(session: AsyncSession) -> None:
    """Correct agents whose count drifted. Looks without locks first, then counts again under the agent's lock."""
    for agent_id in await _drifted(session):
        agent = await session.get_one(Agent, agent_id, with_for_update=True, populate_existing=True)
        held = await _held(session, agent_id)
        if agent.used != held:
            log.error("an agent's units had drifted", agent=agent_id, used=agent.used, held=held)
            await session.execute(
                update(Agent)
                .where(Agent.id == agent_id)
                .values(used=held, version=Agent.version + 1)
                .execution_options(synchronize_session=False)
            )


async def _drifted(session: AsyncSession) -> list[str]:
    offers = (
        select(Offer.agent_id, func.sum(Offer.units).label("units"))
        .where(Offer.state == OfferState.PENDING.value)
        .group_by(Offer.agent_id)
        .subquery()
    )
    work = (
        select(Assignment.agent_id, func.sum(Assignment.units).label("units"))
        .where(Assignment.ended_at.is_(None))
        .group_by(Assignment.agent_id)
        .subquery()
    )
    held = func.coalesce(offers.c.units, 0) + func.coalesce(work.c.units, 0)
    rows = await session.scalars(
        select(Agent.id)
        .outerjoin(offers, offers.c.agent_id == Agent.id)
        .outerjoin(work, work.c.agent_id == Agent.id)
        .where(Agent.used != held)
        .order_by(Agent.id)
    )
    return list(rows.all())


async def _held(session: AsyncSession, agent_id: str) -> int:
    offers = await session.scalar(
        select(func.sum(Offer.units)).where(Offer.agent_id == agent_id, Offer.state == OfferState.PENDING.value)
    )
    work = await session.scalar(
        select(func.sum(Assignment.units)).where(Assignment.agent_id == agent_id, Assignment.ended_at.is_(None))
    )
    return int(offers or 0) + int(work or 0)


async def interrupted(session: AsyncSession, channels: Mapping[str, Collection[str]]) -> dict[str, int]:
    """agent -> units held by work on the channels named for each; the agents stay locked for this transaction.

    Under that lock nobody else changes what they hold, so what is counted here and the budget compared next agree.
    """
    if not channels:
        return {}
    await session.execute(select(Agent.id).where(Agent.id.in_(channels)).order_by(Agent.id).with_for_update())
    found = {}
    for agent_id, those in sorted(channels.items()):
        work = (
            select(func.sum(Assignment.units))
            .join(Interaction, Interaction.id == Assignment.interaction_id)
            .where(Assignment.agent_id == agent_id, Assignment.ended_at.is_(None), Interaction.channel.in_(those))
        )
        offers = (
            select(func.sum(Offer.units))
            .join(Interaction, Interaction.id == Offer.interaction_id)
            .where(
                Offer.agent_id == agent_id,
                Offer.state == OfferState.PENDING.value,
                Interaction.channel.in_(those),
            )
        )
        found[agent_id] = int(await session.scalar(work) or 0) + int(await session.scalar(offers) or 0)
    return found
