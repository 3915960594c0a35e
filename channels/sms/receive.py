"""The provider's webhooks: signature first, then the text to intake; answered only after the commit.

What is not signed is answered 403 and kept as parked, under a key of its own: a forgery can never stand in for the real text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from multidict import MultiDict

from channels.sms import keywords
from channels.sms.keywords import Keyword
from channels.sms.numbers import Number, Numbers
from channels.sms.parse import parse
from channels.sms.signature import genuine
from config.logs import correlation, logger
from config.settings import Twilio
from contact_center import i18n
from contact_center.channel import (
    AddressKind,
    ChannelKind,
    Ignored,
    IgnoreReason,
    InboundMessage,
    ParkReason,
    Understood,
)
from contact_center.clock import Clock
from contact_center.customers import consents
from contact_center.db import Database
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.received import Received, TakenIn

SILENT = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
CARRIER_ANSWERS = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "start", "unstop", "yes", "help", "info"}
)
"""Words that the provider confirms itself."""
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Posted:
    """One webhook as it came: `form` is None for a body that is no form; `url` is our public address with its query."""

    url: str
    form: MultiDict[str] | None
    body: bytes
    signature: str
    signed_with: str

    def envelope(self) -> dict[str, object]:
        """What is needed to judge it again."""
        return {"url": self.url, "signature": self.signature, "signed_with": self.signed_with}


class TextReceiver:
    """Takes texts in for all numbers; one per process."""

    def __init__(
        self, *, numbers: Numbers, installation: Twilio, intake: Intake, database: Database, clock: Clock
    ) -> None:
        self._numbers, self._installation = numbers, installation
        self._intake, self._database, self._clock = intake, database, clock

    async def receive(self, posted: Posted) -> str | None:
        """Take a text in; the answer for the provider, None when it is forbidden. Raises `DatabaseUnavailable`."""
        number = await self._number(posted)
        if not self._genuine(posted, number):
            await self._park(posted, ParkReason.BAD_SIGNATURE)
            return None
        if number is None or posted.form is None:
            await self._park(posted, ParkReason.UNKNOWN_NUMBER)
            return SILENT
        understood = parse(posted.form)
        said = await self._said(understood)
        await self._take_in(number, posted, understood, said)
        return SILENT if said is None else _confirmation(said, posted.form, number.language)

    async def check(self, posted: Posted) -> bool:
        """Whether a report is the provider's; a forged one is kept as parked."""
        if self._genuine(posted, await self._number(posted)):
            return True
        await self._park(posted, ParkReason.BAD_SIGNATURE)
        return False

    async def replay(self, inbound_id: str) -> TakenIn:
        """Judge a parked webhook again, after a token or a number was mended. Raises NotFound or Conflict."""
        row = await self._intake.parked(inbound_id)
        posted = _again(row.raw, row.envelope)
        number = await self._number(posted)
        if number is None or posted.form is None or not self._genuine(posted, number):
            raise Conflict("still_not_understood")
        understood = parse(posted.form)
        return await self._take_in(number, posted, understood, await self._said(understood), replay_of=row.id)

    async def _number(self, posted: Posted) -> Number | None:
        form = posted.form or MultiDict()
        ours = [form[name] for name in ("To", "From") if form.get(name)]  # reports are From us
        for address in ours:
            if (number := await self._numbers.receiver(address, form.get("MessagingServiceSid", ""))) is not None:
                return number
        return None

    def _genuine(self, posted: Posted, number: Number | None) -> bool:
        token = self._installation.auth_token if number is None else number.settings.signed_in(self._installation)[1]
        return genuine(
            token=token,
            signature=posted.signature,
            url=posted.url,
            form=posted.form,
            body=posted.body,
            signed_with=posted.signed_with,
        )

    async def _park(self, posted: Posted, reason: ParkReason) -> None:
        log.warning("webhook not taken in", reason=reason.value)
        await self._intake.park(ChannelKind.SMS, posted.body, reason, envelope=posted.envelope(), at=self._clock.now())

    async def _said(self, understood: Understood) -> Keyword | None:
        if not isinstance(understood, InboundMessage) or understood.remote_files:
            return None
        async with self._database.read() as session:
            may = await consents.allowed(session, AddressKind.PHONE, understood.sender.value)
        return keywords.keyword(understood.text, stopped=not may)

    async def _take_in(
        self,
        number: Number,
        posted: Posted,
        understood: Understood,
        said: Keyword | None,
        *,
        replay_of: str | None = None,
    ) -> TakenIn:
        if said is not None and isinstance(understood, InboundMessage):
            sid, digest, sender = understood.provider_id, understood.content_hash, understood.sender
            allows = {Keyword.STOP: False, Keyword.START: True}.get(said)
            understood = Ignored(IgnoreReason.CONSENT, said.value, sid, digest, sender=sender, allows=allows)
        item = Received(
            inbound_id=new_id(),
            account_id=number.id,
            account_address=number.address,
            account_language=number.language,
            channel=number.kind,
            received_at=self._clock.now(),
            size=len(posted.body),
            raw=None if replay_of else posted.body,
            raw_sha256=None,
            understood=understood,
            envelope=posted.envelope(),
            correlation=correlation.get(),
            replay_of=replay_of,
        )
        taken = await self._intake.receive(item)
        log.info("text taken in", inbound=taken.inbound_id, interaction=taken.interaction_id, duplicate=taken.duplicate)
        return taken


def form_of(body: bytes, content_type: str) -> MultiDict[str] | None:
    """The fields of a posted form, None for any other body."""
    if content_type != "application/x-www-form-urlencoded":
        return None
    try:
        return MultiDict(
            parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=200)
        )
    except ValueError:
        return None


def _again(raw: bytes, envelope: Mapping[str, object]) -> Posted:
    url, signature, signed_with = (str(envelope.get(name, "")) for name in ("url", "signature", "signed_with"))
    return Posted(url, form_of(raw, "application/x-www-form-urlencoded"), raw, signature, signed_with)


def _confirmation(said: Keyword, form: MultiDict[str], language: str) -> str:
    """What the owner of the number is told; nothing where the provider tells them itself."""
    if form.get("Body", "").strip().casefold() in CARRIER_ANSWERS:
        return SILENT
    told = i18n.text(language, f"sms.{said.value}")
    return SILENT.replace("<Response/>", f"<Response><Message>{escape(told)}</Message></Response>")
