"""An agent's budget of units, held by pending offers and live assignments and given back when they end.

The compare-and-set here is what keeps an agent from being given too much, whatever routers and nodes believe: the router
holds units only `WHERE used + n <= units` and while the agent takes work. A person's own decision (taking or being handed
something) may go over the budget; then the router simply offers nothing until enough is free.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence


@dataclass(frozen=True, slots=True)
class Held:
    """The agent after the change; `planned` is true when a presence is chosen for after the last contact."""

    agent_id: str
    user_id: str
    used: int
    version: int
    planned: bool


async def offer_units(
    session: AsyncSession, wanted: Mapping[str, int], *, at: datetime, beside: Mapping[str, int] | None = None
) -> dict[str, Held]:
    """Hold units for offers; agents missing from the answer take no work now or have not enough left.

    `beside` are units that an agent may go over the budget, because work that may be interrupted holds as many.
    """
    groups: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for agent_id, units in wanted.items():
        groups[units, (beside or {}).get(agent_id, 0)].append(agent_id)
    held: dict[str, Held] = {}
    for (units, over), agent_ids in sorted(groups.items()):
        rows = await session.execute(
            update(Agent)
            .where(
                Agent.id.in_(sorted(agent_ids)),
                Agent.used + units <= Agent.units + over,
                Agent.chosen == Presence.AVAILABLE.value,
                Agent.forced == Forced.NONE.value,
                Agent.active.is_(True),
            )
            .values(used=Agent.used + units, version=Agent.version + 1, last_offered_at=at)
            .returning(Agent.id, Agent.user_id, Agent.used, Agent.version, Agent.next)
            .execution_options(synchronize_session=False)
        )
        held |= {row.id: Held(row.id, row.user_id, row.used, row.version, bool(row.next)) for row in rows}
    _announce(session, held, at)
    return held


async def change_units(
    session: AsyncSession, change: Mapping[str, int], *, at: datetime, idle: bool = False
) -> dict[str, Held]:
    """Add (or, negative, give back) units whatever the budget says; never below zero. `idle` restarts the idle clock."""
    values = {"idle_since": at} if idle else {}
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for agent_id, units in change.items():
        if units:
            groups[units].append(agent_id)
    held: dict[str, Held] = {}
    for units, agent_ids in sorted(groups.items()):
        after = Agent.used + units
        rows = await session.execute(
            update(Agent)
            .where(Agent.id.in_(sorted(agent_ids)))
            .values(used=case((after < 0, 0), else_=after), version=Agent.version + 1, **values)
            .returning(Agent.id, Agent.user_id, Agent.used, Agent.version, Agent.next)
            .execution_options(synchronize_session=False)
        )
        held |= {row.id: Held(row.id, row.user_id, row.used, row.version, bool(row.next)) for row in rows}
    _announce(session, held, at)
    return held


def _announce(session: AsyncSession, held: Mapping[str, Held], at: datetime) -> None:
    """The agent's own screens hear of each change; queues' figures are counted anew when their work moves."""
    for agent in held.values():
        events.record(
            session,
            "presence.updated",
            entity="agent",
            entity_id=agent.agent_id,
            version=agent.version,
            rooms=[f"user:{agent.user_id}"],
            at=at,
        )
