"""HTTP of complaints. Served here because who may see one depends on the work within sight.

A complaint is read by whoever meets its customer in visible work: the next agent must know of it. It is changed by whoever
may work on the conversation it came from, or on another of its ticket.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.complaints import actions, queries, shapes
from contact_center.complaints.models import Complaint
from contact_center.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from contact_center.history import Actor
from contact_center.interactions.models import Conversation
from contact_center.web import Context, Page, Paged, Routes, paged
from contact_center.workspace.visibility import Sight, sight, visible

READ = "complaints.read"
WRITE = "complaints.write"
_CONVERSATION: Table = Conversation.__table__  # type: ignore[assignment]


def complaint_routes(repeat_within: timedelta) -> Routes:
    """Record, read, correct, and the steps of the process; `repeat_within`: how far back one about the same is a repeat."""
    routes = Routes("complaints")
    _reading(routes)
    _recording(routes, repeat_within)
    _steps(routes)
    return routes


def _reading(routes: Routes) -> None:
    @routes.get("/complaints", allow=READ)
    async def list_complaints(context: Context, query: shapes.ComplaintQuery) -> Paged[shapes.Complaint]:
        """Complaints, newest first."""
        statement = queries.complaints().where(_read(_sees(context)))
        equal = {
            Complaint.state: query.state,
            Complaint.severity: query.severity,
            Complaint.category_id: query.category,
            Complaint.customer_id: query.customer,
        }
        for column, value in equal.items():
            if value is not None:
                statement = statement.where(column == value)
        if query.open is not None:
            statement = statement.where(queries.IS_OPEN if query.open else ~queries.IS_OPEN)
        async with context.database.read() as session:
            return await _page(session, context, statement, query)

    @routes.get("/customers/{customer_id}/complaints", allow=READ, errors=[NotFound])
    async def list_customer_complaints(context: Context, customer_id: str, query: Page) -> Paged[shapes.Complaint]:
        """A customer's complaints, newest first."""
        met = select(_CONVERSATION.c.id).where(
            _CONVERSATION.c.customer_id == customer_id, _sees(context).condition(_CONVERSATION)
        )
        async with context.database.read() as session:
            if await session.scalar(met.limit(1)) is None:
                raise NotFound
            statement = queries.complaints().where(Complaint.customer_id == customer_id)
            return await _page(session, context, statement, query)

    @routes.get("/complaints/{complaint_id}", allow=READ, errors=[NotFound])
    async def get_complaint(context: Context, complaint_id: str) -> shapes.Complaint:
        """One complaint."""
        async with context.database.read() as session:
            return await _shown(session, context, complaint_id)

    @routes.get("/complaints/{complaint_id}/history", allow=READ, errors=[NotFound])
    async def get_complaint_history(context: Context, complaint_id: str) -> shapes.History:
        """Every step of it, oldest first: who did it, and what was said or corrected."""
        async with context.database.read() as session:
            await _visible(session, context, complaint_id)
            return shapes.History(items=await queries.history_of(session, complaint_id))


def _recording(routes: Routes, repeat_within: timedelta) -> None:
    @routes.post("/complaints", allow=WRITE, errors=[NotFound, Forbidden, Invalid])
    async def record_complaint(context: Context, body: shapes.NewComplaint) -> shapes.Complaint:
        """Record what a customer is dissatisfied with; it hangs on the ticket of the conversation."""
        new = actions.NewComplaint(body.conversation_id, body.category_id, body.severity, body.text)

        async def unit(session: AsyncSession) -> shapes.Complaint:
            await visible(session, context, body.conversation_id)
            identifier = await actions.record(
                session, new, repeat_within=repeat_within, at=context.now, actor=_actor(context)
            )
            return await _shown(session, context, identifier)

        return await context.database.write(unit)

    @routes.patch(
        "/complaints/{complaint_id}", allow=WRITE, errors=[NotFound, Forbidden, Conflict, Invalid, StaleVersion]
    )
    async def correct_complaint(
        context: Context, complaint_id: str, body: shapes.ComplaintCorrection
    ) -> shapes.Complaint:
        """Correct category, severity or text while it is not closed."""
        values = body.given()

        async def unit(session: AsyncSession) -> shapes.Complaint:
            await _changeable(session, context, complaint_id)
            await actions.correct(
                session,
                complaint_id,
                values,
                expected=context.if_match,
                repeat_within=repeat_within,
                at=context.now,
                actor=_actor(context),
            )
            return await _shown(session, context, complaint_id)

        return await context.database.write(unit)


