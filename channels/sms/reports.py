"""What a provider's status callback means for a delivery (pure). Callbacks come late, twice and out of order.

Order needs no number: a delivery's machine only moves forward (sent -> delivered -> read), so what is older is refused there.
"""

from contact_center.channel import DeliveryOutcome

OUTCOMES = {
    "sent": DeliveryOutcome.SENT,
    "delivered": DeliveryOutcome.DELIVERED,
    "read": DeliveryOutcome.READ,
    "undelivered": DeliveryOutcome.PERMANENT,
    "failed": DeliveryOutcome.PERMANENT,
    "canceled": DeliveryOutcome.PERMANENT,
}
"""queued, accepted, scheduled, sending, receiving, received say nothing that we do not know."""
STOPPED = 21610
"""The provider's own list says that this number forbade texts from us."""
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


def outcome_of(status: str) -> DeliveryOutcome | None:
    """The outcome that `MessageStatus` reports; None when it is no news."""
    return OUTCOMES.get(status.strip().lower())


def outcome_of_refusal(http_status: int) -> DeliveryOutcome:
    """What an HTTP error of the provider means: the message was not taken; trying later may help or not."""
    return DeliveryOutcome.TRANSIENT if http_status in _TRANSIENT else DeliveryOutcome.PERMANENT
