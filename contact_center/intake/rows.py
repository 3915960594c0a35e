"""The rows of messages that are taken in: what stands where in conversation, interaction, message and file."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import db
from contact_center.channel import InboundMessage
from contact_center.db import Base
from contact_center.files import FileRow
from contact_center.intake.identify import Known
from contact_center.intake.received import Received
from contact_center.intake.thread import Place
from contact_center.interactions.models import Conversation, Interaction, Message, MessageFile, subject_key
from contact_center.interactions.states import InteractionState

PREVIEW_AT_MOST = 300
SUBJECT_AT_MOST = 500


@dataclass(slots=True)
class Work:
    """One message on its way into the tables."""

    item: Received
    message: InboundMessage
    known: Known
    message_id: str
    place: Place | None = None
    conversation_id: str = ""
    interaction_id: str = ""
    new_conversation: bool = False
    new_interaction: bool = False
    ticket_id: str | None = None


@dataclass(slots=True)
class Rows:
    """Rows gathered for bulk inserts, in the order of their foreign keys."""

    tables: dict[type[Base], list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in (FileRow, Conversation, Interaction, Message, MessageFile)}
    )

    def add(self, table: type[Base], **row: Any) -> None:
        """One more row."""
        self.tables[table].append(row)

    async def write(self, session: AsyncSession) -> None:
        """Insert them, one statement a table."""
        for table, rows in self.tables.items():
            await db.add_rows(session, table, rows)


def subject_of(work: Work) -> str:
    """The subject as it is stored."""
    return work.message.subject[:SUBJECT_AT_MOST]


def preview_of(work: Work) -> str:
    """What lists show of it."""
    text = work.message.visible_text or work.message.text
    return " ".join(text[: PREVIEW_AT_MOST * 4].split())[:PREVIEW_AT_MOST]


def add_rows(rows: Rows, work: Work) -> None:
    """Everything that storing this message inserts, but for keys and words."""
    item, message, at = work.item, work.message, work.item.received_at
    if work.new_conversation and work.new_interaction:
        rows.add(
            Conversation,
            id=work.conversation_id,
            account_id=item.account_id,
            channel=item.channel.value,
            customer_id=work.known.customer_id,
            subject=subject_of(work),
            subject_key=subject_key(subject_of(work)),
            language=message.language,
            created_at=at,
            last_message_at=at,
            preview=preview_of(work),
            preview_direction="in",
            preview_author_id=work.known.customer_id,
            attention="now",
            interaction_id=work.interaction_id,
            queue_id=None,
            agent_id=None,
            ticket_id=work.ticket_id,
            snoozed_until=None,
            failed_send=False,
            version=1,
        )
    if work.new_interaction:
        _add_interaction(rows, work)
    rows.add(
        Message,
        id=work.message_id,
        conversation_id=work.conversation_id,
        interaction_id=work.interaction_id,
        kind="message",
        direction="in",
        author_kind="customer",
        author_id=work.known.customer_id,
        author_name=(message.sender.name or work.known.customer_name)[:200],
        at=at,
        subject=subject_of(work),
        text=message.text,
        visible_text=message.visible_text,
        html=item.html,
        wire_id=message.provider_id[:998] if message.provider_id else None,
        reference_ids=list(message.references),
        recipients={
            "from": [{"value": message.sender.value, "name": message.sender.name}],
            "to": [{"value": one.value, "name": one.name} for one in message.recipients],
            "cc": [{"value": one.value, "name": one.name} for one in message.cc],
            "reply_to": [{"value": message.reply_to.value, "name": message.reply_to.name}] if message.reply_to else [],
        },
        client_message_id=None,
        inbound_id=item.replay_of or item.inbound_id,
        event=None,
        version=1,
    )
    for position, file in enumerate(item.files):
        rows.add(
            FileRow,
            id=file.file_id,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type[:200],
            name=file.name[:300],
            uploaded_by=None,
            created_at=at,
        )
        rows.add(
            MessageFile,
            message_id=work.message_id,
            position=position,
            file_id=file.file_id,
            content_id=file.content_id[:300] if file.content_id else None,
            inline=file.inline,
        )


def _add_interaction(rows: Rows, work: Work) -> None:
    assert work.place is not None
    at, wish = work.item.received_at, work.message.wish
    rows.add(
        Interaction,
        id=work.interaction_id,
        conversation_id=work.conversation_id,
        customer_id=work.place.customer_id,
        channel=work.item.channel.value,
        direction="in",
        state=InteractionState.RECEIVED.value,
        subject=subject_of(work),
        language=work.message.language,
        queue_id=None,
        agent_id=None,
        ticket_id=work.ticket_id,
        last_agent_id=work.place.agent_id,
        priority=0,
        units=0,
        skills=[],
        wish={"topic": wish.topic, "queue": wish.queue, "skills": dict(wish.skills)}
        | ({"no_answer": True} if wish.no_answer else {}),
        not_before=None,
        key_at=at,
        created_at=at,
        queued_at=None,
        assigned_at=None,
        closed_at=None,
        result=None,
        successor_id=None,
        wrap_up_code_id=None,
        wrap_up_note=None,
        version=1,
    )
