"""Canned replies as a conversation gets them: those of its queue, in its language, with its names and numbers filled in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.canned.filling import Filled, fill
from contact_center.canned.models import CannedReply
from contact_center.customers.models import Customer
from contact_center.interactions.models import ChannelAccount, Conversation
from contact_center.queues.models import Queue
from contact_center.tickets.models import Ticket

AT_MOST = 500
"""More than anybody chooses from; the rest is found by those who tidy up in the settings."""


async def filled_for(
    session: AsyncSession, conversation: Conversation, *, agent_name: str
) -> Sequence[tuple[CannedReply, Filled]]:
    """The active replies for this conversation in their order, each filled."""
    facts = (
        await session.execute(
            select(
                Customer.name,
                Customer.company,
                Customer.language,
                ChannelAccount.language,
                Ticket.number,
                Queue.name,
            )
            .select_from(Conversation)
            .join(Customer, Customer.id == Conversation.customer_id)
            .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
            .outerjoin(Ticket, Ticket.id == Conversation.ticket_id)
            .outerjoin(Queue, Queue.id == Conversation.queue_id)
            .where(Conversation.id == conversation.id)
        )
    ).one()
    customer, company, customer_language, account_language, number, queue = facts
    values = {
        "customer.name": customer,
        "customer.company": company,
        "agent.name": agent_name,
        "ticket.number": "" if number is None else str(number),
        "conversation.subject": conversation.subject,
        "queue.name": queue or "",
    }
    wanted = (conversation.language, customer_language, account_language)
    found = await session.scalars(
        select(CannedReply)
        .where(CannedReply.active)
        .order_by(CannedReply.position, CannedReply.name, CannedReply.id)
        .limit(AT_MOST)
    )
    here = [one for one in found if not one.queue_ids or conversation.queue_id in one.queue_ids]
    return [(one, fill(one.texts, wanted, values)) for one in here]
