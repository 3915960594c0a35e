"""Sending over a relay, and what its answers mean: the one thing to get right is *unknown*.

Before the last dot of DATA is sent nothing has left the house, so every failure may be repeated; once it may have been sent and
no answer came, nobody knows, and the message is never repeated blindly (DESIGN 5).
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib import SMTP, SMTPResponse
from pydantic import ValidationError

from channels.email import marks
from channels.email.compose import Composed, OutFile, Unsendable, compose, wire_id
from channels.email.settings import MailSettings, Relay
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

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 15.0
DATA_SECONDS = 30.0
"""For the whole mail and the answer to it; `deliver` gives 45 s to an attempt."""
LARGE_BYTES = 256 * 1024
"""Mails with larger files are put together in a thread, so that the loop stays free."""
MAX_REASON = 300
log = logger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""file id -> its bytes; raising means "not now"."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why not: our code, and the peer's words."""

    reason: SendReason
    detail: str = ""


class Refused(Exception):
    """The peer said no before anything was sent; `permanent` tells whether trying again makes sense."""

    def __init__(self, why: Why, *, permanent: bool) -> None:
        super().__init__(why.reason.value)
        self.why, self.permanent = why, permanent


class EmailChannel:
    """E-mail as the house sees a channel (`contact_center.channel.Channel` and `NamesMessages`)."""

    kind = ChannelKind.EMAIL

    def __init__(
        self,
        *,
        keys: Mapping[int, bytes],
        fetch: Fetch,
        default_relay_url: str = "",
        installation: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tokens = marks.signer(keys)
        self._fetch, self._default_relay_url = fetch, default_relay_url
        self._installation, self._tls = installation, tls

    def wire_id(self, account: AccountSettings, message: OutboundMessage) -> str:
        """The Message-ID under which the message goes out, the same for every attempt."""
        try:
            return wire_id(account, message, self._tokens)
        except Unsendable:
            return f"<{message.message_id}@localhost>"

    async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
        """One attempt, within its own time-outs."""
        try:
            relay = MailSettings.of(account.settings).relay(self._default_relay_url)
            files = [
                OutFile(one.name, one.media_type, await self._fetch(one.file_id), one.content_id)
                for one in message.attachments
            ]
            mail = await self._compose(account, message, files)
        except (Unsendable, ValidationError) as error:
            return _report(message, DeliveryOutcome.PERMANENT, _unsendable(error))
        except Exception as error:
            log.warning("mail not put together", delivery=message.delivery_id, error=type(error).__name__)
            return _report(message, DeliveryOutcome.TRANSIENT, Why(SendReason.NOT_COMPOSED, type(error).__name__))
        if relay is None:
            return _report(message, DeliveryOutcome.TRANSIENT, Why(SendReason.NO_RELAY))
        return await self._hand_in(relay, message, mail)

    async def _compose(self, account: AccountSettings, message: OutboundMessage, files: Sequence[OutFile]) -> Composed:
        def work() -> Composed:
            return compose(account, message, tokens=self._tokens, files=files, installation=self._installation)

        large = sum(len(file.content) for file in files) > LARGE_BYTES
        return await asyncio.to_thread(work) if large else work()

    async def _hand_in(self, relay: Relay, message: OutboundMessage, mail: Composed) -> DeliveryReport:
        client = _client(relay, mail.sender, self._tls)
        try:
            try:
                await _open(client, relay)
                refused = await _announce(client, mail)
            except Refused as refusal:
                outcome = DeliveryOutcome.PERMANENT if refusal.permanent else DeliveryOutcome.TRANSIENT
                return _report(message, outcome, refusal.why)
            report = await _data(client, message, mail, refused)
            await _goodbye(client)
            return report
        finally:
            client.close()

    async def probe(self, account: AccountSettings) -> Sequence[ProbeStep]:
        """Settings, connection (with its encryption), sign-in and sender, tried against the real relay; sends nothing."""
        try:
            relay = MailSettings.of(account.settings).relay(self._default_relay_url)
        except ValidationError as error:
            return [ProbeStep("settings", False, _first_error(error), SendReason.BAD_SETTINGS)]
        if relay is None:
            return [ProbeStep("settings", False, reason=SendReason.NO_RELAY)]
        steps = [ProbeStep("settings", True, f"{relay.host}:{relay.port} ({relay.tls})")]
        client = _client(relay, account.address, self._tls)
        try:
            name = "connect"
            steps.append(ProbeStep(name, True, await _connect(client)))
            name = "sign_in"
            steps.append(
                ProbeStep(name, True, await _sign_in(client, relay))
                if relay.user
                else ProbeStep(name, True, reason=SendReason.NO_USER)
            )
            name = "sender"
            steps.append(ProbeStep(name, True, await _sender(client, account.address)))
            await _goodbye(client)
            return steps
        except Refused as refusal:
            return [*steps, ProbeStep(name, False, refusal.why.detail, refusal.why.reason)]
        finally:
            client.close()


def _client(relay: Relay, sender: str, tls: ssl.SSLContext | None) -> SMTP:
    return SMTP(
        hostname=relay.host,
        port=relay.port,
        use_tls=relay.tls == "implicit",
        start_tls=relay.tls == "starttls",
        # Named, because the library would otherwise ask the resolver, blocking the loop.
        local_hostname=sender.rpartition("@")[2] or "localhost",
        timeout=COMMAND_SECONDS,
        tls_context=tls,
    )


async def _open(client: SMTP, relay: Relay) -> None:
    await _connect(client)
    if relay.user:
        await _sign_in(client, relay)


async def _connect(client: SMTP) -> str:
    try:
        answer = await client.connect(timeout=CONNECT_SECONDS)
        return _say(answer)
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
        # Whatever keeps us from a relay, wrong certificates included, may be put right by somebody: try again later.
        raise Refused(_why(error, SendReason.UNREACHABLE), permanent=False) from error


async def _sign_in(client: SMTP, relay: Relay) -> str:
    try:
        return _say(await client.login(relay.user, relay.password))
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Refused(_why(error, SendReason.SIGN_IN_REFUSED), permanent=False) from error


async def _sender(client: SMTP, address: str) -> str:
    try:
        return _say(await client.mail(address))
    except aiosmtplib.SMTPResponseException as error:
        raise Refused(_why(error, SendReason.SENDER_REFUSED), permanent=_final(error.code)) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Refused(_why(error, SendReason.CONNECTION_LOST), permanent=False) from error


async def _announce(client: SMTP, mail: Composed) -> dict[str, str]:
    """MAIL and every RCPT: the recipients that were refused and why; raises `Refused` when nobody is left."""
    options, encoding = [f"SIZE={len(mail.raw)}"] if client.supports_extension("size") else [], "ascii"
    if mail.smtp_utf8:
        if not client.supports_extension("smtputf8"):
            raise Refused(Why(SendReason.NO_SMTPUTF8), permanent=True)
        options, encoding = [*options, "SMTPUTF8"], "utf-8"
    try:
        await client.mail(mail.sender, options=options, encoding=encoding)
        return await _recipients(client, mail, encoding)
    except aiosmtplib.SMTPResponseException as error:
        # 530 and 535: the relay wants a sign-in, a matter of settings and not of this message.
        raise Refused(
            _why(error, SendReason.REFUSED), permanent=_final(error.code) and error.code not in (530, 535)
        ) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Refused(_why(error, SendReason.CONNECTION_LOST), permanent=False) from error


async def _recipients(client: SMTP, mail: Composed, encoding: str) -> dict[str, str]:
    refused: dict[str, tuple[int, str]] = {}
    for recipient in mail.recipients:
        try:
            await client.rcpt(recipient, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused[recipient] = (error.code, _words(error))
            if error.code == 421:
                raise
    if len(refused) == len(mail.recipients):
        reason = "; ".join(f"{recipient}: {words}" for recipient, (_, words) in refused.items())
        # One recipient who may be reached later is enough to try again: nobody has got it yet.
        raise Refused(Why(SendReason.REFUSED, reason), permanent=all(_final(code) for code, _ in refused.values()))
    return {recipient: words for recipient, (_, words) in refused.items()}


async def _data(client: SMTP, message: OutboundMessage, mail: Composed, refused: Mapping[str, str]) -> DeliveryReport:
    try:
        async with asyncio.timeout(DATA_SECONDS):
            await client.data(mail.raw, timeout=DATA_SECONDS)
    except aiosmtplib.SMTPResponseException as error:
        outcome = DeliveryOutcome.PERMANENT if _final(error.code) else DeliveryOutcome.TRANSIENT
        return _report(message, outcome, _why(error, SendReason.REFUSED))
    except (aiosmtplib.SMTPException, OSError) as error:
        # Cut, reset or silent between DATA and its answer: the relay may have it or not.
        return _report(message, DeliveryOutcome.UNKNOWN, _why(error, SendReason.NO_ANSWER), mail.message_id)
    told = "; ".join(f"{recipient}: {words}" for recipient, words in refused.items())
    why = Why(SendReason.SOME_REFUSED, told) if refused else None
    return _report(message, DeliveryOutcome.SENT, why, mail.message_id)


async def _goodbye(client: SMTP) -> None:
    try:
        await client.quit(timeout=2.0)
    except (aiosmtplib.SMTPException, OSError):
        return


def _final(code: int) -> bool:
    return code >= 500


def _say(answer: SMTPResponse) -> str:
    return f"{answer.code} {answer.message}".replace("\n", " ")[:MAX_REASON]


def _why(error: BaseException, reason: SendReason) -> Why:
    return Why(reason, _words(error))


def _words(error: BaseException) -> str:
    """The peer's words, bounded and on one line; those of the library when it said nothing."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())[:MAX_REASON]


def _unsendable(error: Unsendable | ValidationError) -> Why:
    if isinstance(error, ValidationError):
        return Why(SendReason.BAD_SETTINGS, _first_error(error))
    return Why(error.reason, error.detail)


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:MAX_REASON]


def _report(
    message: OutboundMessage, outcome: DeliveryOutcome, why: Why | None = None, provider_id: str | None = None
) -> DeliveryReport:
    reason, detail = (None, "") if why is None else (why.reason, " ".join(why.detail.split())[:MAX_REASON])
    return DeliveryReport(message.delivery_id, outcome, provider_id=provider_id, reason=reason, detail=detail)
