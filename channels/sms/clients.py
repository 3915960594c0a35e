"""One provider's client per account at the provider, made when first needed (the library takes a second to import)."""

from typing import Any

import aiohttp

from channels.sms import transport
from channels.sms.settings import SmsSettings
from config.settings import Twilio


class NotSignedIn(Exception):
    """Neither the number nor the installation names an account at the provider."""


class Clients:
    """Hand `session` and the installation's settings; `of` an account's settings gives its client."""

    def __init__(self, installation: Twilio) -> None:
        self._installation = installation
        self.base_url = installation.base_url
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[tuple[str, str], Any] = {}

    async def of(self, settings: SmsSettings) -> Any:
        """A `twilio.rest.Client`. Raises `NotSignedIn`."""
        return await self.signed_in(*settings.signed_in(self._installation))

    async def signed_in(self, sid: str, token: str) -> Any:
        """The client of this account at the provider. Raises `NotSignedIn` when either is empty."""
        if not sid or not token:
            raise NotSignedIn
        if (sid, token) not in self._known:
            self._known[sid, token] = await transport.connect(
                self.session(), account_sid=sid, auth_token=token, base_url=self.base_url
            )
        return self._known[sid, token]

    def session(self) -> aiohttp.ClientSession:
        """The session that all of them use."""
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=True)
        return self._session

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()
