"""Sending to a visitor: what is committed is sent, because every tab reads the database.

The one thing to know: nothing here writes to a socket. The committed row is the message, the event stream and the tab's own
questions bring it to the screen; so an attempt can neither double a message nor lose it.
"""

from collections.abc import Sequence

from channels.chat.settings import ChatSettings
from contact_center.channel import (
    AccountSettings,
    ChannelKind,
    DeliveryOutcome,
    DeliveryReport,
    OutboundMessage,
    ProbeStep,
)


class ChatChannel:
    """Chat as the house sees a channel (`contact_center.channel.Channel`)."""

    kind = ChannelKind.CHAT

    async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
        """It lies ready for the visitor's tabs; one who has left without reading it is written to (`by_mail.py`)."""
        return DeliveryReport(message.delivery_id, DeliveryOutcome.SENT)

    async def probe(self, account: AccountSettings) -> Sequence[ProbeStep]:
        """A site has no peer to try: its settings are looked through."""
        settings = ChatSettings.of(account.settings)
        return [
            ProbeStep("settings", True, account.address),
            ProbeStep("origins", bool(settings.origins), ", ".join(settings.origins)),
        ]
