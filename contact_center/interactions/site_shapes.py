"""The shapes of a chat site's settings over HTTP. What they mean stands in `channels/chat/settings.py`."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from contact_center.interactions.models import ChannelAccount
from contact_center.web import Ident, Model, Text

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SITE_SETTINGS = frozenset({"origins", "colour", "greeting", "ask", "mail_account_id", "signing_secret"})


def site_key(text: str) -> str:
    """The name by which pages call the site, in its canonical form."""
    key = text.strip().lower()
    if not _KEY.fullmatch(key):
        raise PydanticCustomError("site_key", "must be small letters, digits and hyphens")
    return key


def _origin(text: str) -> str:
    """`https://shop.example`, without a path."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        usable = usable and not (parts.path or parts.query or parts.fragment or parts.username)
    except ValueError:
        usable = False
    if not usable or any(character in text for character in " ;,'\"*"):
        raise PydanticCustomError("origin", "must be https://name, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


Origin = Annotated[Text, Field(max_length=300), AfterValidator(_origin)]
Colour = Annotated[Text, Field(pattern="^#[0-9a-fA-F]{6}$")]
Greeting = Annotated[Text, Field(max_length=500)]
Ask = Literal["nothing", "name", "email"]
SigningSecret = Annotated[Text, Field(min_length=32, max_length=500, json_schema_extra={"writeOnly": True})]


class SiteView(Model):
    """A chat site's settings; of the secret with which its server signs only whether there is one."""

    origins: list[str]
    colour: str | None
    greeting: dict[str, str]
    ask: str
    mail_account_id: str | None
    signing_secret_set: bool


class SiteGiven(Model):
    """Entries of a chat site to write; null takes one away."""

    origins: Annotated[list[Origin], Field(max_length=50)] | None = None
    colour: Colour | None = None
    greeting: dict[Literal["en", "zh-CN"], Greeting] | None = None
    ask: Ask | None = None
    mail_account_id: Ident | None = None
    signing_secret: SigningSecret | None = None


def site_view(account: ChannelAccount) -> SiteView:
    """The row's settings as people see them."""
    settings: dict[str, Any] = account.settings
    return SiteView(
        origins=list(settings.get("origins") or []),
        colour=settings.get("colour"),
        greeting=dict(settings.get("greeting") or {}),
        ask=settings.get("ask") or "nothing",
        mail_account_id=settings.get("mail_account_id"),
        signing_secret_set="signing_secret" in account.secrets,
    )
