"""Whether we may write to an address: what its owner said last counts, on every path out."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.channel import AddressKind
from contact_center.customers.models import Consent
from contact_center.db import one_at_a_time
from contact_center.history import Actor
from contact_center.ids import new_id


async def allowed(session: AsyncSession, kind: AddressKind, value: str) -> bool:
    """True unless the address's owner forbade it."""
    said = await session.scalar(select(Consent.allowed).where(Consent.kind == kind.value, Consent.value == value))
    return said is not False


async def say(
    session: AsyncSession, kind: AddressKind, value: str, *, allowed: bool, at: datetime, actor: Actor, cause: str
) -> bool:
    """Record what the owner (or somebody for them) said at `at`; False when something later is known or nothing changes."""
    await one_at_a_time(session, f"consent:{kind.value}:{value}")
    row = await session.scalar(select(Consent).where(Consent.kind == kind.value, Consent.value == value))
    if row is not None and (row.at > at or row.allowed == allowed):
        return False
    before = None if row is None else ("allowed" if row.allowed else "forbidden")
    if row is None:
        row = Consent(id=new_id(), kind=kind.value, value=value)
        session.add(row)
    row.allowed, row.at, row.cause = allowed, at, cause[:60]
    await session.flush()
    history.append(
        session,
        entity="consent",
        entity_id=row.id,
        before=before,
        after="allowed" if allowed else "forbidden",
        at=at,
        actor=actor,
        cause=cause[:60],
    )
    return True
