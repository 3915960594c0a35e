"""Reads of the measured record within the caller's sight."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.errors import NotFound
from contact_center.interactions.models import Conversation
from contact_center.interactions.queries import TABLE, interaction_of, interactions, shown
from contact_center.interactions.shapes import Interaction
from contact_center.interactions.states import InteractionState
from contact_center.web import Ident, Page, Paged, Text, Time, paging
from contact_center.workspace.visibility import Sight


class InteractionQuery(Page):
    """Filters of the measured record; `from` and `to` bound when it began."""

    state: InteractionState | None = None
    queue: Ident | None = None
    agent: Ident | None = None
    channel: Annotated[Text, Field(max_length=20)] | None = None
    customer: Ident | None = None
    from_: Annotated[Time | None, Field(alias="from", description="Begun at or after")] = None
    to: Annotated[Time | None, Field(description="Begun before")] = None


async def list_interactions(session: AsyncSession, seen: Sight, query: InteractionQuery) -> Paged[Interaction]:
    """One page, newest first; `state=queued` is a waiting line, and then the next to be served is first."""
    equal = {"state": query.state, "queue_id": query.queue, "agent_id": query.agent,
             "channel": query.channel, "customer_id": query.customer}  # fmt: skip
    statement = interactions().where(seen.condition(TABLE))  # type: ignore[arg-type]
    for name, value in equal.items():
        if value is not None:
            statement = statement.where(TABLE.c[name] == value)
    if query.from_ is not None:
        statement = statement.where(TABLE.c.created_at >= query.from_)
    if query.to is not None:
        statement = statement.where(TABLE.c.created_at < query.to)
    waiting = query.state is InteractionState.QUEUED
    key = TABLE.c.key_at if waiting else TABLE.c.created_at
    ordered = paging.keyset(statement, key, TABLE.c.id, cursor=query.cursor, descending=not waiting)
    rows = (await session.execute(ordered.limit(query.limit + 1))).all()
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    following = paging.encode((last._mapping[key], last.id)) if last is not None else None
    return Paged[Interaction](items=[shown(row) for row in rows[: query.limit]], next_cursor=following)


async def seen_interaction(session: AsyncSession, seen: Sight, interaction_id: str) -> Interaction:
    """One interaction within sight: its own queue or agent, or those its conversation has now; else `NotFound`."""
    found = await interaction_of(session, interaction_id)
    if seen.covers(found.queue.id if found.queue else None, found.agent.id if found.agent else None):
        return found
    place = (
        await session.execute(
            select(Conversation.queue_id, Conversation.agent_id).where(Conversation.id == found.conversation_id)
        )
    ).one()
    if not seen.covers(place.queue_id, place.agent_id):
        raise NotFound
    return found
