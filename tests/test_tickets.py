"""Tickets: numbers without gaps, attached or reopened or followed by a new one, and what conversations ask of us."""

import asyncio
from datetime import timedelta

import pytest

from contact_center import history
from contact_center.errors import Conflict
from contact_center.history import SYSTEM
from contact_center.interactions.models import Conversation
from contact_center.tickets import actions as tickets
from contact_center.tickets.states import WaitingFor
from tests.routing.conftest import Centre, centre

__all__ = ["centre"]


async def opened(centre: Centre) -> tuple[str, str, str]:
    """A mail in an agent's hands: (interaction, conversation, ticket)."""
    agent = await centre.agent("alice", available=False)
    mail = await centre.mail("ana@a.example")
    await centre.take(mail, agent)
    interaction = await centre.interaction(mail)
    assert interaction.ticket_id is not None
    return mail, interaction.conversation_id, interaction.ticket_id


async def attention(centre: Centre, conversation_id: str) -> str:
    async with centre.database.read() as session:
        return (await session.get_one(Conversation, conversation_id)).attention


async def test_numbers_have_no_gaps_however_many_open_at_once(centre: Centre) -> None:
    await asyncio.gather(*(centre.mail(f"c{n}@b.example", text=f"{n}") for n in range(12)))
    async with centre.database.read() as session:
        from sqlalchemy import select

        from contact_center.tickets.models import Ticket

        numbers = (await session.scalars(select(Ticket.number).order_by(Ticket.number))).all()
    assert list(numbers) == list(range(1, 13))


async def test_a_reply_that_waits_and_the_customers_answer(centre: Centre) -> None:
    mail, conversation, ticket = await opened(centre)
    at = centre.clock.now()
    await centre.finish(mail)
    assert await attention(centre, conversation) == "today"
    await centre.do(lambda s: tickets.waits(s, ticket, WaitingFor.CUSTOMER, at=at, actor=SYSTEM))
    assert await attention(centre, conversation) == "waiting"
    again = await centre.mail("ana@a.example", answers=conversation)
    assert (await centre.interaction(again)).ticket_id == ticket
    row = await centre.ticket(ticket)
    assert (row.status, row.waiting_for) == ("open", None)
    assert await attention(centre, conversation) == "now"


@pytest.mark.parametrize(("days", "same"), [(13.9, True), (14.1, False)])
async def test_solved_reopens_within_the_queues_days_and_later_starts_a_linked_one(
    centre: Centre, days: float, same: bool
) -> None:
    mail, conversation, ticket = await opened(centre)
    await centre.finish(mail)
    at = centre.clock.now()
    await centre.do(lambda s: tickets.solved(s, ticket, at=at, actor=SYSTEM))
    assert await attention(centre, conversation) == "done"
    centre.clock.at += timedelta(days=days)
    again = await centre.mail("ana@a.example", answers=conversation)
    current = (await centre.interaction(again)).ticket_id
    assert (current == ticket) is same
    row = await centre.ticket(current)
    assert (row.status, row.reopened, row.previous_id) == (("open", 1, None) if same else ("new", 0, ticket))


async def test_a_closed_ticket_stays_closed(centre: Centre) -> None:
    mail, conversation, ticket = await opened(centre)
    await centre.finish(mail)
    at = centre.clock.now()
    with pytest.raises(Conflict):
        await centre.do(lambda s: tickets.closed(s, ticket, at=at, actor=SYSTEM))
    await centre.do(lambda s: tickets.solved(s, ticket, at=at, actor=SYSTEM))
    for _ in range(2):
        await centre.do(lambda s: tickets.closed(s, ticket, at=at, actor=SYSTEM))
    with pytest.raises(Conflict):
        await centre.do(lambda s: tickets.reopened(s, ticket, at=at, actor=SYSTEM))
    again = await centre.mail("ana@a.example", answers=conversation)
    followed = await centre.ticket((await centre.interaction(again)).ticket_id)
    assert (followed.previous_id, followed.status) == (ticket, "new")


async def test_every_move_is_remembered_with_its_actor(centre: Centre) -> None:
    mail, _, ticket = await opened(centre)
    await centre.finish(mail)
    at, actor = centre.clock.now(), history.user("019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55")
    await centre.do(lambda s: tickets.waits(s, ticket, WaitingFor.THIRD_PARTY, at=at, actor=actor))
    await centre.do(lambda s: tickets.reopened(s, ticket, at=at, actor=actor))
    await centre.do(lambda s: tickets.solved(s, ticket, at=at, actor=actor))
    assert [move[1:] for move in await centre.history_of(ticket)] == [
        ("new", "opened"),
        ("open", "picked_up"),
        ("waiting", "sent_and_waits"),
        ("open", "picked_up"),
        ("solved", "solved"),
    ]
