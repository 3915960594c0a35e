"""Storing understood messages: conversations, interactions, tickets, messages and files, one statement a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history, jobs, words
from contact_center.channel import ChannelKind, InboundMessage
from contact_center.db import Base, upsert
from contact_center.files import FileRow
from contact_center.ids import new_id
from contact_center.intake.identify import Known
from contact_center.intake.received import Received, TakenIn
from contact_center.intake.thread import Place, candidate_keys, own_keys
from contact_center.interactions import announce, assigning
from contact_center.interactions.models import (
    Assignment,
    Conversation,
    ConversationKey,
    Interaction,
    Message,
    MessageFile,
    Participant,
    subject_key,
)
from contact_center.interactions.states import OPEN, AssignmentState, InteractionState
from contact_center.tickets import actions as tickets

TRIAGE_JOB = "triage"
OPENS_TICKET = frozenset({ChannelKind.EMAIL, ChannelKind.API})
PREVIEW_AT_MOST = 300
SUBJECT_AT_MOST = 500


@dataclass(slots=True)
class _Work:
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
class _Rows:
    """Rows gathered for bulk inserts, in the order of their foreign keys."""

    tables: dict[type[Base], list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in (FileRow, Conversation, Interaction, Message, MessageFile)}
    )

    def add(self, table: type[Base], **row: Any) -> None:
        self.tables[table].append(row)

    async def write(self, session: AsyncSession) -> None:
        for table, rows in self.tables.items():
            if rows:
                await session.execute(insert(table.__table__), rows)  # type: ignore[arg-type]


async def store_messages(
    session: AsyncSession,
    items: Sequence[Received],
    people: Mapping[str, Known],
    places: Mapping[tuple[str, str], Place],
) -> list[TakenIn]:
    """Store every item (all understood, none seen before); `places` are locked."""
    works = _place(items, people, places)
    await _join_open_interactions(session, works)
    await _attach_tickets(session, works)
    rows = _Rows()
    for work in works:
        _add_rows(rows, work)
    await rows.write(session)
    await words.add(session, {str(row["id"]): str(row["subject_key"]) for row in rows.tables[Conversation]})
    await _add_keys(session, works, places)
    await _announce_existing(session, works)
    for work in works:
        if work.new_conversation:
            _announce_new(session, work)
        if work.new_interaction:
            _start_interaction(session, work)
    return [
        TakenIn(
            work.item.inbound_id,
            message_id=work.message_id,
            conversation_id=work.conversation_id,
            interaction_id=work.interaction_id,
        )
        for work in works
    ]


def _place(
    items: Sequence[Received],
    people: Mapping[str, Known],
    places: Mapping[tuple[str, str], Place],
) -> list[_Work]:
    """Decide each message's conversation; a message of this list may answer an earlier one of it."""
    here = dict(places)
    works = []
    for item in items:
        assert isinstance(item.understood, InboundMessage)
        work = _Work(item, item.understood, people[item.inbound_id], item.message_id)
        found = (here.get((item.account_id, key)) for key in candidate_keys(work.message))
        work.place = next((place for place in found if place is not None), None)
        if work.place is None:
            work.new_conversation = True
            work.place = Place(new_id(), work.known.customer_id, None, None, None, None)
        work.conversation_id = work.place.id
        for key in own_keys(work.message):
            here.setdefault((item.account_id, key), work.place)
        works.append(work)
    return works


async def _join_open_interactions(session: AsyncSession, works: Sequence[_Work]) -> None:
    """Each message joins its conversation's open interaction, or starts one (first message of the list for it)."""
    existing = sorted({work.conversation_id for work in works if not work.new_conversation})
    open_now: dict[str, str] = {}
    wrapping_up: dict[str, str] = {}
    if existing:
        wraps_up = exists().where(
            Assignment.interaction_id == Interaction.id,
            Assignment.ended_at.is_(None),
            Assignment.state == AssignmentState.WRAPPING_UP.value,
        )
        rows = await session.execute(
            select(Interaction.conversation_id, Interaction.id, wraps_up)
            .where(
                Interaction.conversation_id.in_(existing),
                Interaction.state.in_([state.value for state in OPEN]),
            )
            .with_for_update()
        )
        for conversation_id, found, busy in rows:
            open_now[conversation_id] = found
            if busy:
                wrapping_up[conversation_id] = found
    for work in works:
        interaction_id = open_now.get(work.conversation_id)
        if interaction_id is None:
            interaction_id = open_now[work.conversation_id] = new_id()
            work.new_interaction = True
        work.interaction_id = interaction_id
    for conversation_id, held in wrapping_up.items():
        work = next(work for work in works if work.conversation_id == conversation_id)
        await assigning.customer_wrote(session, held, at=work.item.received_at)


