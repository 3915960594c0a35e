"""Writing the stories into the tables as they would stand had they happened: closed interactions, tickets, sent answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, words
from contact_center.agents.models import Agent
from contact_center.customers import finding
from contact_center.customers.models import Customer, Identity
from contact_center.db import fold
from contact_center.demo.people import PERSONAS, Persona
from contact_center.demo.stories import STORIES, Said, Story
from contact_center.ids import new_id
from contact_center.interactions.models import (
    Assignment,
    ChannelAccount,
    Conversation,
    ConversationKey,
    Delivery,
    Interaction,
    Message,
    Participant,
)
from contact_center.interactions.states import AssignmentState, DeliveryState, InteractionState
from contact_center.queues.models import Queue
from contact_center.tickets import actions as tickets
from contact_center.tickets.models import Ticket
from contact_center.tickets.states import TicketStatus, WaitingFor

UNITS = 10
FIRST_ANSWER = timedelta(minutes=2)


class Past:
    """The people and places of the stories; `tell_all` writes them."""

    def __init__(
        self,
        session: AsyncSession,
        *,
        now: datetime,
        queues: Mapping[str, Queue],
        accounts: Mapping[str, ChannelAccount],
        agents: Mapping[str, Agent],
    ) -> None:
        self._session, self._now = session, now
        self._queues, self._accounts, self._agents = queues, accounts, agents
        self._customers: dict[str, tuple[Persona, Customer, Identity]] = {}

    async def tell_all(self) -> None:
        """All customers and stories."""
        for persona in PERSONAS:
            self._customers[persona.key] = self._customer(persona)
        self._session.add_all(customer for _, customer, _ in self._customers.values())
        await self._session.flush()
        self._session.add_all(identity for _, _, identity in self._customers.values())
        self._session.add_all(_number(persona, customer) for persona, customer, _ in self._customers.values())
        await self._session.flush()
        for _, customer, _ in self._customers.values():
            await finding.refresh(self._session, customer.id)
        for story in STORIES:
            await self._tell(story)

    def _customer(self, persona: Persona) -> tuple[Persona, Customer, Identity]:
        known = self._now - timedelta(days=60)
        customer = Customer(
            id=new_id(),
            name=persona.name,
            name_key=fold(persona.name),
            vip=persona.vip,
            language=persona.language,
            company=persona.company,
            created_at=known,
        )
        identity = Identity(
            id=new_id(),
            customer_id=customer.id,
            kind="email",
            value=persona.address,
            shown=persona.address,
            created_at=known,
        )
        return persona, customer, identity

    async def _tell(self, story: Story) -> None:
        persona, customer, identity = self._customers[story.customer]
        begun = self._now - timedelta(hours=story.hours_ago)
        ended = begun + timedelta(minutes=story.said[-1].minutes)
        agent, queue, account = self._agents[story.agent], self._queues[story.queue], self._accounts[story.queue]
        ticket_id = await self._ticket(story, customer, queue, begun, ended)
        interaction_id, last = new_id(), story.said[-1]
        conversation = Conversation(
            id=new_id(),
            account_id=account.id,
            channel="email",
            customer_id=customer.id,
            subject=story.subject,
            language=persona.language,
            created_at=begun,
            last_message_at=ended,
            preview=" ".join(last.text.split())[:300],
            preview_direction="in" if last.who == "customer" else "out",
            preview_author_id=None if last.who == "customer" else agent.user_id,
            attention="done" if story.solved else "waiting",
            interaction_id=interaction_id,
            queue_id=queue.id,
            agent_id=agent.id,
            ticket_id=ticket_id,
        )
        self._session.add(conversation)
        await self._session.flush()
        await words.add(self._session, {conversation.id: conversation.subject_key})
        self._session.add(Participant(conversation_id=conversation.id, identity_id=identity.id, name=persona.name))
        self._interaction(interaction_id, conversation, agent, ended)
        await self._session.flush()
        self._assignment(interaction_id, agent, begun, ended)
        await self._messages(story, conversation, persona, account, agent)

    async def _ticket(self, story: Story, customer: Customer, queue: Queue, begun: datetime, ended: datetime) -> str:
        new = tickets.NewTicket(customer.id, story.subject, queue.id)
        (ticket_id,) = await tickets.open_many(self._session, [new], at=begun, actor=history.customer(customer.id))
        ticket = await self._session.get_one(Ticket, ticket_id)
        ticket.status = (TicketStatus.SOLVED if story.solved else TicketStatus.WAITING).value
        ticket.waiting_for = None if story.solved else WaitingFor.CUSTOMER.value
        ticket.solved_at = ended if story.solved else None
        return ticket_id

    def _interaction(self, identifier: str, conversation: Conversation, agent: Agent, ended: datetime) -> None:
        begun = conversation.created_at
        self._session.add(
            Interaction(
                id=identifier,
                conversation_id=conversation.id,
                customer_id=conversation.customer_id,
                channel="email",
                state=InteractionState.CLOSED.value,
                subject=conversation.subject,
                language=conversation.language,
                queue_id=conversation.queue_id,
                agent_id=agent.id,
                ticket_id=conversation.ticket_id,
                units=UNITS,
                created_at=begun,
                key_at=begun,
                queued_at=begun,
                assigned_at=begun + FIRST_ANSWER,
                closed_at=ended,
                result="handled",
            )
        )
        moves = (
            (None, InteractionState.RECEIVED, begun, "received"),
            (InteractionState.RECEIVED, InteractionState.QUEUED, begun, "triaged"),
            (InteractionState.QUEUED, InteractionState.OFFERED, begun, "offered"),
            (InteractionState.OFFERED, InteractionState.ASSIGNED, begun + FIRST_ANSWER, "accepted"),
            (InteractionState.ASSIGNED, InteractionState.CLOSED, ended, "handled"),
        )
        for before, after, at, cause in moves:
            history.append(
                self._session,
                entity="interaction",
                entity_id=identifier,
                before=None if before is None else before.value,
                after=after.value,
                at=at,
                actor=history.SYSTEM,
                cause=cause,
                queue_id=conversation.queue_id,
                agent_id=agent.id if after in (InteractionState.ASSIGNED, InteractionState.CLOSED) else None,
            )

    def _assignment(self, interaction_id: str, agent: Agent, begun: datetime, ended: datetime) -> None:
        self._session.add(
            Assignment(
                id=new_id(),
                interaction_id=interaction_id,
                agent_id=agent.id,
                state=AssignmentState.ENDED.value,
                units=UNITS,
                at=begun + FIRST_ANSWER,
                handled_until=ended,
                ended_at=ended,
                reason="handled",
            )
        )

    async def _messages(
        self, story: Story, conversation: Conversation, persona: Persona, account: ChannelAccount, agent: Agent
    ) -> None:
        seen: list[str] = []
        for said in story.said:
            message = self._message(said, conversation, persona, account, agent, seen)
            self._session.add(message)
            if message.wire_id is not None:
                seen.append(message.wire_id)
                key = ConversationKey(account_id=account.id, key=message.wire_id, conversation_id=conversation.id)
                self._session.add(key)
            await self._session.flush()
            if said.who == "agent":
                self._session.add(_sent(message, account))

    def _message(
        self,
        said: Said,
        conversation: Conversation,
        persona: Persona,
        account: ChannelAccount,
        agent: Agent,
        seen: list[str],
    ) -> Message:
        ours, note = said.who != "customer", said.who == "note"
        identifier = new_id()
        them, us = {"value": persona.address, "name": persona.name}, {"value": account.address, "name": account.name}
        subject = conversation.subject if not seen else f"Re: {conversation.subject}"
        return Message(
            id=identifier,
            conversation_id=conversation.id,
            interaction_id=conversation.interaction_id,
            kind="note" if note else "message",
            direction=None if note else "out" if ours else "in",
            author_kind="agent" if ours else "customer",
            author_id=agent.user_id if ours else conversation.customer_id,
            author_name=agent.name if ours else persona.name,
            at=conversation.created_at + timedelta(minutes=said.minutes),
            subject="" if note else subject,
            text=said.text,
            visible_text=None if ours else said.text,
            wire_id=None if note else f"<{identifier}@{account.address.rpartition('@')[2]}>",
            references=list(seen),
            recipients={} if note else {"to": [them if ours else us], "cc": [], "bcc": []},
        )


def _number(persona: Persona, customer: Customer) -> Identity:
    """The telephone by which the house knows them too."""
    return Identity(
        id=new_id(),
        customer_id=customer.id,
        kind="phone",
        value=persona.number,
        shown=persona.number,
        created_at=customer.created_at,
    )


def _sent(message: Message, account: ChannelAccount) -> Delivery:
    return Delivery(
        id=new_id(),
        message_id=message.id,
        account_id=account.id,
        state=DeliveryState.SENT.value,
        attempt=1,
        at=message.at,
        provider_id=message.wire_id,
    )
