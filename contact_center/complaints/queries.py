"""Reads of complaints, as they are shown. Who may see which is the caller's business (workspace/visibility)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.models import User
from contact_center.complaints import models, shapes
from contact_center.complaints.models import ComplaintCategory, ComplaintChange
from contact_center.complaints.states import COMPLAINT, OPEN, ComplaintEvent, ComplaintState, Outcome, Severity
from contact_center.customers.models import Customer
from contact_center.errors import NotFound
from contact_center.history import HistoryRow
from contact_center.tickets.models import Ticket
from contact_center.web.fields import BothLanguages
from contact_center.web.refs import CustomerRef, ref

TABLE = models.Complaint.__table__
OPEN_STATES = sorted(state.value for state in OPEN)
IS_OPEN: ColumnElement[bool] = models.Complaint.state.in_(OPEN_STATES)


def complaints() -> Select[*tuple[Any, ...]]:
    """Complaints with the names of what they refer to; narrow it with conditions on the table."""
    return (
        select(
            models.Complaint,
            ComplaintCategory.name.label("category_name"),
            Customer.name.label("customer_name"),
            Customer.vip,
            Customer.version.label("customer_version"),
            Ticket.number.label("ticket_number"),
            User.name.label("recorder"),
        )
        .join(ComplaintCategory, ComplaintCategory.id == models.Complaint.category_id)
        .join(Customer, Customer.id == models.Complaint.customer_id)
        .join(Ticket, Ticket.id == models.Complaint.ticket_id)
        .outerjoin(User, User.id == models.Complaint.recorded_by)
    )


def _line(row: models.Complaint, name: Mapping[str, str]) -> dict[str, Any]:
    state = ComplaintState(row.state)
    return {
        "id": row.id,
        "number": row.number,
        "category": shapes.CategoryRef(id=row.category_id, name=BothLanguages.model_validate(name)),
        "severity": Severity(row.severity),
        "state": state,
        "open": state in OPEN,
        "text": row.text,
        "recorded_at": row.recorded_at,
        "conversation_id": row.conversation_id,
        "repeats": row.repeats,
        "version": row.version,
    }


def shown(row: Sequence[Any], *, earlier: int, does: bool) -> shapes.Complaint:
    """A row of `complaints()` as answered; `does`: whether the caller may change it."""
    complaint, category, customer, vip, customer_version, ticket, recorder = row
    state = ComplaintState(complaint.state)
    return shapes.Complaint(
        **_line(complaint, category),
        customer=CustomerRef(id=complaint.customer_id, name=customer, vip=vip, version=customer_version),
        ticket=shapes.TicketRef(id=complaint.ticket_id, number=ticket),
        channel=complaint.channel,
        recorded_by=ref(complaint.recorded_by, recorder),
        acknowledged_at=complaint.acknowledged_at,
        resolved_at=complaint.resolved_at,
        closed_at=complaint.closed_at,
        resolution=complaint.resolution,
        outcome=None if complaint.outcome is None else Outcome(complaint.outcome),
        reopened=complaint.reopened,
        earlier=earlier,
        can=shapes.ComplaintCan(
            change=does and state is not ComplaintState.CLOSED,
            acknowledge=does and COMPLAINT.allows(state, ComplaintEvent.ACKNOWLEDGED),
            resolve=does and COMPLAINT.allows(state, ComplaintEvent.RESOLVED),
            close=does and COMPLAINT.allows(state, ComplaintEvent.CLOSED),
            reopen=does and COMPLAINT.allows(state, ComplaintEvent.REOPENED),
        ),
    )


async def complaint_of(session: AsyncSession, complaint_id: str, *, does: bool) -> shapes.Complaint:
    """One complaint; raises `NotFound`."""
    row = (await session.execute(complaints().where(models.Complaint.id == complaint_id))).one_or_none()
    if row is None:
        raise NotFound
    return shown(tuple(row), earlier=(await earlier_than(session, [row[0]]))[complaint_id], does=does)


async def earlier_than(session: AsyncSession, those: Sequence[models.Complaint]) -> dict[str, int]:
    """complaint id -> how many complaints its customer had before it. Numbers are drawn in the order of recording."""
    of_customers = sorted({one.customer_id for one in those})
    rows = await session.execute(
        select(models.Complaint.customer_id, models.Complaint.number).where(
            models.Complaint.customer_id.in_(of_customers)
        )
    )
    known = rows.all()
    return {
        one.id: sum(1 for customer_id, number in known if customer_id == one.customer_id and number < one.number)
        for one in those
    }


async def of_customers(
    session: AsyncSession, customer_ids: Sequence[str], *, only_open: bool, limit: int
) -> dict[str, list[shapes.ComplaintLine]]:
    """customer id -> their complaints, open first, then newest first, at most `limit` of each."""
    if not customer_ids:
        return {}
    place = (
        func.row_number()
        .over(
            partition_by=TABLE.c.customer_id,
            order_by=(
                case((TABLE.c.state.in_(OPEN_STATES), 0), else_=1),
                TABLE.c.recorded_at.desc(),
                TABLE.c.id.desc(),
            ),
        )
        .label("place")
    )
    ranked = select(TABLE.c.id, place).where(TABLE.c.customer_id.in_(sorted(set(customer_ids))))
    if only_open:
        ranked = ranked.where(TABLE.c.state.in_(OPEN_STATES))
    ranking = ranked.subquery()
    rows = await session.execute(
        select(models.Complaint, ComplaintCategory.name)
        .join(ranking, ranking.c.id == models.Complaint.id)
        .join(ComplaintCategory, ComplaintCategory.id == models.Complaint.category_id)
        .where(ranking.c.place <= limit)
        .order_by(ranking.c.place)
    )
    found: dict[str, list[shapes.ComplaintLine]] = {}
    for complaint, name in rows:
        found.setdefault(complaint.customer_id, []).append(shapes.ComplaintLine(**_line(complaint, name)))
    return found


async def history_of(session: AsyncSession, complaint_id: str) -> list[shapes.HistoryLine]:
    """All steps of one complaint, oldest first: moves with what was said with them, and corrections."""
    moves = await session.execute(
        select(HistoryRow, User.name)
        .outerjoin(User, User.id == HistoryRow.actor_id)
        .where(HistoryRow.entity == "complaint", HistoryRow.entity_id == complaint_id)
        .order_by(HistoryRow.at, HistoryRow.id)
    )
    changes = await session.execute(
        select(ComplaintChange, User.name)
        .outerjoin(User, User.id == ComplaintChange.actor_id)
        .where(ComplaintChange.complaint_id == complaint_id)
        .order_by(ComplaintChange.at, ComplaintChange.id)
    )
    names = await _category_names(session)
    said = [(change, name) for change, name in changes]
    with_moves = {(change.at, change.cause): _said(change.changes, names) for change, _ in said}
    lines = [
        shapes.HistoryLine(
            id=move.id,
            step=shapes.Step(move.cause),
            at=move.at,
            by=ref(move.actor_id, name),
            state=ComplaintState(move.to_state),
            changes=with_moves.get((move.at, move.cause), []),
        )
        for move, name in moves
    ]
    lines += [
        shapes.HistoryLine(
            id=change.id,
            step=shapes.Step.CORRECTED,
            at=change.at,
            by=ref(change.actor_id, name),
            state=None,
            changes=_said(change.changes, names),
        )
        for change, name in said
        if change.cause == shapes.Step.CORRECTED
    ]
    return sorted(lines, key=lambda line: (line.at, line.id))


async def _category_names(session: AsyncSession) -> Mapping[str, BothLanguages]:
    rows = await session.execute(select(ComplaintCategory.id, ComplaintCategory.name))
    return {identifier: BothLanguages.model_validate(name) for identifier, name in rows}


def _said(changes: Mapping[str, Sequence[str | None]], names: Mapping[str, BothLanguages]) -> list[shapes.Said]:
    found = []
    for field, (before, after) in changes.items():
        if field == "category_id":
            found.append(shapes.Said(field="category", before=names.get(before or ""), after=names.get(after or "")))
        else:
            found.append(shapes.Said(field=field, before=before, after=after))
    return found
