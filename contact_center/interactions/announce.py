"""Telling the screens: versions go up in the transaction of the change, events are recorded with them.

Rooms: whoever has the conversation open, its queue, and the user of the agent who holds it. What is said in a conversation that
somebody holds is no news to the rest of the queue that could not wait: they hear of it gathered, once a second.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.agents.models import Agent
from contact_center.db import table_of
from contact_center.interactions.models import Conversation

_c, _a = table_of(Conversation), table_of(Agent)
LATER = "later:"
"""Before the name of a room: hears of it within a second or so, together with what else happened."""


async def users_of(session: AsyncSession, agent_ids: Sequence[str | None]) -> Mapping[str, str]:
    """agent id -> user id, for rooms."""
    wanted = {agent_id for agent_id in agent_ids if agent_id}
    if not wanted:
        return {}
    rows = await session.execute(select(Agent.id, Agent.user_id).where(Agent.id.in_(wanted)))
    return {agent_id: user_id for agent_id, user_id in rows}


def rooms(conversation_id: str, queue_id: str | None, user_id: str | None, *, talk: bool = False) -> list[str]:
    """The rooms that hear about a conversation; `talk`: only something was said in it."""
    found = [f"conversation:{conversation_id}"]
    if queue_id:
        found.append(f"{LATER if talk and user_id else ''}queue:{queue_id}")
    if user_id:
        found.append(f"user:{user_id}")
    return found


async def conversations_changed(
    session: AsyncSession,
    conversation_ids: Sequence[str],
    *,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    also_rooms: Sequence[str] = (),
    talk: bool = False,
) -> Mapping[str, str]:
    """Raise the versions (setting `values` on all of them), and record `conversation.updated` for each.

    Returns conversation id -> the user whose agent holds it, where somebody does.

    Give `also_rooms` the rooms that must hear of it although they no longer fit (the former queue or agent's user). `talk`: only
    something was said.
    """
    if not conversation_ids:
        return {}
    values = values or {}
    changed = await session.execute(
        _changing(tuple(sorted(values))),
        {"ids": list(conversation_ids), **{f"new_{key}": values[key] for key in values}},
    )
    told = changed.all()
    for row in told:
        events.record(
            session,
            "conversation.updated",
            entity="conversation",
            entity_id=row.id,
            version=row.version,
            rooms=[*rooms(row.id, row.queue_id, row.user_id, talk=talk), *also_rooms],
            at=at,
            data={"talk": True} if talk else None,
        )
    return {row.id: row.user_id for row in told if row.user_id is not None}


@cache
def _changing(names: tuple[str, ...]) -> Any:
    """Raises versions and sets these columns: making a statement costs more than running it, so each is made once."""
    holder = select(_a.c.user_id).where(_a.c.id == _c.c.agent_id).scalar_subquery()
    return (
        update(_c)
        .where(_c.c.id.in_(bindparam("ids", expanding=True)))
        .values(version=_c.c.version + 1, **{name: bindparam(f"new_{name}") for name in names})
        .returning(_c.c.id, _c.c.version, _c.c.queue_id, holder.label("user_id"))
    )


def message_created(
    session: AsyncSession,
    *,
    message_id: str,
    conversation_id: str,
    user_id: str | None,
    at: datetime,
    version: int = 1,
    customers: bool = False,
) -> None:
    """Record `message.created`; a higher `version` tells of a message whose files have come meanwhile.

    `customers`: it came in, so whoever said it knows it.
    For whoever holds the conversation or has it open; lists hear of it by `conversation.updated`.
    """
    events.record(
        session,
        "message.created",
        entity="message",
        entity_id=message_id,
        version=version,
        rooms=rooms(conversation_id, None, user_id),
        at=at,
        data={"conversation_id": conversation_id, **({"customers": True} if customers else {})},
    )


def interaction_changed(
    session: AsyncSession,
    *,
    interaction_id: str,
    version: int,
    state: str,
    conversation_id: str,
    queue_id: str | None,
    agent_id: str | None,
    user_id: str | None,
    at: datetime,
) -> None:
    """Record `interaction.updated`."""
    events.record(
        session,
        "interaction.updated",
        entity="interaction",
        entity_id=interaction_id,
        version=version,
        rooms=rooms(conversation_id, queue_id, user_id),
        at=at,
        data={"state": state, "queue_id": queue_id, "agent_id": agent_id, "conversation_id": conversation_id},
    )
