"""What a conversation asks of us (`attention`), once the interaction and the ticket are known: the worklist's groups.

now: the customer waits for us. today: we owe something, the customer is not waiting at the door. waiting: for the
customer. done: nothing is owed.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.interactions.announce import conversations_changed
from contact_center.interactions.models import Conversation, Interaction
from contact_center.interactions.states import OPEN
from contact_center.tickets.models import Ticket
from contact_center.tickets.states import TicketStatus, WaitingFor


def attention_of(status: TicketStatus, waiting_for: str | None) -> str:
    """Of a conversation in which no interaction is open."""
    if status is TicketStatus.WAITING:
        return "waiting" if waiting_for == WaitingFor.CUSTOMER.value else "today"
    return "done" if status in {TicketStatus.SOLVED, TicketStatus.CLOSED} else "today"


async def settle(session: AsyncSession, ticket_ids: Sequence[str | None], *, at: datetime) -> None:
    """Set the attention of these tickets' conversations and tell the screens.

    While an interaction is open there its own verbs decide; a conversation without news in it is told all the same, as
    its row shows the ticket's status.
    """
    wanted = sorted({ticket_id for ticket_id in ticket_ids if ticket_id})
    if not wanted:
        return
    rows = await session.execute(
        select(Conversation.id, Conversation.attention, Ticket.status, Ticket.waiting_for, Interaction.state)
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .outerjoin(Interaction, Interaction.id == Conversation.interaction_id)
        .where(Conversation.ticket_id.in_(wanted))
        .order_by(Conversation.id)
    )
    groups: defaultdict[str, list[str]] = defaultdict(list)
    busy = {state.value for state in OPEN}
    for row in rows:
        settled = row.attention if row.state in busy else attention_of(TicketStatus(row.status), row.waiting_for)
        groups[settled].append(row.id)
    for attention, conversation_ids in sorted(groups.items()):
        await conversations_changed(session, conversation_ids, at=at, values={"attention": attention})
