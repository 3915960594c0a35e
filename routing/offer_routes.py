"""HTTP: an agent's own offers. Repeating an answer is harmless; an offer that is over answers 409 `offer_gone`."""

from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Routing
from contact_center import history
from contact_center.errors import Conflict, NotFound
from contact_center.web import Context, Model, Paged, Routes
from contact_center.web.models import Time
from routing import offers
from routing.next_work import take_next
from routing.offer_views import OfferView, pending_of
from routing.sight import own_agent
from routing.states import DeclineReason

OWN = "offers.own"


class AssignmentPart(Model):
    """What the agent has now."""

    id: str
    interaction_id: str
    conversation_id: str
    agent_id: str
    at: Time


class Accepted(Model):
    """The answer to accepting and to taking next."""

    assignment: AssignmentPart


class Declining(Model):
    """Why not; may be left out. What is said is kept in the offer's history and shown in the thread."""

    reason: DeclineReason | None = None


def offer_routes(routing: Routing) -> Routes:
    """List, accept, decline, next."""
    routes = Routes("offers")

    @routes.get("/offers", allow=OWN)
    async def list_offers(context: Context) -> Paged[OfferView]:
        """My pending offers, oldest first."""
        agent_id = context.principal.agent_id
        if agent_id is None:
            return Paged[OfferView](items=[])
        async with context.database.read() as session:
            found = await pending_of(session, agent_id, language=context.language, now=context.now)
        return Paged[OfferView](items=found)

    @routes.post("/offers/next", allow=OWN, status=(200, 204), errors=[Conflict])
    async def take_next_offer(context: Context) -> Accepted | None:
        """Take the next waiting piece of work from my queues; 204 when there is none for me."""
        agent_id, actor = own_agent(context), history.user(context.principal.user_id)
        taken = await take_next(context.database, agent_id, units=routing.units, at=context.now, actor=actor)
        return None if taken is None else _accepted(taken)

    @routes.post("/offers/{offer_id}/accept", allow=OWN, status=200, errors=[NotFound, Conflict])
    async def accept_offer(context: Context, offer_id: str) -> Accepted:
        """Take the offered interaction."""
        agent_id, actor = _mine(context), history.user(context.principal.user_id)

        async def unit(session: AsyncSession) -> offers.Assigned:
            return await offers.accept(session, offer_id, agent_id, at=context.now, actor=actor)

        return _accepted(await context.database.write(unit))

    @routes.post("/offers/{offer_id}/decline", allow=OWN, status=204, errors=[NotFound, Conflict])
    async def decline_offer(context: Context, offer_id: str, body: Declining) -> None:
        """Refuse it; it is not offered to me again for a while."""
        agent_id, actor = _mine(context), history.user(context.principal.user_id)

        async def unit(session: AsyncSession) -> None:
            await offers.decline(session, offer_id, agent_id, reason=body.reason, at=context.now, actor=actor)

        await context.database.write(unit)

    return routes


def _mine(context: Context) -> str:
    """Offers are personal: for somebody without an agent there are none."""
    agent_id = context.principal.agent_id
    if agent_id is None:
        raise NotFound
    return agent_id


def _accepted(given: offers.Assigned) -> Accepted:
    part = AssignmentPart(
        id=given.id,
        interaction_id=given.interaction_id,
        conversation_id=given.conversation_id,
        agent_id=given.agent_id,
        at=given.at,
    )
    return Accepted(assignment=part)
