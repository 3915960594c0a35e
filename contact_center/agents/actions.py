"""What changes an agent's presence: their own choice, a supervisor's, and what the system puts on top.

Only `chosen`, `next` and `forced` are ever written; busy and wrapping up are derived. Every change tells the router, which
alone decides what becomes of pending offers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history
from contact_center.agents.capacity import change_units
from contact_center.agents.models import Agent
from contact_center.agents.states import Forced, Presence, takes_work
from contact_center.errors import NotFound
from contact_center.history import Actor
from contact_center.routing_input import InputKind, tell_router


@dataclass(frozen=True, slots=True)
class Chosen:
    """A presence and, for away, its reason."""

    state: Presence
    reason: str | None = None

    def stored(self) -> dict[str, Any]:
        """As kept in `agent.next`."""
        return {"state": self.state.value, "reason": self.reason}


async def choose(
    session: AsyncSession,
    agent_id: str,
    chosen: Chosen,
    *,
    after: Chosen | None,
    at: datetime,
    actor: Actor,
    own: bool = True,
) -> None:
    """Choose a presence now, and `after` for when the last contact has ended (at once when there is none).

    It ends not_responding; chosen by the agent (`own`) it also shows that somebody is there. Raises `NotFound`.
    """
    agent = await _lock(session, agent_id)
    if after is not None and agent.used == 0:
        chosen, after = after, None
    planned = after.stored() if after is not None else None
    before = _standing(agent)
    values: dict[str, Any] = {
        "chosen": chosen.state.value,
        "reason": chosen.reason if chosen.state is Presence.AWAY else None,
        "next": planned if planned is not None else null(),
        "misses": 0,
    }
    if own or agent.forced != Forced.DISCONNECTED.value:
        values |= {"forced": Forced.NONE.value, "forced_until": None}
    if own:
        values["seen_at"] = at
    forced = values.get("forced", agent.forced)
    if (agent.chosen, agent.reason, agent.forced) != (values["chosen"], values["reason"], forced):
        values["since"] = at
    elif (agent.next or None) == planned:
        return
    cause = f"chosen {chosen.reason}"[:60] if chosen.reason else "chosen"
    await _change(session, agent, values, before=before, at=at, actor=actor, cause=cause)


async def free(session: AsyncSession, freed: Mapping[str, int], *, at: datetime, handled: bool) -> None:
    """Give units back; whoever has nothing left in hand begins what they chose for afterwards.

    The idle clock restarts after handled work, not after an offer that came to nothing.
    """
    change = {agent_id: -units for agent_id, units in freed.items()}
    left = await change_units(session, change, at=at, idle=handled)
    for agent_id in sorted(agent_id for agent_id, now in left.items() if now.planned and now.used == 0):
        agent = await _lock(session, agent_id)
        if agent.used == 0 and agent.next:
            chosen = Chosen(Presence(agent.next["state"]), agent.next.get("reason"))
            values = {"chosen": chosen.state.value, "reason": chosen.reason, "next": null(), "since": at}
            before = _standing(agent)
            await _change(session, agent, values, before=before, at=at, actor=history.SYSTEM, cause="after_contact")


async def seen(session: AsyncSession, agent_ids: Sequence[str], *, at: datetime) -> None:
    """Heartbeats came from these agents; one who was given up as disconnected is back."""
    rows = await session.execute(
        update(Agent)
        .where(Agent.id.in_(sorted(agent_ids)))
        .values(seen_at=at)
        .returning(Agent.id, Agent.forced)
        .execution_options(synchronize_session=False)
    )
    for agent_id in [row.id for row in rows if row.forced == Forced.DISCONNECTED.value]:
        await release(session, agent_id, Forced.DISCONNECTED, at=at, cause="returned")


async def gone(session: AsyncSession, *, before: datetime, at: datetime) -> list[str]:
    """Force `disconnected` on agents who are signed on but were not seen since `before`; returns their ids.

    The caller takes their work away in the same transaction.
    """
    rows = await session.scalars(
        select(Agent)
        .where(
            Agent.active.is_(True),
            Agent.chosen != Presence.OFFLINE.value,
            Agent.forced != Forced.DISCONNECTED.value,
            (Agent.seen_at.is_(None)) | (Agent.seen_at < before),
        )
        .order_by(Agent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    lost = []
    for agent in rows.all():
        values = {"forced": Forced.DISCONNECTED.value, "since": at, "misses": 0}
        await _change(session, agent, values, before=_standing(agent), at=at, actor=history.SYSTEM, cause="vanished")
        lost.append(agent.id)
    return lost


async def missed(session: AsyncSession, misses: Mapping[str, int], *, limit: int, at: datetime) -> list[str]:
    """Count offers that rang out; at `limit` in a row the agent is not responding until they choose again."""
    stopped = []
    for agent_id in sorted(misses):
        agent = await _lock(session, agent_id)
        total = agent.misses + misses[agent_id]
        values: dict[str, Any] = {"misses": total}
        if total >= limit and agent.forced == Forced.NONE.value and agent.chosen == Presence.AVAILABLE.value:
            values |= {"forced": Forced.NOT_RESPONDING.value, "since": at}
            stopped.append(agent_id)
            await _change(session, agent, values, before=_standing(agent), at=at, actor=history.SYSTEM, cause="missed")
        else:
            await session.execute(
                update(Agent).where(Agent.id == agent_id).values(values).execution_options(synchronize_session=False)
            )
    return stopped


async def answered(session: AsyncSession, agent_id: str) -> None:
    """The agent took an offer: misses are counted in a row only."""
    await session.execute(
        update(Agent)
        .where(Agent.id == agent_id, Agent.misses > 0)
        .values(misses=0)
        .execution_options(synchronize_session=False)
    )


async def release(session: AsyncSession, agent_id: str, forced: Forced, *, at: datetime, cause: str) -> None:
    """Take away what the system put on top, if it is still that."""
    agent = await _lock(session, agent_id)
    if agent.forced == forced.value:
        values = {"forced": Forced.NONE.value, "forced_until": None, "since": at, "misses": 0}
        before = _standing(agent)
        await _change(session, agent, values, before=before, at=at, actor=history.SYSTEM, cause=cause)


def unseen_since(at: datetime, grace_seconds: float) -> datetime:
    """Agents last seen before this are gone."""
    return at - timedelta(seconds=grace_seconds)


async def _lock(session: AsyncSession, agent_id: str) -> Agent:
    agent = await session.get(Agent, agent_id, with_for_update=True, populate_existing=True)
    if agent is None:
        raise NotFound
    return agent


def _standing(agent: Agent) -> str:
    return agent.chosen if agent.forced == Forced.NONE.value else agent.forced


async def _change(
    session: AsyncSession,
    agent: Agent,
    values: Mapping[str, Any],
    *,
    before: str,
    at: datetime,
    actor: Actor,
    cause: str,
) -> None:
    began = _takes_work(agent)
    await _set(session, agent, values)
    if not began and _takes_work(agent):
        await _set(session, agent, {"idle_since": at})
    history.append(
        session,
        entity="agent",
        entity_id=agent.id,
        before=before,
        after=_standing(agent),
        at=at,
        actor=actor,
        cause=cause,
        agent_id=agent.id,
    )
    events.record(
        session,
        "presence.updated",
        entity="agent",
        entity_id=agent.id,
        version=agent.version,
        rooms=[f"user:{agent.user_id}"],
        at=at,
        data={"queues": True},
    )
    tell_router(session, InputKind.AGENT, agent.id, at=at)


async def _set(session: AsyncSession, agent: Agent, values: Mapping[str, Any]) -> None:
    await session.execute(
        update(Agent)
        .where(Agent.id == agent.id)
        .values(version=Agent.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(agent)


def _takes_work(agent: Agent) -> bool:
    return takes_work(Presence(agent.chosen), Forced(agent.forced))
