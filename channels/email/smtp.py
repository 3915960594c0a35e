"""The SMTP listener: aiosmtpd's protocol inside our own loop, no threads, with a DATA reader that is made for speed and size.

It is no relay: every recipient is asked for at RCPT. The peer is answered with what `receive` says, which answers only after
its commit; whatever goes wrong here is a 4xx, so the peer keeps the mail.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Session, TLSSetupException, syntax
from aiosmtpd.smtp import Envelope as PeerEnvelope

from config.logs import logger

DEFAULT_MAX_BYTES = 30 * 1024 * 1024
MAX_RECIPIENTS = 100
MAX_IN_FLIGHT = 256 * 1024 * 1024
"""Bytes of mails being read at once over all connections; beyond it peers are asked to come back."""
IDLE_SECONDS = 120.0
"""Silence after which a connection is closed; RFC 5321 4.5.3.2 suggests minutes, attackers count on them."""
DRAIN_FACTOR = 2
"""An oversized mail is read and thrown away up to so many times the limit, then the connection is cut."""
READ_BYTES = 128 * 1024
_END = b"\r\n.\r\n"
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail as it came: SMTP sender ("" for the null sender), accepted recipients, the bytes, and the peer's address."""

    mail_from: str
    rcpt_to: Sequence[str]
    data: bytes
    peer: str
    smtp_utf8: bool = False


@dataclass(frozen=True, slots=True)
class SmtpAnswer:
    """What the peer is told; `code` as in RFC 5321, `text` starts with the enhanced status of RFC 3463."""

    code: int
    text: str

    def line(self) -> str:
        """The answer as one line without its line break."""
        return f"{self.code} {self.text}"


TAKEN_IN = SmtpAnswer(250, "2.0.0 Taken in")
TRY_LATER = SmtpAnswer(451, "4.3.0 Not now, please try again later")
BUSY = SmtpAnswer(452, "4.3.1 Too much at once, please try again later")
TOO_LARGE = SmtpAnswer(552, "5.3.4 Message is larger than we accept")
NOBODY_HERE = SmtpAnswer(550, "5.1.1 No such mailbox here")
TOO_MANY_RECIPIENTS = SmtpAnswer(452, "4.5.3 Too many recipients")
GOING_DOWN = SmtpAnswer(421, "4.3.2 Service is closing, please try again later")
TOO_MANY_CONNECTIONS = SmtpAnswer(421, "4.7.0 Too many connections, please try again later")

Accepts = Callable[[str], Awaitable[bool]]
"""Whether a recipient is one of ours; raising means "cannot tell now" and becomes a 451."""
Receive = Callable[[Envelope], Awaitable[SmtpAnswer]]
"""Takes a mail in and says what the peer is told; raising becomes a 451."""


class SmtpListener:
    """Listens on one address. `start` binds, `close` lets running mails finish and sends the others away with 421."""

    def __init__(
        self,
        *,
        accepts: Accepts,
        receive: Receive,
        hostname: str = "localhost",
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_connections: int = 200,
        idle_seconds: float = IDLE_SECONDS,
        tls: ssl.SSLContext | None = None,
        tls_required: bool = False,
    ) -> None:
        """`tls`: STARTTLS is offered with it, and mail refused without when `tls_required`."""
        self.accepts, self.receive = accepts, receive
        self.hostname, self.max_bytes, self.max_connections = hostname, max_bytes, max_connections
        self.idle_seconds, self.tls, self.tls_required = idle_seconds, tls, tls_required
        self.closing = False
        self.in_flight = 0
        self._open: set[_Peer] = set()
        self._gone = asyncio.Event()
        self._server: asyncio.Server | None = None
        # aiosmtpd logs commands (addresses) at info and whole mails at debug; neither may reach a log.
        logging.getLogger("mail.log").setLevel(logging.WARNING)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Bind and serve; the address really bound (port 0 picks a free one). Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Peer(self, loop), host, port, backlog=256)
        bound = self._server.sockets[0].getsockname()
        return str(bound[0]), int(bound[1])

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._open)

    async def close(self, grace: float = 15.0) -> None:
        """Accept nothing new, tell idle peers 421, wait at most `grace` seconds for running mails, then cut."""
        self.closing = True
        if self._server is not None:
            self._server.close()
        for peer in list(self._open):
            peer.leave()
        try:
            async with asyncio.timeout(grace):
                while self._open:
                    self._gone.clear()
                    await self._gone.wait()
        except TimeoutError:
            for peer in list(self._open):
                peer.cut()

    def entered(self, peer: "_Peer") -> SmtpAnswer | None:
        """Count a connection in; the answer with which to turn it away, or None."""
        if self.closing:
            return GOING_DOWN
        if len(self._open) >= self.max_connections:
            return TOO_MANY_CONNECTIONS
        self._open.add(peer)
        return None

    def left(self, peer: "_Peer") -> None:
        """Count a connection out."""
        self._open.discard(peer)
        self._gone.set()


class _Hooks:
    """What aiosmtpd asks us during a dialogue."""

    def __init__(self, listener: SmtpListener) -> None:
        self._listener = listener

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: PeerEnvelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [line for line in responses[1:] if not line.startswith("250-AUTH")]  # nobody signs in here
        return [responses[0], "250-PIPELINING", *offered]

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: PeerEnvelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY_RECIPIENTS.line()
        try:
            ours = await self._listener.accepts(address)
        except Exception as error:
            log.warning("recipient could not be checked", error=type(error).__name__)
            return TRY_LATER.line()
        if not ours:
            return NOBODY_HERE.line()
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"


