"""Short words for stories of calls: the carrier of the house, a customer's telephone, an agent who accepts and dials in."""

from typing import Any

from sqlalchemy import select

from channels.voice.models import CallCommandRow, CallRow
from contact_center.demo.carrier.calls import CallCarrier
from contact_center.demo.carrier.phones import Phone
from contact_center.interactions.models import ChannelAccount
from tests.flows.house import House, Person
from tests.waiting import eventually

ANA, DESK = "+447700900321", "+447700900100"
SECOND = 0.02
"""How long a second takes at the carrier: stories are in a hurry."""


def carrier(house: House) -> CallCarrier:
    """The telephone company of this house."""
    assert house.server.demo is not None
    return house.server.demo.carrier.calls


def rings(house: House, caller: str = ANA, called: str = DESK, *, second: float = SECOND) -> Phone:
    """A customer calls; `second` is how long a second takes at the carrier."""
    carrier(house).second = second
    return carrier(house).dial(caller, called)


async def joins(house: House, agent: Person, offer: dict[str, Any]) -> Phone:
    """The agent accepts and their browser dials in."""
    await agent.accept(offer)
    return await dials_in(house, agent, offer["interaction_id"])


async def dials_in(house: House, agent: Person, interaction_id: str) -> Phone:
    """The agent's browser, with its ticket."""
    ticket = await agent.call("POST", "/calls/join", {"interaction_id": interaction_id})
    return carrier(house).connect(agent.me["name"], {"ticket": ticket["ticket"]})


async def talk(customer: Phone, agent: Phone) -> None:
    """Wait until they hear one another."""
    try:
        await eventually(lambda: customer.hears_parties() and agent.hears_parties(), what="customer and agent talk")
    except TimeoutError as error:
        ends = [(one.status, one.heard[-3:], one.room and one.room.members.keys()) for one in (customer, agent)]
        raise AssertionError(f"they do not talk: {ends}") from error


async def set_up(house: House, **settings: Any) -> None:
    """Settings of the number, before anybody called it."""

    async def unit(session: Any) -> None:
        query = select(ChannelAccount).where(ChannelAccount.channel == "voice", ChannelAccount.address == DESK)
        account = (await session.scalars(query)).one()
        account.settings = {**account.settings, **settings}

    await house.server.database.write(unit)


async def call_of(house: House, interaction_id: str = "") -> CallRow | None:
    """The call of this interaction, or the only one there is."""
    query = select(CallRow)
    if interaction_id:
        query = query.where(CallRow.interaction_id == interaction_id)
    async with house.server.database.read() as session:
        return (await session.scalars(query)).one_or_none()


async def reaches(house: House, state: str, interaction_id: str = "") -> CallRow:
    """Wait until the call is in this state."""

    async def check() -> CallRow | None:
        row = await call_of(house, interaction_id)
        return row if row is not None and row.state == state else None

    return await eventually(check, what=f"the call is {state}")


async def commands(house: House, kind: str = "") -> list[tuple[str, str]]:
    """(kind, state) of what was asked of the provider, in order."""
    async with house.server.database.read() as session:
        rows = (await session.scalars(select(CallCommandRow).order_by(CallCommandRow.number))).all()
    return [(row.kind, row.state) for row in rows if not kind or row.kind == kind]


async def interaction(person: Person, interaction_id: str) -> dict[str, Any]:
    """As the measured record has it."""
    answer = await person.call("GET", f"/interactions/{interaction_id}")
    assert isinstance(answer, dict)
    return answer


async def becomes(person: Person, interaction_id: str, state: str) -> dict[str, Any]:
    """Wait until the interaction is in this state."""

    async def check() -> dict[str, Any] | None:
        found = await interaction(person, interaction_id)
        return found if found["state"] == state else None

    return await eventually(check, what=f"the interaction is {state}")
