"""HTTP: an agent and the call of their interaction. The telephone itself rings and speaks at the provider; here one gets in and out."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice import desk
from channels.voice.contract import Event, Role
from channels.voice.models import CallRow
from channels.voice.service import VoiceService
from channels.voice.shown import Calls, of_agent
from channels.voice.states import Call, LegStatus, State, load
from channels.voice.wishes import HangUpWanted, RejoinWanted
from contact_center.clock import to_micros
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.web import Context, Model, Routes
from contact_center.web.models import Ident, Time

OWN = "offers.own"


class OfInteraction(Model):
    """Whose call."""

    interaction_id: Ident


class Ticket(Model):
    """With this, once and until `expires_at`, the agent's telephone dials into the call.

    `softphone`: which telephone of the browser can: `local` is the demo's, without sound; `none` has yet to be built.
    """

    call_id: str
    softphone: Literal["local", "none"]
    ticket: str
    expires_at: Time


def voice_routes(voice: VoiceService) -> Routes:
    """Join and hang up."""
    routes = Routes("calls")

    @routes.post("/calls/join", allow=OWN, status=200, errors=[Conflict])
    async def join_call(context: Context, body: OfInteraction) -> Ticket:
        """A ticket into the call that I accepted, or back into the one that I fell out of."""
        agent_id = _own_agent(context)

        async def unit(session: AsyncSession) -> tuple[str, str]:
            row = await _call(session, body.interaction_id)
            await desk.look(session, row, at=context.now)  # the acceptance may be told only a moment later
            if load(row.value).state is State.RECOVERING:
                await desk.tell(session, row, [_wish(RejoinWanted, agent_id, context)], at=context.now)
            leg_id = _invited(load(row.value), agent_id)
            if leg_id is None:
                raise Conflict("not_expected", current={"state": row.state})
            return row.id, leg_id

        call_id, leg_id = await context.database.write(unit)
        ticket, until = voice.tickets.issue(leg_id, at=context.now)
        return Ticket(call_id=call_id, softphone=voice.softphone, ticket=ticket, expires_at=until)

    @routes.get("/calls/mine", allow=OWN, errors=[Conflict])
    async def my_calls(context: Context) -> Calls:
        """The calls that I am on, or should be."""
        agent_id = _own_agent(context)
        async with context.database.read() as session:
            return Calls(items=await of_agent(session, agent_id))

    @routes.post("/calls/hang-up", allow=OWN, status=204, errors=[Conflict])
    async def hang_up_call(context: Context, body: OfInteraction) -> None:
        """End my part of the call; the whole call when nobody else is there. Repeating it is harmless."""
        agent_id = _own_agent(context)

        async def unit(session: AsyncSession) -> None:
            row = await _call(session, body.interaction_id)
            call = load(row.value)
            if call.state is State.ENDED:
                return
            if all(part.agent != agent_id for part in call.parts):
                raise Conflict("not_on_the_call", current={"state": row.state})
            await desk.tell(session, row, [_wish(HangUpWanted, agent_id, context)], at=context.now)

        await context.database.write(unit)

    return routes


def _own_agent(context: Context) -> str:
    agent_id = context.principal.agent_id
    if agent_id is None:
        raise Conflict("no_agent_profile")
    return agent_id


def _wish(kind: type[HangUpWanted] | type[RejoinWanted], agent_id: str, context: Context) -> Event:
    at = to_micros(context.now)
    return kind(event_id=f"desk:{new_id()}", provider="desk", provider_ref="", seq=0, at=at, agent=agent_id)


async def _call(session: AsyncSession, interaction_id: str) -> CallRow:
    """The locked call of an interaction; whether it is somebody else's or nobody's is not told apart."""
    call_id = await session.scalar(select(CallRow.id).where(CallRow.interaction_id == interaction_id))
    row = await desk.lock(session, call_id) if call_id is not None else None
    if row is None:
        raise Conflict("no_call")
    return row


def _invited(call: Call, agent_id: str) -> str | None:
    """The leg that waits for this agent."""
    waits = (leg for leg in call.live(Role.AGENT) if leg.party == agent_id and leg.status is LegStatus.INVITED)
    return next((leg.leg_id for leg in waits), None)
