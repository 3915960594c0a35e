"""HTTP: what is done to an interaction by hand: take, requeue, transfer, wrap up, close.

Interaction, offers and ticket change in one transaction; the router hears of it and goes on from there.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Routing
from contact_center import history
from contact_center.agents.models import Agent, Skill
from contact_center.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from contact_center.interactions import assigning, ending
from contact_center.interactions.giving_back import give_back
from contact_center.interactions.lines import add_line
from contact_center.interactions.moving import hold_one
from contact_center.interactions.moving_on import move_on
from contact_center.interactions.queries import interaction_of
from contact_center.interactions.shapes import Interaction
from contact_center.interactions.states import EndReason, InteractionState
from contact_center.queues.models import Queue, WrapUpCode
from contact_center.tickets import actions as tickets
from contact_center.tickets.attention import settle
from contact_center.web import Context, Model, Routes, Text
from contact_center.web.fields import Level
from contact_center.web.models import Ident
from routing import offers
from routing.sight import own_agent, seen_work
from routing.states import WithdrawReason

DO = "interactions.write"
RESOLVED = "resolved"
WAITS = frozenset({InteractionState.SCHEDULED, InteractionState.QUEUED, InteractionState.OFFERED})
ERRORS = [NotFound, Forbidden, Conflict]
Note = Annotated[Text, Field(max_length=4000)]


class Requeueing(Model):
    """`front` puts it before everything that waits; else it keeps its place."""

    front: bool = False
    reason: Annotated[Text, Field(max_length=500)] | None = None


class AskedSkill(Model):
    """A skill asked beyond the queue's own."""

    skill_id: Ident
    level: Level = 1


class Transferring(Model):
    """To a queue, where it keeps its place by age, or straight to an agent; `note` is shown in the conversation."""

    queue_id: Ident | None = None
    agent_id: Ident | None = None
    skills: Annotated[list[AskedSkill], Field(max_length=50)] | None = None
    note: Note | None = None


class WrappingUp(Model):
    """What it was about."""

    code_id: Ident
    note: Note | None = None


class Closing(Model):
    """How it ended, in a word."""

    result: Annotated[Text, Field(min_length=1, max_length=60)] | None = None


def work_routes(routing: Routing) -> Routes:
    """Take, requeue, transfer, wrap up, close."""
    routes = Routes("interactions")

    @routes.post("/interactions/{interaction_id}/take", allow=DO, status=200, errors=ERRORS)
    async def take_interaction(context: Context, interaction_id: str) -> Interaction:
        """Make it mine, also out of a colleague's hands."""

        async def work(session: AsyncSession) -> None:
            agent_id = own_agent(context)
            held = await hold_one(session, interaction_id)
            units = routing.units.get(held.channel, 0)
            await offers.take(session, interaction_id, agent_id, units=units, at=context.now, actor=_actor(context))

        return await _do(context, interaction_id, work)

    @routes.post("/interactions/{interaction_id}/requeue", allow=DO, status=200, errors=ERRORS)
    async def requeue_interaction(context: Context, interaction_id: str, body: Requeueing) -> Interaction:
        """Give it back to its queue."""

        async def work(session: AsyncSession) -> None:
            await give_back(
                session,
                [interaction_id],
                EndReason.REQUEUED,
                at=context.now,
                actor=_actor(context),
                front=body.front,
                note=body.reason or "",
            )

        return await _do(context, interaction_id, work)

    @routes.post("/interactions/{interaction_id}/transfer", allow=DO, status=200, errors=[*ERRORS, Invalid])
    async def transfer_interaction(context: Context, interaction_id: str, body: Transferring) -> Interaction:
        """Hand it to another queue or agent."""

        async def work(session: AsyncSession) -> None:
            await _transfer(session, context, interaction_id, body)

        return await _do(context, interaction_id, work)

    @routes.post("/interactions/{interaction_id}/wrap-up", allow=DO, status=200, errors=[*ERRORS, Invalid])
    async def wrap_up_interaction(context: Context, interaction_id: str, body: WrappingUp) -> Interaction:
        """Say what it was about; whoever was wrapping up is done then."""

        async def work(session: AsyncSession) -> None:
            held = await hold_one(session, interaction_id)
            await _usable_code(session, body.code_id, held.queue_id)
            await ending.wrap_up(
                session, interaction_id, code_id=body.code_id, note=body.note, at=context.now, actor=_actor(context)
            )
            await settle(session, [held.conversation_ticket_id], at=context.now)

        return await _do(context, interaction_id, work)

    @routes.post("/interactions/{interaction_id}/close", allow=DO, status=200, errors=ERRORS)
    async def close_interaction(context: Context, interaction_id: str, body: Closing) -> Interaction:
        """End it: handled when somebody has it, else closed without contact; the result `resolved` solves the ticket too."""

        async def work(session: AsyncSession) -> None:
            held = await hold_one(session, interaction_id)
            actor = _actor(context)
            await offers.withdraw(session, held.id, WithdrawReason.SUPERVISOR, at=context.now, actor=actor)
            await ending.close(session, interaction_id, at=context.now, actor=actor, result=body.result)
            if body.result == RESOLVED and held.conversation_ticket_id is not None:
                await tickets.solved(session, held.conversation_ticket_id, at=context.now, actor=actor)
            await settle(session, [held.conversation_ticket_id], at=context.now)

        return await _do(context, interaction_id, work)

    return routes


