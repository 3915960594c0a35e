"""Settings of one SMS or WhatsApp number (the JSON of its ChannelAccount, secrets unsealed), checked before they are used."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from config.settings import Twilio


class SmsSettings(BaseModel):
    """What may be set on a number; what is empty comes from the installation's settings."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account_sid: Annotated[str, Field(max_length=64, pattern="^(AC[0-9a-zA-Z]{1,62})?$")] = ""
    auth_token: Annotated[str, Field(max_length=200, repr=False)] = ""
    messaging_service_sid: Annotated[str, Field(max_length=64, pattern="^(MG[0-9a-zA-Z]{1,62})?$")] = ""
    """Texts go out through this service, and come in with its id, instead of the number alone."""
    longest_segments: Annotated[int, Field(ge=1, le=20)] = 10

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> "SmsSettings":
        """Checked settings; raises pydantic's ValidationError naming the field."""
        return cls.model_validate({key: value for key, value in settings.items() if value is not None})

    def signed_in(self, installation: Twilio) -> tuple[str, str]:
        """(account sid, token) of this number, or the installation's; empty strings when nobody set any."""
        if self.account_sid:
            return self.account_sid, self.auth_token
        return installation.account_sid, installation.auth_token
