"""From a visitor's frame to intake: one commit, and only then the acknowledgement."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, select

from channels.chat import parse, thread
from channels.chat.accounts import Site
from channels.chat.models import ChatVisitor
from channels.chat.parse import Said
from channels.chat.visitors import Visitor, conversation_of
from contact_center.channel import ChannelKind
from contact_center.clock import Clock
from contact_center.db import Database, table_of
from contact_center.files import FileRow
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.received import Received, StoredFile
from contact_center.interactions.models import ConversationKey

_v, _k = table_of(ChatVisitor), table_of(ConversationKey)
_HAS_WRITTEN = exists().where(_k.c.account_id == _v.c.account_id, _k.c.key == _v.c.key)
_STANDING = select(_v.c.blocked_at, _HAS_WRITTEN).where(_v.c.id == bindparam("visitor"))


class Unknown(Exception):
    """A file that the visitor did not upload."""


class Blocked(Exception):
    """The visitor is kept out."""


class ChatReceiver:
    """Takes messages in; one per process."""

    def __init__(self, database: Database, clock: Clock, intake: Intake) -> None:
        self._database, self._clock, self._intake = database, clock, intake

    async def receive(self, site: Site, visitor: Visitor, said: Said) -> tuple[str, thread.Shown]:
        """Store the message once; (conversation, message as shown). Raises `Blocked`, `Unknown`, `DatabaseUnavailable`."""
        begins = await self._begins(visitor)
        files = await self._files(visitor, said.file_ids)
        at = self._clock.now()
        understood = parse.inbound(
            site,
            visitor.key,
            said,
            name=visitor.name,
            language=visitor.language,
            begins=begins,
            verified=visitor.verified,
        )
        raw = said.text.encode()
        taken = await self._intake.receive(
            Received(
                inbound_id=new_id(),
                account_id=site.id,
                account_address=site.key,
                account_language=site.language,
                channel=ChannelKind.CHAT,
                received_at=at,
                size=len(raw),
                raw=raw,
                raw_sha256=None,
                understood=understood,
                envelope={"visitor": visitor.id},
                files=files,
            )
        )
        if taken.message_id is not None and taken.conversation_id is not None:
            return taken.conversation_id, thread.said(taken.message_id, understood, files, at=at)
        async with self._database.read() as session:
            conversation = await conversation_of(session, site.id, visitor.key)
            wire_id = understood.provider_id or ""
            stored = await thread.stored(session, conversation.id, wire_id) if conversation is not None else None
            if stored is None:
                raise Unknown
            (shown,) = await thread.shown(session, [stored])
            return stored.conversation_id, shown

    async def _begins(self, visitor: Visitor) -> bool:
        """Whether these are their first words here. Raises `Blocked`."""
        async with self._database.read() as session:
            row = (await session.execute(_STANDING, {"visitor": visitor.id})).one_or_none()
        if row is None or row[0] is not None:
            raise Blocked
        return not row[1]

    async def _files(self, visitor: Visitor, file_ids: Sequence[str]) -> list[StoredFile]:
        """The visitor's uploads, each given to the message under an id of its own: a repeated message takes them again."""
        if not file_ids:
            return []
        async with self._database.read() as session:
            query = select(FileRow).where(FileRow.id.in_(file_ids), FileRow.uploaded_by == visitor.id)
            found = {row.id: row for row in (await session.scalars(query)).all()}
        if set(file_ids) - found.keys():
            raise Unknown
        return [
            StoredFile(new_id(), row.sha256, row.size, row.name, row.media_type, None, inline=False)
            for row in (found[one] for one in dict.fromkeys(file_ids))
        ]
