"""System lines of a thread, with the names of what their parameters point to, so that a screen can make a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.queues.models import Queue
from contact_center.workspace.thread_shapes import SystemLine

_NAMED = ("agent_id", "from_agent_id", "queue_id", "from_queue_id", "user_id")


async def names_in(session: AsyncSession, lines: Iterable[Row[Any]]) -> Mapping[str, str]:
    """id -> name of the agents, queues and users that these lines and their authors name; one statement."""
    wanted: set[str] = set()
    for line in lines:
        params = (line.event or {}).get("params", {})
        wanted.update(str(params[key]) for key in _NAMED if params.get(key))
        if line.author_id is not None:
            wanted.add(line.author_id)
    if not wanted:
        return {}
    agents = select(Agent.id.label("id"), Agent.name.label("name")).where(Agent.id.in_(wanted))
    users = select(Agent.user_id, Agent.name).where(Agent.user_id.in_(wanted))
    queues = select(Queue.id, Queue.name).where(Queue.id.in_(wanted))
    rows = await session.execute(union_all(agents, users, queues))
    return {row.id: row.name for row in rows}


def system_line(event: Mapping[str, Any], names: Mapping[str, str]) -> SystemLine:
    """The line; `agent_id` in its parameters gets `agent`, the name, beside it, and so do the others."""
    params = dict(event.get("params", {}))
    for key in _NAMED:
        if params.get(key) in names:
            params[key.removesuffix("_id")] = names[params[key]]
    return SystemLine(code=event["code"], params=params)
