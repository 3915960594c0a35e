"""Settings of one chat site (the JSON of its ChannelAccount, secrets already unsealed), checked before they are used."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
DEFAULT_COLOUR = "#1f5fbf"


def origin_of(address: str) -> str:
    """`scheme://host[:port]` of an address, lower-cased; empty when it is none."""
    try:
        parts = urlsplit(address.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    host = parts.hostname.lower()
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


class ChatSettings(BaseModel):
    """What may be set on a chat site; everything has a default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    origins: tuple[str, ...] = ()
    """Pages that may show the widget, as origins; none: only our own."""
    colour: str = DEFAULT_COLOUR
    greeting: Mapping[str, str] = Field(default_factory=dict)
    """Language -> the first line of the panel; missing: the house's own."""
    ask: Literal["nothing", "name", "email"] = "nothing"
    """What is asked before the first message: nothing, a name, or a name and an address."""
    mail_account_id: str | None = None
    """The mailbox from which conversations go on by mail; None: they do not."""
    signing_secret: Annotated[str, Field(repr=False)] = ""

    @field_validator("colour")
    @classmethod
    def _colour(cls, value: str) -> str:
        return value if COLOUR.match(value) else DEFAULT_COLOUR

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> "ChatSettings":
        """Checked settings; raises pydantic's ValidationError naming the field."""
        return cls.model_validate({key: value for key, value in settings.items() if value is not None})

    def allows(self, origin: str, own: str) -> bool:
        """Whether a page of this origin may show the widget; `own` is where we are reached."""
        return origin_of(origin) in {*map(origin_of, self.origins), origin_of(own)} - {""}
