"""The routing profile behind a user, as accounts asks for it. Agents and supervisors have one; it is never deleted."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.permissions import Role
from contact_center.accounts.profiles import UserChanged, Work
from contact_center.agents.models import Agent
from contact_center.clock import Clock
from contact_center.db import one_at_a_time
from contact_center.queues.models import QueueMember
from contact_center.routing_input import InputKind, tell_router

WORKS = frozenset({Role.AGENT.value, Role.SUPERVISOR.value})
StateOf = Callable[[AsyncSession, str], Awaitable[dict[str, Any] | None]]


class AgentProfiles:
    """Implements accounts' `Profiles`; `state_of` builds the AgentState of a user as JSON has it."""

    def __init__(self, clock: Clock, state_of: StateOf) -> None:
        self._clock, self._state_of = clock, state_of

    async def work_of(self, session: AsyncSession, user_id: str) -> Work:
        """The user's agent and the queues it serves."""
        rows = await session.execute(
            select(Agent.id, QueueMember.queue_id)
            .outerjoin(QueueMember, QueueMember.agent_id == Agent.id)
            .where(Agent.user_id == user_id, Agent.active)
        )
        found = rows.all()
        if not found:
            return Work()
        return Work(found[0].id, frozenset(row.queue_id for row in found if row.queue_id is not None))

    async def agents_of(self, session: AsyncSession, user_ids: Sequence[str]) -> Mapping[str, str]:
        """user id -> agent id."""
        rows = await session.execute(select(Agent.user_id, Agent.id).where(Agent.user_id.in_(user_ids), Agent.active))
        return {user_id: agent_id for user_id, agent_id in rows}

    async def state_of(self, session: AsyncSession, user_id: str) -> dict[str, Any] | None:
        """The AgentState of the user, or None."""
        return await self._state_of(session, user_id)

    async def user_changed(self, session: AsyncSession, change: UserChanged) -> None:
        """Make the profile when the user becomes an agent; keep its name; switch it off when the role or the user goes."""
        works = change.active and bool(change.roles & WORKS)
        now = self._clock.now()
        agent = (await session.scalars(select(Agent).where(Agent.user_id == change.user_id).with_for_update())).first()
        if agent is None:
            if not works:
                return
            await session.flush()  # the user's row must exist first
            await one_at_a_time(session, "agent.ordinal")
            ordinal = (await session.scalar(select(func.coalesce(func.max(Agent.ordinal), 0)))) or 0
            agent = Agent(user_id=change.user_id, name=change.name, ordinal=ordinal + 1, since=now)
            session.add(agent)
            await session.flush()
        elif (agent.name, agent.active) == (change.name, works):
            return
        else:
            agent.name, agent.active, agent.version = change.name, works, agent.version + 1
        tell_router(session, InputKind.AGENT, agent.id, at=now)
