"""Telling an agent's screens that an offer is gone, and why."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.interactions.announce import users_of
from routing.states import WithdrawReason

_SHOWN = {WithdrawReason.SUPERVISOR.value: "withdrawn", WithdrawReason.CHANGED.value: "withdrawn"}


async def offer_withdrawn(
    session: AsyncSession,
    gone: Sequence[tuple[str, int, str, str]],
    *,
    at: datetime,
    by_agent_id: str | None = None,
) -> None:
    """`gone`: (offer id, version, agent id, reason); reasons as stored, or expired and declined. `by`: who took it."""
    users = await users_of(session, [agent_id for _, _, agent_id, _ in gone])
    for offer_id, version, agent_id, reason in gone:
        if agent_id in users:
            events.record(
                session,
                "offer.withdrawn",
                entity="offer",
                entity_id=offer_id,
                version=version,
                rooms=[f"user:{users[agent_id]}"],
                at=at,
                data={"reason": _SHOWN.get(reason, reason), "by_agent_id": by_agent_id},
            )
