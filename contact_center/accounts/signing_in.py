"""Signing in: uniform in time and words whether the address is known or not, slower with each failure.

Each try is counted before the password is looked at, so that many at once gain nothing. Counting is by address typed
(known or not) here, and by network address at the edge.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Settings
from contact_center import tokens
from contact_center.accounts import sessions
from contact_center.accounts.models import Attempts, User
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.sessions import Begun
from contact_center.clock import Clock
from contact_center.db import Database, fold, upsert
from contact_center.errors import NotSignedIn, TooMany

FREE_TRIES = 10
FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user who has proved who they are, and their new session."""

    user: User
    begun: Begun


class SignIn:
    """Checks addresses and passwords, begins sessions."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, passwords: Passwords) -> None:
        self._database, self._clock, self._settings, self._passwords = database, clock, settings, passwords

    async def sign_in(self, email: str, password: str, *, ip: str, user_agent: str) -> SignedIn:
        """A new session; `NotSignedIn("wrong_credentials")`, or `TooMany` while the address has to wait."""
        key, now = fold(email), self._clock.now()
        counted = attempt_key("sign_in", key)
        await self._database.write(lambda session: count_attempt(session, counted, now))
        async with self._database.read() as session:
            user = await session.scalar(select(User).where(User.email_key == key))
        stored = user.password_hash if user is not None and user.active else None
        if not await self._passwords.matches(stored, password) or user is None or stored is None:
            raise NotSignedIn("wrong_credentials")
        renewed = await self._passwords.hash(password) if self._passwords.outdated(stored) else None
        return await self._begin(user, counted, renewed, ip=ip, user_agent=user_agent)

    async def _begin(self, user: User, counted: str, renewed: str | None, *, ip: str, user_agent: str) -> SignedIn:
        now, life = self._clock.now(), timedelta(hours=self._settings.session.max_hours)

        async def unit(session: AsyncSession) -> SignedIn:
            fresh = await session.get(User, user.id, with_for_update=True)
            if fresh is None or not fresh.active or fresh.password_hash != user.password_hash:
                raise NotSignedIn("wrong_credentials")
            if renewed is not None:
                fresh.password_hash = renewed
            fresh.last_seen_at = now
            await forget_attempt(session, counted)
            return SignedIn(
                fresh, await sessions.begin(session, user.id, at=now, life=life, ip=ip, user_agent=user_agent)
            )

        return await self._database.write(unit)


def attempt_key(kind: str, folded: str) -> str:
    """Under which tries are counted; a hash, because what is typed there may be anything, even a password."""
    return tokens.hashed(f"{kind}\n{folded}")


async def count_attempt(session: AsyncSession, key: str, now: datetime) -> None:
    """Count one try before it is made; `TooMany` while the address has to wait. Waits double: 5 s, 10 s ... 15 min."""
    fresh = {"key": key, "count": 0, "last_at": now, "wait_until": None}
    await upsert(session, Attempts, [fresh], key=["key"])
    row = (await session.scalars(select(Attempts).where(Attempts.key == key).with_for_update())).one()
    if row.wait_until is not None and row.wait_until > now:
        raise TooMany("too_many_attempts", retry_after=math.ceil((row.wait_until - now).total_seconds()))
    row.count = 1 if row.last_at < now - FORGOTTEN_AFTER else row.count + 1
    row.last_at = now
    over = row.count - FREE_TRIES
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2**over) if 0 <= over < 20 else LONGEST_WAIT
    row.wait_until = now + timedelta(seconds=wait) if over >= 0 else None


async def within_hourly(session: AsyncSession, key: str, now: datetime, *, most: int) -> bool:
    """Count one request; False when there were more than `most` in the running hour. Same cost whoever asks."""
    fresh = {"key": key, "count": 0, "last_at": now, "wait_until": None}
    await upsert(session, Attempts, [fresh], key=["key"])
    row = (await session.scalars(select(Attempts).where(Attempts.key == key).with_for_update())).one()
    if row.last_at < now - FORGOTTEN_AFTER:
        row.count, row.last_at = 0, now
    row.count += 1
    return row.count <= most


async def forget_attempt(session: AsyncSession, key: str) -> None:
    """The try was right: start counting anew."""
    await session.execute(delete(Attempts).where(Attempts.key == key))


async def forget_old_attempts(session: AsyncSession, *, now: datetime) -> None:
    """Delete what no longer counts; for the sweeper."""
    await session.execute(delete(Attempts).where(Attempts.last_at < now - 2 * FORGOTTEN_AFTER))
