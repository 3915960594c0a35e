"""What a conversation's thread looks like in requests and answers: messages, notes, system lines, deliveries, files."""

from typing import Annotated, Any

from pydantic import Field

from contact_center.channel import SendReason
from contact_center.web.models import Ident, Model, Query, Text, Time


class Address(Model):
    """A mailbox or number with the name it goes by."""

    value: str
    name: str


class AddressIn(Model):
    """An address to write to."""

    value: Annotated[Text, Field(min_length=1, max_length=320)]
    name: Annotated[Text, Field(max_length=200)] = ""


class Author(Model):
    """Who wrote it: customer, agent or system; `id` is the customer's or the user's."""

    kind: str
    id: str | None
    name: str


class Attachment(Model):
    """A file of a message; `url` needs the sign-in of the caller."""

    id: str
    name: str
    media_type: str
    size: int
    inline: bool
    url: str


class Delivery(Model):
    """What became of an outgoing message; `reason` is a code, `detail` the peer's own words."""

    state: str
    attempt: int
    reason: SendReason | None
    detail: str
    at: Time
    next_try_at: Time | None


class SystemLine(Model):
    """Something that happened, told in the reader's language from its code."""

    code: str
    params: dict[str, Any]


class Message(Model):
    """One entry of the thread: an utterance, an internal note, or a system line."""

    id: str
    conversation_id: str
    interaction_id: str | None
    version: int
    kind: str
    direction: str | None
    author: Author
    at: Time
    subject: str
    text: str
    visible_text: str | None
    html: bool
    sender: Address | None
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    attachments: list[Attachment]
    client_message_id: str | None
    forwards: str | None
    delivery: Delivery | None
    event: SystemLine | None


class Thread(Model):
    """One page of a thread: the newest page first, inside it ascending in time; `next_cursor` leads to older ones."""

    items: list[Message]
    next_cursor: str | None = None


class ThreadQuery(Query):
    """Which page of the thread; `before` names a message and gives what came before it."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many items at most")] = 50
    cursor: Annotated[Text, Field(max_length=500, description="next_cursor of the page before")] | None = None
    before: Ident | None = None


class SearchQuery(Query):
    """What to look for in a thread; upper and lower case are the same."""

    q: Annotated[Text, Field(min_length=1, max_length=200)]


class FoundMessage(Model):
    """A message in which it was found."""

    id: str
    at: Time


class FoundMessages(Model):
    """The newest messages that hold it, the newest first; `more` when there are others."""

    items: list[FoundMessage]
    more: bool


class HtmlQuery(Query):
    """How to draw an HTML body: `images` 1 lets it fetch pictures from elsewhere."""

    images: Annotated[int, Field(ge=0, le=1)] = 0


UndoSeconds = Annotated[float, Field(ge=0, le=60, description="Seconds for which sending can be undone")]


class NewMessage(Model):
    """A reply, a note, or a mail passed on (`forward`, of the message `forwards`, to somebody else, leaving the work as it is).

    `then` says what happens to the work after a reply. Not given: what ends with the contact (chat) goes on, everything else
    waits for the customer. It can be undone for `undo_seconds`, or for as long as the settings say when that is longer.
    """

    kind: Annotated[str, Field(pattern="^(reply|note|forward)$")]
    text: Annotated[Text, Field(max_length=500_000)]
    html: Annotated[Text, Field(max_length=1_000_000)] | None = None
    attachment_ids: Annotated[list[Ident], Field(max_length=50)] = Field(default_factory=list)
    to: Annotated[list[AddressIn], Field(min_length=1, max_length=50)] | None = None
    cc: Annotated[list[AddressIn], Field(max_length=50)] = Field(default_factory=list)
    bcc: Annotated[list[AddressIn], Field(max_length=50)] = Field(default_factory=list)
    subject: Annotated[Text, Field(max_length=500)] | None = None
    client_message_id: Annotated[Text, Field(min_length=1, max_length=100)]
    forwards: Ident | None = None
    undo_seconds: UndoSeconds = 0
    then: Annotated[str, Field(pattern="^(wait|resolve|stay)$")] | None = None


class StoredFile(Model):
    """A file that was taken in."""

    id: str
    name: str
    media_type: str
    size: int
    url: str
