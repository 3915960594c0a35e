"""What the customer wrote last, as far as others want it: to mark it unread again (reading on is in `marks.py`), and to find
articles that answer it.
"""

from datetime import timedelta

from sqlalchemy import desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db import upsert
from contact_center.errors import Conflict
from contact_center.interactions.models import Conversation, Message, ReadMark

JUST_BEFORE = timedelta(microseconds=1)
LAST_WORDS = 5
"""Messages of the customer that say what is asked now; a chat says it in several."""


async def asked_in(session: AsyncSession, conversation_id: str) -> str:
    """The subject and what the customer wrote last, the newest first, without what they quote."""
    subject = await session.scalar(select(Conversation.subject).where(Conversation.id == conversation_id))
    said = await session.execute(
        select(Message.visible_text, Message.text)
        .where(Message.conversation_id == conversation_id, Message.kind == "message", Message.direction == "in")
        .order_by(desc(Message.at), desc(Message.id))
        .limit(LAST_WORDS)
    )
    return "\n".join([subject or "", *(text if visible is None else visible for visible, text in said)])


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
