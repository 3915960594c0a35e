"""How work ends and begins again: closing solves or leaves the ticket, a customer's answer reopens it or starts a linked one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.history import HistoryRow
from contact_center.tickets.models import Ticket
from tests.flows.house import House, Person, letter


@dataclass
class Handled:
    """A mail that an agent has accepted."""

    agent: Person
    message_id: str
    interaction_id: str
    conversation_id: str

    async def ticket(self) -> dict[str, Any]:
        """The conversation's ticket, as the record panel shows it."""
        record = await self.agent.call("GET", f"/conversations/{self.conversation_id}")
        ticket = record["item"]["ticket"]
        assert isinstance(ticket, dict)
        return ticket

    async def interaction(self) -> dict[str, Any]:
        found = await self.agent.call("GET", f"/interactions/{self.interaction_id}")
        assert isinstance(found, dict)
        return found

    async def close(self, result: str | None) -> None:
        body = {} if result is None else {"result": result}
        await self.agent.call("POST", f"/interactions/{self.interaction_id}/close", body)


async def handled(house: House) -> Handled:
    alice = await house.sign_in("alice")
    await alice.available()
    mail = letter()
    await house.mail(mail)
    assignment = await alice.accept(await alice.offer())
    return Handled(alice, mail["Message-ID"], assignment["interaction_id"], assignment["conversation_id"])


async def answers_again(house: House, work: Handled) -> dict[str, Any]:
    """The customer writes again in the same thread; the offer that follows."""
    await house.mail(letter(subject="Re: Charged twice", text="Again!", In_Reply_To=work.message_id))
    return await work.agent.offer(number=2)


async def stored(house: House, ticket_id: str) -> Ticket:
    async with house.server.database.read() as session:
        return await session.get_one(Ticket, ticket_id)


async def test_closing_as_resolved_solves_the_ticket_and_an_answer_reopens_it(house: House) -> None:
    work = await handled(house)
    before = await work.ticket()
    assert before["status"] == "open"
    await work.close("resolved")
    solved, closed = await work.ticket(), await work.interaction()
    assert (solved["id"], solved["status"]) == (before["id"], "solved")
    assert (closed["state"], closed["result"]) == ("closed", "resolved")

    offer = await answers_again(house, work)
    assert offer["conversation_id"] == work.conversation_id
    assert offer["interaction_id"] != work.interaction_id  # an interaction never reopens
    await work.agent.accept(offer)
    again = await work.ticket()
    assert (again["id"], again["number"], again["status"]) == (before["id"], before["number"], "open")
    assert (await stored(house, before["id"])).reopened == 1
    assert (await work.interaction())["state"] == "closed"


async def test_closing_otherwise_leaves_the_ticket_open(house: House) -> None:
    work = await handled(house)
    await work.close("passed_on")
    assert (await work.interaction())["state"] == "closed"
    assert (await work.ticket())["status"] == "open"
    offer = await answers_again(house, work)
    await work.agent.accept(offer)
    assert (await stored(house, (await work.ticket())["id"])).reopened == 0


async def test_an_answer_long_after_the_solution_starts_a_linked_ticket(house: House) -> None:
    work = await handled(house)
    await work.close("resolved")
    old = await work.ticket()

    async def long_ago(session: AsyncSession) -> None:
        then = house.server.clock.now() - timedelta(days=15)
        await session.execute(update(Ticket).where(Ticket.id == old["id"]).values(solved_at=then))

    await house.server.database.write(long_ago)
    await work.agent.accept(await answers_again(house, work))
    new = await work.ticket()
    assert new["id"] != old["id"] and new["number"] > old["number"] and new["status"] == "open"
    assert (await stored(house, new["id"])).previous_id == old["id"]
    assert (await stored(house, old["id"])).status == "solved"


async def test_every_step_of_a_ticket_stands_in_its_history(house: House) -> None:
    work = await handled(house)
    await work.close("resolved")
    await work.agent.accept(await answers_again(house, work))
    ticket = await work.ticket()
    async with house.server.database.read() as session:
        rows = await session.scalars(
            select(HistoryRow).where(HistoryRow.entity_id == ticket["id"]).order_by(HistoryRow.at, HistoryRow.id)
        )
        steps = [(row.from_state, row.to_state) for row in rows]
    assert steps == [(None, "new"), ("new", "open"), ("open", "solved"), ("solved", "open")]
