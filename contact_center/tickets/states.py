"""What may follow what for tickets. Custom statuses map to these five."""

from enum import StrEnum

from contact_center.machine import Machine


class TicketStatus(StrEnum):
    """Where owed work stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    CLOSED = "closed"


class TicketEvent(StrEnum):
    """What can happen to it."""

    PICKED_UP = "picked_up"
    SENT_AND_WAITS = "sent_and_waits"
    CUSTOMER_WROTE = "customer_wrote"
    SOLVED = "solved"
    REOPENED = "reopened"
    CLOSED = "closed"


class WaitingFor(StrEnum):
    """On whom a waiting ticket waits."""

    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    UNTIL = "until"


T = TicketStatus
TICKET = Machine[TicketStatus, TicketEvent](
    {
        TicketEvent.PICKED_UP: ((T.NEW, T.OPEN, T.WAITING), T.OPEN),
        TicketEvent.SENT_AND_WAITS: ((T.NEW, T.OPEN, T.WAITING), T.WAITING),
        TicketEvent.CUSTOMER_WROTE: ((T.OPEN, T.WAITING), T.OPEN),
        TicketEvent.SOLVED: ((T.NEW, T.OPEN, T.WAITING), T.SOLVED),
        TicketEvent.REOPENED: ((T.SOLVED,), T.OPEN),
        TicketEvent.CLOSED: ((T.SOLVED,), T.CLOSED),
    }
)
