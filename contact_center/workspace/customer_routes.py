"""HTTP of customers. Served here because who may see a customer depends on the work within sight."""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, Table, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history
from contact_center.accounts.changes import all_known
from contact_center.agents.models import Agent
from contact_center.customers import actions, models
from contact_center.customers.queries import customer_of, identities_of, matching, shown
from contact_center.customers.shapes import Customer, CustomerChange, Identity, IdentityIn, NewCustomer
from contact_center.errors import Conflict, Forbidden, NotFound, StaleVersion
from contact_center.interactions.models import Conversation
from contact_center.web import Context, Page, Paged, Routes, Text, paged
from contact_center.workspace.visibility import Sight, sight

READ = "customers.read"
WRITE = "customers.write"
NOTE = "customers.notes"
NEWS_AT_MOST = 20


class CustomerQuery(Page):
    """Which customers; without `q` the newest first."""

    q: Annotated[Text, Field(max_length=200, description="Part of a name or an address")] | None = None


def customer_routes() -> Routes:
    """List, one, enter, correct, addresses."""
    routes = Routes("customers")

    @routes.get("/customers", allow=READ)
    async def list_customers(context: Context, query: CustomerQuery) -> Paged[Customer]:
        """Customers, newest first; `q` finds parts of names and addresses."""
        seen = sight(context.principal, context.reach)
        statement = select(models.Customer).where(_met(seen))
        if query.q is not None and query.q.strip():
            statement = statement.where(models.Customer.id.in_(matching(query.q)))
        async with context.database.read() as session:
            keys = (models.Customer.created_at, models.Customer.id)
            rows, following = await paged(session, statement, *keys, page=query)
        return Paged[Customer](items=[shown(row) for row in rows], next_cursor=following)

    @routes.post("/customers", allow=WRITE, errors=[Conflict])
    async def create_customer(context: Context, body: NewCustomer) -> Customer:
        """Enter a customer by hand."""
        actor = history.user(context.principal.user_id)

        async def unit(session: AsyncSession) -> Customer:
            await all_known(session, Agent, body.preferred_agent_ids, "preferred_agent_ids")
            identifier = await actions.create(session, body, at=context.now, actor=actor)
            return await customer_of(session, identifier)

        return await context.database.write(unit)

    @routes.get("/customers/{customer_id}", allow=READ, errors=[NotFound])
    async def get_customer(context: Context, customer_id: str) -> Customer:
        """One customer."""
        async with context.database.read() as session:
            await _visible(session, context, customer_id)
            return await customer_of(session, customer_id)

    @routes.patch("/customers/{customer_id}", allow=NOTE, errors=[NotFound, Forbidden, StaleVersion])
    async def change_customer(context: Context, customer_id: str, body: CustomerChange) -> Customer:
        """Correct a customer; whoever meets them may change the note."""

        async def unit(session: AsyncSession) -> Customer:
            await _visible(session, context, customer_id)
            if body.model_fields_set - {"note"} and context.principal.reach(WRITE) is None:
                raise Forbidden
            await all_known(session, Agent, body.preferred_agent_ids or (), "preferred_agent_ids")
            version = await actions.change(session, customer_id, body, expected=context.if_match)
            await _tell(session, context, customer_id, version)
            return await customer_of(session, customer_id)

        return await context.database.write(unit)

    @routes.get("/customers/{customer_id}/identities", allow=READ, errors=[NotFound])
    async def list_identities(context: Context, customer_id: str) -> Paged[Identity]:
        """The addresses by which a customer is known."""
        async with context.database.read() as session:
            await _visible(session, context, customer_id)
            return Paged[Identity](items=await identities_of(session, customer_id))

    @routes.post("/customers/{customer_id}/identities", allow=WRITE, errors=[NotFound, Conflict])
    async def add_identity(context: Context, customer_id: str, body: IdentityIn) -> Identity:
        """Make an address the customer's."""

        async def unit(session: AsyncSession) -> Identity:
            await _visible(session, context, customer_id)
            identifier = await actions.add_identity(session, customer_id, body, at=context.now)
            return next(one for one in await identities_of(session, customer_id) if one.id == identifier)

        return await context.database.write(unit)

    return routes


def _met(seen: Sight) -> ColumnElement[bool]:
    """Customers met in work within sight."""
    table: Table = Conversation.__table__  # type: ignore[assignment]
    if seen.everything:
        return models.Customer.id.is_not(None)
    return exists().where(table.c.customer_id == models.Customer.id, seen.condition(table))


async def _visible(session: AsyncSession, context: Context, customer_id: str) -> None:
    """`NotFound` unless the caller may see this customer."""
    seen = sight(context.principal, context.principal.reach(READ))
    found: Any = await session.scalar(select(models.Customer.id).where(models.Customer.id == customer_id, _met(seen)))
    if found is None:
        raise NotFound


async def _tell(session: AsyncSession, context: Context, customer_id: str, version: int) -> None:
    """Whoever looks at this customer's newest conversations, or at their queues, hears of the change."""
    rows = await session.execute(
        select(Conversation.id, Conversation.queue_id)
        .where(Conversation.customer_id == customer_id)
        .order_by(Conversation.last_message_at.desc())
        .limit(NEWS_AT_MOST)
    )
    rooms = [room for row in rows for room in (f"conversation:{row.id}", f"queue:{row.queue_id}")]
    events.record(
        session,
        "customer.changed",
        entity="customer",
        entity_id=customer_id,
        version=version,
        rooms=[room for room in rooms if room != "queue:None"],
        at=context.now,
    )
