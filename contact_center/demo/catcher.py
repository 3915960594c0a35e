"""The mail catcher: an SMTP server on loopback that keeps what the house sends, so that customers of the demo can read it.

Mails lie in a folder, newest `KEEP` of them, and survive a restart.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import orjson
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.logs import logger
from contact_center.clock import Clock
from contact_center.ids import is_id, new_id

KEEP = 500
LARGEST = 40 * 1024 * 1024
HOST = "127.0.0.1"
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail: envelope recipients lower-cased, the bytes as they came."""

    id: str
    at: datetime
    recipients: tuple[str, ...]
    raw: bytes

    def parsed(self) -> EmailMessage:
        """The mail, understood as far as possible."""
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


class _Peer(SMTP):
    """One connection, known to its catcher while it lasts."""

    def __init__(self, catcher: "MailCatcher", peers: "set[_Peer]") -> None:
        loop = asyncio.get_running_loop()
        super().__init__(catcher, hostname="catcher", data_size_limit=LARGEST, enable_SMTPUTF8=True, loop=loop)
        self._peers = peers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connected."""
        self._peers.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """They are gone."""
        self._peers.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Close without a word."""
        if self.transport is not None:
            self.transport.close()


class MailCatcher:
    """Listens from `start` to `close`; `mails` answers with what it has."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._mails: dict[str, Caught] = {}
        self._server: asyncio.Server | None = None
        self._peers: set[_Peer] = set()

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; returns the port. What was caught before is there again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mails = {mail.id: mail for mail in await asyncio.to_thread(self._load)}
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, HOST, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
            for peer in list(self._peers):
                peer.hang_up()
            await self._server.wait_closed()

    def mails(self, *, to: str = "", limit: int = 100) -> Sequence[Caught]:
        """The newest first; `to` leaves only those for that address."""
        wanted = to.strip().lower()
        found = [mail for mail in reversed(self._mails.values()) if not wanted or wanted in mail.recipients]
        return found[:limit]

    def mail(self, identifier: str) -> Caught | None:
        """One of them."""
        return self._mails.get(identifier)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        """Keep one mail; answered when it is on disk."""
        recipients = tuple(address.lower() for address in envelope.rcpt_tos)
        content = envelope.original_content or envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        mail = Caught(new_id(), self._clock.now(), recipients, raw)
        await asyncio.to_thread(self._store, mail)
        self._mails[mail.id] = mail
        while len(self._mails) > KEEP:
            oldest = next(iter(self._mails))
            del self._mails[oldest]
            await asyncio.to_thread(self._drop, oldest)
        return "250 2.0.0 Caught"

    def _protocol(self) -> "_Peer":
        return _Peer(self, self._peers)

    def _store(self, mail: Caught) -> None:
        (self._folder / f"{mail.id}.eml").write_bytes(mail.raw)
        about = {"at": mail.at.isoformat(), "recipients": mail.recipients}
        (self._folder / f"{mail.id}.json").write_bytes(orjson.dumps(about))

    def _drop(self, identifier: str) -> None:
        for kind in ("eml", "json"):
            with contextlib.suppress(FileNotFoundError):
                (self._folder / f"{identifier}.{kind}").unlink()

    def _load(self) -> list[Caught]:
        found = []
        for about in sorted(self._folder.glob("*.json"))[-KEEP:]:
            with contextlib.suppress(OSError, ValueError, KeyError):
                if is_id(about.stem):
                    told = orjson.loads(about.read_bytes())
                    at = datetime.fromisoformat(told["at"]).astimezone(UTC)
                    raw = about.with_suffix(".eml").read_bytes()
                    found.append(Caught(about.stem, at, tuple(told["recipients"]), raw))
        return found
