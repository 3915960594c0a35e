"""What an agent can do and how much: skills with levels, budget and caps, the queues served. Presence is not here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.accounts import changes
from contact_center.accounts.changes import Changes, Edit
from contact_center.agents.models import Agent, Proficiency, Skill
from contact_center.queues import actions
from contact_center.queues.models import QueueMember
from contact_center.routing_input import InputKind, tell_router


async def change_agent(
    session: AsyncSession,
    edit: Edit,
    agent_id: str,
    values: Mapping[str, Any],
    *,
    skills: Mapping[str, int] | None = None,
    queue_ids: Sequence[str] | None = None,
) -> Agent:
    """Change `units` and `caps`; `skills` (skill id -> level) and `queue_ids` replace what was when given."""
    agent = await changes.held(session, Agent, agent_id, edit)
    before = await queues_of(session, agent_id)
    differing = changes.assign(agent, values)
    if skills is not None:
        differing |= await _set_skills(session, agent_id, skills)
    if queue_ids is not None:
        differing |= await actions.set_queues_of(session, agent_id, queue_ids)
    if changes.changed(session, edit, agent, "agent", differing):
        await session.flush()
        watching = sorted({*before, *await queues_of(session, agent_id)})
        announce(session, edit, agent, watching)
    return agent


async def queues_of(session: AsyncSession, agent_id: str) -> Sequence[str]:
    """The queues that the agent serves."""
    served = select(QueueMember.queue_id).where(QueueMember.agent_id == agent_id)
    return (await session.scalars(served)).all()


def announce(session: AsyncSession, edit: Edit, agent: Agent, queue_ids: Sequence[str]) -> None:
    """Tell the router, the agent's own screens and whoever watches the queues."""
    tell_router(session, InputKind.AGENT, agent.id, at=edit.at)
    events.record(
        session,
        "presence.updated",
        entity="agent",
        entity_id=agent.id,
        version=agent.version,
        rooms=[f"user:{agent.user_id}", *(f"queue:{queue_id}" for queue_id in queue_ids)],
        at=edit.at,
    )


async def _set_skills(session: AsyncSession, agent_id: str, skills: Mapping[str, int]) -> Changes:
    await changes.all_known(session, Skill, skills, "skills")
    rows = await session.execute(
        select(Proficiency.skill_id, Proficiency.level).where(Proficiency.agent_id == agent_id)
    )
    before: dict[str, int] = {skill_id: level for skill_id, level in rows}
    if before == skills:
        return {}
    await session.execute(delete(Proficiency).where(Proficiency.agent_id == agent_id))
    session.add_all(
        Proficiency(agent_id=agent_id, skill_id=skill_id, level=level) for skill_id, level in skills.items()
    )
    return {"skills": (before, dict(skills))}
