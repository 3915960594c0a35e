"""The house's own mail: invitations and password links, sent from the system sender or the first enabled mailbox."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.email.send import EmailChannel
from contact_center.accounts import links
from contact_center.channel import AccountSettings, Address, AddressKind, ChannelKind, DeliveryOutcome, OutboundMessage
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.interactions.models import ChannelAccount
from contact_center.jobs import Job, JobKind, Recorded
from contact_center.tokens import Tokens

SettingsOf = Callable[[ChannelAccount], AccountSettings]


class NotSentYet(Exception):
    """The relay would not take it now; the job is tried again and parked in the end, visibly."""


class SystemMailer:
    """Handles jobs of kind `system_mail`. The link inside is made at the last moment and stored nowhere."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        channel: EmailChannel,
        settings_of: SettingsOf,
        tokens: Tokens,
        public_url: str,
        sender: str,
    ) -> None:
        self._database, self._clock, self._channel = database, clock, channel
        self._settings_of, self._tokens = settings_of, tokens
        self._public_url, self._sender = public_url, sender

    def kind(self) -> JobKind:
        """To register with the runner."""
        return JobKind(links.JOB, outside=self.run, tries=12)

    async def run(self, job: Job) -> Recorded | None:
        """One attempt. Raises `NotSentYet` unless the relay took it, or refused it for good."""
        payload = {name: str(value) for name, value in job.payload.items()}
        mail = links.compose(payload, tokens=self._tokens, public_url=self._public_url)
        async with self._database.read() as session:
            account = await self._account(session)
        message = OutboundMessage(
            delivery_id=job.id,
            message_id=job.id,
            conversation_id=job.id,
            account_id=account.id,
            attempt=job.attempts,
            sender_name=account.name,
            to=[Address(AddressKind.EMAIL, mail.to.lower(), shown=mail.to)],
            cc=(),
            bcc=(),
            subject=mail.subject,
            text=mail.text,
            html=None,
            attachments=(),
            in_reply_to=None,
            references=(),
            created_at=self._clock.now(),
            language=payload["language"],
            auto_submitted=True,
        )
        report = await self._channel.send(account, message)
        if report.outcome in {DeliveryOutcome.TRANSIENT, DeliveryOutcome.UNKNOWN}:
            raise NotSentYet(report.reason)
        return None

    async def _account(self, session: AsyncSession) -> AccountSettings:
        if self._sender:
            return AccountSettings("system", ChannelKind.EMAIL, self._sender, self._sender, "en")
        first = (
            select(ChannelAccount)
            .where(ChannelAccount.channel == ChannelKind.EMAIL.value, ChannelAccount.enabled)
            .order_by(ChannelAccount.id)
            .limit(1)
        )
        account = (await session.scalars(first)).one_or_none()
        if account is None:
            raise NotSentYet("no mailbox is set up to send from; set email.system_sender")
        return self._settings_of(account)
