"""Out of one line without having been with an agent: into another queue, or away with a successor that takes over its place.

Offers live above, in routing: whoever moves something that is offered withdraws its offers in the same transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.history import Actor
from contact_center.ids import new_id
from contact_center.interactions import announce
from contact_center.interactions.models import Conversation, Interaction
from contact_center.interactions.moving import Held, hold, hold_one, move, point_conversations, require
from contact_center.interactions.states import INTERACTION, InteractionEvent, InteractionState
from contact_center.routing_input import InputKind, tell_router

KEEP_PLACE = "keep_place"
OVERFLOWED = "overflowed"


async def move_on(
    session: AsyncSession,
    interaction_id: str,
    queue_id: str,
    *,
    cause: str,
    at: datetime,
    actor: Actor,
    skills: Sequence[Mapping[str, Any]] | None = None,
    been_in: Sequence[str] = (),
) -> Held | None:
    """Into the line of another queue, keeping its place by age; None when it stands in no line any more.

    `skills` None keeps what is asked beyond the queue; `been_in` are the queues it shall not overflow back into.
    """
    held = next(iter(await hold(session, [interaction_id])), None)
    if held is None or not INTERACTION.allows(held.state, InteractionEvent.MOVED_ON):
        return None
    values: dict[str, Any] = {
        "queue_id": queue_id,
        "queued_at": at,
        "not_before": None,
        "last_agent_id": None,
        "preferred_agent_ids": [],
        "been_in": list(been_in),
    }
    if skills is not None:
        values["skills"] = list(skills)
    (now,) = await move(session, InteractionEvent.MOVED_ON, [held], at=at, actor=actor, cause=cause, values=values)
    await point_conversations(session, [now], at=at, attention="now")
    return now


async def divert(session: AsyncSession, interaction_ids: Sequence[str], kind: str, *, at: datetime) -> list[Held]:
    """Out of the line for another way of being served (`kind`: queue_full, voicemail, ...); those that may not are left alone."""
    event = InteractionEvent.DIVERTED
    held = [one for one in await hold(session, interaction_ids) if INTERACTION.allows(one.state, event)]
    values = {"closed_at": at, "result": kind}
    moved = await move(session, event, held, at=at, actor=history.SYSTEM, cause=kind, values=values)
    await point_conversations(session, moved, at=at, attention="done")
    return moved


async def keep_place(
    session: AsyncSession,
    interaction_id: str,
    conversation_id: str,
    *,
    at: datetime,
    actor: Actor,
    not_before: datetime | None = None,
) -> str:
    """The customer hangs up and is called back in their turn: a successor takes over the place in line; its id.

    `conversation_id` is the call-back's own conversation, in which nothing is open yet. The successor has the key, queue, priority
    and skills of what waited; `not_before` holds it until a time that the customer wished for. Raises `Conflict` when the
    interaction is not waiting (any more).
    """
    held = await hold_one(session, interaction_id)
    require(held, InteractionEvent.DIVERTED)
    waited = await session.get_one(Interaction, interaction_id, populate_existing=True)
    conversation = await session.get_one(Conversation, conversation_id, populate_existing=True)
    identifier = new_id()
    state = InteractionState.SCHEDULED if not_before is not None and not_before > at else InteractionState.QUEUED
    copied = {
        name: getattr(waited, name)
        for name in ("customer_id", "subject", "language", "queue_id", "ticket_id", "priority", "units", "skills")
    }
    later = state is InteractionState.SCHEDULED
    moved = await move(
        session,
        InteractionEvent.DIVERTED,
        [held],
        at=at,
        actor=actor,
        cause=KEEP_PLACE,
        values={"closed_at": at, "result": KEEP_PLACE, "successor_id": identifier},
    )
    await session.execute(
        insert(Interaction).values(
            id=identifier,
            conversation_id=conversation_id,
            channel=conversation.channel,
            direction="out",
            state=state.value,
            key_at=waited.key_at,
            due_at=waited.due_at,
            created_at=at,
            queued_at=None if later else at,
            not_before=not_before if later else None,
            **copied,
        )
    )
    history.append(
        session,
        entity="interaction",
        entity_id=identifier,
        before=None,
        after=state.value,
        at=at,
        actor=actor,
        cause=KEEP_PLACE,
        queue_id=waited.queue_id,
    )
    tell_router(session, InputKind.INTERACTION, identifier, at=at)
    if held.conversation_id != conversation_id:
        await point_conversations(session, moved, at=at, attention="done")
    values = {"interaction_id": identifier, "queue_id": waited.queue_id, "attention": "now"}
    await announce.conversations_changed(session, [conversation_id], at=at, values=values)
    return identifier
