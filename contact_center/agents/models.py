"""Tables of agents: the routing profile of a user, skills and levels, presence reasons."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.agents.states import Forced, Presence
from contact_center.db import Base, Id, Json, UtcDateTime, id_column


class Agent(Base):
    """The routing profile of a user. `used` units are held by pending offers and live assignments, of `units`.

    `exclusive` are the channels that take this agent alone (null: as shipped), `interruptible` those whose work may be interrupted.
    """

    __tablename__ = "agent"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    ordinal: Mapped[int] = mapped_column(Integer, unique=True)
    units: Mapped[int] = mapped_column(Integer, default=100)
    used: Mapped[int] = mapped_column(Integer, default=0)
    caps: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    exclusive: Mapped[list[str] | None] = mapped_column(Json)
    interruptible: Mapped[list[str]] = mapped_column(Json, default=list)
    pick: Mapped[str] = mapped_column(String(20), default="longest_waiting")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    chosen: Mapped[str] = mapped_column(String(20), default=Presence.OFFLINE.value)
    reason: Mapped[str | None] = mapped_column(String(60))
    next: Mapped[dict[str, Any] | None] = mapped_column(Json)
    forced: Mapped[str] = mapped_column(String(20), default=Forced.NONE.value)
    forced_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a heartbeat last came: the vanished-agent check reads it."""
    misses: Mapped[int] = mapped_column(Integer, default=0)
    idle_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Last of: became available, one of their interactions ended. With `last_offered_at` what a new router leader needs."""
    last_offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Skill(Base):
    """Something an agent can do; `kind` is skill or language."""

    __tablename__ = "skill"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(20), default="skill")
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Proficiency(Base):
    """How well an agent can do it, 1-10."""

    __tablename__ = "proficiency"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 10", name="level"),)
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[str] = mapped_column(Id, ForeignKey("skill.id"), primary_key=True, index=True)
    level: Mapped[int] = mapped_column(Integer)


class PresenceReason(Base):
    """Why an agent is away: break, lunch, training; `name` by language."""

    __tablename__ = "presence_reason"
    id: Mapped[str] = id_column()
    name: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
