"""Who is calling: session cookie or API token -> Principal, with what its roles, teams and queues let it do now.

A principal is remembered for at most `REMEMBER` seconds and forgotten at once when rights change on this node or the
bell rings from another: a right taken away is gone within seconds even when the bell is not heard.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from config.settings import Settings
from contact_center import clock as clocks
from contact_center import tokens
from contact_center.accounts import permissions, sessions, signing_in
from contact_center.accounts.models import ApiToken, TeamMember, TeamQueue, User, UserSession
from contact_center.accounts.permissions import Role
from contact_center.accounts.profiles import Profiles
from contact_center.accounts.sessions import EndTellers
from contact_center.bell import Bell
from contact_center.bell import wait as wait_for
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable, Notes
from contact_center.errors import NotSignedIn
from contact_center.web import Principal, Reach

REMEMBER = 3.0
SEEN_EVERY = 10.0
STORE_SEEN_EVERY = 60.0
MOST_REMEMBERED = 20_000
Seen = Callable[[Principal], Awaitable[None]]
log = logger(__name__)


async def nobody_listens(_: Principal) -> None:
    """The default heartbeat: nobody wants to know."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A remembered principal: until when (monotonic), and when its session was last stored as seen."""

    principal: Principal
    until: float


class Accounts:
    """The `Authenticator` of the house; one per process. `seen` hears of a cookie session at most every ten seconds."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, *, profiles: Profiles, seen: Seen = nobody_listens
    ) -> None:
        self._database, self._clock, self._settings = database, clock, settings
        self._profiles, self._seen = profiles, seen
        self._known: dict[str, _Known] = {}
        self._last_seen: dict[str, float] = {}
        self._last_stored: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed: list[Callable[[], None]] = []
        self.ends = EndTellers()
        database.on_commit(self._committed)

    async def authenticate(self, request: web.Request) -> Principal | None:
        """The caller. A bearer token counts before a cookie; a bad one is `NotSignedIn`."""
        header = request.headers.get("Authorization", "")
        if header:
            kind, _, value = header.partition(" ")
            principal = await self.of_token(value.strip()) if kind.lower() == "bearer" else None
            if principal is None:
                raise NotSignedIn("bad_token")
            return principal
        cookie = sessions.cookie_of(request)
        return await self.of_cookie(cookie) if cookie is not None else None

    async def of_cookie(self, cookie: str) -> Principal | None:
        """The principal of a session cookie; the call counts as a sign of life. For sockets at connect too."""
        key = tokens.hashed(cookie)
        principal = self._remembered(key)
        if principal is None:
            async with self._database.read() as session:
                found = await self._live_session(session, UserSession.cookie_hash == key)
                principal = await self._with_rights(session, *found) if found is not None else None
            if principal is None:
                return None
            principal = replace(principal, csrf_token=sessions.csrf_token(cookie))
            self._remember(key, principal)
        self._alive(principal)
        return principal

    async def of_session(self, session_id: str) -> Principal | None:
        """The principal of a session by id, None when it is over: how sockets check their rights again."""
        async with self._database.read() as session:
            found = await self._live_session(session, UserSession.id == session_id)
            return await self._with_rights(session, *found) if found is not None else None

    async def of_token(self, token: str) -> Principal | None:
        """The principal of an API token: its owner's rights, cut to its scopes."""
        if not token or len(token) > 200:
            return None
        key = tokens.hashed(token)
        if (principal := self._remembered(key)) is not None:
            return principal
        now = self._clock.now()
        async with self._database.read() as session:
            rows = await session.execute(
                select(ApiToken, User)
                .join(User, User.id == ApiToken.user_id)
                .where(ApiToken.token_hash == key, ApiToken.revoked_at.is_(None), User.active)
            )
            found = rows.first()
            if found is None or (found.ApiToken.expires_at is not None and found.ApiToken.expires_at <= now):
                return None
            principal = await self._with_rights(session, found.User, None)
        granted = permissions.within(principal.permissions, found.ApiToken.scopes)
        principal = replace(principal, permissions=granted, token_id=found.ApiToken.id)
        self._remember(key, principal)
        return principal

    def on_rights_changed(self, listener: Callable[[], None]) -> None:
        """Call `listener` when rights, teams, queues or sessions may have changed, here or on another node."""
        self._changed.append(listener)

    def forget(self) -> None:
        """Look everything up again from now on, and tell whoever holds principals of their own."""
        self._known.clear()
        for listener in self._changed:
            listener()

    async def watch(self, bell: Bell) -> None:
        """Forget whenever another node rings; run as a task until cancelled."""
        ear = bell.ear(sessions.RIGHTS)
        while True:
            await wait_for(ear, 3600)
            self.forget()

    async def sweep(self) -> None:
        """End sessions whose time is over, forget old tries; called now and then by the composition."""
        idle = timedelta(hours=self._settings.session.idle_hours)
        now = self._clock.now()
        self.ends.tell(await sessions.end_expired(self._database, now=now, idle=idle))
        await self._database.write(lambda session: signing_in.forget_old_attempts(session, now=now))

    async def close(self) -> None:
        """Wait for signs of life that are being stored."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=5)

    def _committed(self, left: Notes) -> None:
        if sessions.RIGHTS in left.bells:
            self.forget()

    def _remembered(self, key: str) -> Principal | None:
        known = self._known.get(key)
        return known.principal if known is not None and known.until > clocks.monotonic() else None

    def _remember(self, key: str, principal: Principal) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = _Known(principal, clocks.monotonic() + REMEMBER)

    async def _live_session(self, session: AsyncSession, which: object) -> tuple[User, str] | None:
        now = self._clock.now()
        idle_before = now - timedelta(hours=self._settings.session.idle_hours)
        statement = (
            select(User, UserSession.id)
            .join(UserSession, UserSession.user_id == User.id)
            .where(
                which,  # type: ignore[arg-type]
                UserSession.ended_at.is_(None),
                UserSession.ends_at > now,
                UserSession.seen_at > idle_before,
                User.active,
            )
        )
        row = (await session.execute(statement)).first()
        return (row[0], row[1]) if row is not None else None

    async def _with_rights(self, session: AsyncSession, user: User, session_id: str | None) -> Principal:
        work = await self._profiles.work_of(session, user.id)
        granted = permissions.of_roles(user.roles)
        queue_ids = work.queue_ids
        if Role.SUPERVISOR.value in user.roles:
            teams = await _team_queues(session, user.id)
            if teams is None:  # in no team: all of them
                granted = {name: Reach.ALL if reach is Reach.TEAMS else reach for name, reach in granted.items()}
            else:
                queue_ids |= teams
        return Principal(
            user_id=user.id,
            name=user.name,
            language=user.language,
            roles=frozenset(user.roles),
            permissions=granted,
            agent_id=work.agent_id,
            queue_ids=queue_ids,
            session_id=session_id,
        )

    def _alive(self, principal: Principal) -> None:
        """Pass on a sign of life, at most every `SEEN_EVERY` seconds a session; the caller does not wait for it."""
        now, session_id = clocks.monotonic(), principal.session_id or ""
        if now - self._last_seen.get(session_id, -SEEN_EVERY) < SEEN_EVERY:
            return
        if len(self._last_seen) >= MOST_REMEMBERED:
            self._last_seen.clear()
            self._last_stored.clear()
        self._last_seen[session_id] = now
        store = now - self._last_stored.get(session_id, -STORE_SEEN_EVERY) >= STORE_SEEN_EVERY
        if store:
            self._last_stored[session_id] = now
        task = asyncio.create_task(self._note_life(principal, self._clock.now(), store=store), name="sign-of-life")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _note_life(self, principal: Principal, now: datetime, *, store: bool) -> None:
        try:
            await self._seen(principal)
            if store:  # seldom: a busy screen must not write at every call
                await self._database.write(lambda session: _store_seen(session, principal, now))
        except DatabaseUnavailable:
            log.warning("a sign of life waits for the database", user=principal.user_id)
        except Exception:
            log.exception("a sign of life was lost", user=principal.user_id)


async def _team_queues(session: AsyncSession, user_id: str) -> frozenset[str] | None:
    """The queues of the user's teams; None when in no team."""
    rows = await session.execute(
        select(TeamMember.team_id, TeamQueue.queue_id)
        .outerjoin(TeamQueue, TeamQueue.team_id == TeamMember.team_id)
        .where(TeamMember.user_id == user_id)
    )
    found = rows.all()
    return frozenset(row.queue_id for row in found if row.queue_id is not None) if found else None


async def _store_seen(session: AsyncSession, principal: Principal, now: datetime) -> None:
    await session.execute(update(UserSession).where(UserSession.id == principal.session_id).values(seen_at=now))
    await session.execute(update(User).where(User.id == principal.user_id).values(last_seen_at=now))
