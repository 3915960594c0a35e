"""Tables of accounts. No secret is stored: sessions and API tokens as SHA-256, passwords as argon2id, links signed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from contact_center.db import Base, Id, Json, UtcDateTime, fold, id_column, partial_index


def _name_key(context: Any) -> str:
    return fold(context.get_current_parameters()["name"])


class User(Base):
    """A sign-in account. `email_key` is the folded address; without `password_hash` the invitation is still open."""

    __tablename__ = "user_account"
    id: Mapped[str] = id_column()
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), default=_name_key)
    language: Mapped[str] = mapped_column(String(10), default="en")
    theme: Mapped[str] = mapped_column(String(10), default="system")
    preferences: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    roles: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=1)

    @validates("name")
    def _fold_name(self, _: str, name: str) -> str:
        """Both engines search the folded name; SQLite itself folds ASCII only."""
        self.name_key = fold(name)
        return name


class UserSession(Base):
    """One sign-in of a browser: the cookie's SHA-256, from when, used when, ended when and why."""

    __tablename__ = "user_session"
    __table_args__ = (partial_index("ix_user_session_live", "user_id", where=text("ended_at IS NULL")),)
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"))
    cookie_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(30))
    ip: Mapped[str] = mapped_column(String(50))
    user_agent: Mapped[str] = mapped_column(String(300))


class ApiToken(Base):
    """A machine's key: SHA-256 of the token, the permissions it names (`scopes`), its owner."""

    __tablename__ = "api_token"
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordLink(Base):
    """A mailed link that sets a password once: `purpose` is reset or invitation. The link is signed, not stored."""

    __tablename__ = "password_link"
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempts(Base):
    """Tries against one address (`key` is a hash, known or unknown address alike): how many, until when to wait."""

    __tablename__ = "attempts"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wait_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Team(Base):
    """Supervisors and agents who work together; a supervisor in teams sees the work of their queues only."""

    __tablename__ = "team"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class TeamMember(Base):
    """A user in a team."""

    __tablename__ = "team_member"
    team_id: Mapped[str] = mapped_column(Id, ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"), primary_key=True, index=True)


class TeamQueue(Base):
    """A queue whose work the team looks after; goes with the queue."""

    __tablename__ = "team_queue"
    team_id: Mapped[str] = mapped_column(Id, ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queue.id", ondelete="CASCADE"), primary_key=True, index=True)


class AuditRow(Base):
    """One change of settings or rights: who, what, from which address, before and after. Only ever inserted."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at_id", "at", "id"),
        Index("ix_audit_object_id_at", "object_id", "at"),
        Index("ix_audit_actor_id_at", "actor_id", "at"),
    )
    id: Mapped[str] = id_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(Id)
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(Id)
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    ip: Mapped[str] = mapped_column(String(50))
