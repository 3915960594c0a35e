"""Random days at the centre: whatever is done in whatever order, the books agree.

After every round: each history is an unbroken chain of moves that the tables allow, pointers point to what is, units in use
are the sum of what is held, nobody was offered more than fits, and the engine believes what the database says.
"""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

import pytest
from sqlalchemy import select

from contact_center import history
from contact_center.agents.models import Agent
from contact_center.agents.states import Presence
from contact_center.errors import Conflict
from contact_center.history import HistoryRow
from contact_center.ids import from_int
from contact_center.interactions import ending, queueing
from contact_center.interactions.models import Assignment, Conversation, Interaction
from contact_center.interactions.states import ASSIGNMENT, INTERACTION, AssignmentState, EndReason, InteractionState
from contact_center.machine import Machine
from contact_center.tickets.states import TICKET, TicketStatus
from routing.models import Offer
from routing.state import State
from routing.states import OFFER, OfferState
from tests.routing.conftest import Centre

TABLES: dict[str, tuple[Machine, type]] = {  # type: ignore[type-arg]
    "interaction": (INTERACTION, InteractionState),
    "assignment": (ASSIGNMENT, AssignmentState),
    "offer": (OFFER, OfferState),
    "ticket": (TICKET, TicketStatus),
}
STEPS = 80


class Day:
    """One walk: does random things, of which some are refused with a conflict."""

    def __init__(self, centre: Centre, seed: int) -> None:
        self.centre, self.dice = centre, random.Random(seed)
        self.mails: list[str] = []
        self.agents: list[str] = []

    async def begin(self) -> None:
        for name, units in (("alice", 20), ("bob", 30), ("mei", 100)):
            self.agents.append(await self.centre.agent(name, units=units))

    async def one_thing(self) -> None:
        deeds: list[tuple[int, Callable[[], Awaitable[object]]]] = [
            (6, self.new_mail),
            (2, self.further_mail),
            (4, self.accept),
            (2, self.decline),
            (2, self.take),
            (2, self.give_back),
            (3, self.finish),
            (1, self.wrap_up),
            (1, self.close),
            (1, self.leave),
            (2, self.presence),
            (1, self.vanish),
            (2, self.time),
        ]
        deed = self.dice.choices([deed for _, deed in deeds], [weight for weight, _ in deeds])[0]
        try:
            await deed()
        except Conflict as refused:
            assert refused.code in {"offer_gone", "interaction_moved", "no_queue", "wrap_up_required"}
        if self.dice.random() < 0.7:
            await self.centre.step()

    async def new_mail(self) -> None:
        self.mails.append(await self.centre.mail())

    async def further_mail(self) -> None:
        if self.mails:
            conversation = (await self.centre.interaction(self.mail())).conversation_id
            self.mails.append(await self.centre.mail(answers=conversation))

    def mail(self) -> str:
        return self.dice.choice(self.mails) if self.mails else "019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55"

    async def offer(self) -> Offer | None:
        pending = [offer for offer in await self.centre.offers() if offer.state == "pending"]
        return self.dice.choice(pending) if pending else None

    async def accept(self) -> None:
        offer = await self.offer()
        if offer is not None:
            await self.centre.accept(offer)

    async def decline(self) -> None:
        offer = await self.offer()
        if offer is not None:
            await self.centre.decline(offer)

    async def take(self) -> None:
        if self.mails:
            await self.centre.take(self.mail(), self.dice.choice(self.agents))

    async def give_back(self) -> None:
        if self.mails:
            await self.centre.give_back(self.mail(), EndReason.REQUEUED, front=self.dice.random() < 0.3)

    async def finish(self) -> None:
        if self.mails:
            await self.centre.finish(self.mail())

    async def wrap_up(self) -> None:
        mail, at = self.mail(), self.centre.clock.now()
        if self.mails:
            await self.centre.do(
                lambda session: ending.wrap_up(session, mail, code_id=None, note="", at=at, actor=history.SYSTEM)
            )

    async def close(self) -> None:
        mail, at = self.mail(), self.centre.clock.now()
        if self.mails:
            await self.centre.do(lambda session: ending.close(session, mail, at=at, actor=history.SYSTEM))

    async def leave(self) -> None:
        mail, at = self.mail(), self.centre.clock.now()
        await self.centre.do(lambda session: queueing.customer_left(session, mail, at=at))

    async def presence(self) -> None:
        states = [Presence.AVAILABLE, Presence.AVAILABLE, Presence.AWAY, Presence.OFFLINE]
        after = Presence.AWAY if self.dice.random() < 0.2 else None
        await self.centre.presence(self.dice.choice(self.agents), self.dice.choice(states), after=after)

    async def vanish(self) -> None:
        agent = self.dice.choice(self.agents)
        if agent in self.centre.dark:
            self.centre.dark.discard(agent)
        else:
            self.centre.dark.add(agent)

    async def time(self) -> None:
        await self.centre.step(self.dice.choice([1, 10, 46, 61, 121]))


