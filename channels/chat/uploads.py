"""Files of visitors (`/public/v1/files`): up before they are sent, down again to whoever holds the token of that conversation."""

import math

from aiohttp import BodyPartReader, web
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.models import ChatVisitor
from channels.chat.parse import storable
from channels.chat.thread import HIDDEN
from channels.chat.visitors import VisitorTokens
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.errors import BadRequest, Forbidden, NotFound, NotSignedIn, TooLarge, TooMany, UnsupportedMedia
from contact_center.files import SAFE_INLINE, FileRow, FileStore
from contact_center.ids import is_id, new_id
from contact_center.interactions.models import ConversationKey, Delivery, Message, MessageFile
from contact_center.web.ratelimit import Limit, Limiter

LARGEST = 10 * 1024 * 1024
HEADER = "X-Visitor-Token"
LIMIT = Limit("chat-file", 20, 0.2)
CHUNK = 65_536


class VisitorFiles:
    """Adds its addresses to the application."""

    def __init__(
        self, database: Database, clock: Clock, store: FileStore, tokens: VisitorTokens, *, limiter: Limiter
    ) -> None:
        self._database, self._clock, self._store = database, clock, store
        self._tokens, self._limiter = tokens, limiter

    def add_to(self, app: web.Application) -> None:
        """Serve uploads and downloads."""
        app.router.add_post("/public/v1/files", self.upload)
        app.router.add_get("/public/v1/files/{file_id}", self.download)

    async def upload(self, request: web.Request) -> web.Response:
        """Take in one file (multipart, part `file`): 201 with `{id, name, media_type, size}`."""
        visitor = await self._visitor(request)
        if visitor.blocked_at is not None:
            raise Forbidden
        wait = await self._limiter.take(LIMIT, visitor.id)
        if wait > 0:
            raise TooMany(retry_after=max(1, math.ceil(wait)))
        name, media_type, content = await _part(request)
        stored = await self._store.put(content)
        row = FileRow(
            id=new_id(),
            sha256=stored.sha256,
            size=stored.size,
            media_type=media_type,
            name=name,
            uploaded_by=visitor.id,
            created_at=self._clock.now(),
        )
        body = {"id": row.id, "name": row.name, "media_type": row.media_type, "size": row.size}

        async def unit(session: AsyncSession) -> None:
            session.add(row)

        await self._database.write(unit)
        return web.json_response(body, status=201)

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a file of the visitor's own conversation."""
        visitor = await self._visitor(request)
        file_id = request.match_info["file_id"]
        async with self._database.read() as session:
            row = await _visible(session, visitor, file_id) if is_id(file_id) else None
        if row is None:
            raise NotFound
        try:
            content = await self._store.get(row.sha256)
        except FileNotFoundError:
            raise NotFound from None
        kind = row.media_type.split(";")[0].strip().lower()
        return web.Response(
            body=content,
            content_type=kind if kind in SAFE_INLINE else "application/octet-stream",
            headers={"Content-Disposition": "attachment", "Cache-Control": "private, no-store"},
        )

    async def _visitor(self, request: web.Request) -> ChatVisitor:
        visitor_id = self._tokens.read(request.headers.get(HEADER, ""))
        async with self._database.read() as session:
            row = await session.get(ChatVisitor, visitor_id) if visitor_id else None
        if row is None:
            raise NotSignedIn
        return row


async def _visible(session: AsyncSession, visitor: ChatVisitor, file_id: str) -> FileRow | None:
    """The visitor's own upload, or a file of a message that they may see."""
    row = await session.get(FileRow, file_id)
    if row is None or row.uploaded_by == visitor.id:
        return row
    sent = (
        select(MessageFile.file_id)
        .join(Message, Message.id == MessageFile.message_id)
        .join(ConversationKey, ConversationKey.conversation_id == Message.conversation_id)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(
            MessageFile.file_id == file_id,
            ConversationKey.account_id == visitor.account_id,
            ConversationKey.key == visitor.key,
            Message.kind == "message",
            or_(Message.direction == "in", Delivery.state.not_in(HIDDEN)),
        )
    )
    return row if (await session.execute(sent.limit(1))).first() is not None else None


async def _part(request: web.Request) -> tuple[str, str, bytes]:
    """(name, media type, content) of the part `file`; 415, 413 or 400 `malformed_upload` otherwise."""
    if request.content_type != "multipart/form-data":
        raise UnsupportedMedia(params={"expected": "multipart/form-data"})
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name != "file":
                continue
            held = bytearray()
            while chunk := await part.read_chunk(CHUNK):
                held.extend(chunk)
                if len(held) > LARGEST:
                    raise TooLarge(params={"limit": LARGEST})
            kind = (part.headers.get("Content-Type") or "application/octet-stream")[:200]
            return storable(part.filename or "file")[:255], storable(kind), bytes(held)
    except (ValueError, AssertionError, KeyError, RuntimeError, LookupError) as error:
        raise BadRequest("malformed_upload") from error
    raise BadRequest("malformed_upload")
