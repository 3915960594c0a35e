"""What may follow what for an asked survey: the only place that knows. Until it expires an answer may be changed."""

from enum import StrEnum

from contact_center.machine import Machine


class ResponseState(StrEnum):
    """Where it stands; whether it is too late is a matter of time, not of state."""

    ASKED = "asked"
    ANSWERED = "answered"


class ResponseEvent(StrEnum):
    """What can happen to it."""

    ANSWERED = "answered"
    CHANGED = "changed"


RESPONSE = Machine[ResponseState, ResponseEvent](
    {
        ResponseEvent.ANSWERED: ((ResponseState.ASKED,), ResponseState.ANSWERED),
        ResponseEvent.CHANGED: ((ResponseState.ANSWERED,), ResponseState.ANSWERED),
    }
)
