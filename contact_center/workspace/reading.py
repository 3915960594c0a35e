"""Marking a conversation unread again: the one step back that a read mark may take. Reading on is in `marks.py`."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db import upsert
from contact_center.errors import Conflict
from contact_center.interactions.models import Message, ReadMark

JUST_BEFORE = timedelta(microseconds=1)


async def mark_unread(session: AsyncSession, conversation_id: str, user_id: str) -> None:
    """The newest message of the customer is to be read again. Raises `Conflict` where they wrote nothing."""
    at = await session.scalar(
        select(func.max(Message.at)).where(
            Message.conversation_id == conversation_id, Message.kind == "message", Message.direction == "in"
        )
    )
    if at is None:
        raise Conflict("nothing_to_read")
    row = {"conversation_id": conversation_id, "user_id": user_id, "read_at": at - JUST_BEFORE}
    await upsert(session, ReadMark, [row], key=["conversation_id", "user_id"], update=["read_at"])
