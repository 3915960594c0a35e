"""What becomes of an outgoing message: moves of its delivery, each with history, news, and the conversation's red mark.

Every move asks the table of `states.py` and is made on a locked row, so a report, a retry and a bounce take turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history, jobs
from contact_center.channel import DeliveryOutcome, SendReason
from contact_center.db import upsert
from contact_center.errors import Conflict, NotFound
from contact_center.history import SYSTEM, Actor
from contact_center.interactions import announce
from contact_center.interactions.models import (
    Conversation,
    ConversationKey,
    Delivery,
    Draft,
    Message,
    MessageFile,
)
from contact_center.interactions.sending import JOB, lane
from contact_center.interactions.states import DELIVERY, DeliveryEvent, DeliveryState

FAILED = (DeliveryState.FAILED_PERMANENTLY, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)
"""What somebody must look at: shown red on the worklist."""
DETAIL_AT_MOST = 500
_REPORTED = {
    DeliveryOutcome.SENT: DeliveryEvent.SENT,
    DeliveryOutcome.DELIVERED: DeliveryEvent.DELIVERED,
    DeliveryOutcome.READ: DeliveryEvent.READ,
    DeliveryOutcome.TRANSIENT: DeliveryEvent.FAILED,
    DeliveryOutcome.PERMANENT: DeliveryEvent.FAILED_FOR_GOOD,
    DeliveryOutcome.BOUNCED: DeliveryEvent.BOUNCED,
    DeliveryOutcome.UNKNOWN: DeliveryEvent.NO_ANSWER,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery, locked, and where its message belongs."""

    id: str
    message_id: str
    account_id: str
    state: DeliveryState
    attempt: int
    at: datetime
    next_try_at: datetime | None
    job_id: str | None
    conversation_id: str
    queue_id: str | None
    agent_id: str | None


async def hold(session: AsyncSession, *, delivery_id: str | None = None, message_id: str | None = None) -> Held | None:
    """Lock a delivery (and before it its conversation, as everybody does); None when there is none."""
    which = Delivery.id == delivery_id if delivery_id is not None else Delivery.message_id == message_id
    place = (
        await session.execute(
            select(Conversation.id, Conversation.queue_id, Conversation.agent_id)
            .join(Message, Message.conversation_id == Conversation.id)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(which)
            .with_for_update(of=Conversation)
        )
    ).one_or_none()
    if place is None:
        return None
    row = (await session.execute(select(Delivery.__table__).where(which).with_for_update())).one()
    return Held(
        row.id, row.message_id, row.account_id, DeliveryState(row.state), row.attempt, row.at, row.next_try_at,
        row.job_id, place.id, place.queue_id, place.agent_id,
    )  # fmt: skip


async def move(
    session: AsyncSession,
    held: Held,
    event: DeliveryEvent,
    *,
    at: datetime,
    actor: Actor = SYSTEM,
    reason: SendReason | None = None,
    detail: str = "",
    next_try_at: datetime | None = None,
    **values: Any,
) -> DeliveryState:
    """Move a locked delivery and tell; raises `IllegalMove`."""
    after = DELIVERY.after(held.state, event)
    await session.execute(
        update(Delivery)
        .where(Delivery.id == held.id)
        .values(
            state=after.value,
            at=at,
            reason=None if reason is None else reason.value,
            detail=detail[:DETAIL_AT_MOST],
            next_try_at=next_try_at,
            **values,
        )
        .execution_options(synchronize_session=False)
    )
    history.append(
        session,
        entity="delivery",
        entity_id=held.id,
        before=held.state.value,
        after=after.value,
        at=at,
        actor=actor,
        cause=event.value,
        queue_id=held.queue_id,
        agent_id=held.agent_id,
    )
    await _tell(session, held, at=at)
    if after in FAILED or held.state in FAILED:
        await _mark(session, held, at=at)
    return after


async def report(
    session: AsyncSession,
    held: Held,
    outcome: DeliveryOutcome,
    *,
    at: datetime,
    reason: SendReason | None = None,
    detail: str = "",
    provider_id: str | None = None,
    next_try_at: datetime | None = None,
) -> bool:
    """Record what a channel says became of it; False when that no longer matters (reports come late and twice)."""
    event = _REPORTED[outcome]
    if event is DeliveryEvent.FAILED and next_try_at is None:
        event = DeliveryEvent.FAILED_FOR_GOOD
    if not DELIVERY.allows(held.state, event):
        return False
    values: dict[str, Any] = {}
    if provider_id:
        values["provider_id"] = provider_id[:300]
        await remember_wire_id(session, held, provider_id)
    await move(session, held, event, at=at, reason=reason, detail=detail, next_try_at=next_try_at, **values)
    return True


async def remember_wire_id(session: AsyncSession, held: Held, wire_id: str) -> None:
    """The id under which the peer knows the message, so that answers and bounces find it."""
    await session.execute(
        update(Message)
        .where(Message.id == held.message_id)
        .values(wire_id=wire_id[:998])
        .execution_options(synchronize_session=False)
    )
    key = {"account_id": held.account_id, "key": wire_id[:300], "conversation_id": held.conversation_id}
    await upsert(session, ConversationKey, [key], key=["account_id", "key"])


async def remember_job(session: AsyncSession, delivery_id: str, job_id: str) -> None:
    """Which job will make the next attempt."""
    await session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(job_id=job_id)
        .execution_options(synchronize_session=False)
    )


