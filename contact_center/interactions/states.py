"""What may follow what for interactions, assignments and outgoing messages (the plan's section 5, frozen in code)."""

from enum import StrEnum

from contact_center.machine import Machine


class InteractionState(StrEnum):
    """Where one stretch of handling stands."""

    RECEIVED = "received"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    DIVERTED = "diverted"
    IGNORED = "ignored"


S = InteractionState
OPEN = (S.RECEIVED, S.SCHEDULED, S.QUEUED, S.OFFERED, S.ASSIGNED)
WAITING = (S.RECEIVED, S.QUEUED, S.OFFERED)


class InteractionEvent(StrEnum):
    """What can happen to it."""

    TRIAGED = "triaged"
    HELD_BACK = "held_back"
    """Its queue is closed: it waits for the opening."""
    NO_WORK = "no_work"
    DUE = "due"
    OFFERED = "offered"
    OFFER_ENDED = "offer_ended"
    MOVED_ON = "moved_on"
    """From one line to another without having been with an agent: overflow, or a person's doing."""
    ACCEPTED = "accepted"
    CUSTOMER_LEFT = "customer_left"
    DIVERTED = "diverted"
    GIVEN_BACK = "given_back"
    """Transferred, requeued, agent lost, leg failed."""
    TAKEN = "taken"
    """Taken or assigned by hand, or taken over."""
    HANDLED = "handled"
    """The last assignment ended."""
    CANCELLED = "cancelled"
    RESTORED = "restored"


E = InteractionEvent
INTERACTION = Machine[InteractionState, InteractionEvent](
    {
        E.TRIAGED: ((S.RECEIVED,), S.QUEUED),
        E.HELD_BACK: ((S.RECEIVED,), S.SCHEDULED),
        E.NO_WORK: ((S.RECEIVED,), S.IGNORED),
        E.DUE: ((S.SCHEDULED,), S.QUEUED),
        E.OFFERED: ((S.QUEUED, S.OFFERED), S.OFFERED),
        E.OFFER_ENDED: ((S.OFFERED,), S.QUEUED),
        E.MOVED_ON: ((S.SCHEDULED, S.QUEUED, S.OFFERED), S.QUEUED),
        E.ACCEPTED: ((S.OFFERED,), S.ASSIGNED),
        E.CUSTOMER_LEFT: (WAITING, S.ABANDONED),
        E.DIVERTED: (WAITING, S.DIVERTED),
        E.GIVEN_BACK: ((S.ASSIGNED,), S.QUEUED),
        E.TAKEN: ((S.RECEIVED, S.SCHEDULED, S.QUEUED, S.OFFERED, S.ASSIGNED), S.ASSIGNED),
        E.HANDLED: ((S.ASSIGNED,), S.CLOSED),
        E.CANCELLED: ((S.RECEIVED, S.SCHEDULED, S.QUEUED, S.OFFERED), S.CLOSED),
        E.RESTORED: ((S.IGNORED,), S.QUEUED),
    }
)


class AssignmentState(StrEnum):
    """Where an agent's responsibility stands; the first two hold the interaction."""

    CONNECTING = "connecting"
    ACTIVE = "active"
    WRAPPING_UP = "wrapping_up"
    ENDED = "ended"


class AssignmentEvent(StrEnum):
    """What can happen to it."""

    CONNECTED = "connected"
    CONTACT_OVER = "contact_over"
    CUSTOMER_BACK = "customer_back"
    """A customer's message while wrapping up: the same agent goes on."""
    ENDED = "ended"


A = AssignmentState
ASSIGNMENT = Machine[AssignmentState, AssignmentEvent](
    {
        AssignmentEvent.CONNECTED: ((A.CONNECTING,), A.ACTIVE),
        AssignmentEvent.CONTACT_OVER: ((A.CONNECTING, A.ACTIVE), A.WRAPPING_UP),
        AssignmentEvent.CUSTOMER_BACK: ((A.WRAPPING_UP,), A.ACTIVE),
        AssignmentEvent.ENDED: ((A.CONNECTING, A.ACTIVE, A.WRAPPING_UP), A.ENDED),
    }
)


class EndReason(StrEnum):
    """Why an assignment ended."""

    HANDLED = "handled"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"
    AGENT_LOST = "agent_lost"
    TAKEN_OVER = "taken_over"
    LEG_FAILED = "leg_failed"


class DeliveryState(StrEnum):
    """Where an outgoing message stands."""

    DRAFT = "draft"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    FAILED_PERMANENTLY = "failed_permanently"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    """What can happen to it."""

    HOLD = "hold"
    QUEUE = "queue"
    START = "start"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    FAILED_FOR_GOOD = "failed_for_good"
    BOUNCED = "bounced"
    NO_ANSWER = "no_answer"
    RETRY = "retry"
    CANCEL = "cancel"


D, DE = DeliveryState, DeliveryEvent
DELIVERY = Machine[DeliveryState, DeliveryEvent](
    {
        DE.HOLD: ((D.DRAFT,), D.HELD),
        DE.QUEUE: ((D.DRAFT, D.HELD), D.QUEUED),
        DE.START: ((D.QUEUED, D.FAILED), D.SENDING),
        DE.SENT: ((D.SENDING, D.UNKNOWN), D.SENT),
        DE.DELIVERED: ((D.SENDING, D.SENT, D.UNKNOWN), D.DELIVERED),
        DE.READ: ((D.SENT, D.DELIVERED), D.READ),
        DE.FAILED: ((D.SENDING,), D.FAILED),
        DE.FAILED_FOR_GOOD: ((D.QUEUED, D.SENDING, D.SENT, D.FAILED), D.FAILED_PERMANENTLY),
        DE.BOUNCED: ((D.SENT, D.DELIVERED, D.UNKNOWN), D.BOUNCED),
        DE.NO_ANSWER: ((D.SENDING,), D.UNKNOWN),
        DE.RETRY: ((D.FAILED, D.FAILED_PERMANENTLY, D.BOUNCED, D.UNKNOWN), D.QUEUED),
        DE.CANCEL: ((D.HELD, D.QUEUED, D.FAILED, D.FAILED_PERMANENTLY, D.BOUNCED, D.UNKNOWN), D.CANCELLED),
    }
)
