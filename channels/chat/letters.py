"""A message left to be answered by mail: nobody is here, or one would rather not wait.

It is taken in as a mail to the site's mailbox, on the chat's ticket when there is one; the chat that waited is diverted and
names its successor. What the visitor gave as their address is as unverified as the sender of any mail.
"""

import hashlib

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat import thread
from channels.chat.accounts import Site
from channels.chat.by_mail import ByMail, Recipient
from channels.chat.parse import LeaveMessage, is_mailbox, subject_of
from channels.chat.visitors import Visitor, conversation_of
from contact_center.channel import Address, AddressKind, ChannelKind, InboundMessage
from contact_center.clock import Clock
from contact_center.db import Database, fold
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.received import Received, TakenIn
from contact_center.interactions import queueing, sending
from contact_center.interactions.models import ChannelAccount, Interaction
from contact_center.language import guess

DIVERTED = "leave_message"


class NoMailbox(Exception):
    """The site does not go on by mail."""


class BadAddress(Exception):
    """This cannot be a mail address."""


class Letters:
    """Takes letters in; one per process."""

    def __init__(self, database: Database, clock: Clock, intake: Intake, by_mail: ByMail) -> None:
        self._database, self._clock, self._intake, self._by_mail = database, clock, intake, by_mail

    async def leave(self, site: Site, visitor: Visitor, left: LeaveMessage) -> None:
        """Store it once. Raises `NoMailbox`, `BadAddress`, `DatabaseUnavailable`."""
        if not is_mailbox(left.email):
            raise BadAddress
        mailbox_id = site.settings.mail_account_id
        async with self._database.read() as session:
            account = await session.get(ChannelAccount, mailbox_id) if mailbox_id else None
            chat = await conversation_of(session, site.id, visitor.key)
        if account is None or not account.enabled:
            raise NoMailbox
        key = f"visitor:{visitor.id}:{fold(left.email)}"
        if chat is not None:
            recipient = Recipient(account.id, left.email, left.name or visitor.name, visitor.language, chat.id)
            key = await self._database.write(lambda session: self._by_mail.begin(session, recipient))
        taken = await self._intake.receive(self._item(account, visitor, left, key))
        if chat is not None and not taken.duplicate:
            chat_id = chat.id
            await self._database.write(lambda session: self._divert(session, chat_id, taken))

    def _item(self, account: ChannelAccount, visitor: Visitor, left: LeaveMessage, key: str) -> Received:
        mark = hashlib.sha256(f"{visitor.id}/{left.client_message_id}".encode()).hexdigest()[:32]
        domain = account.address.rpartition("@")[2]
        sender = Address(AddressKind.EMAIL, fold(left.email), name=left.name or visitor.name, shown=left.email)
        raw = left.text.encode()
        return Received(
            inbound_id=new_id(),
            account_id=account.id,
            account_address=account.address,
            account_language=account.language,
            channel=ChannelKind.EMAIL,
            received_at=self._clock.now(),
            size=len(raw),
            raw=raw,
            raw_sha256=None,
            understood=InboundMessage(
                channel=ChannelKind.EMAIL,
                sender=sender,
                recipients=[Address(AddressKind.EMAIL, account.address)],
                text=left.text,
                provider_id=f"<chat.{mark}@{domain}>",
                content_hash="",
                sent_at=None,
                subject=subject_of(left.text),
                conversation_key=key[:300],
                language=guess(left.text) or visitor.language,
            ),
            envelope={"visitor": visitor.id},
        )

    async def _divert(self, session: AsyncSession, chat_id: str, taken: TakenIn) -> None:
        """Who waited in the chat waits no more."""
        at = self._clock.now()
        stand = (await thread.stands(session, [chat_id]))[chat_id]
        if stand.state != "waiting" or stand.interaction_id is None:
            return
        successor = await session.scalar(select(Interaction.id).where(Interaction.id == taken.interaction_id))
        if await queueing.diverted(session, stand.interaction_id, kind=DIVERTED, successor_id=successor, at=at):
            params = {"conversation_id": taken.conversation_id}
            await sending.system_line(
                session, chat_id, "chat_message_left", params, interaction_id=stand.interaction_id, at=at
            )
