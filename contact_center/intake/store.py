"""Storing understood messages: conversations, interactions, tickets, messages and files, one statement a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history, jobs, words
from contact_center.channel import ChannelKind, InboundMessage
from contact_center.db import table_of, upsert
from contact_center.ids import new_id
from contact_center.intake.identify import Known
from contact_center.intake.received import Received, TakenIn
from contact_center.intake.rows import Rows, Work, add_rows, preview_of, subject_of
from contact_center.intake.thread import Place, candidate_keys, own_keys
from contact_center.interactions import announce, assigning
from contact_center.interactions.models import (
    Assignment,
    Conversation,
    ConversationKey,
    Interaction,
    Participant,
)
from contact_center.interactions.states import OPEN, AssignmentState, InteractionState
from contact_center.tickets import actions as tickets

TRIAGE_JOB = "triage"
OPENS_TICKET = frozenset({ChannelKind.EMAIL, ChannelKind.API})
_i, _a = table_of(Interaction), table_of(Assignment)
_WRAPS_UP = exists().where(
    _a.c.interaction_id == _i.c.id, _a.c.ended_at.is_(None), _a.c.state == AssignmentState.WRAPPING_UP.value
)
_OPEN = (
    select(_i.c.conversation_id, _i.c.id, _WRAPS_UP)
    .where(
        _i.c.conversation_id.in_(bindparam("conversations", expanding=True)),
        _i.c.state.in_([state.value for state in OPEN]),
    )
    .with_for_update()
)


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
    rows = Rows()
    for work in works:
        add_rows(rows, work)
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
) -> list[Work]:
    """Decide each message's conversation; a message of this list may answer an earlier one of it."""
    here = dict(places)
    works = []
    for item in items:
        assert isinstance(item.understood, InboundMessage)
        work = Work(item, item.understood, people[item.inbound_id], item.message_id)
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


async def _join_open_interactions(session: AsyncSession, works: Sequence[Work]) -> None:
    """Each message joins its conversation's open interaction, or starts one (first message of the list for it)."""
    existing = sorted({work.conversation_id for work in works if not work.new_conversation})
    open_now: dict[str, str] = {}
    wrapping_up: dict[str, str] = {}
    if existing:
        for conversation_id, found, busy in await session.execute(_OPEN, {"conversations": existing}):
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


async def _attach_tickets(session: AsyncSession, works: Sequence[Work]) -> None:
    """The conversation's open ticket, or a new one where this channel opens tickets at intake."""
    fresh = [work for work in works if work.new_conversation and work.new_interaction and _opens(work)]
    opened = await tickets.open_many(
        session,
        [tickets.NewTicket(customer_id=work.known.customer_id, subject=subject_of(work)) for work in fresh],
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
                subject=subject_of(work),
                opens=_opens(work),
                at=work.item.received_at,
            )
        else:
            work.ticket_id = by_conversation[work.conversation_id]


def _opens(work: Work) -> bool:
    return work.item.channel in OPENS_TICKET


async def _add_keys(session: AsyncSession, works: Sequence[Work], places: Mapping[tuple[str, str], Place]) -> None:
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


async def _announce_existing(session: AsyncSession, works: Sequence[Work]) -> None:
    """Conversations that went on: pointers, preview and version; then their events and those of their messages."""
    for work in works:
        assert work.place is not None
        at, users = work.item.received_at, dict[str, str]()
        if not (work.new_conversation and work.new_interaction):
            values: dict[str, Any] = {
                "last_message_at": at,
                "preview": preview_of(work),
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
            customers=True,
        )


def _announce_new(session: AsyncSession, work: Work) -> None:
    events.record(
        session,
        "conversation.updated",
        entity="conversation",
        entity_id=work.conversation_id,
        version=1,
        rooms=announce.rooms(work.conversation_id, None, None),
        at=work.item.received_at,
    )


def _start_interaction(session: AsyncSession, work: Work) -> None:
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
    if not work.message.wish.later:
        jobs.enqueue(session, TRIAGE_JOB, {"interaction_id": work.interaction_id}, at=at)
