"""How an interaction moves: lock, ask the table of `states.py`, set, tell. The verbs beside this file are made of it.

Locks are always taken in this order, and each kind by id: conversation, interaction, offer, assignment, agent. Intake takes
its conversations the same way, so that a customer's message and an agent's click take turns instead of meeting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, jobs
from contact_center.channel import CALLS, MOVED_JOB
from contact_center.errors import Conflict, NotFound
from contact_center.history import Actor
from contact_center.interactions import announce
from contact_center.interactions.models import Conversation, Interaction
from contact_center.interactions.states import INTERACTION, InteractionEvent, InteractionState
from contact_center.routing_input import InputKind, tell_router


@dataclass(frozen=True, slots=True)
class Held:
    """An interaction as it stands in this transaction, and what its conversation points to."""

    id: str
    version: int
    state: InteractionState
    conversation_id: str
    customer_id: str
    channel: str
    queue_id: str | None
    agent_id: str | None
    ticket_id: str | None
    units: int
    key_at: datetime
    wrap_up_code_id: str | None
    conversation_agent_id: str | None
    conversation_queue_id: str | None
    conversation_ticket_id: str | None


_COLUMNS = (
    Interaction.id,
    Interaction.version,
    Interaction.state,
    Interaction.conversation_id,
    Interaction.customer_id,
    Interaction.channel,
    Interaction.queue_id,
    Interaction.agent_id,
    Interaction.ticket_id,
    Interaction.units,
    Interaction.key_at,
    Interaction.wrap_up_code_id,
    Conversation.agent_id.label("conversation_agent_id"),
    Conversation.queue_id.label("conversation_queue_id"),
    Conversation.ticket_id.label("conversation_ticket_id"),
)


async def hold(session: AsyncSession, interaction_ids: Sequence[str]) -> list[Held]:
    """Lock these interactions with their conversations for the rest of the transaction; unknown ids are left out."""
    if not interaction_ids:
        return []
    rows = await session.execute(
        select(*_COLUMNS)
        .select_from(Conversation)
        .join(Interaction, Interaction.conversation_id == Conversation.id)
        .where(Interaction.id.in_(interaction_ids))
        .order_by(Conversation.id, Interaction.id)
        .with_for_update()
    )
    return [Held(**{**row._mapping, "state": InteractionState(row.state)}) for row in rows]


async def hold_one(session: AsyncSession, interaction_id: str) -> Held:
    """Lock one; raises `NotFound`."""
    found = await hold(session, [interaction_id])
    if not found:
        raise NotFound
    return found[0]


def refuse(held: Held) -> Conflict:
    """The error for a move that the present state does not allow."""
    return Conflict(
        "interaction_moved", current={"state": held.state.value, "agent_id": held.agent_id, "version": held.version}
    )


def require(held: Held, event: InteractionEvent) -> None:
    """Raise `Conflict` unless the table allows the event."""
    if not INTERACTION.allows(held.state, event):
        raise refuse(held)


async def move(
    session: AsyncSession,
    event: InteractionEvent,
    those: Sequence[Held],
    *,
    at: datetime,
    actor: Actor,
    cause: str,
    values: Mapping[str, Any] | None = None,
) -> list[Held]:
    """Move locked interactions, setting `values` on all of them; history, news and the router's input come with it.

    Returns them as they are now. Raises `Conflict` for the first that may not move; nothing is changed then.
    """
    if not those:
        return []
    for held in those:
        require(held, event)
    after = INTERACTION.after(those[0].state, event)
    changed = await session.execute(
        update(Interaction)
        .where(
            Interaction.id.in_([held.id for held in those]),
            Interaction.state.in_([state.value for state in INTERACTION.sources(event)]),
        )
        .values(state=after.value, version=Interaction.version + 1, **(values or {}))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != len(those):  # type: ignore[attr-defined]
        raise Conflict("interaction_moved")
    known = {name: value for name, value in (values or {}).items() if name in Held.__dataclass_fields__}
    moved = [replace(held, state=after, version=held.version + 1, **known) for held in those]
    users = await announce.users_of(session, [held.agent_id for held in moved])
    for before, now in zip(those, moved, strict=True):
        tell(session, before, now, at=at, actor=actor, cause=cause, users=users)
        tell_router(session, InputKind.INTERACTION, now.id, at=at)
        _follow(session, now, at=at)
    return moved


def _follow(session: AsyncSession, held: Held, *, at: datetime) -> None:
    """A call must follow its work: the job looks at what stands then, so that it may run twice or late."""
    if held.channel in CALLS:
        jobs.enqueue(session, MOVED_JOB, {"interaction_id": held.id}, at=at)


def tell(
    session: AsyncSession,
    before: Held,
    now: Held,
    *,
    at: datetime,
    actor: Actor,
    cause: str,
    users: Mapping[str, str],
) -> None:
    """History and `interaction.updated` of one move."""
    history.append(
        session,
        entity="interaction",
        entity_id=now.id,
        before=before.state.value,
        after=now.state.value,
        at=at,
        actor=actor,
        cause=cause,
        queue_id=now.queue_id,
        agent_id=now.agent_id or before.agent_id,
    )
    announce.interaction_changed(
        session,
        interaction_id=now.id,
        version=now.version,
        state=now.state.value,
        conversation_id=now.conversation_id,
        queue_id=now.queue_id,
        agent_id=now.agent_id,
        user_id=users.get(now.agent_id or ""),
        at=at,
    )


async def touch(session: AsyncSession, held: Held, *, at: datetime, values: Mapping[str, Any] | None = None) -> None:
    """The state of a locked interaction stays, what people see of it does not: raise its version and tell the screens."""
    await session.execute(
        update(Interaction)
        .where(Interaction.id == held.id)
        .values(version=Interaction.version + 1, **(values or {}))
        .execution_options(synchronize_session=False)
    )
    users = await announce.users_of(session, [held.agent_id])
    announce.interaction_changed(
        session,
        interaction_id=held.id,
        version=held.version + 1,
        state=held.state.value,
        conversation_id=held.conversation_id,
        queue_id=held.queue_id,
        agent_id=held.agent_id,
        user_id=users.get(held.agent_id or ""),
        at=at,
    )
    _follow(session, held, at=at)


async def point_conversations(
    session: AsyncSession,
    those: Sequence[Held],
    *,
    at: datetime,
    attention: str | None = None,
    agent_id: str | None = None,
) -> None:
    """Let the conversations point to the queue of their interaction and to this agent (None: nobody).

    Whoever they pointed to before hears of the change too, so that the row leaves their list. `attention` None keeps it.
    """
    groups: dict[tuple[str | None, str | None, str | None], list[str]] = {}
    for held in those:
        former_agent = held.conversation_agent_id if held.conversation_agent_id != agent_id else None
        former_queue = held.conversation_queue_id if held.conversation_queue_id != held.queue_id else None
        groups.setdefault((held.queue_id, former_agent, former_queue), []).append(held.conversation_id)
    users = await announce.users_of(session, [former for _, former, _ in groups])
    for (queue_id, former_agent, former_queue), conversation_ids in groups.items():
        values: dict[str, Any] = {"queue_id": queue_id, "agent_id": agent_id}
        if attention is not None:
            values["attention"] = attention
        also = [f"user:{users[former_agent]}"] if former_agent and former_agent in users else []
        also += [f"queue:{former_queue}"] if former_queue else []
        await announce.conversations_changed(session, conversation_ids, at=at, values=values, also_rooms=also)
