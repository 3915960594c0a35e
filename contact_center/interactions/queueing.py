"""Into the line and out of it again without an agent: triaged, offered, offer ended, the customer left.

`offered` and `offer_ended` are the router's hot path: one statement for a list, compare-and-set on the version, and no
lock on the conversation, whose own row does not change.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.history import Actor
from contact_center.interactions import announce
from contact_center.interactions.models import Interaction
from contact_center.interactions.moving import Held, hold, move, point_conversations
from contact_center.interactions.states import INTERACTION, InteractionEvent, InteractionState


@dataclass(frozen=True, slots=True)
class Place:
    """Where an interaction goes: queue, priority, the units it takes, skills beyond the queue's own."""

    queue_id: str
    units: int
    priority: int = 0
    skills: Sequence[Mapping[str, Any]] = ()
    """[{skill_id, level, required}]."""
    preferred_agent_ids: Sequence[str] = ()
    """It is kept for the first of them who is at work, for as long as the queue keeps things for a last agent."""
    due_at: datetime | None = None
    not_before: datetime | None = None
    """For `hold_back`: when the queue opens."""

    def values(self) -> dict[str, Any]:
        """The columns that say so."""
        return {
            "queue_id": self.queue_id,
            "units": self.units,
            "priority": self.priority,
            "skills": list(self.skills),
            "preferred_agent_ids": list(self.preferred_agent_ids),
            "due_at": self.due_at,
            "not_before": self.not_before,
        }


async def enqueue(
    session: AsyncSession,
    places: Mapping[str, Place],
    *,
    at: datetime,
    actor: Actor,
    event: InteractionEvent = InteractionEvent.TRIAGED,
) -> list[Held]:
    """Put interactions in line, many at once; those that may not (any more) are left alone. Returns the moved ones.

    The waiting clock starts now; the place in line (`key_at`) is the one they were born with.
    """
    moved = await _place(session, places, event, at=at, actor=actor, more={"queued_at": at})
    await point_conversations(session, moved, at=at, attention="now")
    return moved


async def hold_back(session: AsyncSession, places: Mapping[str, Place], *, at: datetime, actor: Actor) -> list[Held]:
    """received -> scheduled: the queue is closed; they join its line when it opens, in their places by age."""
    moved = await _place(session, places, InteractionEvent.HELD_BACK, at=at, actor=actor, more={})
    await point_conversations(session, moved, at=at, attention="today")
    return moved


async def due(session: AsyncSession, interaction_ids: Sequence[str], *, at: datetime, actor: Actor) -> list[Held]:
    """scheduled -> queued: their time has come, the waiting clock starts now."""
    event = InteractionEvent.DUE
    held = [one for one in await hold(session, interaction_ids) if INTERACTION.allows(one.state, event)]
    values = {"queued_at": at, "not_before": None}
    moved = await move(session, event, held, at=at, actor=actor, cause=event.value, values=values)
    await point_conversations(session, moved, at=at, attention="now")
    return moved


async def _place(
    session: AsyncSession,
    places: Mapping[str, Place],
    event: InteractionEvent,
    *,
    at: datetime,
    actor: Actor,
    more: Mapping[str, Any],
) -> list[Held]:
    """Move those that may, the same places together."""
    if not places:
        return []
    held = [one for one in await hold(session, list(places)) if INTERACTION.allows(one.state, event)]
    groups: defaultdict[bytes, list[Held]] = defaultdict(list)
    for one in held:
        groups[orjson.dumps(places[one.id].values())].append(one)
    moved: list[Held] = []
    for those in groups.values():
        values = {**places[those[0].id].values(), **more}
        moved += await move(session, event, those, at=at, actor=actor, cause=event.value, values=values)
    return moved


@dataclass(frozen=True, slots=True)
class Seen:
    """An interaction as the router knows it: only in exactly this state and version may its decision be committed."""

    id: str
    version: int
    state: InteractionState
    queue_id: str
    conversation_id: str


