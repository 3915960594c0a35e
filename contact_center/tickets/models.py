"""Tables of tickets: work owed to a customer, across conversations on any channel."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, UtcDateTime, id_column


class Ticket(Base):
    """Work owed; `number` is what people say on the phone."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_customer", "customer_id", "opened_at"),
        Index("ix_ticket_opened", "opened_at", "id"),
    )
    id: Mapped[str] = id_column()
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"))
    subject: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[str] = mapped_column(String(20))
    waiting_for: Mapped[str | None] = mapped_column(String(20))
    waiting_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queue_id: Mapped[str | None] = mapped_column(Id, ForeignKey("queue.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    solved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened: Mapped[int] = mapped_column(Integer, default=0)
    previous_id: Mapped[str | None] = mapped_column(Id)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Counter(Base):
    """Numbers that people see come from here, without gaps."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
