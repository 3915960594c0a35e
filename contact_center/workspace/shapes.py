"""What the workspace shows: work items, the record panel, drafts: the left and right panes of the screen."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contact_center.complaints.shapes import ComplaintLine
from contact_center.customers.shapes import Customer, Identity
from contact_center.web.models import Ident, Model, Page, Query, Text, Time
from contact_center.web.refs import CustomerRef, Ref
from contact_center.workspace.thread_shapes import Address, AddressIn, Attachment, UndoSeconds


class View(StrEnum):
    """Which list."""

    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    SNOOZED = "snoozed"
    ALL = "all"


class Group(StrEnum):
    """What must be done: answer now, go on today, wait for the customer, nothing."""

    NOW = "now"
    TODAY = "today"
    WAITING = "waiting"
    DONE = "done"


class Sort(StrEnum):
    """By the time of the last message: which end comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"


class WorklistQuery(Page):
    """Which work items to list."""

    view: View = View.MINE
    group: Group | None = None
    channel: Annotated[Text, Field(max_length=20)] | None = None
    queue: Ident | None = None
    sort: Annotated[Sort, Field(description="What is searched for comes newest first")] = Sort.NEWEST
    q: Annotated[Text, Field(max_length=200, description="Name, address, subject or ticket number")] | None = None


class Preview(Model):
    """The newest line of a conversation."""

    direction: str
    text: str
    author: Ref | None


class InteractionPart(Model):
    """The open interaction of a conversation, or its last."""

    id: str
    state: str
    version: int
    queue: Ref | None
    agent: Ref | None
    phase: str | None
    queued_at: Time | None
    priority: int


class TicketPart(Model):
    """The ticket that a conversation works on."""

    id: str
    number: int
    status: str
    waiting_for: str | None
    waiting_until: Time | None
    version: int


class NextDue(Model):
    """The next moment that matters: a reply or resolution owed, or the end of a snooze."""

    kind: str
    at: Time


class Viewer(Model):
    """Somebody who has the conversation open, and what they do there."""

    user: Ref
    doing: str


class WorkItem(Model):
    """One line of the worklist: conversation + its open or last interaction + ticket."""

    id: str
    version: int
    customer: CustomerRef
    channel: str
    subject: str
    preview: Preview
    last_message_at: Time
    unread: int
    group: Group
    interaction: InteractionPart | None
    ticket: TicketPart | None
    next_due: NextDue | None
    has_draft: bool
    failed_send: bool
    snoozed_until: Time | None
    viewers: list[Viewer]


class Counts(Model):
    """How many items each group holds; 1000 means 1000 or more."""

    now: int
    today: int
    waiting: int


class Worklist(Model):
    """One page of work items, newest first, with the figures for the tabs and channel chips of this view."""

    items: list[WorkItem]
    next_cursor: str | None = None
    counts: Counts
    channels: dict[str, int]


class Participant(Model):
    """Somebody who takes part in the conversation."""

    identity_id: str
    address: str
    kind: str
    name: str
    role: str


class TicketLine(TicketPart):
    """A ticket of the customer, in the record panel."""

    subject: str
    opened_at: Time


class PastConversation(Model):
    """An earlier contact of the customer."""

    id: str
    conversation_id: str
    channel: str
    subject: str
    opened_at: Time
    closed_at: Time | None
    state: str


class Draft(Model):
    """What the caller is writing here, in one mode."""

    mode: str
    text: str
    html: str | None
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    forwards: str | None
    attachments: list[Attachment]
    saved_at: Time


class Drafts(Model):
    """The caller's drafts here."""

    reply: Draft | None
    note: Draft | None
    forward: Draft | None


class Can(Model):
    """What the caller may do now."""

    reply: bool
    note: bool
    wait: bool
    resolve: bool
    transfer: bool
    requeue: bool
    take: bool
    assign: bool
    wrap_up: bool
    close: bool


class Mine(Model):
    """The caller's own part of the record."""

    draft: Drafts
    can: Can


class ReplyTo(Model):
    """What a reply starts with; `sender` is written `from`."""

    to: list[Address]
    cc: list[Address]
    sender: Annotated[Address, Field(alias="from")]
    subject: str


class ArticleLine(Model):
    """A knowledge article, suggested or linked."""

    id: str
    title: str


class Articles(Model):
    """Knowledge beside the conversation."""

    suggested: list[ArticleLine]
    linked: list[ArticleLine]


class LastCsat(Model):
    """The customer's newest answer to a survey: 1 (very unhappy) to 5 (very happy)."""

    score: int
    comment: str
    answered_at: Time


class Record(Model):
    """The record panel in one answer."""

    item: WorkItem
    customer: Customer
    identities: list[Identity]
    participants: list[Participant]
    tickets: list[TicketLine]
    complaints: list[ComplaintLine]
    articles: Articles
    history: list[PastConversation]
    csat: LastCsat | None
    mine: Mine
    reply_to: ReplyTo
    version: int


Mode = Annotated[str, Field(pattern="^(reply|note|forward)$")]


class DraftIn(Model):
    """A draft to keep."""

    mode: Mode
    text: Annotated[Text, Field(max_length=500_000)]
    html: Annotated[Text, Field(max_length=1_000_000)] | None = None
    to: Annotated[list[AddressIn], Field(max_length=50)] | None = None
    cc: Annotated[list[AddressIn], Field(max_length=50)] | None = None
    bcc: Annotated[list[AddressIn], Field(max_length=50)] | None = None
    forwards: Ident | None = None
    attachment_ids: Annotated[list[Ident], Field(max_length=50)] = Field(default_factory=list)


class DraftQuery(Query):
    """Which draft."""

    mode: Mode


class ReadIn(Model):
    """How far the caller has read."""

    up_to_message_id: Ident


class SnoozeIn(Model):
    """Until when to leave it aside; null brings it back now."""

    until: Time | None


class AssignIn(Model):
    """Whose it shall be: an agent, or nobody (back in line), in this queue when one is named."""

    agent_id: Ident | None
    queue_id: Ident | None = None


class NewConversation(Model):
    """We write first. `continues` names a conversation of another channel that goes on here, on the same ticket.

    `then` says what happens to the work; not given, it stays with its author.
    """

    channel_account_id: Ident
    to: Annotated[list[AddressIn], Field(min_length=1, max_length=50)]
    cc: Annotated[list[AddressIn], Field(max_length=50)] = Field(default_factory=list)
    bcc: Annotated[list[AddressIn], Field(max_length=50)] = Field(default_factory=list)
    subject: Annotated[Text, Field(max_length=500)] = ""
    text: Annotated[Text, Field(min_length=1, max_length=500_000)]
    attachment_ids: Annotated[list[Ident], Field(max_length=50)] = Field(default_factory=list)
    client_message_id: Annotated[Text, Field(min_length=1, max_length=100)]
    continues: Ident | None = None
    undo_seconds: UndoSeconds = 0
    then: Annotated[str, Field(pattern="^(wait|resolve|stay)$")] | None = None
