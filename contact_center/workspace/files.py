"""Files: taken in durably before they are named, given out to who uploaded them or sees a message that has them."""

from collections.abc import Sequence

from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.errors import FieldError, Invalid, NotFound
from contact_center.files import FileRow, FileStore
from contact_center.ids import new_id
from contact_center.interactions.models import Conversation, Message, MessageFile
from contact_center.web import Context, Upload
from contact_center.workspace.thread_shapes import StoredFile
from contact_center.workspace.visibility import Sight, seen_by


async def keep(context: Context, store: FileStore, upload: Upload) -> StoredFile:
    """Store the bytes, then the row that names them."""
    stored = await store.put(upload.content)
    row = FileRow(
        id=new_id(),
        sha256=stored.sha256,
        size=stored.size,
        media_type=upload.media_type[:200],
        name=upload.name[:300],
        uploaded_by=context.principal.user_id,
        created_at=context.now,
    )

    async def unit(session: AsyncSession) -> None:
        session.add(row)

    await context.database.write(unit)
    return StoredFile(id=row.id, name=row.name, media_type=row.media_type, size=row.size, url=f"/api/v1/files/{row.id}")


async def visible_file(session: AsyncSession, context: Context, file_id: str) -> FileRow:
    """The file, when the caller may have it; else `NotFound`."""
    row = await session.get(FileRow, file_id)
    if row is None or file_id not in await _allowed(session, context, [row]):
        raise NotFound
    return row


async def check_files(session: AsyncSession, context: Context, file_ids: Sequence[str]) -> None:
    """Refuse to attach what does not exist or is not the caller's to give."""
    if not file_ids:
        return
    rows = (await session.scalars(select(FileRow).where(FileRow.id.in_(file_ids)))).all()
    allowed = await _allowed(session, context, rows)
    for number, file_id in enumerate(file_ids):
        if file_id not in allowed:
            raise Invalid(errors=[FieldError(f"attachment_ids.{number}", "validation.unknown_file")])


async def _allowed(session: AsyncSession, context: Context, rows: Sequence[FileRow]) -> set[str]:
    mine = {row.id for row in rows if row.uploaded_by == context.principal.user_id}
    others = [row.id for row in rows if row.id not in mine]
    return mine | (await _attached(session, seen_by(context), others) if others else set())


async def _attached(session: AsyncSession, seen: Sight, file_ids: Sequence[str]) -> set[str]:
    """Those attached to a message of a conversation within sight."""
    place: Table = Conversation.__table__  # type: ignore[assignment]
    rows = await session.scalars(
        select(MessageFile.file_id)
        .join(Message, Message.id == MessageFile.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(MessageFile.file_id.in_(file_ids), or_(seen.condition(place)))
    )
    return set(rows)