@pytest.mark.parametrize("seed", range(3))
async def test_the_books_agree_whatever_happens(centre: Centre, seed: int) -> None:
    day = Day(centre, seed)
    await day.begin()
    for _ in range(STEPS):
        await day.one_thing()
    await centre.step()
    await centre.step()
    async with centre.database.read() as session:
        interactions = (await session.scalars(select(Interaction))).all()
        conversations = {row.id: row for row in (await session.scalars(select(Conversation))).all()}
        assignments = (await session.scalars(select(Assignment))).all()
        offers = (await session.scalars(select(Offer))).all()
        agents = (await session.scalars(select(Agent))).all()
        moves = (await session.scalars(select(HistoryRow).order_by(HistoryRow.at, HistoryRow.id))).all()
    assert len(interactions) > 5 and len(offers) > 5
    chains(moves)
    pointers(interactions, conversations, assignments, offers)
    units(agents, assignments, offers)
    believes(centre, interactions)


def chains(moves: Sequence[HistoryRow]) -> None:
    """Each entity's history is an unbroken chain along its table."""
    last: dict[str, str] = {}
    for move in moves:
        if move.entity not in TABLES:
            continue
        table, states = TABLES[move.entity]
        assert last.get(move.entity_id) == move.from_state, (move.entity, move.cause)
        if move.from_state is not None and move.from_state != move.to_state:
            allowed = {target for (state, _), target in table.moves().items() if state == states(move.from_state)}
            assert states(move.to_state) in allowed, (move.entity, move.from_state, move.to_state)
        last[move.entity_id] = move.to_state


def pointers(
    interactions: Sequence[Interaction],
    conversations: dict[str, Conversation],
    assignments: Sequence[Assignment],
    offers: Sequence[Offer],
) -> None:
    """Conversation, interaction, assignments and offers tell one story."""
    live, pending = defaultdict(list), defaultdict(list)
    for assignment in assignments:
        if assignment.ended_at is None:
            live[assignment.interaction_id].append(assignment)
    for offer in offers:
        if offer.state == "pending":
            pending[offer.interaction_id].append(offer)
    for row in interactions:
        assert len(live[row.id]) == (row.state == "assigned"), row.state
        assert len(pending[row.id]) == (row.state == "offered"), row.state
        conversation = conversations[row.conversation_id]
        if conversation.interaction_id != row.id:
            assert row.closed_at is not None
            continue
        assert conversation.queue_id == row.queue_id
        if row.state == "assigned":
            assert conversation.agent_id == row.agent_id == live[row.id][0].agent_id
        elif row.closed_at is None:
            assert conversation.agent_id is None
            assert conversation.attention == "now"


def units(agents: Sequence[Agent], assignments: Sequence[Assignment], offers: Sequence[Offer]) -> None:
    """Units in use are what is held; the router's part of it, offered or accepted, never went over the budget."""
    for agent in agents:
        work = sum(one.units for one in assignments if one.agent_id == agent.id and one.ended_at is None)
        offered = sum(one.units for one in offers if one.agent_id == agent.id and one.state == "pending")
        assert agent.used == work + offered
        by_hand = sum(
            one.units
            for one in assignments
            if one.agent_id == agent.id and one.ended_at is None and one.offer_id is None
        )
        assert agent.used - by_hand <= agent.units


def believes(centre: Centre, interactions: Sequence[Interaction]) -> None:
    """The engine believes what the database says."""
    desk = centre.router.desk
    assert desk is not None
    states = {"queued": State.WAITING, "offered": State.OFFERED, "assigned": State.ASSIGNED}
    wanted = {row.id: states[row.state] for row in interactions if row.state in states}
    assert {from_int(item.id): item.state for item in desk.engine.floor.items.values()} == wanted
