"""Finding conversations in a worklist by what people remember: a name, an address, words of the subject, a number.

Text is compared folded (case, width) and anywhere inside, so Chinese is found by any of its characters. The rows are
walked in the list's own order and the walk ends with the page, rights and view included.
"""

import re

from sqlalchemy import ColumnElement, Table, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.customers.queries import like, matching
from contact_center.interactions.models import Conversation
from contact_center.tickets.models import Ticket
from contact_center.web import paging
from contact_center.workspace.worklist import KEYS, Wanted

_NUMBER = re.compile(r"#?(\d{1,12})")
_TABLE: Table = Conversation.__table__  # type: ignore[assignment]


async def search_page(
    session: AsyncSession, want: Wanted, text: str, *, limit: int, cursor: str | None
) -> tuple[list[str], str | None]:
    """The conversation ids of one page of what matches `text` in this worklist, newest first, and the next cursor."""
    statement = select(_TABLE.c.id, _TABLE.c.last_message_at).where(_within(want), _matches(text))
    rows = (await session.execute(paging.keyset(statement, *KEYS, cursor=cursor).limit(limit + 1))).all()
    following = paging.encode((rows[limit - 1].last_message_at, rows[limit - 1].id)) if len(rows) > limit else None
    return [row.id for row in rows[:limit]], following


def _matches(text: str) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [
        _TABLE.c.subject_key.like(like(text), escape="\\"),
        _TABLE.c.customer_id.in_(matching(text)),
    ]
    if number := _NUMBER.fullmatch(text.strip()):
        parts.append(_TABLE.c.ticket_id.in_(select(Ticket.id).where(Ticket.number == int(number[1]))))
    return or_(*parts)


def _within(want: Wanted) -> ColumnElement[bool]:
    """The rows of the worklist, as a plain condition."""
    parts: list[ColumnElement[bool]] = [want.seen.condition(_TABLE)]
    if want.groups:
        parts.append(_TABLE.c.attention.in_(want.groups))
    if want.mine is not None:
        parts.append(_TABLE.c.agent_id == want.mine)
    if want.unassigned:
        parts.append(_TABLE.c.agent_id.is_(None))
    if want.channel is not None:
        parts.append(_TABLE.c.channel == want.channel)
    if want.queue is not None:
        parts.append(_TABLE.c.queue_id == want.queue)
    return and_(true(), *parts)
