"""The verbs that change users: make, change, invite, set a password. Each runs in its caller's unit of work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes, links, sessions
from contact_center.accounts.changes import Edit
from contact_center.accounts.links import Purpose
from contact_center.accounts.models import ApiToken, User
from contact_center.accounts.permissions import Role
from contact_center.accounts.profiles import Profiles, UserChanged
from contact_center.accounts.sessions import Ended, EndReason
from contact_center.db import fold
from contact_center.errors import Conflict, FieldError, Invalid
from contact_center.ids import new_id

_ADMINS_LOCK = 7205759403792794


async def make_user(
    session: AsyncSession,
    edit: Edit,
    profiles: Profiles,
    *,
    email: str,
    name: str,
    roles: Sequence[str],
    language: str = "en",
    password_hash: str | None = None,
) -> User:
    """A new user; without a password an invitation goes out by mail. `Invalid` when the address is taken."""
    user = User(
        id=new_id(),
        email=email,
        email_key=fold(email),
        name=name,
        language=language,
        roles=sorted(set(roles)),
        password_hash=password_hash,
        created_at=edit.at,
    )
    session.add(user)
    await changes.flush_unique(session, lambda: Invalid(errors=[FieldError("email", "validation.taken")]))
    values = {"email": email, "name": name, "roles": user.roles, "language": language}
    changes.created(session, edit, "user", user.id, values)
    await profiles.user_changed(session, _news(user))
    if password_hash is None:
        await links.send_link(session, user, Purpose.INVITATION, at=edit.at)
    return user


async def change_user(
    session: AsyncSession, edit: Edit, profiles: Profiles, user_id: str, values: dict[str, Any]
) -> tuple[User, Sequence[Ended]]:
    """Change a user; the last active administrator stays one. Returns also the sessions that this ended."""
    if "roles" in values or values.get("active") is False:
        await _one_at_a_time(session)
    user = await changes.held(session, User, user_id, edit)
    if "roles" in values:
        values = {**values, "roles": sorted({str(role) for role in values["roles"]})}
    differing = changes.assign(user, values)
    if not changes.changed(session, edit, user, "user", differing):
        return user, ()
    await session.flush()
    if {"roles", "active"} & differing.keys():
        await _an_admin_is_left(session)
    sessions.rights_changed(session)
    ended: Sequence[Ended] = ()
    if "active" in differing and not user.active:
        ended = await _lock_out(session, user, edit)
    if {"roles", "active", "name"} & differing.keys():
        await profiles.user_changed(session, _news(user))
    return user, ended


async def change_own(
    session: AsyncSession, edit: Edit, profiles: Profiles, user_id: str, values: dict[str, Any]
) -> None:
    """What people change about themselves is no right and no setting: not audited."""
    user = await changes.held(session, User, user_id, edit)
    differing = changes.assign(user, values)
    if differing:
        user.version += 1
    if {"name", "language"} & differing.keys():
        sessions.rights_changed(session)
    if "name" in differing:
        await profiles.user_changed(session, _news(user))


async def invite_again(session: AsyncSession, edit: Edit, user_id: str) -> User:
    """Mail a new invitation; 409 when a password is set already or the user is not active."""
    user = await changes.held(session, User, user_id)
    if user.password_hash is not None or not user.active:
        raise Conflict("not_invited", current={"invited": False, "active": user.active})
    await links.send_link(session, user, Purpose.INVITATION, at=edit.at)
    changes.note(session, edit, "user.invited", "user", user.id, {})
    return user


async def set_password(
    session: AsyncSession, edit: Edit, user: User, password_hash: str, *, keep: str | None = None
) -> Sequence[Ended]:
    """Set the password; every other session ends and every mailed link stops working. Audited without the secret."""
    user.password_hash = password_hash
    user.version += 1
    await links.void_links(session, user.id, at=edit.at)
    changes.note(session, edit, "user.password_set", "user", user.id, {})
    return await sessions.end(session, at=edit.at, reason=EndReason.PASSWORD_CHANGED, user_id=user.id, keep=keep)


async def _lock_out(session: AsyncSession, user: User, edit: Edit) -> Sequence[Ended]:
    """Nothing that the user held works any more: links, tokens, sessions."""
    await links.void_links(session, user.id, at=edit.at)
    revoked = update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
    await session.execute(revoked.values(revoked_at=edit.at))
    return await sessions.end(session, at=edit.at, reason=EndReason.DEACTIVATED, user_id=user.id)


async def _one_at_a_time(session: AsyncSession) -> None:
    """Changes of rights wait for each other, or two could each remove the other's last administrator."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SELECT pg_advisory_xact_lock({_ADMINS_LOCK})"))


async def _an_admin_is_left(session: AsyncSession) -> None:
    """One who can sign in: an invitation may never be taken up, and then nobody could mend anything."""
    rows = await session.execute(select(User.roles).where(User.active, User.password_hash.is_not(None)))
    if not any(Role.ADMIN.value in roles for (roles,) in rows):
        raise Conflict("last_admin")


def _news(user: User) -> UserChanged:
    return UserChanged(user.id, user.name, frozenset(user.roles), user.active)
