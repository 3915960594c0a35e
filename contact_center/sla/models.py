"""Tables of business hours."""

from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Json, id_column


class BusinessHours(Base):
    """A week in a time zone and the days that differ.

    `week` is [{day, opens, closes}], day 0 = Monday, times "HH:MM" up to "24:00". `exceptions` are [{date, name, like, spans}]: a day
    that works like the weekday `like` (a make-up working day), else has `spans` [{opens, closes}] of its own; none means closed.
    """

    __tablename__ = "business_hours"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    time_zone: Mapped[str] = mapped_column(String(60))
    week: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
