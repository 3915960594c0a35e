"""Sessions of browsers: begun, ended, and told about when they end, so that sockets can be closed.

Whatever changes rights or ends sessions rings `RIGHTS`: each node then forgets what it knew and looks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Settings
from contact_center import tokens
from contact_center.accounts.models import UserSession
from contact_center.db import Database, notes
from contact_center.ids import new_id

COOKIE = "cc_session"
RIGHTS = "rights"
"""The bell for changed rights and ended sessions."""


class EndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Ended:
    """One session that is over."""

    session_id: str
    user_id: str
    reason: EndReason


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: the cookie's value is known only here and to the browser."""

    session_id: str
    cookie: str
    csrf_token: str


def csrf_token(cookie: str) -> str:
    """The CSRF token that belongs to a session cookie."""
    return tokens.derived(cookie, "csrf")


async def begin(
    session: AsyncSession, user_id: str, *, at: datetime, life: timedelta, ip: str, user_agent: str
) -> Begun:
    """Start a session for a user who has proved who they are."""
    cookie, identifier = tokens.opaque(), new_id()
    session.add(
        UserSession(
            id=identifier,
            user_id=user_id,
            cookie_hash=tokens.hashed(cookie),
            created_at=at,
            seen_at=at,
            ends_at=at + life,
            ip=ip[:50],
            user_agent=user_agent.replace("\x00", "")[:300],
        )
    )
    return Begun(identifier, cookie, csrf_token(cookie))


async def end(
    session: AsyncSession,
    *,
    at: datetime,
    reason: EndReason,
    session_id: str | None = None,
    user_id: str | None = None,
    keep: str | None = None,
) -> Sequence[Ended]:
    """End one session, or all of a user (except `keep`); whoever listens is told after the commit."""
    statement = (
        update(UserSession)
        .where(UserSession.ended_at.is_(None))
        .values(ended_at=at, end_reason=reason.value)
        .returning(UserSession.id, UserSession.user_id)
    )
    if session_id is not None:
        statement = statement.where(UserSession.id == session_id)
    if user_id is not None:
        statement = statement.where(UserSession.user_id == user_id)
    if keep is not None:
        statement = statement.where(UserSession.id != keep)
    if session_id is None and user_id is None:
        raise ValueError("say whose sessions end")
    rows = await session.execute(statement.execution_options(synchronize_session=False))
    ended = [Ended(row.id, row.user_id, reason) for row in rows]
    rights_changed(session)
    return ended


def rights_changed(session: AsyncSession) -> None:
    """Say with this unit's commit that somebody's rights, teams, queues or sessions changed."""
    notes(session).bells.add(RIGHTS)


class EndTellers:
    """Who wants to know at once, on this node, that sessions ended. Other nodes hear the bell and look again."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Ended], None]] = []

    def add(self, listener: Callable[[Ended], None]) -> None:
        """Call `listener` for each session that ends here, after the commit; it must not fail or wait."""
        self._listeners.append(listener)

    def tell(self, ended: Sequence[Ended]) -> None:
        """Tell everybody."""
        for one in ended:
            for listener in self._listeners:
                listener(one)


async def end_expired(database: Database, *, now: datetime, idle: timedelta) -> Sequence[Ended]:
    """End what nobody used for too long or what has lived too long; for the sweeper."""

    async def unit(session: AsyncSession) -> Sequence[Ended]:
        over = select(UserSession.id).where(
            UserSession.ended_at.is_(None), (UserSession.ends_at <= now) | (UserSession.seen_at <= now - idle)
        )
        found = (await session.scalars(over.limit(500))).all()
        ended: list[Ended] = []
        for identifier in found:
            ended.extend(await end(session, at=now, reason=EndReason.EXPIRED, session_id=identifier))
        return ended

    return await database.write(unit)


def cookie(begun: Begun, settings: Settings) -> str:
    """Set-Cookie for a new session: HttpOnly, SameSite=Lax, Secure wherever people reach us by https."""
    return _cookie(begun.cookie, int(settings.session.max_hours * 3600), settings)


def dropped_cookie(settings: Settings) -> str:
    """Set-Cookie that makes the browser forget."""
    return _cookie("", 0, settings)


def _cookie(value: str, seconds: int, settings: Settings) -> str:
    secure = "; Secure" if settings.public_url().startswith("https:") else ""
    return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"


def cookie_of(request: web.Request) -> str | None:
    """The session cookie that came with a request; None when absent or absurd."""
    found = request.cookies.get(COOKIE)
    return found if found and len(found) <= 200 else None