async def retry(session: AsyncSession, message_id: str, *, at: datetime, actor: Actor) -> None:
    """Send it again now, in its old place when it still waits there. Raises `Conflict` with the present state."""
    held = await _of_message(session, message_id, DeliveryEvent.RETRY)
    job_id = held.job_id
    if job_id is None or not await jobs.hasten(session, job_id, at=at):
        job_id = jobs.enqueue(session, JOB, {"delivery_id": held.id}, at=at, lane=lane(held.conversation_id))
    await move(session, held, DeliveryEvent.RETRY, at=at, actor=actor, job_id=job_id)


async def discard(session: AsyncSession, message_id: str, *, at: datetime, actor: Actor) -> None:
    """Give it up: it will not go out any more. Raises `Conflict` with the present state."""
    held = await _of_message(session, message_id, DeliveryEvent.CANCEL)
    if held.job_id is not None:
        await jobs.cancel(session, held.job_id)
    await move(session, held, DeliveryEvent.CANCEL, at=at, actor=actor)


async def undo(session: AsyncSession, message_id: str, user_id: str, *, at: datetime) -> None:
    """Take back what is still held; its text is the user's draft again, before whatever they wrote since.

    Raises `Conflict` once it is on its way.
    """
    held = await _of_message(session, message_id, DeliveryEvent.CANCEL)
    if held.state is not DeliveryState.HELD:
        raise Conflict("too_late_to_undo", current={"state": held.state.value})
    if held.job_id is not None:
        await jobs.cancel(session, held.job_id)
    await move(session, held, DeliveryEvent.CANCEL, at=at, actor=history.user(user_id))
    message = await session.get_one(Message, message_id)
    files = await session.scalars(
        select(MessageFile.file_id).where(MessageFile.message_id == message_id).order_by(MessageFile.position)
    )
    mode = "forward" if message.forwards_id else "reply"
    meanwhile = await session.get(Draft, (held.conversation_id, user_id, mode), populate_existing=True)
    newer = "" if meanwhile is None else str(meanwhile.content.get("text", ""))
    content = {
        "text": f"{message.text}\n\n{newer}" if newer.strip() else message.text,
        "html": message.html,
        "to": message.recipients.get("to"),
        "cc": message.recipients.get("cc"),
        "bcc": message.recipients.get("bcc"),
        "forwards": message.forwards_id,
        "attachment_ids": list(files),
    }
    row = {
        "conversation_id": held.conversation_id,
        "user_id": user_id,
        "mode": mode,
        "content": content,
        "saved_at": at,
    }
    await upsert(session, Draft, [row], key=["conversation_id", "user_id", "mode"], update=["content", "saved_at"])


async def bounced(
    session: AsyncSession,
    *,
    account_id: str,
    wire_id: str,
    addresses: Sequence[str],
    at: datetime,
) -> str | None:
    """The peer says later that it could not deliver. Returns the message's id, None when it is not one of ours."""
    bare = wire_id.strip().strip("<>")
    spellings = {bare, f"<{bare}>"}
    message_id = await session.scalar(
        select(Message.id)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Message.wire_id.in_(spellings), Message.direction == "out", Delivery.account_id == account_id)
        .limit(1)
    )
    held = await hold(session, message_id=message_id) if message_id is not None else None
    if held is None:
        return None
    told = ", ".join(addresses[:5])
    await report(session, held, DeliveryOutcome.BOUNCED, at=at, reason=SendReason.BOUNCED, detail=told)
    return held.message_id


async def reported(
    session: AsyncSession,
    *,
    delivery_id: str,
    outcome: DeliveryOutcome,
    provider_id: str,
    reason: SendReason | None = None,
    detail: str = "",
    at: datetime,
) -> bool:
    """A later status of what was sent (delivered, read, failed). False when it is not ours or no longer matters."""
    held = await hold(session, delivery_id=delivery_id)
    return held is not None and await report(
        session,
        held,
        outcome,
        at=at,
        reason=reason,
        detail=detail,
        provider_id=provider_id if held.state is DeliveryState.SENDING else None,
    )


async def _of_message(session: AsyncSession, message_id: str, event: DeliveryEvent) -> Held:
    held = await hold(session, message_id=message_id)
    if held is None:
        raise NotFound
    if not DELIVERY.allows(held.state, event):
        raise Conflict("delivery_moved", current={"state": held.state.value})
    return held


async def _tell(session: AsyncSession, held: Held, *, at: datetime) -> None:
    version = await session.scalar(
        update(Message)
        .where(Message.id == held.message_id)
        .values(version=Message.version + 1)
        .returning(Message.version)
        .execution_options(synchronize_session=False)
    )
    users = await announce.users_of(session, [held.agent_id])
    events.record(
        session,
        "message.delivery",
        entity="message",
        entity_id=held.message_id,
        version=version or 1,
        rooms=announce.rooms(held.conversation_id, None, users.get(held.agent_id or "")),
        at=at,
        data={"conversation_id": held.conversation_id},
    )


async def _mark(session: AsyncSession, held: Held, *, at: datetime) -> None:
    """Whether the conversation has a message that somebody must look at."""
    failed = await session.scalar(
        select(
            exists()
            .where(Message.conversation_id == held.conversation_id, Delivery.message_id == Message.id)
            .where(Delivery.state.in_([state.value for state in FAILED]))
        )
    )
    await announce.conversations_changed(session, [held.conversation_id], at=at, values={"failed_send": bool(failed)})
