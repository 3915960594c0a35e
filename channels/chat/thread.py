"""What a visitor may see of their conversation: messages, files, and how it stands. Notes and system lines never leave the house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.parse import client_id
from contact_center.agents.models import Agent
from contact_center.channel import ChannelKind, InboundMessage
from contact_center.db import table_of
from contact_center.files import FileRow
from contact_center.intake.received import StoredFile
from contact_center.interactions.models import (
    Assignment,
    Conversation,
    ConversationKey,
    Delivery,
    Interaction,
    Message,
    MessageFile,
)
from contact_center.interactions.states import WAITING, AssignmentState, DeliveryState, InteractionState

PAGE = 100
OVERLAP = timedelta(seconds=120)
"""How far back a catch-up reaches behind what the client has: commits may become visible in another order than their times."""
_m, _d, _f, _a, _i, _k, _c, _g = (
    table_of(one)
    for one in (Message, Delivery, MessageFile, Assignment, Interaction, ConversationKey, Conversation, Agent)
)
_CHAT = _c.c.channel == ChannelKind.CHAT.value
HIDDEN = (DeliveryState.DRAFT.value, DeliveryState.HELD.value, DeliveryState.CANCELLED.value)
Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stand:
    """How a conversation stands for its visitor: none, waiting, talking or ended."""

    state: str
    interaction_id: str | None = None
    queue_id: str | None = None
    agent: str = ""
    version: int = 0
    door: tuple[str, str] | None = None
    """(account, key) of the visitor, when it is a chat."""


def moment(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, which sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _visible() -> ColumnElement[bool]:
    shown = exists().where(_d.c.message_id == _m.c.id, _d.c.state.not_in(HIDDEN))
    return and_(_m.c.kind == "message", or_(_m.c.direction == "in", shown))


_VISIBLE = select(
    _m.c.id,
    _m.c.conversation_id,
    _m.c.direction,
    _m.c.wire_id,
    _m.c.author_kind,
    _m.c.author_name,
    _m.c.text,
    _m.c.at,
    exists().where(_f.c.message_id == _m.c.id).label("has_files"),
).where(_m.c.id.in_(bindparam("ids", expanding=True)), _visible())
_TALKING = exists().where(
    _a.c.interaction_id == _i.c.id,
    _a.c.ended_at.is_(None),
    _a.c.state != AssignmentState.WRAPPING_UP.value,
)
_STANDS = (
    select(
        _c.c.id,
        _c.c.version,
        _i.c.id.label("interaction_id"),
        _i.c.state,
        _i.c.queue_id,
        _g.c.name.label("agent"),
        _TALKING.label("talking"),
        _k.c.account_id,
        _k.c.key,
    )
    .select_from(
        _c.outerjoin(_k, and_(_k.c.conversation_id == _c.c.id, _CHAT))
        .outerjoin(_i, _i.c.id == _c.c.interaction_id)
        .outerjoin(_g, _g.c.id == _i.c.agent_id)
    )
    .where(_c.c.id.in_(bindparam("ids", expanding=True)))
)


async def newest(session: AsyncSession, conversation_id: str, *, before: str | None = None) -> tuple[list[Shown], bool]:
    """The newest page (before a message, when named), oldest first, and whether there are older ones."""
    query = select(Message).where(Message.conversation_id == conversation_id, _visible())
    if before is not None:
        edge = await _place(session, conversation_id, before)
        if edge is None:
            return [], False
        query = query.where(tuple_(Message.at, Message.id) < tuple_(*edge))
    rows = (await session.scalars(query.order_by(Message.at.desc(), Message.id.desc()).limit(PAGE + 1))).all()
    return await shown(session, list(reversed(rows[:PAGE]))), len(rows) > PAGE


async def since(session: AsyncSession, conversation_id: str, after: str) -> list[Shown] | None:
    """Everything since a message (and a little before it); None when that message is not here."""
    edge = await _place(session, conversation_id, after)
    if edge is None:
        return None
    query = select(Message).where(
        Message.conversation_id == conversation_id, _visible(), Message.at >= edge[0] - OVERLAP
    )
    return await shown(session, list((await session.scalars(query.order_by(Message.at, Message.id))).all()))


async def _place(session: AsyncSession, conversation_id: str, message_id: str) -> tuple[datetime, str] | None:
    row = (
        await session.execute(
            select(Message.at, Message.id).where(Message.id == message_id, Message.conversation_id == conversation_id)
        )
    ).one_or_none()
    return None if row is None else (row.at, row.id)


async def visible(session: AsyncSession, message_ids: Sequence[str]) -> dict[str, tuple[str, Shown]]:
    """Those of the messages that a visitor may see: id -> (conversation, as shown)."""
    rows = (await session.execute(_VISIBLE, {"ids": list(message_ids)})).all()
    files = await _files(session, [row.id for row in rows if row.has_files])
    return {row.id: (row.conversation_id, one) for row, one in zip(rows, _shown(rows, files), strict=True)}


async def shown(session: AsyncSession, rows: Sequence[Message]) -> list[Shown]:
    """Messages as a visitor sees them."""
    return _shown(rows, await _files(session, [row.id for row in rows]))


async def _files(session: AsyncSession, message_ids: Sequence[str]) -> Mapping[str, list[Shown]]:
    files: dict[str, list[Shown]] = {}
    if not message_ids:
        return files
    found = await session.execute(
        select(MessageFile.message_id, FileRow.id, FileRow.name, FileRow.media_type, FileRow.size)
        .join(FileRow, FileRow.id == MessageFile.file_id)
        .where(MessageFile.message_id.in_(message_ids))
        .order_by(MessageFile.message_id, MessageFile.position)
    )
    for row in found:
        one = {"id": row.id, "name": row.name, "media_type": row.media_type, "size": row.size}
        files.setdefault(row.message_id, []).append(one)
    return files


def _shown(rows: Sequence[Any], files: Mapping[str, list[Shown]]) -> list[Shown]:
    return [
        {
            "id": row.id,
            "client_message_id": client_id(row.wire_id) if row.direction == "in" else None,
            "from": "visitor" if row.direction == "in" else row.author_kind,
            "author": "" if row.direction == "in" else row.author_name,
            "text": row.text,
            "at": moment(row.at),
            "files": files.get(row.id, []),
        }
        for row in rows
    ]


def said(message_id: str, message: InboundMessage, files: Sequence[StoredFile], *, at: datetime) -> Shown:
    """A visitor's message that was stored just now, as `shown` would show it."""
    return {
        "id": message_id,
        "client_message_id": client_id(message.provider_id),
        "from": "visitor",
        "author": "",
        "text": message.text,
        "at": moment(at),
        "files": [
            {"id": one.file_id, "name": one.name[:300], "media_type": one.media_type[:200], "size": one.size}
            for one in files
        ],
    }


async def stored(session: AsyncSession, conversation_id: str, wire_id: str) -> Message | None:
    """The visitor's message under this id, when it was stored before."""
    found: Message | None = await session.scalar(
        select(Message).where(Message.wire_id == wire_id, Message.conversation_id == conversation_id)
    )
    return found


async def stands(session: AsyncSession, conversation_ids: Sequence[str]) -> dict[str, Stand]:
    """How these conversations stand now."""
    rows = await session.execute(_STANDS, {"ids": list(conversation_ids)})
    return {row.id: _stand(row) for row in rows}


def _stand(row: Any) -> Stand:
    state = InteractionState(row.state) if row.state else None
    stands = "none" if state is None else "ended"
    if state in WAITING:
        stands = "waiting"
    elif state is InteractionState.ASSIGNED and row.talking:
        stands = "talking"
    door = None if row.key is None else (row.account_id, row.key)
    agent = "" if stands == "waiting" else row.agent or ""
    return Stand(stands, row.interaction_id, row.queue_id, agent, row.version, door)
