"""The one door out: takes a queued message to its channel and records what became of it.

A message leaves at most once without somebody's word: it is claimed (queued -> sending) and committed before the
network is touched, and when no outcome was recorded (a time-out, a death in between) it becomes *unknown*, never a
silent second copy. Order inside a conversation is kept by the job's lane; after a third failure in a row the lane goes free.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from contact_center import jobs
from contact_center.channel import (
    AccountSettings,
    Address,
    AddressKind,
    Channel,
    ChannelKind,
    DeliveryOutcome,
    DeliveryReport,
    NamesMessages,
    OutboundAttachment,
    OutboundMessage,
    SendReason,
)
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.files import FileRow
from contact_center.interactions import delivering
from contact_center.interactions.models import (
    ChannelAccount,
    Conversation,
    Message,
    MessageFile,
)
from contact_center.interactions.sending import JOB, Addressed
from contact_center.interactions.states import DELIVERY, DeliveryEvent, DeliveryState
from contact_center.jobs import Job, JobKind, Later, Recorded

SEND_SECONDS = 45.0
"""How long a channel may take for one attempt; shorter than a job's lease, so that nobody else takes it meanwhile."""
RETRY_AFTER = (60, 300, 1800, 7200, 28_800, 28_800)
"""Seconds before the next attempt, by the number of attempts made; after the last it has failed for good."""
KEEPS_PLACE = 2
"""So many failures in a row hold back what comes later in the conversation."""
REFERENCES_AT_MOST = 20
_ADDRESS_KINDS = {
    ChannelKind.EMAIL: AddressKind.EMAIL,
    ChannelKind.SMS: AddressKind.PHONE,
    ChannelKind.WHATSAPP: AddressKind.PHONE,
    ChannelKind.VOICE: AddressKind.PHONE,
    ChannelKind.CHAT: AddressKind.VISITOR,
    ChannelKind.API: AddressKind.EXTERNAL,
}
SettingsOf = Callable[[ChannelAccount], AccountSettings]
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """Ours to send now."""

    message: OutboundMessage
    account: AccountSettings
    channel: Channel | None


class Deliver:
    """`channels` by kind, and `settings_of` (an account's row -> its settings, unsealed), are handed in by main."""

    def __init__(
        self, database: Database, clock: Clock, channels: Mapping[ChannelKind, Channel], settings_of: SettingsOf
    ) -> None:
        self._database, self._clock, self._channels, self._settings_of = database, clock, channels, settings_of

    def kind(self) -> JobKind:
        """The job kind to register with the runner."""
        return JobKind(JOB, outside=self.run, parked=self._parked, timeout=SEND_SECONDS + 10)

    async def run(self, job: Job) -> Recorded | None:
        """One attempt; what it returns is recorded together with the end of the job."""
        delivery_id = str(job.payload["delivery_id"])
        claimed = await self._database.write(lambda session: self._claim(session, delivery_id))
        if claimed is None:
            return None
        report = await self._send(claimed)
        log.info("message sent" if report.outcome is DeliveryOutcome.SENT else "message not sent",
                 delivery=delivery_id, attempt=claimed.message.attempt, outcome=report.outcome.value)  # fmt: skip
        attempt = claimed.message.attempt
        if report.outcome is DeliveryOutcome.TRANSIENT and attempt <= KEEPS_PLACE:
            wait = RETRY_AFTER[attempt - 1]
            await self._database.write(lambda session: self._record(session, report, attempt))
            raise Later(wait)

        async def record(session: AsyncSession) -> None:
            await self._record(session, report, attempt)

        return record

    async def _claim(self, session: AsyncSession, delivery_id: str) -> _Claimed | None:
        """Take it in hand (and commit that) before anything leaves the house; None when there is nothing to send."""
        now = self._clock.now()
        held = await delivering.hold(session, delivery_id=delivery_id)
        if held is None:
            return None
        if held.state is DeliveryState.SENDING:
            await self._lost(session, held, now)
            return None
        if held.state not in (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.FAILED):
            return None
        if held.next_try_at is not None and held.next_try_at > now:
            raise Later((held.next_try_at - now).total_seconds())
        if held.state is DeliveryState.HELD:
            await delivering.move(session, held, DeliveryEvent.QUEUE, at=now)
            held = replace(held, state=DeliveryState.QUEUED)
        await delivering.move(session, held, DeliveryEvent.START, at=now, attempt=held.attempt + 1)
        account = self._settings_of(await session.get_one(ChannelAccount, held.account_id))
        message = await _outbound(session, held, account)
        channel = self._channels.get(account.channel)
        able: object = channel
        if isinstance(able, NamesMessages):
            await delivering.remember_wire_id(session, held, able.wire_id(account, message))
        return _Claimed(message, account, channel)

    async def _lost(self, session: AsyncSession, held: delivering.Held, now: datetime) -> None:
        """Somebody began to send it. While their lease may last, wait; then nobody knows whether it left."""
        patience = held.at + jobs.LEASE - now
        if patience > timedelta():
            raise Later(patience.total_seconds())
        await delivering.report(session, held, DeliveryOutcome.UNKNOWN, at=now, reason=SendReason.PROCESS_ENDED)

    async def _send(self, claimed: _Claimed) -> DeliveryReport:
        delivery_id = claimed.message.delivery_id
        if claimed.channel is None:
            kind = claimed.account.channel.value
            return DeliveryReport(delivery_id, DeliveryOutcome.PERMANENT, reason=SendReason.NO_CHANNEL, detail=kind)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await claimed.channel.send(claimed.account, claimed.message)
        except TimeoutError:
            return DeliveryReport(delivery_id, DeliveryOutcome.UNKNOWN, reason=SendReason.NO_ANSWER)
        except Exception as error:
            # A channel reports what its peer says; that it raises is our fault. Whether the message left, nobody knows.
            log.exception("a channel failed while sending", delivery=delivery_id)
            return DeliveryReport(
                delivery_id, DeliveryOutcome.UNKNOWN, reason=SendReason.INTERNAL_ERROR, detail=type(error).__name__
            )

    async def _record(self, session: AsyncSession, report: DeliveryReport, attempt: int) -> None:
        now = self._clock.now()
        held = await delivering.hold(session, delivery_id=report.delivery_id)
        if held is None or held.attempt != attempt:
            return
        next_try_at = None
        if report.outcome is DeliveryOutcome.TRANSIENT and attempt <= len(RETRY_AFTER):
            next_try_at = now + timedelta(seconds=RETRY_AFTER[attempt - 1])
        recorded = await delivering.report(
            session,
            held,
            report.outcome,
            at=now,
            reason=report.reason,
            detail=report.detail,
            provider_id=report.provider_id,
            next_try_at=next_try_at,
        )
        if recorded and next_try_at is not None and attempt > KEEPS_PLACE:
            job_id = jobs.enqueue(session, JOB, {"delivery_id": held.id}, at=now, run_at=next_try_at)
            await delivering.remember_job(session, held.id, job_id)

    async def _parked(self, session: AsyncSession, job: Job, reason: str) -> None:
        """We could not even try: the lane is free, and the message says so."""
        now = self._clock.now()
        held = await delivering.hold(session, delivery_id=str(job.payload["delivery_id"]))
        if held is None:
            return
        if DELIVERY.allows(held.state, DeliveryEvent.FAILED_FOR_GOOD):
            why = SendReason.NOT_TRIED
            await delivering.move(session, held, DeliveryEvent.FAILED_FOR_GOOD, at=now, reason=why, detail=reason)


