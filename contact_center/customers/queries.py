"""Reads of customers and identities, as they are shown."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.customers import models
from contact_center.customers.shapes import Customer, Identity
from contact_center.db import fold
from contact_center.errors import NotFound


def shown(row: models.Customer) -> Customer:
    """A customer as answered."""
    return Customer(
        id=row.id,
        name=row.name,
        vip=row.vip,
        at_risk=row.at_risk,
        complaints_open=row.complaints_open,
        preferred_agent_ids=row.preferred_agent_ids,
        language=row.language,
        note=row.note,
        company=row.company,
        time_zone=row.time_zone,
        attributes=row.attributes,
        created_at=row.created_at,
        version=row.version,
    )


async def customer_of(session: AsyncSession, customer_id: str) -> Customer:
    """One customer; raises `NotFound`."""
    row = await session.get(models.Customer, customer_id)
    if row is None:
        raise NotFound
    return shown(row)


async def identities_of(session: AsyncSession, customer_id: str) -> list[Identity]:
    """The addresses of one customer, oldest first."""
    rows = await session.scalars(
        select(models.Identity).where(models.Identity.customer_id == customer_id).order_by(models.Identity.id)
    )
    return [Identity(id=row.id, kind=row.kind, value=row.shown or row.value, verified=row.verified) for row in rows]


def like(text: str) -> str:
    """A LIKE pattern (escape character backslash) for anything that contains `text`, under the keys' folding."""
    escaped = fold(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def matching(text: str) -> Select[Any]:
    """The ids of customers whose name or an address contains `text`; works for Chinese, where words have no spaces."""
    pattern = like(text)
    identity = models.Identity
    return select(models.Customer.id).where(
        or_(
            models.Customer.name_key.like(pattern, escape="\\"),
            models.Customer.id.in_(select(identity.customer_id).where(identity.value.like(pattern, escape="\\"))),
        )
    )


async def names_of(session: AsyncSession, customer_ids: Sequence[str]) -> dict[str, str]:
    """customer id -> name."""
    rows = await session.execute(
        select(models.Customer.id, models.Customer.name).where(models.Customer.id.in_(customer_ids))
    )
    return {row.id: row.name for row in rows}
