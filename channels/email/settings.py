"""Settings of one e-mail account (the JSON of its ChannelAccount, secrets already unsealed), checked before they are used."""

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

DEFAULT_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Relay:
    """Where outgoing mail is handed in. `tls` is "none", "starttls" (required) or "implicit"; no user means no sign-in."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, url: str) -> "Relay":
        """From `smtp://user:password@host:port`, `smtp+starttls://` or `smtps://`; raises ValueError with what is wrong."""
        parts = urllib.parse.urlsplit(url.strip())
        if parts.scheme not in DEFAULT_PORTS:
            raise ValueError("a relay address starts with smtp://, smtp+starttls:// or smtps://")
        if not parts.hostname:
            raise ValueError("a relay address names a host")
        tls = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "implicit"}[parts.scheme]
        user, password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
        return cls(parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme], tls, user, password)


class MailSettings(BaseModel):
    """What may be set on an e-mail account; everything has a default, and other channels' keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    relay_url: Annotated[str, Field(max_length=500)] = ""
    username: Annotated[str, Field(max_length=300)] = ""
    password: Annotated[str, Field(max_length=1_000, repr=False)] = ""
    signature: Annotated[str, Field(max_length=5_000)] = ""
    plus_addressing: bool = True
    """Whether mail to mailbox+anything reaches us; then answers carry their conversation in Reply-To."""

    @field_validator("relay_url")
    @classmethod
    def _well_formed(cls, value: str) -> str:
        if value:
            Relay.of(value)
        return value

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> "MailSettings":
        """Checked settings; raises pydantic's ValidationError naming the field."""
        return cls.model_validate({key: value for key, value in settings.items() if value is not None})

    def relay(self, default_url: str = "") -> Relay | None:
        """The account's own relay, else the installation's; None when neither is set."""
        url = self.relay_url or default_url
        if not url:
            return None
        relay = Relay.of(url)
        if self.username and self.relay_url:
            return Relay(relay.host, relay.port, relay.tls, self.username, self.password)
        return relay
