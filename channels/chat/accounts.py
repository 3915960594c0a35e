"""Which chat sites there are, by their key; a short memory in front of the table, because every visitor asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select

from channels.chat.settings import ChatSettings
from config.logs import logger
from contact_center import clock
from contact_center.channel import AccountSettings, ChannelKind
from contact_center.db import Database
from contact_center.interactions.models import ChannelAccount

REMEMBER_SECONDS = 3.0
SettingsOf = Callable[[ChannelAccount], AccountSettings]
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """One enabled chat site; `key` is what its pages name it by."""

    id: str
    key: str
    name: str
    language: str
    queue_id: str | None
    settings: ChatSettings


class Sites:
    """The enabled sites; a change is seen within `REMEMBER_SECONDS`."""

    def __init__(self, database: Database, settings_of: SettingsOf) -> None:
        self._database, self._settings_of = database, settings_of
        self._known: Mapping[str, Site] = {}
        self._until = 0.0

    async def all(self) -> Mapping[str, Site]:
        """key -> site. Raises `DatabaseUnavailable` when it must ask and cannot."""
        if clock.monotonic() >= self._until:
            query = select(ChannelAccount).where(
                ChannelAccount.channel == ChannelKind.CHAT.value, ChannelAccount.enabled
            )
            async with self._database.read() as session:
                rows = (await session.scalars(query.order_by(ChannelAccount.id))).all()
                found = [self._site(row) for row in rows]
            self._known = {site.key: site for site in found if site is not None}
            self._until = clock.monotonic() + REMEMBER_SECONDS
        return self._known

    async def named(self, key: str) -> Site | None:
        """The site of this key; without a key the only one there is."""
        known = await self.all()
        if not key:
            return next(iter(known.values())) if len(known) == 1 else None
        return known.get(key.strip().lower())

    async def by_id(self, account_id: str) -> Site | None:
        """The enabled site of this account."""
        return next((site for site in (await self.all()).values() if site.id == account_id), None)

    def _site(self, row: ChannelAccount) -> Site | None:
        try:
            settings = ChatSettings.of(self._settings_of(row).settings)
        except ValidationError as error:
            log.warning("a chat site has wrong settings", account=row.id, errors=error.error_count())
            return None
        return Site(row.id, row.address.lower(), row.name, row.language, row.default_queue_id, settings)
