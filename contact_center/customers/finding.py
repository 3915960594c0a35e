"""What a customer is found by: the name and every address. The key follows whatever of them changes."""

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import words
from contact_center.channel import AddressKind
from contact_center.customers.models import Customer, Identity


def key_of(name: str, addresses: Iterable[tuple[str, str, str]]) -> str:
    """The key of a customer of this name; addresses as (kind, value, shown). Numbers are found by their endings too."""
    texts = [name]
    for kind, value, shown in addresses:
        texts += [value, shown]
        if kind == AddressKind.PHONE.value:
            texts += words.endings(value)
    return words.key_of(*texts)


async def refresh(session: AsyncSession, customer_id: str) -> None:
    """The name or the addresses changed in this transaction: the key and its words follow."""
    found = select(Customer.name, Customer.search_key).where(Customer.id == customer_id).with_for_update(key_share=True)
    name, old = (await session.execute(found)).one()
    addresses = await session.execute(
        select(Identity.kind, Identity.value, Identity.shown)
        .where(Identity.customer_id == customer_id)
        .order_by(Identity.id)
    )
    new = key_of(name, [(row.kind, row.value, row.shown) for row in addresses])
    if new == old:
        return
    await session.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(search_key=new)
        .execution_options(synchronize_session=False)
    )
    await words.replace(session, customer_id, old=old, new=new)
