"""The shapes of an SMS or WhatsApp number's settings over HTTP. What they mean stands in `channels/sms/settings.py`."""

import re
from typing import Annotated

from pydantic import Field
from pydantic_core import PydanticCustomError

from contact_center.interactions.models import ChannelAccount
from contact_center.web import Model, Text

_SPACING = re.compile(r"[\s().\-/]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[1-9][0-9]{2,7}")
NUMBER_CHANNELS = frozenset({"sms", "whatsapp"})
NUMBER_SETTINGS = frozenset({"account_sid", "auth_token", "messaging_service_sid", "longest_segments"})
LONGEST_SEGMENTS = 10


def number(text: str, channel: str) -> str:
    """The number in its canonical form: E.164 (spacing is taken out), for SMS a short code too."""
    written = _SPACING.sub("", text)
    if _E164.fullmatch(written) or (channel == "sms" and _SHORT_CODE.fullmatch(written)):
        return written
    raise PydanticCustomError("phone_number", "must be a telephone number with its country, +44...")


AccountSid = Annotated[Text, Field(max_length=64, pattern="^(AC[0-9a-zA-Z]{1,62})?$")]
ServiceSid = Annotated[Text, Field(max_length=64, pattern="^(MG[0-9a-zA-Z]{1,62})?$")]
AuthToken = Annotated[Text, Field(max_length=200, json_schema_extra={"writeOnly": True})]
Segments = Annotated[int, Field(ge=1, le=20)]


class NumberView(Model):
    """A number's settings; null sids mean the installation's own. Of the token only whether there is one."""

    account_sid: str | None
    auth_token_set: bool
    messaging_service_sid: str | None
    longest_segments: int


class NumberGiven(Model):
    """Entries of a number to write; null or empty takes one away. The token is sealed and never shown again."""

    account_sid: AccountSid | None = None
    auth_token: AuthToken | None = None
    messaging_service_sid: ServiceSid | None = None
    longest_segments: Segments | None = None


def number_view(account: ChannelAccount) -> NumberView:
    """The row's settings as people see them."""
    return NumberView(
        account_sid=account.settings.get("account_sid"),
        auth_token_set="auth_token" in account.secrets,
        messaging_service_sid=account.settings.get("messaging_service_sid"),
        longest_segments=account.settings.get("longest_segments") or LONGEST_SEGMENTS,
    )
