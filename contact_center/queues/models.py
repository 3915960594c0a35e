"""Tables of queues: what a waiting line asks of agents, who serves it, how it routes; wrap-up codes."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, id_column
from contact_center.sla.models import BusinessHours


class Queue(Base):
    """A waiting line. Seconds by channel override the shipped defaults; `relax` are steps [{after, skill_id, level}].

    `overflow` are steps [{after, queue_id, if_nobody}], seconds since it stands in this line. `boosts` are units of head start by
    what is known of the customer {vip, at_risk, complaint_open}. `answer_seconds` by channel is the target that makes deadlines.
    """

    __tablename__ = "queue"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer, default=0)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    priority: Mapped[int] = mapped_column(Integer, default=0)
    order: Mapped[str] = mapped_column("ordering", String(20), default="key")
    head_start: Mapped[int] = mapped_column(Integer, default=60)
    choice: Mapped[str] = mapped_column(String(20), default="automatic")
    delivery: Mapped[str] = mapped_column(String(20), default="push")
    reserve: Mapped[int] = mapped_column(Integer, default=0)
    max_waiting: Mapped[int | None] = mapped_column(Integer)
    offers_at_once: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """So many agents are asked together, and the first to accept has it."""
    full_queue_id: Mapped[str | None] = mapped_column(Id, ForeignKey("queue.id"))
    hours_id: Mapped[str | None] = mapped_column(Id, ForeignKey(BusinessHours.id), index=True)
    when_closed: Mapped[str] = mapped_column(String(20), default="hold")
    closed_queue_id: Mapped[str | None] = mapped_column(Id, ForeignKey("queue.id"))
    boosts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    relax: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    overflow: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    answer_seconds: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    offer_seconds: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    last_agent_seconds: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    after_work: Mapped[str] = mapped_column(String(20), default="none")
    after_work_seconds: Mapped[int] = mapped_column(Integer, default=60)
    wrap_up_required: Mapped[bool] = mapped_column(Boolean, default=False)
    reopen_days: Mapped[int] = mapped_column(Integer, default=14)
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict, server_default="{}")
    """What is said by itself: {greeting | acknowledgement | out_of_hours: {language: text}}."""
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class QueueSkill(Base):
    """What the queue asks: a skill at a minimum level, required or preferred."""

    __tablename__ = "queue_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 10", name="level"),)
    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queue.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[str] = mapped_column(Id, ForeignKey("skill.id"), primary_key=True, index=True)
    level: Mapped[int] = mapped_column(Integer)
    required: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(Integer, default=0)


class QueueMember(Base):
    """An agent who serves the queue."""

    __tablename__ = "queue_member"
    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queue.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, index=True)


class WrapUpCode(Base):
    """What a contact was about; `queue_ids` empty means every queue."""

    __tablename__ = "wrap_up_code"
    id: Mapped[str] = id_column()
    name: Mapped[dict[str, str]] = mapped_column(Json)
    queue_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
