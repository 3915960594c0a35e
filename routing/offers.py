"""Answering an offer, on any node: accept, decline, and taking work by hand while offers of it are pending.

Each is one transaction of compare-and-sets: the deadline is compared in the statement with the time of the request, whoever
comes second finds the row changed, and accepting again answers with the same assignment. Call the functions inside a unit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents import actions as agents
from contact_center.agents.models import Agent
from contact_center.errors import Conflict, NotFound
from contact_center.history import Actor
from contact_center.interactions import assigning
from contact_center.interactions.lines import add_line
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.moving import Held, hold_one
from contact_center.interactions.queueing import Seen, offer_ended
from contact_center.interactions.states import InteractionState
from contact_center.routing_input import InputKind, tell_router
from contact_center.tickets import actions as tickets
from routing.announce import offer_withdrawn
from routing.models import Offer
from routing.states import OFFER, DeclineReason, OfferEvent, OfferState, WithdrawReason


@dataclass(frozen=True, slots=True)
class Assigned:
    """The agent's assignment."""

    id: str
    interaction_id: str
    conversation_id: str
    agent_id: str
    at: datetime


async def accept(session: AsyncSession, offer_id: str, agent_id: str, *, at: datetime, actor: Actor) -> Assigned:
    """Take the offered interaction. Raises `NotFound` for an offer of somebody else, `Conflict` offer_gone when it is over."""
    held, offer = await _lock(session, offer_id, agent_id)
    if offer.state == OfferState.ACCEPTED.value:
        return await _assignment_of(session, offer, held)
    if held.state is not InteractionState.OFFERED or not await _end(
        session, offer, OfferEvent.ACCEPT, at=at, actor=actor
    ):
        raise await gone(session, offer, at)
    why = {"rule": offer.rule, **offer.why}
    given = await assigning.accept(
        session, held, agent_id, offer_id=offer.id, units=offer.units, why=why, at=at, actor=actor
    )
    await withdraw(session, held.id, WithdrawReason.ACCEPTED_ELSEWHERE, at=at, actor=actor, by_agent_id=agent_id)
    await tickets.assigned(session, held.id, at=at, actor=actor)
    return Assigned(given.assignment_id, held.id, held.conversation_id, agent_id, at)


async def decline(
    session: AsyncSession, offer_id: str, agent_id: str, *, reason: DeclineReason | None, at: datetime, actor: Actor
) -> None:
    """Refuse it: never a miss, not offered to this agent again for a while. Declining again is harmless.

    A reason is kept on the offer and in its history, and told in the thread.
    """
    held, offer = await _lock(session, offer_id, agent_id)
    if offer.state == OfferState.DECLINED.value:
        return
    if not await _end(session, offer, OfferEvent.DECLINE, at=at, actor=actor, reason=reason):
        raise await gone(session, offer, at)
    if held.state is InteractionState.OFFERED and not await _pending(session, held.id):
        seen = Seen(held.id, held.version, held.state, held.queue_id or "", held.conversation_id)
        await offer_ended(session, [seen], at=at, cause="declined", agents={held.id: agent_id})
    if reason is not None:
        await add_line(session, held, f"declined.{reason.value}", {"agent_id": agent_id}, at=at, actor=actor)
    await agents.free(session, {agent_id: offer.units}, at=at, handled=False)
    await agents.answered(session, agent_id)
    await offer_withdrawn(session, [(offer.id, offer.version + 1, agent_id, OfferState.DECLINED.value)], at=at)
    tell_router(session, InputKind.INTERACTION, held.id, at=at)


async def take(
    session: AsyncSession, interaction_id: str, agent_id: str, *, units: int, at: datetime, actor: Actor
) -> Assigned:
    """Give the interaction to this agent by hand; pending offers of it are withdrawn. Repeating it answers the same."""
    held = await hold_one(session, interaction_id)
    await withdraw(session, held.id, WithdrawReason.ACCEPTED_ELSEWHERE, at=at, actor=actor, by_agent_id=agent_id)
    given = await assigning.take(session, interaction_id, agent_id, units=units, at=at, actor=actor)
    await tickets.assigned(session, interaction_id, at=at, actor=actor)
    if given is None:
        return await _live_assignment(session, held, agent_id)
    return Assigned(given.assignment_id, held.id, held.conversation_id, agent_id, given.at)