async def _attach_tickets(session: AsyncSession, works: Sequence[_Work]) -> None:
    """The conversation's open ticket, or a new one where this channel opens tickets at intake."""
    fresh = [work for work in works if work.new_conversation and work.new_interaction and _opens(work)]
    opened = await tickets.open_many(
        session,
        [tickets.NewTicket(customer_id=work.known.customer_id, subject=_subject(work)) for work in fresh],
        at=fresh[0].item.received_at if fresh else works[0].item.received_at,
        actor=history.customer(works[0].known.customer_id),
    )
    by_conversation: dict[str, str | None] = {
        work.conversation_id: ticket_id for work, ticket_id in zip(fresh, opened, strict=True)
    }
    going_on = {work.conversation_id: work.place.ticket_id for work in works if work.place and work.place.ticket_id}
    settled = await tickets.settled(session, list(going_on.values()))
    by_conversation |= {one: ticket_id for one, ticket_id in going_on.items() if ticket_id in settled}
    for work in works:
        assert work.place is not None
        if work.new_conversation:
            work.ticket_id = by_conversation.get(work.conversation_id)
        elif work.conversation_id not in by_conversation:
            by_conversation[work.conversation_id] = work.ticket_id = await tickets.customer_wrote(
                session,
                work.place.ticket_id,
                customer_id=work.place.customer_id,
                subject=_subject(work),
                opens=_opens(work),
                at=work.item.received_at,
            )
        else:
            work.ticket_id = by_conversation[work.conversation_id]


def _opens(work: _Work) -> bool:
    return work.item.channel in OPENS_TICKET


def _subject(work: _Work) -> str:
    return work.message.subject[:SUBJECT_AT_MOST]


def _preview(work: _Work) -> str:
    text = work.message.visible_text or work.message.text
    return " ".join(text[: PREVIEW_AT_MOST * 4].split())[:PREVIEW_AT_MOST]


def _add_rows(rows: _Rows, work: _Work) -> None:
    item, message, at = work.item, work.message, work.item.received_at
    if work.new_conversation and work.new_interaction:
        rows.add(
            Conversation,
            id=work.conversation_id,
            account_id=item.account_id,
            channel=item.channel.value,
            customer_id=work.known.customer_id,
            subject=_subject(work),
            subject_key=subject_key(_subject(work)),
            language=message.language,
            created_at=at,
            last_message_at=at,
            preview=_preview(work),
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
        subject=_subject(work),
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


def _add_interaction(rows: _Rows, work: _Work) -> None:
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
        subject=_subject(work),
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


async def _add_keys(session: AsyncSession, works: Sequence[_Work], places: Mapping[tuple[str, str], Place]) -> None:
    """How answers find the conversation, and who takes part. Keys known already stay where they are.

    Where a conversation belongs to one person's key (chat, texts), that person takes part since the key is known.
    """
    keys = [
        {
            "account_id": work.item.account_id,
            "key": key,
            "conversation_id": work.conversation_id,
        }
        for work in works
        for key in own_keys(work.message)
        if (work.item.account_id, key) not in places
    ]
    people = {
        (work.conversation_id, work.known.identity_id): {
            "conversation_id": work.conversation_id,
            "identity_id": work.known.identity_id,
            "role": "customer",
            "name": work.message.sender.name[:200],
        }
        for work in works
        if not work.message.conversation_key or (work.item.account_id, own_keys(work.message)[0]) not in places
    }
    await upsert(
        session,
        ConversationKey,
        sorted(keys, key=lambda row: row["key"]),
        key=["account_id", "key"],
    )
    await upsert(
        session,
        Participant,
        [people[key] for key in sorted(people)],
        key=["conversation_id", "identity_id"],
    )


async def _announce_existing(session: AsyncSession, works: Sequence[_Work]) -> None:
    """Conversations that went on: pointers, preview and version; then their events and those of their messages."""
    for work in works:
        assert work.place is not None
        at, users = work.item.received_at, dict[str, str]()
        if not (work.new_conversation and work.new_interaction):
            values: dict[str, Any] = {
                "last_message_at": at,
                "preview": _preview(work),
                "preview_direction": "in",
                "preview_author_id": work.known.customer_id,
                "attention": "now",
                "snoozed_until": None,
                "interaction_id": work.interaction_id,
                "ticket_id": work.ticket_id,
            }
            talk = not work.new_interaction
            told = [work.conversation_id]
            users |= await announce.conversations_changed(session, told, at=at, values=values, talk=talk)
        announce.message_created(
            session,
            message_id=work.message_id,
            conversation_id=work.conversation_id,
            user_id=users.get(work.conversation_id),
            at=at,
        )


def _announce_new(session: AsyncSession, work: _Work) -> None:
    events.record(
        session,
        "conversation.updated",
        entity="conversation",
        entity_id=work.conversation_id,
        version=1,
        rooms=announce.rooms(work.conversation_id, None, None),
        at=work.item.received_at,
    )


def _start_interaction(session: AsyncSession, work: _Work) -> None:
    at = work.item.received_at
    history.append(
        session,
        entity="interaction",
        entity_id=work.interaction_id,
        before=None,
        after=InteractionState.RECEIVED.value,
        at=at,
        actor=history.customer(work.known.customer_id),
        cause="inbound",
    )
    jobs.enqueue(session, TRIAGE_JOB, {"interaction_id": work.interaction_id}, at=at)
