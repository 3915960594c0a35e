"""Finding words in one conversation's thread. Texts are compared here and not in SQL: SQLite folds the case of ASCII only."""

import unicodedata

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.interactions.models import Message
from contact_center.web import paging
from contact_center.workspace.thread_shapes import FoundMessage, FoundMessages

AT_MOST = 200
ROWS = 50
LOOKED_AT = 50_000
"""Characters of each text: what lies further down a mail is quotation or a log."""
KEYS = (Message.at, Message.id)


async def found_in(session: AsyncSession, conversation_id: str, query: str) -> FoundMessages:
    """The newest messages and notes that hold the words as they stand, the newest first."""
    wanted, found, cursor = folded(query), list[FoundMessage](), None
    whole = select(
        Message.id, Message.at, func.substr(Message.text, 1, LOOKED_AT).label("text"), Message.subject
    ).where(Message.conversation_id == conversation_id, Message.kind != "event")
    while wanted:
        rows = (await session.execute(paging.keyset(whole, *KEYS, cursor=cursor).limit(ROWS))).all()
        for row in rows:
            if wanted in folded(row.text) or wanted in folded(row.subject):
                if len(found) == AT_MOST:
                    return FoundMessages(items=found, more=True)
                found.append(FoundMessage(id=row.id, at=row.at))
        if len(rows) < ROWS:
            break
        cursor = paging.encode((rows[-1].at, rows[-1].id))
    return FoundMessages(items=found, more=False)


def folded(text: str) -> str:
    """As it is compared: case, width and composition of letters do not matter, nor which blanks stand between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
