"""Invitations and password resets: a row, a job that mails a signed link, and the password set once with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import i18n, jobs
from contact_center.accounts.models import PasswordLink, User
from contact_center.errors import Invalid
from contact_center.ids import new_id
from contact_center.tokens import Tokens

JOB = "system_mail"


class Purpose(StrEnum):
    """Why a password is to be set by mail."""

    RESET = "reset"
    INVITATION = "invitation"


LIFE: Mapping[Purpose, timedelta] = {Purpose.RESET: timedelta(hours=1), Purpose.INVITATION: timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class SystemMail:
    """A mail of the house itself, ready to be sent."""

    to: str
    subject: str
    text: str


async def send_link(session: AsyncSession, user: User, purpose: Purpose, *, at: datetime) -> str:
    """Write the link's row and the job that mails it; earlier links of the user stop working. Returns the row's id."""
    await void_links(session, user.id, at=at)
    identifier = new_id()
    session.add(
        PasswordLink(
            id=identifier, user_id=user.id, purpose=purpose.value, created_at=at, expires_at=at + LIFE[purpose]
        )
    )
    payload = {
        "purpose": purpose.value,
        "link_id": identifier,
        "to": user.email,
        "name": user.name,
        "language": user.language,
    }
    jobs.enqueue(session, JOB, payload, at=at)
    return identifier


async def void_links(session: AsyncSession, user_id: str, *, at: datetime) -> None:
    """Make all links sent to the user so far useless."""
    await session.execute(
        update(PasswordLink).where(PasswordLink.user_id == user_id, PasswordLink.used_at.is_(None)).values(used_at=at)
    )


def compose(payload: Mapping[str, str], *, tokens: Tokens, public_url: str) -> SystemMail:
    """The mail for a `system_mail` job. The link is made here and never stored; the part after # stays out of logs."""
    purpose, language = Purpose(payload["purpose"]), payload["language"]
    link = f"{public_url}/console/set-password#token={tokens.name(_signed_for(purpose), payload['link_id'])}"
    count = LIFE[purpose] // (timedelta(hours=1) if purpose is Purpose.RESET else timedelta(days=1))
    return SystemMail(
        to=payload["to"],
        subject=i18n.text(language, f"mail.{purpose.value}.subject"),
        text=i18n.text(language, f"mail.{purpose.value}.text", name=payload["name"], link=link, count=count),
    )


async def redeem(session: AsyncSession, token: str, *, tokens: Tokens, at: datetime) -> User:
    """The user whose link this is, which is used up by it; `Invalid("bad_link")` for anything else."""
    identifier = _opened(token, tokens)
    if identifier is None:
        raise Invalid("bad_link")
    link = await session.scalar(select(PasswordLink).where(PasswordLink.id == identifier).with_for_update())
    if link is None or link.used_at is not None or link.expires_at <= at:
        raise Invalid("bad_link")
    user = await session.get(User, link.user_id, with_for_update=True)
    if user is None or not user.active:
        raise Invalid("bad_link")
    link.used_at = at
    return user


async def peek(session: AsyncSession, token: str, *, tokens: Tokens, at: datetime) -> User | None:
    """Whose link this is, without using it up; None when it is no good."""
    identifier = _opened(token, tokens)
    if identifier is None:
        return None
    unused = (PasswordLink.used_at.is_(None), PasswordLink.expires_at > at, User.active)
    statement = select(User).join(PasswordLink, PasswordLink.user_id == User.id)
    return await session.scalar(statement.where(PasswordLink.id == identifier, *unused))


def _opened(token: str, tokens: Tokens) -> str | None:
    """The id of the link's row, when the token is one of ours for any purpose."""
    return next((found for purpose in Purpose if (found := tokens.named(_signed_for(purpose), token))), None)


def _signed_for(purpose: Purpose) -> str:
    return f"password-{purpose.value}"
