"""What complaints look like in requests and answers."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from contact_center.complaints.states import ComplaintState, Outcome, Severity
from contact_center.web.fields import BothLanguages
from contact_center.web.models import Change, Ident, Model, Page, Time, no_nul
from contact_center.web.refs import CustomerRef, Ref

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(no_nul)
]
"""What somebody said about it: never blank."""


class CategoryRef(Model):
    """What a complaint is about."""

    id: str
    name: BothLanguages


class TicketRef(Model):
    """The ticket on which it hangs."""

    id: str
    number: int


class ComplaintLine(Model):
    """A complaint as lists show it; `repeats`: how many about the same came within the days before that count as a repeat."""

    id: str
    number: int
    category: CategoryRef
    severity: Severity
    state: ComplaintState
    open: bool
    text: str
    recorded_at: Time
    conversation_id: str
    repeats: int
    version: int


class ComplaintCan(Model):
    """What the caller may do with it now."""

    change: bool
    acknowledge: bool
    resolve: bool
    close: bool
    reopen: bool


class Complaint(ComplaintLine):
    """One complaint; `earlier` is how many the customer had before it."""

    customer: CustomerRef
    ticket: TicketRef
    channel: str
    recorded_by: Ref | None
    acknowledged_at: Time | None
    resolved_at: Time | None
    closed_at: Time | None
    resolution: str
    outcome: Outcome | None
    reopened: int
    earlier: int
    can: ComplaintCan


class NewComplaint(Model):
    """What a customer says in a conversation, recorded."""

    conversation_id: Ident
    category_id: Ident
    severity: Severity
    text: Words


class ComplaintCorrection(Change):
    """What to correct; what it said before stays in its history."""

    category_id: Ident | None = None
    severity: Severity | None = None
    text: Words | None = None


class Resolution(Model):
    """What was done about it."""

    resolution: Words


class Closing(Model):
    """Why it is over: `accepted` by the customer, or `exhausted`, when all that we can do was done."""

    outcome: Outcome


class Reopening(Model):
    """Why the customer is not content."""

    reason: Words


class ComplaintQuery(Page):
    """Which complaints."""

    state: ComplaintState | None = None
    severity: Severity | None = None
    category: Ident | None = None
    customer: Ident | None = None
    open: Annotated[bool | None, Field(description="Only those that wait for us, or only those that do not")] = None


class Step(StrEnum):
    """What happened: the first record, a move, or a correction."""

    RECORDED = "recorded"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    REMEDY_PROPOSED = "remedy_proposed"
    REMEDY_APPROVED = "remedy_approved"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    CORRECTED = "corrected"


class Said(Model):
    """One field that a step changed: `category` (names), severity, text, resolution, outcome or reason."""

    field: str
    before: str | BothLanguages | None
    after: str | BothLanguages | None


class HistoryLine(Model):
    """One step of a complaint, by whom, and what was said with it."""

    id: str
    step: Step
    at: Time
    by: Ref | None
    state: ComplaintState | None
    changes: list[Said]


class History(Model):
    """All steps, oldest first."""

    items: list[HistoryLine]
    next_cursor: str | None = None
