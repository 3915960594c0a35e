"""Writing into a conversation: messages to the customer, internal notes, system lines.

`send` stores the message, its delivery and the job that carries it out, in the caller's transaction; the job runs after
the commit. A `client_message_id` seen before in this conversation gives the stored message back and does nothing else,
also when two requests carry it at the same time: the unique index decides, not a look beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, jobs
from contact_center.db import add_rows
from contact_center.errors import NotFound
from contact_center.ids import new_id
from contact_center.interactions import announce
from contact_center.interactions.models import (
    Conversation,
    Delivery,
    Draft,
    Message,
    MessageFile,
)
from contact_center.interactions.states import DELIVERY, DeliveryEvent, DeliveryState

JOB = "deliver"
PREVIEW_AT_MOST = 300
Addressed = Mapping[str, str]
"""{value, name}."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: a user, or the system itself."""

    user_id: str | None
    name: str

    @property
    def kind(self) -> str:
        """As stored with the message."""
        return "system" if self.user_id is None else "agent"

    @property
    def actor(self) -> history.Actor:
        """As recorded in history."""
        return history.SYSTEM if self.user_id is None else history.user(self.user_id)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to write. `file_ids` must be files the writer may use; recipients are empty for notes.

    `forwards_id` names the message of the same conversation that is passed on. What is said
    `by_itself` leaves the conversation showing what the customer said.
    """

    conversation_id: str
    writer: Writer
    text: str
    html: str | None = None
    subject: str = ""
    to: Sequence[Addressed] = ()
    cc: Sequence[Addressed] = ()
    bcc: Sequence[Addressed] = ()
    file_ids: Sequence[str] = ()
    interaction_id: str | None = None
    client_message_id: str | None = None
    forwards_id: str | None = None
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The stored message; `new` is false when it had been stored before."""

    message_id: str
    new: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it goes: the conversation, locked."""

    id: str
    account_id: str
    queue_id: str | None
    agent_id: str | None


def lane(conversation_id: str) -> str:
    """The lane in which a conversation's messages go out one after the other."""
    return f"conversation:{conversation_id}"


async def send(session: AsyncSession, outgoing: Outgoing, *, at: datetime, hold: timedelta = timedelta()) -> Written:
    """Store a message to the customer and let it go out after `hold`; the writer's draft of it is done with."""
    place = await _lock(session, outgoing.conversation_id)
    written = await _store(session, outgoing, kind="message", direction="out", at=at)
    if not written.new:
        return written
    await _deliver(session, place, written.message_id, outgoing.writer, at=at, hold=hold)
    await _tell(session, place, outgoing, written.message_id, direction="out", at=at)
    await _drop_draft(session, outgoing, "forward" if outgoing.forwards_id else "reply")
    return written


async def note(session: AsyncSession, outgoing: Outgoing, *, at: datetime) -> Written:
    """Store an internal note: never sent to anybody."""
    place = await _lock(session, outgoing.conversation_id)
    written = await _store(session, outgoing, kind="note", direction=None, at=at)
    if written.new:
        await _tell(session, place, outgoing, written.message_id, direction="note", at=at)
        await _drop_draft(session, outgoing, "note")
    return written


async def system_line(
    session: AsyncSession,
    conversation_id: str,
    code: str,
    params: Mapping[str, Any],
    *,
    interaction_id: str | None,
    at: datetime,
) -> str:
    """Store a line that tells what happened: a code and its parameters, translated on the reader's screen."""
    place = await _lock(session, conversation_id)
    writer = Writer(None, "")
    outgoing = Outgoing(conversation_id, writer, text="", interaction_id=interaction_id)
    told = {"code": code, "params": dict(params)}
    written = await _store(session, outgoing, kind="event", direction=None, at=at, event=told)
    users = await announce.users_of(session, [place.agent_id])
    user_id = users.get(place.agent_id or "")
    announce.message_created(session, message_id=written.message_id, conversation_id=place.id, user_id=user_id, at=at)
    return written.message_id


