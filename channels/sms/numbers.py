"""Which numbers of ours there are; a short memory in front of the table, because every webhook asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from channels.sms.parse import address, kind_of
from channels.sms.settings import SmsSettings
from contact_center import clock
from contact_center.channel import AccountSettings, ChannelKind
from contact_center.db import Database
from contact_center.interactions.models import ChannelAccount

REMEMBER_SECONDS = 3.0
KINDS = (ChannelKind.SMS, ChannelKind.WHATSAPP)


@dataclass(frozen=True, slots=True)
class Number:
    """One enabled number of ours; `address` in E.164, a short code or a name."""

    id: str
    kind: ChannelKind
    address: str
    language: str
    settings: SmsSettings


class Numbers:
    """The enabled numbers; a change is seen within `REMEMBER_SECONDS`. `settings_of` unseals an account's secrets."""

    def __init__(self, database: Database, settings_of: Callable[[ChannelAccount], AccountSettings]) -> None:
        self._database, self._settings_of = database, settings_of
        self._known: Sequence[Number] = ()
        self._until = 0.0

    async def all(self) -> Sequence[Number]:
        """Every number. Raises `DatabaseUnavailable` when it must ask and cannot."""
        if clock.monotonic() >= self._until:
            wanted = [kind.value for kind in KINDS]
            query = select(ChannelAccount).where(ChannelAccount.channel.in_(wanted), ChannelAccount.enabled)
            async with self._database.read() as session:
                rows = (await session.scalars(query.order_by(ChannelAccount.id))).all()
            self._known = [
                Number(row.id, ChannelKind(row.channel), row.address, row.language, SmsSettings.of(self._settings_of(row).settings))
                for row in rows
            ]  # fmt: skip
            self._until = clock.monotonic() + REMEMBER_SECONDS
        return self._known

    async def receiver(self, to: str, service_sid: str = "") -> Number | None:
        """The number that a text was sent to, else the one that uses the service it came through."""
        kind, value = kind_of(to), address(to).value
        known = [number for number in await self.all() if number.kind is kind]
        named = next((number for number in known if number.address == value), None)
        if named is None and service_sid:
            named = next((number for number in known if number.settings.messaging_service_sid == service_sid), None)
        return named
