"""What goes with routing's events to the screens: the offer's card, why it is gone, how an agent stands now."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import Routing
from contact_center.accounts.models import User
from contact_center.agents.models import Agent
from contact_center.clock import Clock
from contact_center.events import Event
from contact_center.web.refs import Ref
from routing.agent_states import states
from routing.models import Offer
from routing.offer_views import by_ids

Payload = dict[str, Any]
Builder = Callable[[AsyncSession, Sequence[Event]], Awaitable[Mapping[str, Payload]]]
KINDS = frozenset({"offer.made", "offer.withdrawn", "presence.updated"})


def builders(routing: Routing, clock: Clock) -> dict[str, Builder]:
    """Event kind -> what makes its payload, for realtime."""
    return dict.fromkeys(KINDS, partial(payloads, routing=routing, clock=clock))


async def payloads(
    session: AsyncSession, events: Sequence[Event], *, routing: Routing, clock: Clock
) -> Mapping[str, Payload]:
    """event id -> payload for the kinds made here; an offer that is over meanwhile is not announced any more."""
    offers = await _offers(session, _ids(events, "offer.made"), clock)
    people = await _agents(session, _ids(events, "presence.updated"), routing)
    takers = await _names(session, [event.data.get("by_agent_id") for event in events])
    made: dict[str, Payload] = {}
    for event in events:
        if event.kind == "offer.made" and event.entity_id in offers:
            made[event.id] = offers[event.entity_id]
        elif event.kind == "presence.updated" and event.entity_id in people:
            made[event.id] = people[event.entity_id]
        elif event.kind == "offer.withdrawn":
            by = takers.get(event.data.get("by_agent_id") or "")
            made[event.id] = {"reason": event.data.get("reason"), "by": by}
    return made


def _ids(events: Sequence[Event], kind: str) -> list[str]:
    return list(dict.fromkeys(event.entity_id for event in events if event.kind == kind))


async def _offers(session: AsyncSession, offer_ids: Sequence[str], clock: Clock) -> dict[str, Payload]:
    if not offer_ids:
        return {}
    rows = await session.execute(
        select(Agent.id, User.language)
        .join(User, User.id == Agent.user_id)
        .where(Agent.id.in_(select(Offer.agent_id).where(Offer.id.in_(offer_ids))))
    )
    languages = {agent_id: language for agent_id, language in rows}
    views = await by_ids(session, offer_ids, languages=languages, now=clock.now())
    return {view.id: {"version": view.version, "offer": view.model_dump(mode="json", by_alias=True)} for view in views}


async def _agents(session: AsyncSession, agent_ids: Sequence[str], routing: Routing) -> dict[str, Payload]:
    if not agent_ids:
        return {}
    found = await states(session, agent_ids, routing)
    return {one.id: {"version": one.version, "state": one.model_dump(mode="json")} for one in found}


async def _names(session: AsyncSession, agent_ids: Sequence[str | None]) -> dict[str, Payload]:
    wanted = sorted({agent_id for agent_id in agent_ids if agent_id})
    if not wanted:
        return {}
    rows = await session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(wanted)))
    return {agent_id: Ref(id=agent_id, name=name).model_dump() for agent_id, name in rows}
