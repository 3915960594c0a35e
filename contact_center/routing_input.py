"""What the router must look at: written in the transaction of the change, by whoever changes it.

An input names an entity that changed, no more. The leader reads that entity's present state and tells the engine the
difference, so applying an input twice, late, or after a newer one is harmless; the minute's reconciliation is the same
comparison over everything.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, notes

BELL = "routing"


class InputKind(StrEnum):
    """What kind of entity changed."""

    INTERACTION = "interaction"
    AGENT = "agent"
    QUEUE = "queue"
    SETTINGS = "settings"


class RoutingInput(Base):
    """One input; `seq` is drawn after the change took its row locks, so it orders changes of one entity rightly."""

    __tablename__ = "routing_input"
    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str | None] = mapped_column(Id)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def tell_router(
    session: AsyncSession, kind: InputKind, subject_id: str | None, *, at: datetime, data: dict[str, Any] | None = None
) -> None:
    """Write the input with this unit's commit and ring the router."""
    left = notes(session)
    left.append(RoutingInput, {"kind": kind.value, "subject_id": subject_id, "data": dict(data or {}), "at": at})
    left.bells.add(BELL)
