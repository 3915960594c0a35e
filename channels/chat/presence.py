"""Whether visitors are there, and what follows when they are not: abandoned, idle, read. The clock's part of a chat.

A visitor who waits and is gone for `abandon_seconds` has abandoned; an agent who had the last word for `idle_seconds` has
finished. One node at a time looks (a named lease); every step checks again on locked rows, so a late visitor wins.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.by_mail import READABLE, ByMail
from channels.chat.models import ChatVisitor
from config.logs import logger
from contact_center import history
from contact_center.channel import ChannelKind, DeliveryOutcome
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable, Leases
from contact_center.interactions import delivering, ending, queueing, sending
from contact_center.interactions.models import Assignment, Conversation, ConversationKey, Delivery, Interaction, Message
from contact_center.interactions.states import WAITING, AssignmentState, InteractionState

LEASE = "chat_presence"
LEASE_SECONDS = 15.0
AT_ONCE = 50
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: a waiting visitor's absence, silence after our last word, and how often to look."""

    abandon: float
    idle: float
    look_every: float
    seen_every: float = 30.0


class Presence:
    """One per process; `run` looks, the others are called by the sockets."""

    def __init__(self, database: Database, clock: Clock, leases: Leases, patience: Patience, by_mail: ByMail) -> None:
        self._database, self._clock, self._leases, self._patience = database, clock, leases, patience
        self._by_mail = by_mail
        self._seen: dict[str, datetime] = {}

    async def gone(self, visitor_id: str) -> None:
        """The last tab of this node closed; another node's tab says by its next ping that they are still here."""
        self._seen.pop(visitor_id, None)
        with contextlib.suppress(DatabaseUnavailable):
            await self._mark(visitor_id, self._clock.now())

    async def alive(self, visitor_id: str) -> None:
        """A ping came; written down now and then only."""
        now, last = self._clock.now(), self._seen.get(visitor_id)
        if last is None or now - last > timedelta(seconds=self._patience.seen_every):
            self._seen[visitor_id] = now
            await self._mark(visitor_id, None)

    async def _mark(self, visitor_id: str, gone_at: datetime | None) -> None:
        now = self._clock.now()

        async def unit(session: AsyncSession) -> None:
            values = {"gone_at": gone_at} | ({"seen_at": now} if gone_at is None else {})
            await session.execute(update(ChatVisitor).where(ChatVisitor.id == visitor_id).values(values))

        await self._database.write(unit)

    async def read(self, visitor_id: str, conversation_id: str, message_id: str) -> None:
        """Our messages up to this one were seen: their deliveries say so."""
        now = self._clock.now()

        async def unit(session: AsyncSession) -> None:
            at = await session.scalar(
                select(Message.at).where(Message.id == message_id, Message.conversation_id == conversation_id)
            )
            if at is None:
                return
            later = or_(ChatVisitor.read_at.is_(None), ChatVisitor.read_at < at)
            await session.execute(update(ChatVisitor).where(ChatVisitor.id == visitor_id, later).values(read_at=at))
            unread = await session.scalars(
                select(Delivery.id)
                .join(Message, Message.id == Delivery.message_id)
                .where(Message.conversation_id == conversation_id, Message.at <= at, Delivery.state.in_(READABLE))
                .order_by(Message.at, Message.id)
                .limit(AT_ONCE)
            )
            for delivery_id in unread.all():
                for outcome in (DeliveryOutcome.DELIVERED, DeliveryOutcome.READ):
                    held = await delivering.hold(session, delivery_id=delivery_id)
                    if held is not None:
                        await delivering.report(session, held, outcome, at=now)

        await self._database.write(unit)

    async def left(self, conversation_id: str) -> None:
        """The visitor says goodbye: who waited has abandoned; an agent goes on to after-work."""
        await self._end(conversation_id, "visitor_left")

    async def run(self) -> None:
        """Look, until cancelled."""
        lease = None
        while True:
            try:
                lease = await self._leases.take(LEASE, seconds=LEASE_SECONDS)
                if lease is not None:
                    await self.look()
            except DatabaseUnavailable:
                log.warning("chat presence waits for the database")
            except Exception:
                log.exception("a look at chats failed")
            await asyncio.sleep(self._patience.look_every)

    async def look(self) -> None:
        """One round: end what has been abandoned or has fallen silent, write to those who left."""
        now = self._clock.now()
        for cause, query in (("visitor_gone", self._abandoned(now)), ("idle", self._idle(now))):
            async with self._database.read() as session:
                found = (await session.scalars(query.limit(AT_ONCE))).all()
            for conversation_id in found:
                await self._end(conversation_id, cause, still=query)
        await self._by_mail.follow_all()

    def _abandoned(self, now: datetime) -> Select[str]:
        """Conversations that wait although nobody is there any more; a node that died could not say so of its tabs."""
        before = now - timedelta(seconds=self._patience.abandon)
        unheard = before - timedelta(seconds=2 * self._patience.seen_every)
        return (
            select(Conversation.id)
            .join(ConversationKey, ConversationKey.conversation_id == Conversation.id)
            .join(
                ChatVisitor,
                (ChatVisitor.account_id == ConversationKey.account_id) & (ChatVisitor.key == ConversationKey.key),
            )
            .join(Interaction, Interaction.id == Conversation.interaction_id)
            .where(
                or_(ChatVisitor.gone_at < before, ChatVisitor.seen_at < unheard),
                Conversation.channel == ChannelKind.CHAT.value,
                Interaction.state.in_([one.value for one in WAITING]),
                Interaction.agent_id.is_(None),
            )
        )

    def _idle(self, now: datetime) -> Select[str]:
        """Conversations in which we had the last word, too long ago."""
        before = now - timedelta(seconds=self._patience.idle)
        active = exists().where(
            Assignment.interaction_id == Interaction.id,
            Assignment.ended_at.is_(None),
            Assignment.state == AssignmentState.ACTIVE.value,
        )
        return (
            select(Conversation.id)
            .join(Interaction, Interaction.id == Conversation.interaction_id)
            .where(
                Conversation.channel == ChannelKind.CHAT.value,
                Interaction.state == InteractionState.ASSIGNED.value,
                Conversation.last_message_at < before,
                Conversation.preview_direction == "out",
                active,
            )
        )

    async def _end(self, conversation_id: str, cause: str, *, still: Select[str] | None = None) -> None:
        """End it; with `still`, only while that query finds it on the locked row."""
        at = self._clock.now()

        async def unit(session: AsyncSession) -> None:
            conversation = await session.get(Conversation, conversation_id, with_for_update=True)
            interaction_id = None if conversation is None else conversation.interaction_id
            if conversation is None or interaction_id is None:
                return
            if still is not None and not await session.scalar(still.where(Conversation.id == conversation_id)):
                return
            state = await session.scalar(select(Interaction.state).where(Interaction.id == interaction_id))
            if state in [one.value for one in WAITING]:
                await queueing.customer_left(session, interaction_id, at=at)
            elif state == InteractionState.ASSIGNED.value:
                actor = history.SYSTEM if cause == "idle" else history.customer(conversation.customer_id)
                await ending.contact_over(session, interaction_id, at=at, actor=actor)
            else:
                return
            await sending.system_line(
                session, conversation_id, f"chat_{cause}", {}, interaction_id=interaction_id, at=at
            )

        await self._database.write(unit)