async def _outbound(session: AsyncSession, held: delivering.Held, account: AccountSettings) -> OutboundMessage:
    """Everything the channel needs, from the stored message and its conversation."""
    message = await session.get_one(Message, held.message_id)
    language = await session.scalar(select(Conversation.language).where(Conversation.id == held.conversation_id))
    parent, references = await _ancestors(session, message)
    await session.execute(
        update(Message)
        .where(Message.id == message.id)
        .values({Message.references: references})
        .execution_options(synchronize_session=False)
    )
    kind = _ADDRESS_KINDS[account.channel]
    to, cc, bcc = ([_address(kind, one) for one in message.recipients.get(role, ())] for role in ("to", "cc", "bcc"))
    return OutboundMessage(
        delivery_id=held.id,
        message_id=message.id,
        conversation_id=held.conversation_id,
        account_id=held.account_id,
        attempt=held.attempt + 1,
        sender_name=message.author_name or account.name,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=message.subject,
        text=message.text,
        html=message.html,
        attachments=await _attachments(session, message.id),
        in_reply_to=parent,
        references=references,
        created_at=message.at,
        language=language or account.language,
        auto_submitted=message.author_kind == "system",
    )


async def _ancestors(session: AsyncSession, message: Message) -> tuple[str | None, list[str]]:
    """What it answers (the customer's newest message before it, else our own), and the thread up to there."""
    rows = (
        await session.execute(
            select(Message.wire_id, Message.direction, Message.references)
            .where(
                Message.conversation_id == message.conversation_id,
                Message.kind == "message",
                Message.id != message.id,
                Message.wire_id.is_not(None),
                Message.at <= message.at,
            )
            .order_by(Message.at.desc(), Message.id.desc())
            .limit(REFERENCES_AT_MOST)
        )
    ).all()
    if not rows:
        return None, []
    parent = next((row for row in rows if row.direction == "in"), rows[0])
    older = [row.wire_id for row in reversed(rows) if row.wire_id != parent.wire_id]
    thread = list(dict.fromkeys([*parent.references, *older]))
    thread = [one for one in thread if one != parent.wire_id]
    kept = thread[:1] + thread[1:][-(REFERENCES_AT_MOST - 2) :]
    return parent.wire_id, [*kept, parent.wire_id]


def _address(kind: AddressKind, one: Addressed) -> Address:
    return Address(kind, one["value"], name=one.get("name", ""), shown=one["value"])


async def _attachments(session: AsyncSession, message_id: str) -> list[OutboundAttachment]:
    rows = await session.execute(
        select(FileRow.id, FileRow.name, FileRow.media_type, MessageFile.content_id)
        .join(MessageFile, MessageFile.file_id == FileRow.id)
        .where(MessageFile.message_id == message_id)
        .order_by(MessageFile.position)
    )
    return [OutboundAttachment(row.id, row.name, row.media_type, row.content_id) for row in rows]
