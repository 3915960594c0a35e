"""Which mail accounts there are, by address; a short memory in front of the table, because every RCPT asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from contact_center import clock
from contact_center.channel import ChannelKind
from contact_center.db import Database
from contact_center.interactions.models import ChannelAccount

REMEMBER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class MailAccount:
    """One enabled mailbox of ours; `address` lower-cased."""

    id: str
    address: str
    language: str


def mailbox(address: str) -> str:
    """The address without its plus-part, lower-cased: support+x@a.example -> support@a.example."""
    local, at, domain = address.strip().strip("<>").rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}".lower()


class MailAccounts:
    """The enabled mail accounts; a change is seen within `REMEMBER_SECONDS`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Mapping[str, MailAccount] = {}
        self._until = 0.0

    async def all(self) -> Mapping[str, MailAccount]:
        """address -> account. Raises `DatabaseUnavailable` when it must ask and cannot."""
        if clock.monotonic() >= self._until:
            query = select(ChannelAccount.id, ChannelAccount.address, ChannelAccount.language).where(
                ChannelAccount.channel == ChannelKind.EMAIL.value, ChannelAccount.enabled
            )
            async with self._database.read() as session:
                rows = (await session.execute(query)).all()
            self._known = {row.address.lower(): MailAccount(row.id, row.address.lower(), row.language) for row in rows}
            self._until = clock.monotonic() + REMEMBER_SECONDS
        return self._known

    async def for_address(self, address: str) -> MailAccount | None:
        """The account that a recipient address belongs to: plus-addresses, and `postmaster` of our domains (RFC 5321, 4.5.1)."""
        known = await self.all()
        plain = mailbox(address)
        return known.get(address.strip().strip("<>").lower()) or known.get(plain) or _for_postmaster(known, plain)


def _for_postmaster(known: Mapping[str, MailAccount], address: str) -> MailAccount | None:
    """Whoever answers for a domain must be reachable there: the first of its mailboxes by address takes it."""
    name, _, domain = address.partition("@")
    if name != "postmaster":
        return None
    return next((known[one] for one in sorted(known) if domain in ("", one.partition("@")[2])), None)
