"""An agent gets an interaction: by accepting an offer, by hand, or by starting it; and the customer writes again meanwhile.

Offers themselves live above, in routing: whoever calls `accept` or `take` there deals with the offer rows in the same
transaction, and the router withdraws any that were left. Tickets live above too: the caller goes on with
`tickets.actions.assigned`, so that both change together.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents import actions as agents
from contact_center.agents import capacity
from contact_center.history import Actor
from contact_center.ids import new_id
from contact_center.interactions import announce, assignments
from contact_center.interactions.assignments import Given
from contact_center.interactions.lines import add_line
from contact_center.interactions.models import Conversation, Interaction
from contact_center.interactions.moving import Held, hold, hold_one, move, point_conversations, require, touch
from contact_center.interactions.states import (
    AssignmentEvent,
    AssignmentState,
    EndReason,
    InteractionEvent,
    InteractionState,
)
from contact_center.routing_input import InputKind, tell_router


async def accept(
    session: AsyncSession,
    held: Held,
    agent_id: str,
    *,
    offer_id: str,
    units: int,
    why: Mapping[str, Any],
    at: datetime,
    actor: Actor,
) -> Given:
    """The agent accepted this offer of a locked interaction; its units, held since the offer, go over to the assignment."""
    moved = await move(
        session,
        InteractionEvent.ACCEPTED,
        [held],
        at=at,
        actor=actor,
        cause="accepted",
        values={"agent_id": agent_id, "assigned_at": at},
    )
    given = await assignments.start(
        session, moved[0], agent_id, units=units, at=at, actor=actor, cause="accepted", offer_id=offer_id, why=why
    )
    await agents.answered(session, agent_id)
    await point_conversations(session, moved, at=at, agent_id=agent_id)
    return given


async def take(
    session: AsyncSession, interaction_id: str, agent_id: str, *, units: int, at: datetime, actor: Actor
) -> Given | None:
    """Give the interaction to this agent by hand, also out of another's hands; None when they have it already.

    `units` are used where triage has not set them yet. May go over the agent's budget: it is a person's decision.
    """
    held = await hold_one(session, interaction_id)
    if held.state is InteractionState.ASSIGNED and held.agent_id == agent_id:
        return None
    return await _hand_over(
        session, held, agent_id, units=held.units or units, reason=EndReason.TAKEN_OVER, at=at, actor=actor, note=""
    )


async def transfer_to_agent(
    session: AsyncSession, interaction_id: str, agent_id: str, *, note: str, at: datetime, actor: Actor
) -> Given | None:
    """Hand an assigned interaction straight to another agent; None when they have it already."""
    held = await hold_one(session, interaction_id)
    require(held, InteractionEvent.GIVEN_BACK)
    if held.agent_id == agent_id:
        return None
    return await _hand_over(
        session, held, agent_id, units=held.units, reason=EndReason.TRANSFERRED, at=at, actor=actor, note=note
    )


async def _hand_over(
    session: AsyncSession,
    held: Held,
    agent_id: str,
    *,
    units: int,
    reason: EndReason,
    at: datetime,
    actor: Actor,
    note: str,
) -> Given:
    require(held, InteractionEvent.TAKEN)
    if held.state is InteractionState.ASSIGNED:
        former = await assignments.live(session, [held.id])
        await assignments.end(session, former, reason, queue_id=held.queue_id, at=at, actor=actor)
    cause = reason.value if held.state is InteractionState.ASSIGNED else "taken"
    values = {"agent_id": agent_id, "assigned_at": at, "units": units}
    moved = await move(session, InteractionEvent.TAKEN, [held], at=at, actor=actor, cause=cause, values=values)
    await capacity.change_units(session, {agent_id: units}, at=at)
    given = await assignments.start(session, moved[0], agent_id, units=units, at=at, actor=actor, cause=cause)
    params: dict[str, Any] = {"agent_id": agent_id, "from_agent_id": held.agent_id, "note": note}
    await add_line(session, moved[0], cause, params, at=at, actor=actor)
    await point_conversations(session, moved, at=at, agent_id=agent_id)
    return given


async def start(
    session: AsyncSession, conversation_id: str, agent_id: str, *, units: int, at: datetime, actor: Actor
) -> Given:
    """We write first (or again after closing): an interaction `direction=out` in the hands of its author.

    The caller has locked the conversation and knows that no interaction is open there.
    """
    conversation = await session.get_one(Conversation, conversation_id, populate_existing=True)
    identifier = new_id()
    await session.execute(
        insert(Interaction).values(
            id=identifier,
            conversation_id=conversation_id,
            customer_id=conversation.customer_id,
            channel=conversation.channel,
            direction="out",
            state=InteractionState.ASSIGNED.value,
            subject=conversation.subject,
            language=conversation.language,
            queue_id=conversation.queue_id,
            agent_id=agent_id,
            ticket_id=conversation.ticket_id,
            units=units,
            key_at=at,
            created_at=at,
            assigned_at=at,
        )
    )
    held = await hold_one(session, identifier)
    await capacity.change_units(session, {agent_id: units}, at=at)
    given = await assignments.start(session, held, agent_id, units=units, at=at, actor=actor, cause="started")
    history.append(
        session,
        entity="interaction",
        entity_id=identifier,
        before=None,
        after=held.state.value,
        at=at,
        actor=actor,
        cause="started",
        queue_id=held.queue_id,
        agent_id=agent_id,
    )
    tell_router(session, InputKind.INTERACTION, identifier, at=at)
    await announce.conversations_changed(
        session,
        [conversation_id],
        at=at,
        values={"interaction_id": identifier, "agent_id": agent_id, "attention": "today"},
    )
    return given


async def customer_wrote(session: AsyncSession, interaction_id: str, *, at: datetime) -> None:
    """A further message joins an open interaction: it keeps its place; an agent wrapping up goes on with it.

    Setting the conversation's attention and preview is the business of whoever stored the message.
    """
    held = next(iter(await hold(session, [interaction_id])), None)
    if held is None or held.state is not InteractionState.ASSIGNED:
        return
    for one in await assignments.live(session, [held.id]):
        if one.state is AssignmentState.WRAPPING_UP and one.agent_id == held.agent_id:
            await assignments.shift(
                session,
                one,
                AssignmentEvent.CUSTOMER_BACK,
                queue_id=held.queue_id,
                at=at,
                actor=history.customer(held.customer_id),
                values={"handled_until": None, "wrap_up_until": None},
            )
            await touch(session, held, at=at)
