"""What a heartbeat answers: versions of everything the socket watches, so that even a lost last event is found."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.interactions.models import Conversation
from contact_center.web import Principal
from contact_center.workspace.visibility import SEE, Sight, sight
from routing.models import Offer
from routing.states import OfferState


def sees(principal: Principal) -> Sight:
    """What the person may read now."""
    return sight(principal, principal.reach(SEE))


@dataclass(slots=True)
class Digest:
    """`conversations` lists only those still within sight; `worklist` changes whenever anything the agent holds does."""

    conversations: dict[str, int] = field(default_factory=dict)
    offers: list[str] = field(default_factory=list)
    agent: int | None = None
    worklist: int = 0


async def visible_versions(
    session: AsyncSession, principal: Principal, conversation_ids: Iterable[str]
) -> dict[str, tuple[int, str | None]]:
    """conversation id -> (version, queue id) of those within the person's sight."""
    table = Conversation.__table__
    wanted = list(conversation_ids)
    if not wanted:
        return {}
    seen = sees(principal).condition(table)  # type: ignore[arg-type]
    rows = await session.execute(
        select(table.c.id, table.c.version, table.c.queue_id).where(table.c.id.in_(wanted), seen)
    )
    return {row.id: (row.version, row.queue_id) for row in rows}


async def digest(session: AsyncSession, principal: Principal, conversation_ids: Iterable[str]) -> Digest:
    """The digest for one person who has these conversations open."""
    seen = await visible_versions(session, principal, conversation_ids)
    found = Digest({identifier: version for identifier, (version, _) in seen.items()})
    if principal.agent_id is not None:
        found.agent = await session.scalar(select(Agent.version).where(Agent.id == principal.agent_id))
        pending = select(Offer.id).where(Offer.agent_id == principal.agent_id, Offer.state == OfferState.PENDING.value)
        found.offers = list((await session.scalars(pending.order_by(Offer.id))).all())
        held = select(func.count(), func.coalesce(func.sum(Conversation.version), 0)).where(
            Conversation.agent_id == principal.agent_id, Conversation.attention != "done"
        )
        count, versions = (await session.execute(held)).one()
        found.worklist = int(count) + int(versions)
    return found