async def offered(
    session: AsyncSession, those: Sequence[Seen], *, at: datetime, agents: Mapping[str, str]
) -> dict[str, int]:
    """queued (or offered already) -> offered; `agents` names one agent per interaction for the history.

    Answers id -> new version; those missing have changed meanwhile. Does not tell the router: it is the caller.
    """
    return await _set(session, InteractionEvent.OFFERED, those, at=at, cause="offered", agents=agents)


async def offer_ended(
    session: AsyncSession, those: Sequence[Seen], *, at: datetime, cause: str, agents: Mapping[str, str]
) -> dict[str, int]:
    """offered -> queued, same key: the last pending offer ended without acceptance. Otherwise like `offered`."""
    return await _set(session, InteractionEvent.OFFER_ENDED, those, at=at, cause=cause, agents=agents)


async def _set(
    session: AsyncSession,
    event: InteractionEvent,
    those: Sequence[Seen],
    *,
    at: datetime,
    cause: str,
    agents: Mapping[str, str],
) -> dict[str, int]:
    sources = INTERACTION.sources(event)
    wanted = {one.id: one for one in those if one.state in sources}
    if not wanted:
        return {}
    after = INTERACTION.after(next(iter(wanted.values())).state, event)
    rows = await session.execute(
        update(Interaction)
        .where(
            tuple_(Interaction.id, Interaction.version).in_([(one.id, one.version) for one in wanted.values()]),
            Interaction.state.in_([state.value for state in sources]),
        )
        .values(state=after.value, version=Interaction.version + 1)
        .returning(Interaction.id, Interaction.version)
        .execution_options(synchronize_session=False)
    )
    changed = {row.id: row.version for row in rows}
    for interaction_id, version in changed.items():
        one = wanted[interaction_id]
        history.append(
            session,
            entity="interaction",
            entity_id=interaction_id,
            before=one.state.value,
            after=after.value,
            at=at,
            actor=history.SYSTEM,
            cause=cause,
            queue_id=one.queue_id,
            agent_id=agents.get(interaction_id),
        )
        announce.interaction_changed(
            session,
            interaction_id=interaction_id,
            version=version,
            state=after.value,
            conversation_id=one.conversation_id,
            queue_id=one.queue_id,
            agent_id=None,
            user_id=None,
            at=at,
        )
    return changed


async def customer_left(session: AsyncSession, interaction_id: str, *, at: datetime) -> bool:
    """The customer gave up waiting: abandoned. False when nobody was waiting any more. The router withdraws offers."""
    held = [
        one
        for one in await hold(session, [interaction_id])
        if INTERACTION.allows(one.state, InteractionEvent.CUSTOMER_LEFT)
    ]
    actor = history.customer(held[0].customer_id) if held else history.SYSTEM
    moved = await move(
        session,
        InteractionEvent.CUSTOMER_LEFT,
        held,
        at=at,
        actor=actor,
        cause="customer_left",
        values={"closed_at": at, "result": "abandoned"},
    )
    await point_conversations(session, moved, at=at, attention="done")
    return bool(moved)


async def diverted(
    session: AsyncSession, interaction_id: str, *, kind: str, successor_id: str | None, at: datetime
) -> bool:
    """The customer chose another way than waiting (`kind`), which `successor_id` goes on with. False when nobody waited."""
    held = [
        one for one in await hold(session, [interaction_id]) if INTERACTION.allows(one.state, InteractionEvent.DIVERTED)
    ]
    moved = await move(
        session,
        InteractionEvent.DIVERTED,
        held,
        at=at,
        actor=history.customer(held[0].customer_id) if held else history.SYSTEM,
        cause=kind,
        values={"closed_at": at, "result": kind, "successor_id": successor_id},
    )
    await point_conversations(session, moved, at=at, attention="done")
    return bool(moved)
