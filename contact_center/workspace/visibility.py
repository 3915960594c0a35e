"""Which conversations a caller may see. Everything that reads work goes through here: rights are part of the query.

A conversation is seen by who works on it and by whoever serves its queue; beyond that only with reach over everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.errors import Forbidden, NotFound
from contact_center.interactions.models import Conversation, Message
from contact_center.web import Context, Principal, Reach

SEE = "conversations.read"
WRITE = "conversations.write"


@dataclass(frozen=True, slots=True)
class Sight:
    """How far somebody sees: everything, or the work of some queues and what one agent holds."""

    everything: bool
    queue_ids: tuple[str, ...] = ()
    agent_id: str | None = None

    def condition(self, table: Table) -> ColumnElement[bool]:
        """The rows of `table` (with columns queue_id and agent_id) within sight."""
        if self.everything:
            return true()
        parts: list[ColumnElement[bool]] = []
        if self.queue_ids:
            parts.append(table.c.queue_id.in_(self.queue_ids))
        if self.agent_id is not None:
            parts.append(table.c.agent_id == self.agent_id)
        return or_(*parts) if parts else false()

    def covers(self, queue_id: str | None, agent_id: str | None) -> bool:
        """True when work in this queue, held by this agent, is within sight."""
        return (
            self.everything
            or (queue_id is not None and queue_id in self.queue_ids)
            or (agent_id is not None and agent_id == self.agent_id)
        )


def sight(principal: Principal, reach: Reach | None) -> Sight:
    """What `reach` lets this caller see; none at all without it."""
    if reach is None:
        return Sight(False)
    if reach is Reach.ALL:
        return Sight(True, agent_id=principal.agent_id)
    queues = () if reach is Reach.OWN else tuple(sorted(principal.queue_ids))
    return Sight(False, queues, principal.agent_id)


def seen_by(context: Context) -> Sight:
    """What this request's caller may read."""
    return sight(context.principal, context.principal.reach(SEE))


async def visible(session: AsyncSession, context: Context, conversation_id: str, *, lock: bool = False) -> Conversation:
    """The conversation, locked for the unit when asked; `NotFound` when it does not exist for this caller.

    For a permission beyond reading, what one sees but may not change is `Forbidden`.
    """
    statement = select(Conversation).where(Conversation.id == conversation_id)
    found = (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()
    if found is None or not seen_by(context).covers(found.queue_id, found.agent_id):
        raise NotFound
    if not sight(context.principal, context.reach).covers(found.queue_id, found.agent_id):
        raise Forbidden
    return found


async def visible_message(session: AsyncSession, context: Context, message_id: str, *, lock: bool = False) -> Message:
    """The message, when its conversation is visible (and locked when asked); else `NotFound`."""
    message = await session.get(Message, message_id)
    if message is None:
        raise NotFound
    await visible(session, context, message.conversation_id, lock=lock)
    if lock:
        await session.refresh(message)
    return message


async def visible_of(session: AsyncSession, seen: Sight, conversation_ids: Sequence[str]) -> set[str]:
    """Which of these conversations are within sight."""
    table: Table = Conversation.__table__  # type: ignore[assignment]
    rows = await session.execute(select(table.c.id).where(table.c.id.in_(conversation_ids), seen.condition(table)))
    return {row.id for row in rows}
