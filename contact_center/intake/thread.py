"""Where a message belongs: finds conversations by their keys and locks them, so that intake and agents take turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.channel import InboundMessage
from contact_center.db import one_at_a_time, table_of
from contact_center.intake.received import Received
from contact_center.interactions.models import Conversation, ConversationKey

TOKEN = "conversation:"
KEYS_AT_MOST = 50


@dataclass(slots=True)
class Place:
    """An existing conversation, locked for this transaction."""

    id: str
    customer_id: str
    interaction_id: str | None
    queue_id: str | None
    agent_id: str | None
    ticket_id: str | None


def candidate_keys(message: InboundMessage) -> list[str]:
    """The keys under which the conversation may be known, best first."""
    named = [message.conversation_key] if message.conversation_key else []
    keys = [key[:300] for key in [*named, *message.thread_keys[:KEYS_AT_MOST]] if key]
    return [f"{TOKEN}{message.conversation_token}", *keys] if message.conversation_token else keys


def own_keys(message: InboundMessage) -> list[str]:
    """The keys under which answers to this message will look for it."""
    if message.conversation_key:
        return [message.conversation_key[:300]]
    return [message.provider_id[:300]] if message.provider_id else []


async def find_places(session: AsyncSession, items: Sequence[Received]) -> Mapping[tuple[str, str], Place]:
    """(account id, key) -> conversation, for all candidate keys of all items."""
    found = await _look(session, items)
    unknown = {
        (item.account_id, item.understood.conversation_key[:300])
        for item in items
        if isinstance(item.understood, InboundMessage) and item.understood.conversation_key
    } - found.keys()
    if not unknown:
        return found
    for account_id, key in sorted(unknown):  # two nodes that hear somebody's first words begin one conversation
        await one_at_a_time(session, f"conversation:{account_id}:{key}")
    return await _look(session, items)


async def _look(session: AsyncSession, items: Sequence[Received]) -> dict[tuple[str, str], Place]:
    pairs: set[tuple[str, str]] = set()
    tokens: set[str] = set()
    for item in items:
        assert isinstance(item.understood, InboundMessage)
        if item.understood.conversation_token:
            tokens.add(item.understood.conversation_token)
        pairs.update((item.account_id, key) for key in candidate_keys(item.understood) if not key.startswith(TOKEN))
    if not pairs and not tokens:
        return {}
    found: dict[tuple[str, str], Place] = {}
    places: dict[str, Place] = {}
    if pairs:
        for row in await session.execute(_BY_KEY, {"keys": sorted(pairs)}):
            found[row.key_account_id, row.key] = places.setdefault(row.id, _place(row))
    if tokens:
        for row in await session.execute(_BY_TOKEN, {"ids": sorted(tokens)}):
            found[row.account_id, f"{TOKEN}{row.id}"] = places.setdefault(row.id, _place(row))
    return found


_c, _k = table_of(Conversation), table_of(ConversationKey)
_PLACE = (
    _c.c.id,
    _c.c.account_id,
    _c.c.customer_id,
    _c.c.interaction_id,
    _c.c.queue_id,
    _c.c.agent_id,
    _c.c.ticket_id,
)


def _locked(places: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """In one order everywhere: two nodes never wait for each other."""
    return places.order_by(_c.c.id).with_for_update(of=_c)


_BY_KEY = _locked(
    select(*_PLACE, _k.c.account_id.label("key_account_id"), _k.c.key)
    .join_from(_c, _k, _k.c.conversation_id == _c.c.id)
    .where(tuple_(_k.c.account_id, _k.c.key).in_(bindparam("keys", expanding=True)))
)
_BY_TOKEN = _locked(select(*_PLACE).where(_c.c.id.in_(bindparam("ids", expanding=True))))


def _place(row: Row[Any]) -> Place:
    return Place(row.id, row.customer_id, row.interaction_id, row.queue_id, row.agent_id, row.ticket_id)
