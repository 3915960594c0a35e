"""The one door in: seen before? whose identity? which conversation? store, hand to triage. One transaction for a list.

Received twice has the effect of once: the unique key on the inbound row decides, also between nodes. What a channel
could not understand is stored as parked; bounces, automatic replies and receipts as ignored, with the guard's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, jobs
from contact_center.channel import Ignored, IgnoreReason, InboundMessage, Parked, ParkReason
from contact_center.customers import consents
from contact_center.db import table_of
from contact_center.intake.identify import identify, key_of
from contact_center.intake.models import INBOUND, Inbound, InboundEvent, InboundState
from contact_center.intake.received import Received, TakenIn
from contact_center.intake.store import store_messages
from contact_center.intake.thread import find_places
from contact_center.interactions.models import ChannelAccount

Heard = Mapping[str, datetime]
"""Account -> the second for which it is noted already that it heard something: one row must not be written by every message."""
NOTHING: Heard = MappingProxyType({})
BOUNCE_JOB = "bounce"
FETCH_JOB = "fetch_files"


async def take_in(session: AsyncSession, items: Sequence[Received], heard: Heard = NOTHING) -> Sequence[TakenIn]:
    """Record every item; results in order. Duplicates, on this or an earlier day, come back marked and change nothing."""
    fresh = await _claim(session, items)
    messages = [item for item in items if item.inbound_id in fresh and isinstance(item.understood, InboundMessage)]
    stored: dict[str, TakenIn] = {}
    if messages:
        addresses = [item.understood.sender for item in messages if isinstance(item.understood, InboundMessage)]
        at = messages[0].received_at
        people = await identify(session, addresses, language=None, at=at)
        places = await find_places(session, messages)
        by_sender = {
            item.inbound_id: people[key_of(item.understood.sender)]
            for item in messages
            if isinstance(item.understood, InboundMessage)
        }
        stored = {taken.inbound_id: taken for taken in await store_messages(session, messages, by_sender, places)}
    for item in items:
        if item.inbound_id in fresh:
            await _consequences(session, item, stored.get(item.inbound_id))
    await _account_heard(session, [item for item in items if item.inbound_id in fresh], heard)
    outcomes = [
        stored.get(item.inbound_id) or TakenIn(item.inbound_id, duplicate=item.inbound_id not in fresh)
        for item in items
    ]
    return [
        replace(outcome, inbound_id=item.replay_of) if item.replay_of else outcome
        for item, outcome in zip(items, outcomes, strict=True)
    ]


async def _claim(session: AsyncSession, items: Sequence[Received]) -> set[str]:
    """Insert the inbound rows; returns the ids of those that nobody had before (or of replays that are still parked)."""
    rows = [_row(item) for item in items if item.replay_of is None]
    fresh: set[str] = set()
    if rows:
        unique = {(row["account_id"], row["dedupe_key"]): row for row in reversed(rows)}
        ordered = [unique[key] for key in sorted(unique)]
        fresh = set((await session.scalars(_claiming(session.get_bind().dialect.name), ordered)).all())
    for item in items:
        if item.replay_of is not None and await _replayed(session, item):
            fresh.add(item.inbound_id)
    return fresh


@cache
def _claiming(dialect: str) -> Any:
    inbound = table_of(Inbound)
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(inbound)
    return insert.on_conflict_do_nothing(index_elements=["account_id", "dedupe_key"]).returning(inbound.c.id)


async def _replayed(session: AsyncSession, item: Received) -> bool:
    """Move the parked row on; False when it is parked no longer, or still not understood (its reason is renewed)."""
    row = update(Inbound).where(Inbound.id == item.replay_of, Inbound.state == InboundState.PARKED.value)
    if isinstance(item.understood, Parked):
        await session.execute(row.values(reason=item.understood.reason.value, detail=item.understood.detail))
        return False
    after = INBOUND.after(InboundState.PARKED, InboundEvent.REPLAY)
    message_id = item.message_id if isinstance(item.understood, InboundMessage) else None
    moved = await session.execute(row.values(state=after.value, message_id=message_id).returning(Inbound.id))
    return moved.first() is not None


def _row(item: Received) -> dict[str, object]:
    state, reason, guard = _verdict(item)
    return {
        "id": item.inbound_id,
        "account_id": item.account_id,
        "channel": item.channel.value,
        "received_at": item.received_at,
        "raw": item.raw,
        "raw_sha256": item.raw_sha256,
        "size": item.size,
        "envelope": dict(item.envelope),
        "dedupe_key": item.dedupe_key,
        "state": state.value,
        "reason": reason,
        "detail": item.understood.detail if isinstance(item.understood, Parked) else "",
        "guard": guard,
        "message_id": item.message_id if isinstance(item.understood, InboundMessage) else None,
        "correlation": item.correlation,
    }


def _verdict(item: Received) -> tuple[InboundState, str | None, str | None]:
    match item.understood:
        case Ignored(reason=reason, guard=guard):
            return (
                INBOUND.after(InboundState.STORED, InboundEvent.IGNORE),
                reason.value,
                guard,
            )
        case Parked(reason=parked):
            return INBOUND.after(InboundState.STORED, InboundEvent.PARK), parked.value, None
        case _:
            return INBOUND.after(InboundState.STORED, InboundEvent.TAKE_IN), None, None


async def _consequences(session: AsyncSession, item: Received, taken: TakenIn | None) -> None:
    """History of the row, and the jobs that follow: a delivery learns of its bounce, what was allowed is kept, files are fetched."""
    state, reason, _ = _verdict(item)
    history.append(
        session,
        entity="inbound",
        entity_id=item.replay_of or item.inbound_id,
        before=InboundState.PARKED.value if item.replay_of else InboundState.STORED.value,
        after=InboundState.REPLAYED.value if item.replay_of else state.value,
        at=item.received_at,
        actor=history.SYSTEM,
        cause=reason or "received",
    )
    understood = item.understood
    if isinstance(understood, Ignored) and understood.reason in {
        IgnoreReason.BOUNCE,
        IgnoreReason.DELAY,
    }:
        jobs.enqueue(
            session,
            BOUNCE_JOB,
            {
                "account_id": item.account_id,
                "original_message_id": understood.original_message_id,
                "failed_addresses": list(understood.failed_addresses),
                "permanent": understood.permanent and understood.reason is IgnoreReason.BOUNCE,
            },
            at=item.received_at,
        )
    if isinstance(understood, Ignored) and understood.sender is not None and understood.allows is not None:
        sender, actor, cause = understood.sender, history.SYSTEM, f"keyword:{understood.guard}"
        await consents.say(
            session, sender.kind, sender.value, allowed=understood.allows, at=item.received_at, actor=actor, cause=cause
        )
    if isinstance(understood, InboundMessage) and understood.remote_files and taken is not None:
        files = [{"url": one.url, "media_type": one.media_type} for one in understood.remote_files]
        wanted = {"message_id": taken.message_id, "account_id": item.account_id, "files": files}
        jobs.enqueue(session, FETCH_JOB, wanted, at=item.received_at)


def second_of(item: Received) -> datetime:
    """When its account heard it, as far as that is noted."""
    return item.received_at.replace(microsecond=0)


async def _account_heard(session: AsyncSession, items: Sequence[Received], heard: Heard) -> None:
    """Remember when an account last heard something, at most about once a second each."""
    latest: dict[str, Received] = {}
    for item in items:
        latest[item.account_id] = item
    for account_id, item in latest.items():
        second = second_of(item)
        if heard.get(account_id) == second:
            continue
        await session.execute(
            update(ChannelAccount)
            .where(
                ChannelAccount.id == account_id,
                (ChannelAccount.last_inbound_at.is_(None)) | (ChannelAccount.last_inbound_at < second),
            )
            .values(last_inbound_at=second)
            .execution_options(synchronize_session=False)
        )


def parked_copy(item: Received, reason: ParkReason, detail: str) -> Received:
    """The same item with its understanding replaced: for what failed on the way in."""
    understood = item.understood
    return replace(
        item,
        understood=Parked(reason, understood.provider_id, understood.content_hash, detail[:500]),
        files=(),
        html=None,
    )
