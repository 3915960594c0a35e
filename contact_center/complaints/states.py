"""What may follow what for complaints: the only place that knows. A complaint reopens as often as the customer is not content.

recorded -> acknowledged (the customer knows that we have it) -> assessed -> remedy proposed -> remedy approved -> resolved ->
closed. Assessment and remedy may be left out where the matter is plain; the acknowledgement may not.
"""

from enum import StrEnum

from contact_center.machine import Machine


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    RECORDED = "recorded"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    REMEDY_PROPOSED = "remedy_proposed"
    REMEDY_APPROVED = "remedy_approved"
    RESOLVED = "resolved"
    CLOSED = "closed"


class ComplaintEvent(StrEnum):
    """What can happen to it."""

    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    REMEDY_PROPOSED = "remedy_proposed"
    REMEDY_APPROVED = "remedy_approved"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


class Severity(StrEnum):
    """How bad it is for the customer."""

    MINOR = "minor"
    SERIOUS = "serious"
    CRITICAL = "critical"


class Outcome(StrEnum):
    """Why a complaint may be closed: the customer accepts what was done, or everything that we can do was done."""

    ACCEPTED = "accepted"
    EXHAUSTED = "exhausted"


S = ComplaintState
COMPLAINT = Machine[ComplaintState, ComplaintEvent](
    {
        ComplaintEvent.ACKNOWLEDGED: ((S.RECORDED,), S.ACKNOWLEDGED),
        ComplaintEvent.ASSESSED: ((S.ACKNOWLEDGED,), S.ASSESSED),
        ComplaintEvent.REMEDY_PROPOSED: ((S.ASSESSED, S.REMEDY_PROPOSED), S.REMEDY_PROPOSED),
        ComplaintEvent.REMEDY_APPROVED: ((S.REMEDY_PROPOSED,), S.REMEDY_APPROVED),
        ComplaintEvent.RESOLVED: ((S.ACKNOWLEDGED, S.ASSESSED, S.REMEDY_APPROVED), S.RESOLVED),
        ComplaintEvent.CLOSED: ((S.RESOLVED,), S.CLOSED),
        ComplaintEvent.REOPENED: ((S.RESOLVED, S.CLOSED), S.ACKNOWLEDGED),
    }
)
OPEN = frozenset(S) - {S.RESOLVED, S.CLOSED}
"""The customer still waits for us: what `customer.complaints_open` counts."""
