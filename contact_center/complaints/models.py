"""Tables of complaints. What a complaint says may be corrected; what it said before stays in `complaint_change`."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, id_column


class ComplaintCategory(Base):
    """What complaints are about; `name` by language. One that was ever used is retired (`active`), not deleted."""

    __tablename__ = "complaint_category"
    id: Mapped[str] = id_column()
    name: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Complaint(Base):
    """A recorded complaint; `number` is what people say on the phone.

    `repeats` is how many complaints of the same customer about the same category had been recorded within the days that
    count as a repeat; it is reckoned when the complaint is recorded or gets another category, and not again.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_customer", "customer_id", "recorded_at", "id"),
        Index("ix_complaint_recorded", "recorded_at", "id"),
    )
    id: Mapped[str] = id_column()
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"))
    ticket_id: Mapped[str] = mapped_column(Id, ForeignKey("ticket.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), index=True)
    """In which it was said; `channel` is that conversation's."""
    channel: Mapped[str] = mapped_column(String(20))
    category_id: Mapped[str] = mapped_column(Id, ForeignKey("complaint_category.id"), index=True)
    severity: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    recorded_by: Mapped[str | None] = mapped_column(Id)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolution: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str | None] = mapped_column(String(20))
    reopened: Mapped[int] = mapped_column(Integer, default=0)
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class ComplaintChange(Base):
    """What was said with one step: `changes` {field: [before, after]}; `cause` is the step's, or `corrected`."""

    __tablename__ = "complaint_change"
    __table_args__ = (Index("ix_complaint_change_complaint", "complaint_id", "at"),)
    id: Mapped[str] = id_column()
    complaint_id: Mapped[str] = mapped_column(Id, ForeignKey("complaint.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[str | None] = mapped_column(Id)
    cause: Mapped[str] = mapped_column(String(20))
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