def _steps(routes: Routes) -> None:
    refusals = [NotFound, Forbidden, Conflict]

    @routes.post("/complaints/{complaint_id}/acknowledge", allow=WRITE, status=200, errors=refusals)
    async def acknowledge_complaint(context: Context, complaint_id: str) -> shapes.Complaint:
        """The customer knows that we have it and who takes care of it."""

        async def unit(session: AsyncSession) -> shapes.Complaint:
            await _changeable(session, context, complaint_id)
            await actions.acknowledge(session, complaint_id, at=context.now, actor=_actor(context))
            return await _shown(session, context, complaint_id)

        return await context.database.write(unit)

    @routes.post("/complaints/{complaint_id}/resolve", allow=WRITE, status=200, errors=refusals)
    async def resolve_complaint(context: Context, complaint_id: str, body: shapes.Resolution) -> shapes.Complaint:
        """Say what was done about it."""

        async def unit(session: AsyncSession) -> shapes.Complaint:
            await _changeable(session, context, complaint_id)
            await actions.resolve(session, complaint_id, body.resolution, at=context.now, actor=_actor(context))
            return await _shown(session, context, complaint_id)

        return await context.database.write(unit)

    @routes.post("/complaints/{complaint_id}/close", allow=WRITE, status=200, errors=refusals)
    async def close_complaint(context: Context, complaint_id: str, body: shapes.Closing) -> shapes.Complaint:
        """Close a resolved complaint: the customer accepts it, or all was done that can be."""

        async def unit(session: AsyncSession) -> shapes.Complaint:
            await _changeable(session, context, complaint_id)
            await actions.close(session, complaint_id, body.outcome, at=context.now, actor=_actor(context))
            return await _shown(session, context, complaint_id)

        return await context.database.write(unit)

    @routes.post("/complaints/{complaint_id}/reopen", allow=WRITE, status=200, errors=refusals)
    async def reopen_complaint(context: Context, complaint_id: str, body: shapes.Reopening) -> shapes.Complaint:
        """The customer is not content after all."""

        async def unit(session: AsyncSession) -> shapes.Complaint:
            await _changeable(session, context, complaint_id)
            await actions.reopen(session, complaint_id, body.reason, at=context.now, actor=_actor(context))
            return await _shown(session, context, complaint_id)

        return await context.database.write(unit)


def _actor(context: Context) -> Actor:
    return history.user(context.principal.user_id)


def _sees(context: Context) -> Sight:
    return sight(context.principal, context.principal.reach(READ))


def _does(context: Context) -> Sight:
    return sight(context.principal, context.principal.reach(WRITE))


def _read(seen: Sight) -> ColumnElement[bool]:
    """Complaints of customers met in work within sight."""
    if seen.everything:
        return true()
    met = _CONVERSATION.c.customer_id == Complaint.customer_id
    return exists().where(met, seen.condition(_CONVERSATION)).correlate(Complaint)


def _changed(does: Sight) -> ColumnElement[bool]:
    """Complaints that came from work within sight, or whose ticket has such work."""
    if does.everything:
        return true()
    if does.agent_id is None and not does.queue_ids:
        return false()
    its = (_CONVERSATION.c.id == Complaint.conversation_id) | (_CONVERSATION.c.ticket_id == Complaint.ticket_id)
    return exists().where(its, does.condition(_CONVERSATION)).correlate(Complaint)


async def _visible(session: AsyncSession, context: Context, complaint_id: str) -> None:
    """`NotFound` unless the caller may read it."""
    found = select(Complaint.id).where(Complaint.id == complaint_id, _read(_sees(context)))
    if await session.scalar(found) is None:
        raise NotFound


async def _changeable(session: AsyncSession, context: Context, complaint_id: str) -> None:
    """`NotFound` when the caller may not read it, `Forbidden` when they may not change it."""
    await _visible(session, context, complaint_id)
    found = select(Complaint.id).where(Complaint.id == complaint_id, _changed(_does(context)))
    if await session.scalar(found) is None:
        raise Forbidden


async def _shown(session: AsyncSession, context: Context, complaint_id: str) -> shapes.Complaint:
    await _visible(session, context, complaint_id)
    does = select(Complaint.id).where(Complaint.id == complaint_id, _changed(_does(context)))
    return await queries.complaint_of(session, complaint_id, does=await session.scalar(does) is not None)


async def _page(
    session: AsyncSession, context: Context, statement: Select[*tuple[Any, ...]], page: Page
) -> Paged[shapes.Complaint]:
    rows, following = await paged(session, statement, Complaint.recorded_at, Complaint.id, page=page)
    those = [row[0] for row in rows]
    earlier = await queries.earlier_than(session, those)
    doable = select(Complaint.id).where(Complaint.id.in_([one.id for one in those]), _changed(_does(context)))
    does = set(await session.scalars(doable))
    items = [queries.shown(row, earlier=earlier[row[0].id], does=row[0].id in does) for row in rows]
    return Paged[shapes.Complaint](items=items, next_cursor=following)
