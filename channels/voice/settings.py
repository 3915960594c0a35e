"""Settings of one number that takes calls (the JSON of its ChannelAccount, secrets unsealed), checked before they are used."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from channels.voice.menu import Menu
from channels.voice.states import Policy
from config.settings import Twilio

LONGEST_WAIT, NOTES = 4 * 3600, 8 * 3600
"""Seconds: a provider ends calls after four hours; how long notes may take is the queue's business, not the call's."""


class VoiceSettings(BaseModel):
    """What may be set on a number; what is empty comes from the installation's settings."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account_sid: Annotated[str, Field(max_length=64, pattern="^(AC[0-9a-zA-Z]{1,62})?$")] = ""
    auth_token: Annotated[str, Field(max_length=200, repr=False)] = ""
    menu: Menu | None = None
    """Without one a caller goes straight into the queue."""
    queue: str = ""
    """A queue's name; empty leaves it to triage."""
    voicemail: bool = False
    max_wait_seconds: Annotated[int, Field(ge=1, le=LONGEST_WAIT)] = LONGEST_WAIT
    join_seconds: Annotated[int, Field(ge=1, le=120)] = 10
    """How long an agent who accepted may take to reach the phone."""
    resync_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """How often the provider is asked who is on the line: finds what no webhook told."""

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> "VoiceSettings":
        """Checked settings; raises pydantic's ValidationError naming the field."""
        return cls.model_validate({key: value for key, value in settings.items() if value is not None})

    def signed_in(self, installation: Twilio) -> tuple[str, str]:
        """(account sid, token) of this number, or the installation's; empty strings when nobody set any."""
        if self.account_sid:
            return self.account_sid, self.auth_token
        return installation.account_sid, installation.auth_token

    def policy(self) -> Policy:
        """How a call on this number goes, as it is now. Keeping one's place and recording are not offered yet."""
        return Policy(
            self.queue,
            max_wait_s=self.max_wait_seconds,
            join_s=self.join_seconds,
            wrap_up_s=NOTES,
            resync_s=self.resync_seconds,
            voicemail=self.voicemail,
            call_back=False,
        )
