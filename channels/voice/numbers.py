"""Which of our numbers take calls; a short memory in front of the table, because every webhook asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from channels.voice.settings import VoiceSettings
from contact_center import clock
from contact_center.channel import AccountSettings, ChannelKind
from contact_center.db import Database
from contact_center.interactions.models import ChannelAccount

REMEMBER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Number:
    """One enabled number of ours; `address` in E.164."""

    id: str
    address: str
    language: str
    settings: VoiceSettings


class Numbers:
    """The enabled numbers; a change is seen within `REMEMBER_SECONDS`. `settings_of` unseals an account's secrets."""

    def __init__(self, database: Database, settings_of: Callable[[ChannelAccount], AccountSettings]) -> None:
        self._database, self._settings_of = database, settings_of
        self._known: Sequence[Number] = ()
        self._until = 0.0

    async def all(self) -> Sequence[Number]:
        """Every number. Raises `DatabaseUnavailable` when it must ask and cannot."""
        if clock.monotonic() >= self._until:
            query = select(ChannelAccount).where(
                ChannelAccount.channel == ChannelKind.VOICE.value, ChannelAccount.enabled
            )
            async with self._database.read() as session:
                rows = (await session.scalars(query.order_by(ChannelAccount.id))).all()
            self._known = [
                Number(row.id, row.address, row.language, VoiceSettings.of(self._settings_of(row).settings))
                for row in rows
            ]
            self._until = clock.monotonic() + REMEMBER_SECONDS
        return self._known

    async def called(self, address: str) -> Number | None:
        """The number that was dialled."""
        return next((one for one in await self.all() if one.address == address), None)

    async def named(self, account_id: str) -> Number | None:
        """The number of this account."""
        return next((one for one in await self.all() if one.id == account_id), None)
