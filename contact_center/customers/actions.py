"""What changes customers: entered and corrected by people. (Intake makes them when somebody unknown writes.)

Names keep every code point they were given; only their key for comparing is folded.
"""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.channel import AddressKind
from contact_center.customers import finding
from contact_center.customers.models import Customer, Identity
from contact_center.customers.shapes import CustomerChange, IdentityIn, NewCustomer
from contact_center.db import fold
from contact_center.errors import Conflict, NotFound, StaleVersion
from contact_center.history import Actor
from contact_center.ids import new_id


async def create(session: AsyncSession, new: NewCustomer, *, at: datetime, actor: Actor) -> str:
    """Enter a customer with their addresses; raises `Conflict` when an address is another customer's."""
    identifier = new_id()
    row = new.model_dump(exclude={"identities"})
    await session.execute(
        insert(Customer).values(id=identifier, name_key=fold(new.name)[:400], created_at=at, version=1, **row)
    )
    for identity in new.identities:
        await _own(session, identifier, identity, at=at)
    await finding.refresh(session, identifier)
    history.append(
        session,
        entity="customer",
        entity_id=identifier,
        before=None,
        after="known",
        at=at,
        actor=actor,
        cause="entered",
    )
    return identifier


async def change(session: AsyncSession, customer_id: str, body: CustomerChange, *, expected: int | None) -> int:
    """Set what `body` names and return the new version; raises `StaleVersion` when `expected` is not the present."""
    customer = await session.get(Customer, customer_id, with_for_update=True, populate_existing=True)
    if customer is None:
        raise NotFound
    if expected is not None and customer.version != expected:
        raise StaleVersion(current={"version": customer.version})
    values = body.given()
    if "name" in values:
        values["name_key"] = fold(values["name"])[:400]
    if not values:
        return customer.version
    await session.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(version=customer.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if "name" in values:
        await finding.refresh(session, customer_id)
    return customer.version + 1


async def add_identity(session: AsyncSession, customer_id: str, new: IdentityIn, *, at: datetime) -> str:
    """Make an address the customer's; harmless when it is already, `Conflict` when it is another's."""
    identifier = await _own(session, customer_id, new, at=at)
    await finding.refresh(session, customer_id)
    return identifier


async def _own(session: AsyncSession, customer_id: str, new: IdentityIn, *, at: datetime) -> str:
    kind = AddressKind(new.kind)
    value = fold(new.value) if kind is AddressKind.EMAIL else new.value.strip()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "id": new_id(),
        "customer_id": customer_id,
        "kind": kind.value,
        "value": value[:320],
        "shown": new.value,
        "verified": False,
        "created_at": at,
    }
    statement = dialect.insert(Identity).values(row)
    taken = statement.on_conflict_do_update(
        index_elements=["kind", "value"], set_={"kind": statement.excluded.kind}
    ).returning(Identity.id, Identity.customer_id)
    kept = (await session.execute(taken)).one()
    if kept.customer_id != customer_id:
        raise Conflict("identity_taken", current={"customer_id": kept.customer_id})
    return str(kept.id)