async def _lock(session: AsyncSession, conversation_id: str) -> _Place:
    row = (
        await session.execute(
            select(Conversation.id, Conversation.account_id, Conversation.queue_id, Conversation.agent_id)
            .where(Conversation.id == conversation_id)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return _Place(row.id, row.account_id, row.queue_id, row.agent_id)


async def _store(
    session: AsyncSession,
    outgoing: Outgoing,
    *,
    kind: str,
    direction: str | None,
    at: datetime,
    event: Mapping[str, Any] | None = None,
) -> Written:
    row: dict[str, Any] = {
        "id": new_id(),
        "conversation_id": outgoing.conversation_id,
        "interaction_id": outgoing.interaction_id,
        "kind": kind,
        "direction": direction,
        "author_kind": outgoing.writer.kind,
        "author_id": outgoing.writer.user_id,
        "author_name": outgoing.writer.name[:200],
        "at": at,
        "subject": outgoing.subject[:500],
        "text": outgoing.text,
        "html": outgoing.html,
        "reference_ids": [],
        "recipients": {"to": _plain(outgoing.to), "cc": _plain(outgoing.cc), "bcc": _plain(outgoing.bcc)},
        "client_message_id": outgoing.client_message_id,
        "forwards_id": outgoing.forwards_id,
        "event": event,
        "version": 1,
    }
    table: Table = Message.__table__  # type: ignore[assignment]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    stored = await session.scalar(dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.c.id))
    if stored is None:
        return Written(await _stored_before(session, outgoing), new=False)
    if outgoing.file_ids:
        files = [
            {"message_id": stored, "position": position, "file_id": file_id, "content_id": None, "inline": False}
            for position, file_id in enumerate(dict.fromkeys(outgoing.file_ids))
        ]
        await add_rows(session, MessageFile, files)
    return Written(str(stored), new=True)


async def _stored_before(session: AsyncSession, outgoing: Outgoing) -> str:
    found = await session.scalars(
        select(Message.id).where(
            Message.conversation_id == outgoing.conversation_id,
            Message.client_message_id == outgoing.client_message_id,
        )
    )
    return found.one()


def _plain(addresses: Sequence[Addressed]) -> list[dict[str, str]]:
    return [{"value": one["value"], "name": one.get("name", "")} for one in addresses]


async def _deliver(
    session: AsyncSession, place: _Place, message_id: str, writer: Writer, *, at: datetime, hold: timedelta
) -> None:
    """The delivery and its job: a held one may still be taken back until its time comes."""
    event = DeliveryEvent.HOLD if hold else DeliveryEvent.QUEUE
    state = DELIVERY.after(DeliveryState.DRAFT, event)
    delivery_id = new_id()
    run_at = at + hold
    job_id = jobs.enqueue(session, JOB, {"delivery_id": delivery_id}, at=at, lane=lane(place.id), run_at=run_at)
    await session.execute(
        insert(Delivery).values(
            id=delivery_id,
            message_id=message_id,
            account_id=place.account_id,
            state=state.value,
            at=at,
            next_try_at=run_at if hold else None,
            job_id=job_id,
        )
    )
    history.append(
        session,
        entity="delivery",
        entity_id=delivery_id,
        before=None,
        after=state.value,
        at=at,
        actor=writer.actor,
        cause=event.value,
        queue_id=place.queue_id,
        agent_id=place.agent_id,
    )


async def _tell(
    session: AsyncSession, place: _Place, outgoing: Outgoing, message_id: str, *, direction: str, at: datetime
) -> None:
    """The conversation shows it, and screens hear of both."""
    values: dict[str, Any] = {}
    if not outgoing.by_itself:
        values = {
            "last_message_at": at,
            "preview": " ".join(outgoing.text[: PREVIEW_AT_MOST * 4].split())[:PREVIEW_AT_MOST],
            "preview_direction": direction,
            "preview_author_id": outgoing.writer.user_id,
        }
    users = await announce.conversations_changed(session, [place.id], at=at, values=values, talk=True)
    announce.message_created(
        session, message_id=message_id, conversation_id=place.id, user_id=users.get(place.id), at=at
    )


async def _drop_draft(session: AsyncSession, outgoing: Outgoing, mode: str) -> None:
    if outgoing.writer.user_id is not None:
        await session.execute(
            delete(Draft).where(
                Draft.conversation_id == outgoing.conversation_id,
                Draft.user_id == outgoing.writer.user_id,
                Draft.mode == mode,
            )
        )
