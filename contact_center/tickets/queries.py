"""Reading tickets for others to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as lists show it."""

    id: str
    number: int
    subject: str
    status: str
    waiting_for: str | None
    waiting_until: datetime | None
    queue_id: str | None
    opened_at: datetime
    version: int


_COLUMNS = [getattr(Ticket, name) for name in TicketView.__dataclass_fields__]


async def by_ids(session: AsyncSession, ticket_ids: Sequence[str | None]) -> Mapping[str, TicketView]:
    """The tickets of these ids."""
    wanted = sorted({ticket_id for ticket_id in ticket_ids if ticket_id})
    if not wanted:
        return {}
    rows = await session.execute(select(*_COLUMNS).where(Ticket.id.in_(wanted)))
    return {row.id: TicketView(**row._mapping) for row in rows}


async def of_customer(session: AsyncSession, customer_id: str, *, limit: int = 20) -> list[TicketView]:
    """A customer's tickets, newest first."""
    rows = await session.execute(
        select(*_COLUMNS).where(Ticket.customer_id == customer_id).order_by(Ticket.opened_at.desc()).limit(limit)
    )
    return [TicketView(**row._mapping) for row in rows]
