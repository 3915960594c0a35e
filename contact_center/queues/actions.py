"""Verbs that change queues. Each tells the router and the screens in its own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.accounts import changes, sessions
from contact_center.accounts.changes import Changes, Edit
from contact_center.agents.models import Agent, Skill
from contact_center.db import fold
from contact_center.ids import new_id
from contact_center.queues.models import Queue, QueueMember, QueueSkill
from contact_center.routing_input import InputKind, tell_router

Asked = Mapping[str, Any]
"""{skill_id, level, required}: what a queue asks of agents, in order."""


async def create(
    session: AsyncSession,
    edit: Edit,
    values: Mapping[str, Any],
    *,
    skills: Sequence[Asked] = (),
    agent_ids: Sequence[str] = (),
) -> Queue:
    """Make a queue; `values` are columns of `Queue`."""
    queue = Queue(id=new_id(), name_key=fold(values["name"]), version=1, **values)
    session.add(queue)
    await changes.flush_unique(session, changes.name_taken)
    await _ask(session, queue.id, skills)
    await _serve(session, edit, queue.id, agent_ids)
    changes.created(
        session, edit, "queue", queue.id, {**values, "skills": list(map(dict, skills)), "agent_ids": list(agent_ids)}
    )
    announce(session, edit, queue)
    return queue


async def change(
    session: AsyncSession,
    edit: Edit,
    queue_id: str,
    values: Mapping[str, Any],
    *,
    skills: Sequence[Asked] | None = None,
    agent_ids: Sequence[str] | None = None,
) -> Queue:
    """Change columns, and the skills asked and the agents serving when given (they replace what was)."""
    queue = await changes.held(session, Queue, queue_id, edit)
    differing = changes.assign(queue, values)
    if "name" in differing:
        queue.name_key = fold(queue.name)
    if skills is not None:
        differing.update(await _asks_now(session, queue_id, skills))
    if agent_ids is not None:
        differing.update(await _serves_now(session, edit, queue_id, agent_ids))
    if changes.changed(session, edit, queue, "queue", differing):
        await changes.flush_unique(session, changes.name_taken)
        announce(session, edit, queue)
    return queue


def announce(session: AsyncSession, edit: Edit, queue: Queue) -> None:
    """Tell the router and whoever watches the queue."""
    tell_router(session, InputKind.QUEUE, queue.id, at=edit.at)
    events.record(
        session,
        "queue.updated",
        entity="queue",
        entity_id=queue.id,
        version=queue.version,
        rooms=[f"queue:{queue.id}"],
        at=edit.at,
    )


async def asked(session: AsyncSession, queue_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """queue id -> [{skill_id, name, level, required}] in order."""
    rows = await session.execute(
        select(QueueSkill, Skill.name)
        .join(Skill, Skill.id == QueueSkill.skill_id)
        .where(QueueSkill.queue_id.in_(list(queue_ids)))
        .order_by(QueueSkill.position, QueueSkill.skill_id)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row, name in rows:
        entry = {"skill_id": row.skill_id, "name": name, "level": row.level, "required": row.required}
        found.setdefault(row.queue_id, []).append(entry)
    return found


async def serving(session: AsyncSession, queue_ids: Iterable[str]) -> dict[str, list[str]]:
    """queue id -> ids of the agents who serve it, in the agents' order."""
    rows = await session.execute(
        select(QueueMember.queue_id, QueueMember.agent_id)
        .join(Agent, Agent.id == QueueMember.agent_id)
        .where(QueueMember.queue_id.in_(list(queue_ids)))
        .order_by(Agent.ordinal)
    )
    found: dict[str, list[str]] = {}
    for queue_id, agent_id in rows:
        found.setdefault(queue_id, []).append(agent_id)
    return found


async def set_queues_of(session: AsyncSession, agent_id: str, queue_ids: Sequence[str]) -> Changes:
    """Make the agent serve exactly these queues; returns what differs, for the agent's audit row."""
    await changes.all_known(session, Queue, queue_ids, "queue_ids")
    served = select(QueueMember.queue_id).where(QueueMember.agent_id == agent_id)
    before = set((await session.scalars(served)).all())
    after = set(queue_ids)
    if before == after:
        return {}
    gone = before - after
    if gone:
        await session.execute(
            delete(QueueMember).where(QueueMember.agent_id == agent_id, QueueMember.queue_id.in_(gone))
        )
    session.add_all(QueueMember(queue_id=queue_id, agent_id=agent_id) for queue_id in sorted(after - before))
    sessions.rights_changed(session)  # whoever serves a queue sees its work
    return {"queue_ids": (sorted(before), sorted(after))}


async def _asks_now(session: AsyncSession, queue_id: str, skills: Sequence[Asked]) -> Changes:
    present = (await asked(session, [queue_id])).get(queue_id, [])
    before = [{key: entry[key] for key in ("skill_id", "level", "required")} for entry in present]
    after = [dict(entry) for entry in skills]
    if before == after:
        return {}
    await session.execute(delete(QueueSkill).where(QueueSkill.queue_id == queue_id))
    await _ask(session, queue_id, skills)
    return {"skills": (before, after)}


async def _serves_now(session: AsyncSession, edit: Edit, queue_id: str, agent_ids: Sequence[str]) -> Changes:
    before = (await serving(session, [queue_id])).get(queue_id, [])
    if set(before) == set(agent_ids):
        return {}
    gone = set(before) - set(agent_ids)
    if gone:
        await session.execute(
            delete(QueueMember).where(QueueMember.queue_id == queue_id, QueueMember.agent_id.in_(gone))
        )
    for agent_id in sorted(gone):
        tell_router(session, InputKind.AGENT, agent_id, at=edit.at)
    sessions.rights_changed(session)
    await _serve(session, edit, queue_id, [agent_id for agent_id in agent_ids if agent_id not in before])
    return {"agent_ids": (sorted(before), sorted(agent_ids))}


async def _ask(session: AsyncSession, queue_id: str, skills: Sequence[Asked]) -> None:
    await changes.all_known(session, Skill, [entry["skill_id"] for entry in skills], "skills")
    if len({entry["skill_id"] for entry in skills}) != len(skills):
        raise changes.unknown("skills")
    session.add_all(QueueSkill(queue_id=queue_id, position=position, **entry) for position, entry in enumerate(skills))


async def _serve(session: AsyncSession, edit: Edit, queue_id: str, agent_ids: Iterable[str]) -> None:
    wanted = list(dict.fromkeys(agent_ids))
    await changes.all_known(session, Agent, wanted, "agent_ids")
    session.add_all(QueueMember(queue_id=queue_id, agent_id=agent_id) for agent_id in wanted)
    for agent_id in wanted:
        tell_router(session, InputKind.AGENT, agent_id, at=edit.at)
    if wanted:
        sessions.rights_changed(session)
