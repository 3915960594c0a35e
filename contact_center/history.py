"""The append-only record of every change of state. Metrics and *explain* are folds of it and cannot be had later."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, UtcDateTime, id_column, notes
from contact_center.ids import new_id


class ActorKind(StrEnum):
    """Who did it."""

    USER = "user"
    CUSTOMER = "customer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused a change: a user (with id), a customer (with id), or the system itself."""

    kind: ActorKind
    id: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


def user(user_id: str) -> Actor:
    """A signed-in person as actor."""
    return Actor(ActorKind.USER, user_id)


def customer(customer_id: str) -> Actor:
    """A customer as actor."""
    return Actor(ActorKind.CUSTOMER, customer_id)


class HistoryRow(Base):
    """One move: entity and id, from, to, when, who, why (an event name), and the queue and agent concerned."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_entity_entity_id_at", "entity", "entity_id", "at"),
        Index("ix_history_at", "at"),
    )
    id: Mapped[str] = id_column()
    entity: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[str] = mapped_column(Id)
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(Id)
    cause: Mapped[str] = mapped_column(String(60))
    queue_id: Mapped[str | None] = mapped_column(Id)
    agent_id: Mapped[str | None] = mapped_column(Id)


def append(
    session: AsyncSession,
    *,
    entity: str,
    entity_id: str,
    before: str | None,
    after: str,
    at: datetime,
    actor: Actor,
    cause: str,
    queue_id: str | None = None,
    agent_id: str | None = None,
) -> None:
    """Record one move with this unit's commit."""
    notes(session).append(
        HistoryRow,
        {
            "id": new_id(),
            "entity": entity,
            "entity_id": entity_id,
            "from_state": before,
            "to_state": after,
            "at": at,
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "cause": cause,
            "queue_id": queue_id,
            "agent_id": agent_id,
        },
    )