async def withdraw(
    session: AsyncSession,
    interaction_id: str,
    reason: WithdrawReason,
    *,
    at: datetime,
    actor: Actor,
    by_agent_id: str | None = None,
) -> None:
    """End the pending offers of a locked interaction without blame, and free what they held."""
    rows = (
        await session.execute(
            update(Offer)
            .where(Offer.interaction_id == interaction_id, Offer.state == OfferState.PENDING.value)
            .values(
                state=OFFER.after(OfferState.PENDING, OfferEvent.WITHDRAW).value,
                ended_at=at,
                reason=reason.value,
                version=Offer.version + 1,
            )
            .returning(Offer.id, Offer.agent_id, Offer.queue_id, Offer.units, Offer.version)
            .execution_options(synchronize_session=False)
        )
    ).all()
    freed: Counter[str] = Counter()
    for row in rows:
        freed[row.agent_id] += row.units
        _remember(session, row.id, OfferState.WITHDRAWN, row.queue_id, row.agent_id, reason.value, at=at, actor=actor)
    if rows:
        await agents.free(session, freed, at=at, handled=False)
        told = [(row.id, row.version, row.agent_id, reason.value) for row in rows]
        await offer_withdrawn(session, told, at=at, by_agent_id=by_agent_id)


async def gone(session: AsyncSession, offer: Offer, at: datetime) -> Conflict:
    """The error for an offer that is over: what became of it, and who has the interaction now."""
    state = offer.state
    if state == OfferState.PENDING.value:
        state = OfferState.EXPIRED.value if offer.expires_at <= at else OfferState.WITHDRAWN.value
    row = (
        await session.execute(
            select(Agent.id, Agent.name)
            .join(Interaction, Interaction.agent_id == Agent.id)
            .where(Interaction.id == offer.interaction_id)
        )
    ).one_or_none()
    return Conflict("offer_gone", current={"state": state, "by": {"id": row.id, "name": row.name} if row else None})


async def _lock(session: AsyncSession, offer_id: str, agent_id: str) -> tuple[Held, Offer]:
    """The interaction first, then the offer: the order of all locks."""
    interaction_id = await session.scalar(
        select(Offer.interaction_id).where(Offer.id == offer_id, Offer.agent_id == agent_id)
    )
    if interaction_id is None:
        raise NotFound
    held = await hold_one(session, interaction_id)
    offer = await session.get_one(Offer, offer_id, with_for_update=True, populate_existing=True)
    return held, offer


async def _end(
    session: AsyncSession,
    offer: Offer,
    event: OfferEvent,
    *,
    at: datetime,
    actor: Actor,
    reason: DeclineReason | None = None,
) -> bool:
    """Compare-and-set: only while pending, and only before the deadline."""
    after = OFFER.after(OfferState.PENDING, event)
    changed: Any = await session.execute(
        update(Offer)
        .where(Offer.id == offer.id, Offer.state == OfferState.PENDING.value, Offer.expires_at > at)
        .values(
            state=after.value, ended_at=at, version=Offer.version + 1, reason=None if reason is None else reason.value
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        return False
    cause = event.value if reason is None else f"{event.value}.{reason.value}"
    _remember(session, offer.id, after, offer.queue_id, offer.agent_id, cause, at=at, actor=actor)
    return True


async def _pending(session: AsyncSession, interaction_id: str) -> Sequence[str]:
    found = select(Offer.id).where(Offer.interaction_id == interaction_id, Offer.state == OfferState.PENDING.value)
    return (await session.scalars(found)).all()


async def _assignment_of(session: AsyncSession, offer: Offer, held: Held) -> Assigned:
    row = (await session.scalars(select(Assignment).where(Assignment.offer_id == offer.id))).one()
    return Assigned(row.id, held.id, held.conversation_id, row.agent_id, row.at)


async def _live_assignment(session: AsyncSession, held: Held, agent_id: str) -> Assigned:
    row = (
        await session.scalars(
            select(Assignment)
            .where(Assignment.interaction_id == held.id, Assignment.agent_id == agent_id, Assignment.ended_at.is_(None))
            .order_by(Assignment.at.desc())
            .limit(1)
        )
    ).one()
    return Assigned(row.id, held.id, held.conversation_id, agent_id, row.at)


def _remember(
    session: AsyncSession,
    offer_id: str,
    after: OfferState,
    queue_id: str,
    agent_id: str,
    cause: str,
    *,
    at: datetime,
    actor: Actor,
) -> None:
    history.append(
        session,
        entity="offer",
        entity_id=offer_id,
        before=OfferState.PENDING.value,
        after=after.value,
        at=at,
        actor=actor,
        cause=cause,
        queue_id=queue_id,
        agent_id=agent_id,
    )