class _Peer(SMTP):
    """One connection."""

    # The reader's buffer, not a limit on lines: real mail has lines of any length and we take them.
    line_length_limit = READ_BYTES

    def __init__(self, listener: SmtpListener, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            _Hooks(listener),
            data_size_limit=listener.max_bytes,
            enable_SMTPUTF8=True,
            hostname=listener.hostname,
            ident="ESMTP",
            tls_context=listener.tls,
            require_starttls=listener.tls_required,
            timeout=listener.idle_seconds,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=loop,
        )
        self._listener = listener
        self._turned_away = False
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        refusal = None if self.transport is not None else self._listener.entered(self)
        if refusal is None:
            super().connection_made(transport)
            return
        self._turned_away = True
        transport.write(refusal.line().encode() + b"\r\n")
        transport.close()

    def data_received(self, data: bytes) -> None:
        if not self._turned_away:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return False if self._turned_away else super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._turned_away:
            super().connection_lost(error)
            self._listener.left(self)

    def leave(self) -> None:
        """Say goodbye now, or after the mail that is running."""
        if not self._busy and isinstance(self.transport, asyncio.Transport):
            self.transport.write(GOING_DOWN.line().encode() + b"\r\n")
            self.transport.close()

    def cut(self) -> None:
        """End the connection without a word; the peer will come again."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:
        with suppress(TLSSetupException):
            await super().smtp_STARTTLS(arg)
        if self._original_transport is not None and self.session is not None and self.session.ssl is None:
            # The handshake failed. asyncio tells only the TLS layer that this connection is gone, never us: count it out.
            if self._timeout_handle is not None:
                self._timeout_handle.cancel()
            if isinstance(self._original_transport, asyncio.Transport):
                self._original_transport.abort()
            self._listener.left(self)
            raise asyncio.CancelledError

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        self._busy = True
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            answer = await self._take(self.envelope)
            self._set_post_data_state()  # type: ignore[no-untyped-call]
            await self.push(answer.line())
        finally:
            self._busy = False
        if self._listener.closing:
            self.leave()

    async def _take(self, envelope: PeerEnvelope) -> SmtpAnswer:
        pieces: list[bytes] = []
        try:
            refusal = await self._read(pieces)
            if refusal is not None:
                return refusal
            data = await _unstuffed(pieces)
            sender = envelope.mail_from or ""
            mail = Envelope(
                mail_from="" if sender == "<>" else sender,
                rcpt_to=tuple(envelope.rcpt_tos),
                data=data,
                peer=str(self.session.peer[0]) if self.session and self.session.peer else "",
                smtp_utf8=bool(envelope.smtp_utf8),
            )
            return await self._hand_over(mail)
        finally:
            self._listener.in_flight -= sum(map(len, pieces))

    async def _hand_over(self, mail: Envelope) -> SmtpAnswer:
        # Shielded: a peer that hangs up must not cancel a commit half-way; it will send again and be recognised.
        running = asyncio.ensure_future(self._listener.receive(mail))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(_note_failure)
            raise
        except Exception as error:
            log.warning("mail not taken in", error=type(error).__name__, size=len(mail.data))
            return TRY_LATER

    async def _read(self, pieces: list[bytes]) -> SmtpAnswer | None:
        """Read up to the lone dot into `pieces`; an answer when the mail is refused (its bytes are then thrown away).

        Only CRLF.CRLF ends a mail: taking bare line feeds as well is how mails are smuggled into each other.
        """
        # The end mark needs the line break of the DATA command itself when the mail is empty: put it back in front.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
        size, refusal, ended = 0, None, False
        while not ended:
            try:
                piece = await self._reader.readuntil(_END)
                ended = True
                piece = piece[: -len(_END) + 2]
            except asyncio.LimitOverrunError as overrun:
                piece = await self._reader.readexactly(overrun.consumed)
            self._reset_timeout()
            size += len(piece)
            if refusal is None and size > self._listener.max_bytes + 4:
                refusal = TOO_LARGE
            elif refusal is None and self._listener.in_flight + len(piece) > MAX_IN_FLIGHT:
                refusal = BUSY
            if refusal is None:
                pieces.append(piece)
                self._listener.in_flight += len(piece)
            elif size > self._listener.max_bytes * DRAIN_FACTOR + READ_BYTES:
                self.cut()
                raise asyncio.CancelledError
        return refusal


async def _unstuffed(pieces: list[bytes]) -> bytes:
    """The mail without the line break put in front and without doubled dots (RFC 5321 4.5.2).

    Each step walks over the whole mail, tens of milliseconds for a large one: the loop gets its turn in between.
    """
    data = b"".join(pieces)
    if len(data) > READ_BYTES:
        await asyncio.sleep(0)
    data = data.replace(b"\r\n..", b"\r\n.")
    if len(data) > READ_BYTES:
        await asyncio.sleep(0)
    return data[2:]


def _note_failure(done: "asyncio.Future[SmtpAnswer]") -> None:
    if not done.cancelled() and done.exception() is not None:
        log.warning("mail of a peer that hung up was not taken in", error=type(done.exception()).__name__)


__all__ = ["Envelope", "SmtpAnswer", "SmtpListener"]
