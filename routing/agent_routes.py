"""HTTP: agents, how they stand, and their presence. Agents see the colleagues of their queues, supervisors those of their teams."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Routing
from contact_center import history
from contact_center.accounts.changes import Edit
from contact_center.agents import actions
from contact_center.agents.actions import Chosen
from contact_center.agents.models import Agent, PresenceReason
from contact_center.agents.states import Presence
from contact_center.channel import ChannelKind
from contact_center.errors import Conflict, FieldError, Invalid, NotFound
from contact_center.queues.agent_settings import change_agent
from contact_center.queues.models import QueueMember
from contact_center.web import Change, Context, Model, Page, Paged, Principal, Reach, Routes
from contact_center.web.fields import Level
from contact_center.web.models import Ident
from contact_center.web.paging import paged
from routing.agent_states import AgentState, states
from routing.sight import own_agent

SEE = "agents.read"
UNITS_AT_MOST = 10_000
CHANNELS = ("exclusive", "interruptible")


class NextChoice(Model):
    """What to begin after the last contact; `reason` is the id of a presence reason."""

    state: Presence
    reason: Ident | None = None


class PresenceChange(Model):
    """A presence to take on now; `next` for when the last contact has ended."""

    state: Presence
    reason: Ident | None = None
    next: NextChoice | None = None


class SkillChoice(Model):
    """A skill and how well it is held."""

    skill_id: Ident
    level: Level


class AgentChange(Change):
    """What to change of the profile; `caps` by channel, `skills` and `queue_ids` replace what was. Null for `caps`: none.

    `exclusive` channels take the agent alone (null: as shipped), work on `interruptible` ones does not keep others away.
    """

    clears = {"caps": {}, "exclusive": None}

    units: Annotated[int, Field(ge=0, le=UNITS_AT_MOST)] | None = None
    caps: (
        dict[Literal["email", "chat", "sms", "whatsapp", "voice", "api"], Annotated[int, Field(ge=0, le=1000)]] | None
    ) = None
    skills: Annotated[list[SkillChoice], Field(max_length=200)] | None = None
    queue_ids: Annotated[list[Ident], Field(max_length=500)] | None = None
    exclusive: Annotated[list[ChannelKind], Field(max_length=10)] | None = None
    interruptible: Annotated[list[ChannelKind], Field(max_length=10)] | None = None
    pick: Literal["longest_waiting", "level_order"] | None = None


def agent_routes(routing: Routing) -> Routes:
    """List, one, change, presence of oneself and of others."""
    routes = Routes("agents")

    @routes.get("/agents", allow=SEE)
    async def list_agents(context: Context, query: Page) -> Paged[AgentState]:
        """Agents and how they stand, in the order of their ordinals."""
        async with context.database.read() as session:
            rows, cursor = await paged(
                session,
                _seen(context.principal, context.reach),
                Agent.ordinal,
                Agent.id,
                page=query,
                descending=False,
            )
            found = await states(session, [row.id for row in rows], routing)
        return Paged[AgentState](items=found, next_cursor=cursor)

    @routes.get("/agents/{agent_id}", allow=SEE, errors=[NotFound])
    async def get_agent(context: Context, agent_id: str) -> AgentState:
        """One agent."""
        async with context.database.read() as session:
            await _visible(session, context, agent_id)
            return await _one(session, agent_id, routing)

    @routes.patch("/agents/{agent_id}", allow="settings.write", errors=[NotFound])
    async def update_agent(context: Context, agent_id: str, body: AgentChange) -> AgentState:
        """Change an agent's budget, caps, skills and queues."""
        edit = Edit.of(context)
        values = body.given("skills", "queue_ids")
        values |= {
            name: sorted({str(each) for each in values[name]}) for name in CHANNELS if values.get(name) is not None
        }
        skills = None if body.skills is None else {skill.skill_id: skill.level for skill in body.skills}

        async def unit(session: AsyncSession) -> AgentState:
            await change_agent(session, edit, agent_id, values, skills=skills, queue_ids=body.queue_ids)
            await session.flush()
            return await _one(session, agent_id, routing)

        return await context.database.write(unit)

    @routes.put("/agents/me/presence", allow="presence.own", errors=[Conflict])
    async def set_own_presence(context: Context, body: PresenceChange) -> AgentState:
        """Choose my presence; also the way back after missed offers."""
        return await _choose(context, own_agent(context), body, routing)

    @routes.put("/agents/{agent_id}/presence", allow="presence.others", errors=[NotFound])
    async def set_presence_of(context: Context, agent_id: str, body: PresenceChange) -> AgentState:
        """Choose somebody else's presence."""
        async with context.database.read() as session:
            await _visible(session, context, agent_id)
        return await _choose(context, agent_id, body, routing)

    return routes


async def _choose(context: Context, agent_id: str, body: PresenceChange, routing: Routing) -> AgentState:
    actor = history.user(context.principal.user_id)
    after = Chosen(body.next.state, body.next.reason) if body.next else None

    async def unit(session: AsyncSession) -> AgentState:
        await _known_reason(session, body.reason, "reason")
        await _known_reason(session, after.reason if after else None, "next.reason")
        chosen = Chosen(body.state, body.reason)
        own = agent_id == context.principal.agent_id
        await actions.choose(session, agent_id, chosen, after=after, at=context.now, actor=actor, own=own)
        return await _one(session, agent_id, routing)

    return await context.database.write(unit)


async def _known_reason(session: AsyncSession, reason: str | None, field: str) -> None:
    if reason is not None and await session.get(PresenceReason, reason) is None:
        raise Invalid(errors=[FieldError(field, "validation.unknown")])


async def _one(session: AsyncSession, agent_id: str, routing: Routing) -> AgentState:
    found = await states(session, [agent_id], routing)
    if not found:
        raise NotFound
    return found[0]


def _seen(principal: Principal, reach: Reach) -> Select[Agent]:
    """The agents within reach: oneself and those who share a queue, or all."""
    wanted = select(Agent).where(Agent.active.is_(True))
    if reach is Reach.ALL:
        return wanted
    queue_ids = [] if reach is Reach.OWN else sorted(principal.queue_ids)
    colleagues = select(QueueMember.agent_id).where(QueueMember.queue_id.in_(queue_ids))
    return wanted.where((Agent.id == principal.agent_id) | Agent.id.in_(colleagues))


async def _visible(session: AsyncSession, context: Context, agent_id: str) -> None:
    """Raise `NotFound` for an agent whom the caller may not see."""
    seen = _seen(context.principal, context.reach).where(Agent.id == agent_id)
    if (await session.scalars(seen)).first() is None:
        raise NotFound
