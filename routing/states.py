"""What may follow what for offers."""

from enum import StrEnum

from contact_center.machine import Machine


class OfferState(StrEnum):
    """Where a time-limited proposal stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OfferEvent(StrEnum):
    """What can happen to it; only `expire` is a miss."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


class DeclineReason(StrEnum):
    """Why an agent declined, when they say so."""

    BUSY = "busy"
    NOT_MY_TOPIC = "not_my_topic"
    LANGUAGE = "language"
    PERSONAL = "personal"
    OTHER = "other"


class WithdrawReason(StrEnum):
    """Why an offer was withdrawn: never a miss."""

    ACCEPTED_ELSEWHERE = "accepted_elsewhere"
    CUSTOMER_LEFT = "customer_left"
    AGENT_GONE = "agent_gone"
    SUPERVISOR = "supervisor"
    CHANGED = "changed"


O = OfferState
OFFER = Machine[OfferState, OfferEvent](
    {
        OfferEvent.ACCEPT: ((O.PENDING,), O.ACCEPTED),
        OfferEvent.DECLINE: ((O.PENDING,), O.DECLINED),
        OfferEvent.EXPIRE: ((O.PENDING,), O.EXPIRED),
        OfferEvent.WITHDRAW: ((O.PENDING,), O.WITHDRAWN),
    }
)
