"""Tables of customers. One record however they reach us; an identity belongs to one customer."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, id_column


class Customer(Base):
    """The person or organisation we serve. `complaints_open` is kept by complaints; `preferred_agent_ids` are tried in their order."""

    __tablename__ = "customer"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), index=True)
    search_key: Mapped[str] = mapped_column(Text, default=" ")
    """Words of the name and of the addresses (`finding.key_of`)."""
    vip: Mapped[bool] = mapped_column(Boolean, default=False)
    at_risk: Mapped[bool] = mapped_column(Boolean, default=False)
    complaints_open: Mapped[int] = mapped_column(Integer, default=0)
    preferred_agent_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    company: Mapped[str] = mapped_column(String(200), default="")
    time_zone: Mapped[str | None] = mapped_column(String(60))
    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Identity(Base):
    """One address by which a customer is known; `value` is canonical, unique within its kind."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("kind", "value"),)
    id: Mapped[str] = id_column()
    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(320))
    shown: Mapped[str] = mapped_column(String(320), default="")
    verified: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Base):
    """Whether the owner of an address lets us write there. Held by address, so that it outlives merges of customers.

    No row: nobody said anything, and answering is allowed.
    """

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("kind", "value"),)
    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(320))
    allowed: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(60))
