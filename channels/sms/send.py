"""Sending a text, and what the provider's answers mean: the one thing to get right is *unknown*.

A refusal means that nothing left the house. No answer after the request was under way means that nobody knows, and the text is
never repeated blindly. Where the owner of the number forbade texts, nothing is sent at all.
"""

from collections.abc import Awaitable, Callable, Sequence

import aiohttp
from pydantic import ValidationError

from channels.sms.clients import Clients, NotSignedIn
from channels.sms.parse import WHATSAPP
from channels.sms.reports import STOPPED, outcome_of_refusal
from channels.sms.segments import measure
from channels.sms.settings import SmsSettings
from config.logs import logger
from contact_center.channel import (
    AccountSettings,
    ChannelKind,
    DeliveryOutcome,
    DeliveryReport,
    OutboundMessage,
    ProbeStep,
    SendReason,
)

STATUS_PATH = "/channels/sms/twilio/status"
SIGN_IN_STATUSES = frozenset({401, 403, 404})
"""How the provider answers who it does not know, who may not, and an account that does not exist."""
Allowed = Callable[[str], Awaitable[bool]]
"""number -> whether its owner lets us text them."""
Link = Callable[[str], str]
"""file id -> an address under which the provider can fetch it for some minutes."""
log = logger(__name__)


class SmsChannel:
    """SMS or WhatsApp as the house sees a channel."""

    def __init__(self, kind: ChannelKind, clients: Clients, *, allowed: Allowed, link: Link, public_url: str) -> None:
        self.kind = kind
        self._clients, self._allowed, self._link, self._public_url = clients, allowed, link, public_url

    async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
        """One attempt, within the transport's time-outs."""
        try:
            settings = SmsSettings.of(account.settings)
            client = await self._clients.of(settings)
        except (ValidationError, NotSignedIn):
            return _report(message, DeliveryOutcome.PERMANENT, SendReason.NOT_SIGNED_IN)
        (to,) = message.to[:1] or (None,)
        if to is None:
            return _report(message, DeliveryOutcome.PERMANENT, SendReason.NOBODY_ADDRESSED)
        if not await self._allowed(to.value):
            return _report(message, DeliveryOutcome.PERMANENT, SendReason.CONSENT_WITHDRAWN)
        if measure(message.text).segments > settings.longest_segments:
            return _report(message, DeliveryOutcome.PERMANENT, SendReason.TEXT_TOO_LONG)
        return await self._post(client, account, settings, message, to.value)

    async def _post(
        self, client: object, account: AccountSettings, settings: SmsSettings, message: OutboundMessage, to: str
    ) -> DeliveryReport:
        from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

        prefix = WHATSAPP if self.kind is ChannelKind.WHATSAPP else ""
        sender = (
            {"messaging_service_sid": settings.messaging_service_sid}
            if settings.messaging_service_sid and not prefix
            else {"from_": prefix + account.address}
        )
        media = [self._link(one.file_id) for one in message.attachments]
        try:
            sent = await client.messages.create_async(  # type: ignore[attr-defined]
                to=prefix + to,
                body=message.text,
                status_callback=f"{self._public_url}{STATUS_PATH}?delivery={message.delivery_id}",
                **sender,
                **({"media_url": media} if media else {}),
            )
        except TwilioRestException as refusal:
            log.info("text refused", delivery=message.delivery_id, status=refusal.status, code=refusal.code)
            reason = SendReason.CONSENT_WITHDRAWN if refusal.code == STOPPED else SendReason.REFUSED
            return _report(message, outcome_of_refusal(refusal.status), reason, str(refusal.code or refusal.status))
        except aiohttp.ClientConnectorError:
            return _report(message, DeliveryOutcome.TRANSIENT, SendReason.UNREACHABLE)
        except (aiohttp.ClientError, TimeoutError):
            return _report(message, DeliveryOutcome.UNKNOWN, SendReason.NO_ANSWER)
        return DeliveryReport(message.delivery_id, DeliveryOutcome.SENT, provider_id=str(sent.sid))

    async def probe(self, account: AccountSettings) -> Sequence[ProbeStep]:
        """Settings, sign-in, and whether the number is the account's; sends nothing.

        The provider lists neither short codes nor WhatsApp senders among an account's numbers: of those only the sign-in is tried.
        """
        from twilio.base.exceptions import TwilioException

        try:
            client = await self._clients.of(SmsSettings.of(account.settings))
        except (ValidationError, NotSignedIn) as error:
            return [ProbeStep("settings", False, type(error).__name__, SendReason.NOT_SIGNED_IN)]
        settings = ProbeStep("settings", True)
        try:
            numbers = await client.incoming_phone_numbers.list_async(phone_number=account.address, limit=1)
        except TwilioException as refusal:
            status = _status_of(refusal)
            reason = SendReason.SIGN_IN_REFUSED if status in SIGN_IN_STATUSES else SendReason.REFUSED
            return [settings, ProbeStep("sign_in", False, str(status or type(refusal).__name__), reason)]
        except (aiohttp.ClientError, TimeoutError) as error:
            return [settings, ProbeStep("connect", False, type(error).__name__, SendReason.UNREACHABLE)]
        steps = [settings, ProbeStep("sign_in", True)]
        if self.kind is ChannelKind.SMS and account.address.startswith("+"):
            steps.append(ProbeStep("number", bool(numbers), account.address))
        return steps


def _status_of(refusal: Exception) -> int | None:
    """The HTTP status behind a refusal. Where it reads a list the library raises its base error with the answer as an argument."""
    status = getattr(refusal, "status", None)
    answers = (getattr(one, "status_code", None) for one in refusal.args)
    return next((one for one in (status, *answers) if isinstance(one, int)), None)


def _report(message: OutboundMessage, outcome: DeliveryOutcome, reason: SendReason, detail: str = "") -> DeliveryReport:
    return DeliveryReport(message.delivery_id, outcome, reason=reason, detail=detail)
