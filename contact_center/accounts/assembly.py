"""Accounts put together for the composition: the authenticator, the passwords, and every route of this folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Settings
from contact_center import i18n
from contact_center.accounts import actions, audit_routes, team_routes, token_routes
from contact_center.accounts.authentication import Accounts, Seen, nobody_listens
from contact_center.accounts.changes import Edit
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.permissions import Role
from contact_center.accounts.profiles import Profiles
from contact_center.accounts.routes import SelfService
from contact_center.accounts.shapes import Email, Roles
from contact_center.accounts.signing_in import SignIn
from contact_center.accounts.user_routes import Users
from contact_center.clock import Clock
from contact_center.db import Database, fold
from contact_center.errors import Invalid
from contact_center.history import SYSTEM
from contact_center.web import Routes
from contact_center.web.ratelimit import Gate


@dataclass(frozen=True, slots=True)
class Assembled:
    """What the composition gets: the `Authenticator`, the hasher, the routes."""

    accounts: Accounts
    passwords: Passwords
    routes: Sequence[Routes]


def assemble(
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    profiles: Profiles,
    gate: Gate,
    seen: Seen = nobody_listens,
) -> Assembled:
    """Make the services of accounts; `profiles` and `seen` come from the agents' side."""
    accounts = Accounts(database, clock, settings, profiles=profiles, seen=seen)
    passwords = Passwords(demo=settings.demo)
    sign_in = SignIn(database, clock, settings, passwords)
    own = SelfService(settings, accounts, sign_in, passwords, profiles, gate)
    users = Users(accounts, profiles)
    routes = (own.routes(), users.routes(), team_routes.routes, token_routes.routes, audit_routes.routes)
    return Assembled(accounts, passwords, routes)


async def create_user(
    database: Database,
    clock: Clock,
    passwords: Passwords,
    profiles: Profiles,
    *,
    email: str,
    name: str,
    roles: Sequence[str],
    language: str,
    password: str,
) -> str:
    """For the operator's command line: make a user who can sign in at once. Returns "" or a sentence saying why not."""
    if language not in i18n.LANGUAGES:
        return f"The language must be one of {', '.join(i18n.LANGUAGES)}."
    if not _valid(Roles, list(roles)):
        return f"A role must be one of {', '.join(Role)}."
    if not _valid(Email, email):
        return f"{email!r} is no e-mail address."
    email = email.strip()
    try:
        passwords.check(password, email=email)
    except Invalid as problem:
        return f"The password {i18n.text('en', problem.errors[0].message)}."
    hashed, edit = await passwords.hash(password), Edit(SYSTEM, "command line", clock.now())

    async def unit(session: AsyncSession) -> str:
        if await session.scalar(select(User.id).where(User.email_key == fold(email))) is not None:
            return f"There is a user {email} already."
        await actions.make_user(
            session, edit, profiles, email=email, name=name, roles=roles, language=language, password_hash=hashed
        )
        return ""

    return await database.write(unit)


def _valid(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True