async def _do(context: Context, interaction_id: str, work: Callable[[AsyncSession], Awaitable[None]]) -> Interaction:
    """Check the caller's sight, work, answer with the interaction as it is then: one transaction."""

    async def unit(session: AsyncSession) -> Interaction:
        await seen_work(session, context, interaction_id)
        await work(session)
        return await interaction_of(session, interaction_id)

    return await context.database.write(unit)


async def _transfer(session: AsyncSession, context: Context, interaction_id: str, body: Transferring) -> None:
    at, actor, note = context.now, _actor(context), body.note or ""
    if (body.queue_id is None) == (body.agent_id is None):
        raise Invalid(errors=[FieldError("queue_id", "validation.one_of_two")])
    held = await hold_one(session, interaction_id)
    waits = held.state in WAITS
    if body.agent_id is not None:
        if await session.scalar(select(Agent.active).where(Agent.id == body.agent_id)) is not True:
            raise Invalid(errors=[FieldError("agent_id", "validation.unknown_agent")])
        if waits:
            await offers.take(session, interaction_id, body.agent_id, units=held.units, at=at, actor=actor)
        else:
            await assigning.transfer_to_agent(session, interaction_id, body.agent_id, note=note, at=at, actor=actor)
        return
    if await session.scalar(select(Queue.enabled).where(Queue.id == body.queue_id)) is not True:
        raise Invalid(errors=[FieldError("queue_id", "validation.unknown_queue")])
    skills = await _asked(session, body.skills or [])
    if waits and body.queue_id is not None:
        await offers.withdraw(session, held.id, WithdrawReason.SUPERVISOR, at=at, actor=actor)
        cause = EndReason.TRANSFERRED.value
        now = await move_on(session, held.id, body.queue_id, cause=cause, at=at, actor=actor, skills=skills)
        assert now is not None
        await add_line(
            session, now, cause, {"from_agent_id": None, "queue_id": now.queue_id, "note": note}, at=at, actor=actor
        )
        return
    await give_back(
        session,
        [interaction_id],
        EndReason.TRANSFERRED,
        at=at,
        actor=actor,
        queue_id=body.queue_id,
        skills=skills,
        note=note,
    )


async def _asked(session: AsyncSession, skills: list[AskedSkill]) -> list[dict[str, Any]]:
    """The skills as stored; what was asked for the former queue does not come along."""
    wanted = {skill.skill_id: skill.level for skill in skills}
    known = set((await session.scalars(select(Skill.id).where(Skill.id.in_(wanted)))).all())
    if wanted.keys() - known:
        raise Invalid(errors=[FieldError("skills", "validation.unknown")])
    return [{"skill_id": skill, "level": level, "required": True} for skill, level in sorted(wanted.items())]


async def _usable_code(session: AsyncSession, code_id: str, queue_id: str | None) -> None:
    code = await session.get(WrapUpCode, code_id)
    if code is None or not code.active or (code.queue_ids and queue_id not in code.queue_ids):
        raise Invalid(errors=[FieldError("code_id", "validation.unknown")])


def _actor(context: Context) -> history.Actor:
    return history.user(context.principal.user_id)
