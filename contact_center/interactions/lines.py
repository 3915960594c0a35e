"""System lines in the timeline: a code and parameters, translated on screen, for moves that people must see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.history import Actor
from contact_center.ids import new_id
from contact_center.interactions import announce
from contact_center.interactions.models import Message
from contact_center.interactions.moving import Held


async def add_line(
    session: AsyncSession, held: Held, code: str, params: Mapping[str, Any], *, at: datetime, actor: Actor
) -> None:
    """Put a line into the conversation of this interaction; `params` are ids and plain texts."""
    identifier = new_id()
    await session.execute(
        insert(Message).values(
            id=identifier,
            conversation_id=held.conversation_id,
            interaction_id=held.id,
            kind="event",
            direction=None,
            author_kind=actor.kind.value,
            author_id=actor.id,
            author_name="",
            at=at,
            event={"code": code, "params": dict(params)},
        )
    )
    announce.message_created(
        session,
        message_id=identifier,
        conversation_id=held.conversation_id,
        user_id=None,
        at=at,
    )
