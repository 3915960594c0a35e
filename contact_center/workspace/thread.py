"""Messages as the screen shows them: pages of a thread, single messages by id. Few statements however long the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.channel import SendReason
from contact_center.db import table_of
from contact_center.errors import NotFound
from contact_center.files import FileRow
from contact_center.interactions import models
from contact_center.web import paging
from contact_center.workspace.system_lines import names_in, system_line
from contact_center.workspace.thread_shapes import (
    Address,
    Attachment,
    Author,
    Delivery,
    Message,
    Thread,
)

m, d, x, f = (table_of(one) for one in (models.Message, models.Delivery, models.MessageFile, FileRow))
KEYS = (m.c.at, m.c.id)
_COLUMNS = [column for column in m.c if column.key not in {"html", "wire_id", "reference_ids", "inbound_id"}]


def _messages() -> Select[Any]:
    return select(
        *_COLUMNS,
        m.c.html.is_not(None).label("has_html"),
        exists().where(x.c.message_id == m.c.id).label("has_files"),
        d.c.state.label("delivery_state"),
        d.c.attempt,
        d.c.reason,
        d.c.detail,
        d.c.at.label("delivery_at"),
        d.c.next_try_at,
    ).select_from(m.outerjoin(d, d.c.message_id == m.c.id))


_BY_ID = _messages().where(m.c.id.in_(bindparam("ids", expanding=True)))


async def thread_of(
    session: AsyncSession,
    conversation_id: str,
    *,
    limit: int,
    cursor: str | None = None,
    before: str | None = None,
    interaction_id: str | None = None,
) -> Thread:
    """The newest page, or the one before `cursor` or before the message `before`; ascending in time within the page."""
    statement = _messages().where(m.c.conversation_id == conversation_id)
    if interaction_id is not None:
        statement = statement.where(m.c.interaction_id == interaction_id)
    if before is not None and cursor is None:
        edge = (
            await session.execute(select(*KEYS).where(m.c.id == before, m.c.conversation_id == conversation_id))
        ).first()
        if edge is None:
            raise NotFound
        cursor = paging.encode((edge.at, edge.id))
    statement = paging.keyset(statement, *KEYS, cursor=cursor).limit(limit + 1)
    rows = (await session.execute(statement)).all()
    following = paging.encode((rows[limit - 1].at, rows[limit - 1].id)) if len(rows) > limit else None
    return Thread(items=await _shown(session, rows[:limit][::-1]), next_cursor=following)


async def messages_of(session: AsyncSession, message_ids: Sequence[str]) -> Mapping[str, Message]:
    """Messages by id; what does not exist is absent."""
    if not message_ids:
        return {}
    rows = (await session.execute(_BY_ID, {"ids": list(message_ids)})).all()
    return {message.id: message for message in await _shown(session, rows)}


async def message_of(session: AsyncSession, message_id: str) -> Message:
    """One message that is known to exist."""
    return (await messages_of(session, [message_id]))[message_id]


async def attachments_of(session: AsyncSession, message_ids: Sequence[str]) -> Mapping[str, list[Attachment]]:
    """The files of these messages, in order."""
    found: dict[str, list[Attachment]] = {}
    if not message_ids:
        return found
    rows = await session.execute(
        select(x.c.message_id, x.c.inline, f.c.id, f.c.name, f.c.media_type, f.c.size)
        .select_from(x.join(f, f.c.id == x.c.file_id))
        .where(x.c.message_id.in_(message_ids))
        .order_by(x.c.message_id, x.c.position)
    )
    for row in rows:
        found.setdefault(row.message_id, []).append(attachment(row, inline=row.inline))
    return found


def attachment(row: Any, *, inline: bool = False) -> Attachment:
    """A stored file (id, name, media_type, size) as an attachment."""
    return Attachment(
        id=row.id, name=row.name, media_type=row.media_type, size=row.size, inline=inline, url=f"/api/v1/files/{row.id}"
    )


async def _shown(session: AsyncSession, rows: Sequence[Row[Any]]) -> list[Message]:
    lines = [row for row in rows if row.kind == "event"]
    files = await attachments_of(session, [row.id for row in rows if row.has_files])
    names = await names_in(session, lines) if lines else {}
    return [_message(row, files.get(row.id, []), names) for row in rows]


def _message(row: Row[Any], files: list[Attachment], names: Mapping[str, str]) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        interaction_id=row.interaction_id,
        version=row.version,
        kind=row.kind,
        direction=row.direction,
        author=Author(
            kind="agent" if row.author_kind == "user" else row.author_kind,
            id=row.author_id,
            name=row.author_name or names.get(row.author_id or "", ""),
        ),
        at=row.at,
        subject=row.subject,
        text=row.text,
        visible_text=row.visible_text,
        html=row.has_html,
        sender=next(iter(addresses(row.recipients, "from")), None),
        to=addresses(row.recipients, "to"),
        cc=addresses(row.recipients, "cc"),
        bcc=addresses(row.recipients, "bcc"),
        attachments=files,
        client_message_id=row.client_message_id,
        forwards=row.forwards_id,
        delivery=_delivery(row),
        event=None if row.event is None else system_line(row.event, names),
    )


def addresses(recipients: Mapping[str, Any], role: str) -> list[Address]:
    """The addresses kept under `to`, `cc` or `bcc`."""
    return [Address(value=one["value"], name=one.get("name", "")) for one in recipients.get(role, ())]


def _delivery(row: Row[Any]) -> Delivery | None:
    if row.delivery_state is None:
        return None
    return Delivery(
        state=row.delivery_state,
        attempt=row.attempt,
        reason=None if row.reason is None else SendReason(row.reason),
        detail=row.detail or "",
        at=row.delivery_at,
        next_try_at=row.next_try_at,
    )
