"""The e-mail channel put together: listener, reader, receiver and sender of one process, started and stopped as one."""

import base64
import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.email import marks, reading
from channels.email.accounts import MailAccount, MailAccounts
from channels.email.receive import MailReceiver, Reading
from channels.email.send import EmailChannel
from channels.email.smtp import TAKEN_IN, TRY_LATER, Envelope, SmtpAnswer, SmtpListener
from config.logs import logger
from config.settings import Settings
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable
from contact_center.files import FileRow, FileStore
from contact_center.heavy import Heavy
from contact_center.intake.door import Intake
from contact_center.intake.take_in import BOUNCE_JOB
from contact_center.interactions.delivering import bounced
from contact_center.jobs import Job, JobKind

log = logger(__name__)


class EmailService:
    """One per process. `channel` sends; `start` opens the listener when settings name an address for it."""

    def __init__(
        self, settings: Settings, *, database: Database, clock: Clock, intake: Intake, files: FileStore, heavy: Heavy
    ) -> None:
        self._settings, self._database, self._files, self._heavy = settings, database, files, heavy
        self._clock = clock
        digest = hashlib.sha256(b"contact-center mail marks\n" + settings.secret_key.encode()).digest()
        self._keys = {1: digest}
        self._installation = base64.b32encode(hashlib.sha256(digest).digest()[:10]).decode().lower()
        self.accounts = MailAccounts(database)
        self.receiver = MailReceiver(
            accounts=self.accounts, intake=intake, files=files, clock=clock, understand=self._understand
        )
        self.channel = EmailChannel(
            keys=self._keys,
            fetch=self._fetch,
            default_relay_url=settings.email.relay_url,
            installation=self._installation,
        )
        self.listener = SmtpListener(
            accepts=self._accepts,
            receive=self._receive,
            hostname=settings.http.host,
            max_bytes=settings.email.max_bytes,
            max_connections=settings.email.max_connections,
        )
        self.address: tuple[str, int] | None = None

    async def start(self) -> None:
        """Open the listener. Raises OSError when its address is taken, `SettingsError` when its certificate is no good."""
        wanted = self._settings.email.listen()
        if wanted is not None:
            self.listener.tls = self._settings.email.tls()
            self.listener.tls_required = self._settings.email.smtp_tls == "required"
            self.address = await self.listener.start(*wanted)

    async def close(self, grace: float) -> None:
        """Let running mails finish, for at most `grace` seconds."""
        await self.listener.close(grace)

    def bounce_kind(self) -> JobKind:
        """The job that tells a delivery of its bounce."""

        async def run(session: AsyncSession, batch: Sequence[Job]) -> None:
            for job in batch:
                payload = job.payload
                if payload["permanent"] and payload["original_message_id"]:
                    await bounced(
                        session,
                        account_id=payload["account_id"],
                        wire_id=payload["original_message_id"],
                        addresses=payload["failed_addresses"],
                        at=self._clock.now(),
                    )

        return JobKind(BOUNCE_JOB, transactional=run)

    async def _accepts(self, address: str) -> bool:
        return await self.accounts.for_address(address) is not None

    async def _receive(self, envelope: Envelope) -> SmtpAnswer:
        try:
            await self.receiver.receive(envelope.data, mail_from=envelope.mail_from, rcpt_to=envelope.rcpt_to)
        except DatabaseUnavailable:
            log.warning("mail put off: the database is away", peer=envelope.peer)
            return TRY_LATER
        return TAKEN_IN

    async def _understand(self, raw: bytes, known: Mapping[str, MailAccount], mail_from: str | None) -> Reading:
        own = marks.Own(frozenset(known), self._keys, self._installation)
        seconds = self._settings.heavy.timeout
        understood, page = await reading.understand(raw, own, self._heavy, envelope_from=mail_from, seconds=seconds)
        return Reading(understood, page)

    async def _fetch(self, file_id: str) -> bytes:
        async with self._database.read() as session:
            sha256 = await session.scalar(select(FileRow.sha256).where(FileRow.id == file_id))
        return await self._files.get(sha256 or "")
