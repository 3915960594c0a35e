"""HTTP of signing in and of oneself: session, /me, password, reset."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Settings
from contact_center.accounts import actions, changes, links, sessions, signing_in
from contact_center.accounts.authentication import Accounts
from contact_center.accounts.changes import Edit
from contact_center.accounts.links import Purpose
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.profiles import Profiles
from contact_center.accounts.sessions import Ended, EndReason
from contact_center.accounts.shapes import (
    Accepted,
    Credentials,
    Me,
    MeChange,
    PasswordChange,
    ResetConfirm,
    ResetRequest,
    SessionView,
    me_of,
)
from contact_center.accounts.signing_in import SignIn
from contact_center.db import fold
from contact_center.errors import FieldError, Invalid, NotSignedIn
from contact_center.history import user
from contact_center.tokens import Tokens
from contact_center.web import PUBLIC, SIGNED_IN, Context, Principal, Reply, Routes
from contact_center.web.ratelimit import Gate, Limit

SIGN_INS = Limit("sign_in", burst=60, per_second=0.5)
RESETS = Limit("password_reset", burst=10, per_second=10 / 3600)
RESETS_PER_HOUR = 3
PREFERENCES_AT_MOST = 16_384


class SelfService:
    """Handlers of sign-in and of one's own account; the services are handed in by the composition."""

    def __init__(
        self,
        settings: Settings,
        accounts: Accounts,
        sign_in: SignIn,
        passwords: Passwords,
        profiles: Profiles,
        gate: Gate,
    ) -> None:
        self._settings, self._accounts, self._sign_in = settings, accounts, sign_in
        self._passwords, self._profiles, self._gate = passwords, profiles, gate
        self._tokens = Tokens.of(settings.secret_key)

    def routes(self) -> Routes:
        """The declared operations."""
        routes = Routes("sign-in")
        routes.post("/session", allow=PUBLIC, errors=[NotSignedIn])(self.create_session)
        routes.get("/session", allow=SIGNED_IN)(self.get_session)
        routes.delete("/session", allow=SIGNED_IN)(self.end_session)
        routes.get("/me", allow=SIGNED_IN)(self.get_me)
        routes.patch("/me", allow=SIGNED_IN)(self.change_me)
        routes.post("/me/password", allow=SIGNED_IN)(self.change_password)
        routes.post("/password-reset", allow=PUBLIC, status=202)(self.request_password_reset)
        routes.post("/password-reset/confirm", allow=PUBLIC)(self.confirm_password_reset)
        return routes

    async def create_session(self, context: Context, body: Credentials) -> Reply[SessionView]:
        """Sign in: the answer sets the session cookie and carries the CSRF token."""
        await self._gate.strict(SIGN_INS, context.address)
        user_agent = context.request.headers.get("User-Agent", "")
        found = await self._sign_in.sign_in(body.email, body.password, ip=context.address, user_agent=user_agent)
        await self._gate.give_back(SIGN_INS, context.address)
        principal = await self._accounts.of_cookie(found.begun.cookie)
        if principal is None:  # deactivated in this very moment
            raise NotSignedIn("wrong_credentials")
        headers = {"Set-Cookie": sessions.cookie(found.begun, self._settings)}
        return Reply(await self._view(context, principal, found.begun.csrf_token), status=201, headers=headers)

    async def get_session(self, context: Context) -> SessionView:
        """The present session: who is signed in, and the CSRF token again."""
        return await self._view(context, context.principal, context.principal.csrf_token or "")

    async def end_session(self, context: Context) -> Reply[None]:
        """Sign out."""
        now, session_id = context.now, context.principal.session_id
        ended = await context.database.write(
            lambda session: sessions.end(session, at=now, reason=EndReason.SIGNED_OUT, session_id=session_id)
        )
        self._accounts.ends.tell(ended)
        return Reply(None, status=204, headers={"Set-Cookie": sessions.dropped_cookie(self._settings)})

    async def get_me(self, context: Context) -> Me:
        """Oneself: name, language, roles, what one may do, and one's agent state."""
        return await self._me(context, context.principal)

    async def change_me(self, context: Context, body: MeChange) -> Me:
        """Change one's name, language, theme or preferences."""
        values, edit = body.given(), Edit.of(context)
        if len(str(values.get("preferences", ""))) > PREFERENCES_AT_MOST:
            raise Invalid(errors=[FieldError("preferences", "validation.too_much")])

        user_id = context.principal.user_id
        await context.database.write(lambda session: actions.change_own(session, edit, self._profiles, user_id, values))
        return await self._me(context, context.principal)

    async def change_password(self, context: Context, body: PasswordChange) -> None:
        """Change one's password; all other sessions end."""
        user_id, keep, edit = context.principal.user_id, context.principal.session_id, Edit.of(context)
        await context.database.write(
            lambda session: signing_in.count_attempt(session, signing_in.attempt_key("password", user_id), edit.at)
        )
        async with context.database.read() as session:
            me = await session.get_one(User, user_id)
        if not await self._passwords.matches(me.password_hash, body.current):
            raise Invalid("wrong_password", errors=[FieldError("current", "validation.wrong_password")])
        self._passwords.check(body.new, email=me.email, field="new")
        hashed = await self._passwords.hash(body.new)

        async def unit(session: AsyncSession) -> list[Ended]:
            held = await changes.held(session, User, user_id)
            await signing_in.forget_attempt(session, signing_in.attempt_key("password", user_id))
            return list(await actions.set_password(session, edit, held, hashed, keep=keep))

        self._accounts.ends.tell(await context.database.write(unit))

    async def request_password_reset(self, context: Context, body: ResetRequest) -> Accepted:
        """Ask for a mail with a link that sets a new password. The answer is the same whoever asks."""
        await self._gate.strict(RESETS, context.address)
        key, now = fold(body.email), context.now

        async def unit(session: AsyncSession) -> None:
            counted = signing_in.attempt_key("reset", key)
            allowed = await signing_in.within_hourly(session, counted, now, most=RESETS_PER_HOUR)
            found = await session.scalar(select(User).where(User.email_key == key, User.active))
            if allowed and found is not None:
                purpose = Purpose.RESET if found.password_hash is not None else Purpose.INVITATION
                await links.send_link(session, found, purpose, at=now)

        await context.database.write(unit)
        return Accepted()

    async def confirm_password_reset(self, context: Context, body: ResetConfirm) -> None:
        """Set the password with the token of a mailed link; also accepts an invitation."""
        await self._gate.strict(SIGN_INS, context.address)
        async with context.database.read() as session:
            owner = await links.peek(session, body.token, tokens=self._tokens, at=context.now)
        if owner is None:
            raise Invalid("bad_link", errors=[FieldError("token", "validation.bad_link")])
        self._passwords.check(body.password, email=owner.email)
        hashed, edit = await self._passwords.hash(body.password), Edit(user(owner.id), context.address, context.now)

        async def unit(session: AsyncSession) -> list[Ended]:
            found = await links.redeem(session, body.token, tokens=self._tokens, at=edit.at)
            await signing_in.forget_attempt(session, signing_in.attempt_key("sign_in", found.email_key))
            return list(await actions.set_password(session, edit, found, hashed))

        self._accounts.ends.tell(await context.database.write(unit))

    async def _view(self, context: Context, principal: Principal, csrf_token: str) -> SessionView:
        return SessionView(csrf_token=csrf_token, user=await self._me(context, principal))

    async def _me(self, context: Context, principal: Principal) -> Me:
        async with context.database.read() as session:
            me = await session.get_one(User, principal.user_id)
            state = await self._profiles.state_of(session, me.id)
        return me_of(me, principal, state)
