"""From the wire to intake: understand the bytes, sanitise, store files, one commit, and only then the answer.

The peer is answered after the commit: 250 means that every account named in RCPT has the mail exactly once, however often
it is sent. While the database is away the answer is 4xx and the peer keeps the mail.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from channels.email.accounts import MailAccount, MailAccounts
from config.logs import correlation, logger
from contact_center.channel import ChannelKind, InboundMessage, Understood
from contact_center.clock import Clock
from contact_center.files import FileStore
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.received import Received, StoredFile, TakenIn
from contact_center.language import guess

RAW_IN_ROW = 256 * 1024
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the bytes say, and the HTML part sanitised (None when there is none)."""

    understood: Understood
    html: str | None


Understand = Callable[[bytes, Mapping[str, MailAccount], str | None], Awaitable[Reading]]
"""The bytes, our mail accounts by address, and the SMTP sender ("" for the null sender, None when not known)."""


class MailReceiver:
    """Takes mails in for all mail accounts; one per process."""

    def __init__(
        self, *, accounts: MailAccounts, intake: Intake, files: FileStore, clock: Clock, understand: Understand
    ) -> None:
        self.accounts = accounts
        self._intake, self._files, self._clock, self._understand = intake, files, clock, understand

    async def receive(self, raw: bytes, *, mail_from: str, rcpt_to: Sequence[str]) -> list[TakenIn]:
        """Take the mail in for every account among the recipients. Raises `DatabaseUnavailable`: nothing is promised then."""
        token = correlation.set(new_id())
        try:
            known = await self.accounts.all()
            found = [await self.accounts.for_address(address) for address in rcpt_to]
            targets = {account.id: account for account in found if account is not None}
            reading = await self._understand(raw, known, mail_from)
            kept = raw if len(raw) <= RAW_IN_ROW else None
            raw_sha256 = None if kept is not None else (await self._files.put(raw)).sha256
            envelope = {"mail_from": mail_from, "rcpt_to": list(rcpt_to)}
            return await asyncio.gather(
                *(
                    self._take_in(account, reading, raw=kept, raw_sha256=raw_sha256, size=len(raw), envelope=envelope)
                    for account in targets.values()
                )
            )
        finally:
            correlation.reset(token)

    async def replay(self, inbound_id: str) -> TakenIn:
        """Try a parked mail again. Raises NotFound or Conflict as `Intake.parked` does."""
        row = await self._intake.parked(inbound_id)
        known = await self.accounts.all()
        account = next((one for one in known.values() if one.id == row.account_id), None)
        if account is None:
            account = MailAccount(row.account_id or "", "", "en")
        mail_from = row.envelope.get("mail_from")
        reading = await self._understand(row.raw, known, mail_from if isinstance(mail_from, str) else None)
        return await self._take_in(
            account, reading, raw=None, raw_sha256=None, size=len(row.raw), envelope=row.envelope, replay_of=row.id
        )

    async def _take_in(
        self,
        account: MailAccount,
        reading: Reading,
        *,
        raw: bytes | None,
        raw_sha256: str | None,
        size: int,
        envelope: Mapping[str, Any],
        replay_of: str | None = None,
    ) -> TakenIn:
        item = Received(
            inbound_id=new_id(),
            account_id=account.id,
            account_address=account.address,
            account_language=account.language,
            channel=ChannelKind.EMAIL,
            received_at=self._clock.now(),
            size=size,
            raw=raw,
            raw_sha256=raw_sha256,
            understood=_in_its_language(reading.understood),
            envelope=envelope,
            html=reading.html,
            files=await self._store_files(reading.understood),
            correlation=correlation.get(),
            replay_of=replay_of,
        )
        taken = await self._intake.receive(item)
        log.info(
            "mail taken in",
            inbound=taken.inbound_id,
            message=taken.message_id,
            interaction=taken.interaction_id,
            duplicate=taken.duplicate,
            kind=type(reading.understood).__name__,
        )
        return taken

    async def _store_files(self, understood: Understood) -> list[StoredFile]:
        """The attachments' bytes, durable before the commit that names them."""
        if not isinstance(understood, InboundMessage) or not understood.attachments:
            return []
        stored = await self._files.put_all([one.content for one in understood.attachments])
        return [
            StoredFile(
                file_id=new_id(),
                sha256=content.sha256,
                size=content.size,
                name=one.name,
                media_type=one.media_type,
                content_id=one.content_id,
                inline=one.inline,
            )
            for one, content in zip(understood.attachments, stored, strict=True)
        ]


def _in_its_language(understood: Understood) -> Understood:
    """The message with the language that its script tells, unless the channel knew it."""
    if not isinstance(understood, InboundMessage) or understood.language is not None:
        return understood
    return replace(understood, language=guess(f"{understood.subject}\n{understood.visible_text or understood.text}"))
