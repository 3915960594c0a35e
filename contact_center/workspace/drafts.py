"""What people are writing: one draft per conversation, user and mode, kept until it is sent or thrown away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.db import upsert
from contact_center.files import FileRow
from contact_center.interactions import models
from contact_center.workspace.shapes import Draft, DraftIn, Drafts
from contact_center.workspace.thread import addresses, attachment


async def drafts_of(session: AsyncSession, conversation_id: str, user_id: str) -> Drafts:
    """The user's drafts in this conversation."""
    rows = (
        await session.execute(
            select(models.Draft.mode, models.Draft.content, models.Draft.saved_at).where(
                models.Draft.conversation_id == conversation_id, models.Draft.user_id == user_id
            )
        )
    ).all()
    files = await _files(session, [file_id for row in rows for file_id in row.content.get("attachment_ids", ())])
    shown = {row.mode: _shown(row, files) for row in rows}
    return Drafts(reply=shown.get("reply"), note=shown.get("note"), forward=shown.get("forward"))


async def save_draft(
    session: AsyncSession, conversation_id: str, user_id: str, draft: DraftIn, *, at: datetime
) -> Draft:
    """Keep the draft, replacing what was there in this mode."""
    row = {
        "conversation_id": conversation_id,
        "user_id": user_id,
        "mode": draft.mode,
        "content": draft.model_dump(exclude={"mode"}),
        "saved_at": at,
    }
    await upsert(
        session, models.Draft, [row], key=["conversation_id", "user_id", "mode"], update=["content", "saved_at"]
    )
    shown = await drafts_of(session, conversation_id, user_id)
    saved = {"reply": shown.reply, "note": shown.note, "forward": shown.forward}[draft.mode]
    assert saved is not None
    return saved


async def drop_draft(session: AsyncSession, conversation_id: str, user_id: str, mode: str) -> None:
    """Throw the draft away; harmless when there is none."""
    await session.execute(
        delete(models.Draft).where(
            models.Draft.conversation_id == conversation_id,
            models.Draft.user_id == user_id,
            models.Draft.mode == mode,
        )
    )


async def _files(session: AsyncSession, file_ids: Sequence[str]) -> dict[str, FileRow]:
    if not file_ids:
        return {}
    return {row.id: row for row in await session.scalars(select(FileRow).where(FileRow.id.in_(file_ids)))}


def _shown(row: Row[Any], files: dict[str, FileRow]) -> Draft:
    content = row.content
    return Draft(
        mode=row.mode,
        text=content.get("text", ""),
        html=content.get("html"),
        to=addresses({"to": content.get("to") or ()}, "to"),
        cc=addresses({"cc": content.get("cc") or ()}, "cc"),
        bcc=addresses({"bcc": content.get("bcc") or ()}, "bcc"),
        forwards=content.get("forwards"),
        attachments=[attachment(files[key]) for key in content.get("attachment_ids", ()) if key in files],
        saved_at=row.saved_at,
    )
