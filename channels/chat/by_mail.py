"""A chat goes on by mail: another conversation, on the site's mailbox, joined to the chat by their ticket.

What the visitor stated as their address is believed only as far as a mail goes there: whoever reads that mailbox reads the
answer. The mail's own conversation is found again under a key, so that several answers are one thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat import thread
from channels.chat.accounts import Sites
from channels.chat.models import ChatVisitor
from channels.chat.parse import is_mailbox
from contact_center import i18n
from contact_center.channel import Address, AddressKind, ChannelKind
from contact_center.clock import Clock
from contact_center.db import Database, fold, upsert
from contact_center.ids import new_id
from contact_center.intake.identify import identify, key_of
from contact_center.interactions import sending
from contact_center.interactions.models import (
    ChannelAccount,
    Conversation,
    ConversationKey,
    Delivery,
    Message,
    MessageFile,
    Participant,
)
from contact_center.interactions.sending import Outgoing, Writer
from contact_center.interactions.states import DeliveryState

READABLE = (DeliveryState.SENT.value, DeliveryState.DELIVERED.value, DeliveryState.UNKNOWN.value)
"""A message of ours that lies ready and has not been seen."""
RECENT = timedelta(days=1)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to write to, from which mailbox, about which chat."""

    mailbox: str
    email: str
    name: str
    language: str
    chat_id: str


class ByMail:
    """Writes mails on behalf of a chat; one per process. `gone_seconds`: so long away, a visitor reads mail."""

    def __init__(self, database: Database, clock: Clock, sites: Sites, *, gone_seconds: float) -> None:
        self._database, self._clock, self._sites = database, clock, sites
        self._gone = timedelta(seconds=gone_seconds)

    async def follow_all(self) -> None:
        """Whoever left without reading our newest messages, and gave an address, gets them by mail; each once."""
        at = self._clock.now()
        async with self._database.read() as session:
            waiting = (await session.execute(_unread(at - self._gone, at - RECENT).limit(AT_ONCE))).all()
        for row in waiting:
            site = await self._sites.by_id(row.account_id)
            mailbox = site.settings.mail_account_id if site is not None else None
            message_id = row.id

            async def unit(session: AsyncSession, mailbox: str | None = mailbox, message_id: str = message_id) -> None:
                await self._follow(session, mailbox, message_id, at=at)

            await self._database.write(unit)

    async def _follow(self, session: AsyncSession, mailbox: str | None, message_id: str, *, at: datetime) -> None:
        """One message, if it is still unread; the visitor's mark moves on also where there is nobody to write to."""
        still = _unread(at - self._gone, at - RECENT).where(Message.id == message_id)
        found = (await session.execute(still.with_for_update(of=ChatVisitor))).one_or_none()
        if found is None:
            return
        visitor = await session.get_one(ChatVisitor, found.visitor_id)
        row = await session.get_one(Message, message_id)
        account = await session.get(ChannelAccount, mailbox) if mailbox is not None else None
        visitor.mailed_at = row.at
        if account is None or not account.enabled or not is_mailbox(visitor.email):
            return
        files = await session.scalars(
            select(MessageFile.file_id).where(MessageFile.message_id == row.id).order_by(MessageFile.position)
        )
        recipient = Recipient(account.id, visitor.email, visitor.name, visitor.language, row.conversation_id)
        writer = Writer(row.author_id, row.author_name)
        await self._write(session, recipient, writer, row.text, f"chat:{row.id}", at=at, file_ids=list(files))

    async def transcript(self, recipient: Recipient) -> None:
        """Send what was said (the newest page of it); each time it is asked for."""
        async with self._database.read() as session:
            messages, _ = await thread.newest(session, recipient.chat_id)
        you = recipient.name or i18n.text(recipient.language, "chat.visitor")
        lines = [f"{one['at'][:16].replace('T', ' ')}  {one['author'] or you}: {_said(one)}" for one in messages]
        at = self._clock.now()

        async def unit(session: AsyncSession) -> None:
            await self._write(session, recipient, Writer(None, ""), "\n\n".join(lines), new_id(), at=at)

        await self._database.write(unit)

    async def begin(self, session: AsyncSession, recipient: Recipient) -> str:
        """The key of the chat's conversation by mail, on the chat's ticket; made when there is none yet."""
        account = await session.get_one(ChannelAccount, recipient.mailbox)
        chat = await session.get_one(Conversation, recipient.chat_id)
        subject = i18n.text(recipient.language, "chat.by_mail.subject", name=account.name)
        await self._thread(session, account, chat, recipient, subject, at=self._clock.now())
        return _key(recipient)

    async def _write(
        self,
        session: AsyncSession,
        recipient: Recipient,
        writer: Writer,
        text: str,
        key: str,
        *,
        at: datetime,
        file_ids: Sequence[str] = (),
    ) -> None:
        account = await session.get_one(ChannelAccount, recipient.mailbox)
        chat = await session.get_one(Conversation, recipient.chat_id)
        subject = i18n.text(recipient.language, "chat.by_mail.subject", name=account.name)
        conversation_id = await self._thread(session, account, chat, recipient, subject, at=at)
        to = [{"value": recipient.email, "name": recipient.name}]
        outgoing = Outgoing(
            conversation_id, writer, text, subject=subject, to=to, file_ids=file_ids, client_message_id=key
        )
        await sending.send(session, outgoing, at=at)

    async def _thread(
        self,
        session: AsyncSession,
        account: ChannelAccount,
        chat: Conversation,
        recipient: Recipient,
        subject: str,
        *,
        at: datetime,
    ) -> str:
        """The chat's conversation by mail; begun when there is none, on the chat's ticket."""
        address = Address(
            AddressKind.EMAIL, fold(recipient.email), name=recipient.name, shown=recipient.email, verified=False
        )
        key = _key(recipient)
        found = await session.scalar(
            select(ConversationKey.conversation_id).where(
                ConversationKey.account_id == account.id, ConversationKey.key == key
            )
        )
        if found is not None:
            return str(found)
        known = (await identify(session, [address], language=recipient.language, at=at))[key_of(address)]
        conversation_id = new_id()
        await session.execute(
            insert(Conversation).values(
                id=conversation_id,
                account_id=account.id,
                channel=account.channel,
                customer_id=known.customer_id,
                subject=subject,
                language=recipient.language,
                created_at=at,
                last_message_at=at,
                preview_direction="out",
                attention="waiting",
                queue_id=chat.queue_id,
                ticket_id=chat.ticket_id,
            )
        )
        row = {"account_id": account.id, "key": key, "conversation_id": conversation_id}
        await upsert(session, ConversationKey, [row], key=["account_id", "key"])
        person = {
            "conversation_id": conversation_id,
            "identity_id": known.identity_id,
            "role": "customer",
            "name": recipient.name,
        }
        await upsert(session, Participant, [person], key=["conversation_id", "identity_id"])
        params = {"address": recipient.email, "conversation_id": conversation_id}
        await sending.system_line(
            session, chat.id, "chat_continued_by_mail", params, interaction_id=chat.interaction_id, at=at
        )
        return conversation_id


