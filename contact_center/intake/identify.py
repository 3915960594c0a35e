"""Who wrote: finds the customers behind addresses, making those that are new. Set-based: a few statements for a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, words
from contact_center.channel import Address
from contact_center.customers import finding
from contact_center.customers.models import Customer, Identity
from contact_center.db import add_rows, fold, table_of
from contact_center.ids import new_id

NAME_AT_MOST = 200
Key = tuple[str, str]
_i, _c = table_of(Identity), table_of(Customer)
_KNOWN = (
    select(_i.c.kind, _i.c.value, _i.c.id, _c.c.id, _c.c.name)
    .join_from(_i, _c, _c.c.id == _i.c.customer_id)
    .where(tuple_(_i.c.kind, _i.c.value).in_(bindparam("keys", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Known:
    """An identity and the customer it belongs to."""

    identity_id: str
    customer_id: str
    customer_name: str


def key_of(address: Address) -> Key:
    """What makes an identity unique: kind and canonical value."""
    return address.kind.value, address.value[:320]


async def identify(
    session: AsyncSession,
    addresses: Sequence[Address],
    *,
    language: str | None,
    at: datetime,
) -> dict[Key, Known]:
    """The customer of every address; unknown ones become customers named as the channel saw them."""
    wanted: dict[Key, Address] = {}
    for address in addresses:
        wanted.setdefault(key_of(address), address)
    found = await _find(session, list(wanted))
    missing = [address for key, address in wanted.items() if key not in found]
    if missing:
        await _make(session, missing, language=language, at=at)
        found |= await _find(session, [key_of(address) for address in missing])
    return found


async def _find(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, Known]:
    rows = await session.execute(_KNOWN, {"keys": list(keys)})
    return {
        (kind, value): Known(identity_id, customer_id, name) for kind, value, identity_id, customer_id, name in rows
    }


async def _make(
    session: AsyncSession,
    addresses: Sequence[Address],
    *,
    language: str | None,
    at: datetime,
) -> None:
    customers, identities = [], []
    for address in sorted(addresses, key=key_of):  # one order everywhere: two nodes never wait for each other
        name = ((address.name if address.name.strip() else "") or address.shown or address.value)[:NAME_AT_MOST]
        customer_id = new_id()
        shown = (address.shown or address.value)[:320]
        customers.append(
            {
                "id": customer_id,
                "name": name,
                "name_key": fold(name)[:400],
                "search_key": finding.key_of(name, [(address.kind.value, address.value[:320], shown)]),
                "vip": False,
                "language": language,
                "note": "",
                "company": "",
                "time_zone": None,
                "attributes": {},
                "created_at": at,
                "version": 1,
            }
        )
        identities.append(
            {
                "id": new_id(),
                "customer_id": customer_id,
                "kind": address.kind.value,
                "value": address.value[:320],
                "shown": shown,
                "verified": address.verified,
                "created_at": at,
            }
        )
    await add_rows(session, Customer, customers)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(Identity)
        .on_conflict_do_nothing(index_elements=["kind", "value"])
        .returning(Identity.customer_id)
    )
    kept = set((await session.scalars(statement, identities)).all())
    orphans = [row["id"] for row in customers if row["id"] not in kept]
    if orphans:  # another node met the same address first; its customer is the one
        await session.execute(delete(Customer).where(Customer.id.in_(orphans)))
    await words.add(session, {str(row["id"]): str(row["search_key"]) for row in customers if row["id"] in kept})
    for customer_id in kept:
        history.append(
            session,
            entity="customer",
            entity_id=customer_id,
            before=None,
            after="known",
            at=at,
            actor=history.customer(customer_id),
            cause="first_contact",
        )
