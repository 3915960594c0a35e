"""The SMS channel put together: webhooks, senders and jobs of one process, started and stopped as one."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web
from multidict import MultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from channels.sms.clients import Clients
from channels.sms.files import SignIn, TextFiles
from channels.sms.numbers import KINDS, Numbers
from channels.sms.receive import Posted, TextReceiver, form_of
from channels.sms.reports import outcome_of
from channels.sms.send import STATUS_PATH, SmsChannel
from channels.sms.signature import SETTINGS, SIGNATURE, genuine
from config.settings import Settings
from contact_center.channel import AccountSettings, AddressKind, ChannelKind, DeliveryOutcome, SendReason
from contact_center.clock import Clock
from contact_center.customers import consents
from contact_center.db import Database
from contact_center.files import FileStore
from contact_center.ids import is_id
from contact_center.intake.door import Intake
from contact_center.interactions.delivering import reported
from contact_center.interactions.models import ChannelAccount
from contact_center.jobs import JobKind
from contact_center.tokens import Tokens

INBOUND_PATH = "/channels/sms/twilio/inbound"
FILES_PATH = "/channels/sms/files/{token}"
LARGEST_WEBHOOK = 256 * 1024


class SmsService:
    """One per process. `channels` send; `add_to` serves the provider's webhooks; `kinds` are its jobs; `clients` are the provider's."""

    genuine = staticmethod(genuine)

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        clock: Clock,
        intake: Intake,
        store: FileStore,
        settings_of: Callable[[ChannelAccount], AccountSettings],
    ) -> None:
        self._database, self._clock, self._public_url = database, clock, settings.public_url()
        self.clients = Clients(settings.sms.twilio)
        numbers = Numbers(database, settings_of)
        key = hashlib.sha256(b"contact-center sms files\n" + settings.secret_key.encode()).digest()
        self._files = TextFiles(
            settings.sms,
            public_url=self._public_url,
            tokens=Tokens({1: key}),
            database=database,
            store=store,
            clients=self.clients,
            numbers=numbers,
            clock=clock,
        )
        self.receiver = TextReceiver(
            numbers=numbers, installation=settings.sms.twilio, intake=intake, database=database, clock=clock
        )
        self.channels: Mapping[ChannelKind, SmsChannel] = {
            kind: SmsChannel(
                kind, self.clients, allowed=self._allowed, link=self._files.link, public_url=self._public_url
            )
            for kind in KINDS
        }

    def add_to(self, app: web.Application) -> None:
        """Serve the webhooks, and files lent to the provider."""
        app.router.add_post(INBOUND_PATH, self._inbound)
        app.router.add_post(STATUS_PATH, self._status)
        app.router.add_get(FILES_PATH, self._files.lend)

    def kinds(self) -> Sequence[JobKind]:
        """What follows a text: its files are fetched."""
        return [self._files.kind()]

    def fetch_for(self, sign_in: SignIn) -> None:
        """Fetch files also for another channel's accounts at this provider."""
        self._files.fetch_for(sign_in)

    async def close(self) -> None:
        """Hang up."""
        await self.clients.close()

    async def _inbound(self, request: web.Request) -> web.Response:
        posted = await self._posted(request)
        answer = await self.receiver.receive(posted)
        if answer is None:
            return web.Response(status=403)
        return web.Response(text=answer, content_type="text/xml")

    async def _status(self, request: web.Request) -> web.Response:
        posted = await self._posted(request)
        if not await self.receiver.check(posted):
            return web.Response(status=403)
        form = posted.form or MultiDict()
        delivery_id = request.query.get("delivery", "")
        outcome = outcome_of(form.get("MessageStatus", form.get("SmsStatus", "")))
        if outcome is None or not is_id(delivery_id):
            return web.Response(status=204)
        reason = SendReason.UNDELIVERED if outcome is DeliveryOutcome.PERMANENT else None
        sid, detail, at = form.get("MessageSid", ""), form.get("ErrorCode", "")[:20], self._clock.now()

        async def unit(session: AsyncSession) -> None:
            await reported(
                session, delivery_id=delivery_id, outcome=outcome, provider_id=sid, reason=reason, detail=detail, at=at
            )

        await self._database.write(unit)
        return web.Response(status=204)

    async def _posted(self, request: web.Request) -> Posted:
        body = await request.content.read(LARGEST_WEBHOOK + 1)
        while not request.content.at_eof() and len(body) <= LARGEST_WEBHOOK:
            body += await request.content.read(LARGEST_WEBHOOK + 1 - len(body))
        if len(body) > LARGEST_WEBHOOK:
            raise web.HTTPRequestEntityTooLarge(LARGEST_WEBHOOK, len(body))
        return Posted(
            url=f"{self._public_url}{request.raw_path}",
            form=form_of(body, request.content_type),
            body=body,
            signature=request.headers.get(SIGNATURE, ""),
            signed_with=request.headers.get(SETTINGS, ""),
        )

    async def _allowed(self, number: str) -> bool:
        async with self._database.read() as session:
            return await consents.allowed(session, AddressKind.PHONE, number)