def _unread(gone_before: datetime, since: datetime) -> Select[str, str, str]:
    """Agents' messages that their visitor, away since before then, has neither seen nor been sent, oldest first."""
    return (
        select(Message.id, Conversation.account_id, ChatVisitor.id.label("visitor_id"))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Delivery, Delivery.message_id == Message.id)
        .join(ConversationKey, ConversationKey.conversation_id == Conversation.id)
        .join(
            ChatVisitor,
            (ChatVisitor.account_id == ConversationKey.account_id) & (ChatVisitor.key == ConversationKey.key),
        )
        .where(
            Conversation.channel == ChannelKind.CHAT.value,
            Conversation.last_message_at >= since,
            Message.author_kind == "agent",
            Message.kind == "message",
            Message.at >= since,
            Delivery.state.in_(READABLE),
            ChatVisitor.gone_at < gone_before,
            ChatVisitor.email != "",
            ChatVisitor.blocked_at.is_(None),
            or_(ChatVisitor.read_at.is_(None), ChatVisitor.read_at < Message.at),
            or_(ChatVisitor.mailed_at.is_(None), ChatVisitor.mailed_at < Message.at),
        )
        .order_by(Message.at, Message.id)
    )


def _said(message: thread.Shown) -> str:
    names = [f"[{file['name']}]" for file in message["files"]]
    return " ".join([message["text"], *names]).strip()


def _key(recipient: Recipient) -> str:
    """Under which the mails that follow a chat find their conversation."""
    return f"chat:{recipient.chat_id}:{fold(recipient.email)}"[:300]
