"""The objects that calls are tried on: for each name of a path parameter one of the agent's own queue, one of another.

A new kind of object is one more entry of `Objects.ids`; people, queues and agents stay, everything else is made afresh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import tokens
from contact_center.accounts.models import ApiToken, Team, TeamMember, TeamQueue, User
from contact_center.accounts.passwords import Passwords
from contact_center.agents.models import Agent, PresenceReason, Skill
from contact_center.canned.models import CannedReply
from contact_center.complaints.models import Complaint, ComplaintCategory
from contact_center.customers.models import Customer, Identity
from contact_center.db import Database, fold
from contact_center.files import FileRow, FileStore
from contact_center.ids import new_id
from contact_center.intake.models import Inbound
from contact_center.interactions.models import (
    Assignment,
    ChannelAccount,
    Conversation,
    Delivery,
    Interaction,
    Message,
    MessageFile,
    Participant,
)
from contact_center.queues.models import Queue, QueueMember, WrapUpCode
from contact_center.sla.models import BusinessHours
from contact_center.tickets.models import Ticket
from kb.models import Article, ArticleRevision, ArticleText
from routing.models import Offer, TriageRule
from tests.permissions.expected import SCOPES, Caller, Side

PASSWORD = "a good long password"
RAW = b"From: someone@example.org\r\nSubject: hello\r\n\r\nhello\r\n"
BOTH = {"en": "Name", "zh-CN": "名称"}
ROLES: Mapping[Caller, str] = {
    Caller.AGENT: "agent",
    Caller.SUPERVISOR: "supervisor",
    Caller.TEAM_SUPERVISOR: "supervisor",
    Caller.ADMIN: "admin",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What stays: a queue, the agent who serves it, its mailbox."""

    queue_id: str
    agent_id: str
    user_id: str
    account_id: str


@dataclass
class World:
    """Everybody and everything that the calls need."""

    database: Database
    store: FileStore
    now: datetime
    users: dict[Caller, str] = field(default_factory=dict)
    places: dict[Side, Place] = field(default_factory=dict)
    token: str = ""
    numbers: int = 1_000_000
    """Far from those that the house draws itself."""

    async def settle(self) -> None:
        """Make the people, the two queues with an agent each, the team, the token."""
        hashed = await Passwords(demo=True).hash(PASSWORD)
        for caller, role in ROLES.items():
            self.users[caller] = await self._insert(self._user(f"{caller.value}@example.org", role, hashed))
        colleague = await self._insert(self._user("colleague@example.org", "agent", hashed))
        stranger = await self._insert(self._user("stranger@example.org", "agent", hashed))
        self.places[Side.OWN] = await self._place("Own", 1, self.users[Caller.AGENT])
        self.places[Side.FOREIGN] = await self._place("Foreign", 2, stranger)
        own = self.places[Side.OWN]
        beside = Agent(id=new_id(), user_id=colleague, name="Colleague", ordinal=3, since=self.now)
        leaders = [self.users[Caller.SUPERVISOR], self.users[Caller.TEAM_SUPERVISOR]]
        await self._insert(
            *(
                Agent(id=new_id(), user_id=one, name="Leader", ordinal=4 + n, since=self.now)
                for n, one in enumerate(leaders)
            )
        )
        team = Team(id=new_id(), name="Own", name_key="own")
        await self._insert(beside, team)
        await self._insert(
            QueueMember(queue_id=own.queue_id, agent_id=beside.id),
            TeamQueue(team_id=team.id, queue_id=own.queue_id),
            TeamMember(team_id=team.id, user_id=self.users[Caller.TEAM_SUPERVISOR]),
        )
        self.token = tokens.opaque()
        await self._insert(self._token(self.users[Caller.ADMIN], self.token, list(SCOPES)))

    async def objects(self, side: Side) -> dict[str, str]:
        """Fresh objects: path parameter -> id."""
        place = self.places[side]
        ids = await self._work(place)
        ids |= await self._settings(place.queue_id)
        spare = self._user(f"{new_id()}@example.org", "agent", None)
        token, team = self._token(place.user_id, tokens.opaque(), ["kb.read"]), Team(id=new_id(), name=new_id())
        team.name_key = team.name
        await self._insert(spare)
        await self._insert(token, team)
        article_id = await self._article()
        parked = self._inbound(place.account_id, "parked")
        await self._insert(parked)
        return ids | {
            "queue_id": place.queue_id,
            "agent_id": place.agent_id,
            "account_id": place.account_id,
            "channel_account_id": place.account_id,
            "default_queue_id": place.queue_id,
            "user_id": spare.id,
            "token_id": token.id,
            "team_id": team.id,
            "inbound_id": parked.id,
            "parked_id": parked.id,
            "article_id": article_id,
        }

    async def _article(self) -> str:
        """A published article."""
        article = Article(
            id=new_id(),
            state="published",
            audience="agents",
            created_at=self.now,
            updated_at=self.now,
            published_at=self.now,
        )
        revision = ArticleRevision(
            id=new_id(),
            article_id=article.id,
            language="en",
            number=1,
            title="Text",
            html="<p>Text</p>",
            text="Text",
            title_key=" text ",
            body_key=" text ",
            at=self.now,
        )
        await self._insert(article)
        await self._insert(revision)
        await self._insert(
            ArticleText(article_id=article.id, language="en", revision_id=revision.id, published_id=revision.id)
        )
        return article.id

    async def _work(self, place: Place) -> dict[str, str]:
        """A conversation that the agent handles, and another that is offered."""
        customer = Customer(id=new_id(), name="Customer", name_key="customer", created_at=self.now)
        await self._insert(customer)
        held = self._conversation(place, customer.id, "assigned")
        complaint, category, ticket = self._complaint(customer.id, held[0].id)
        await self._insert(category, ticket)
        held[0].ticket_id = ticket.id
        await self._insert(held[0])
        await self._insert(held[1])
        await self._insert(complaint)
        offered = self._conversation(place, customer.id, "offered")
        await self._insert(offered[0])
        await self._insert(offered[1])
        conversation, interaction = held
        identity = Identity(
            id=new_id(), customer_id=customer.id, kind="email", value=f"{new_id()}@example.org", created_at=self.now
        )
        inbound = self._inbound(place.account_id, "taken_in")
        stored = await self.store.put(new_id().encode())
        file = FileRow(
            id=new_id(),
            sha256=stored.sha256,
            size=stored.size,
            media_type="text/plain",
            name="a.txt",
            created_at=self.now,
        )
        message = Message(
            id=new_id(),
            conversation_id=conversation.id,
            interaction_id=interaction.id,
            kind="message",
            direction="in",
            author_kind="customer",
            author_id=customer.id,
            at=self.now,
            text="hello",
            html="<p>hello</p>",
            inbound_id=inbound.id,
        )
        inbound.message_id = message.id
        outgoing = Message(
            id=new_id(),
            conversation_id=conversation.id,
            interaction_id=interaction.id,
            kind="message",
            direction="out",
            author_kind="agent",
            author_id=place.user_id,
            at=self.now,
            text="answer",
        )
        await self._insert(identity, inbound, file)
        await self._insert(message, outgoing)
        delivery = Delivery(
            id=new_id(), message_id=outgoing.id, account_id=place.account_id, state="failed", at=self.now
        )
        assignment = Assignment(
            id=new_id(), interaction_id=interaction.id, agent_id=place.agent_id, state="active", units=0, at=self.now
        )
        offer = Offer(
            id=new_id(),
            interaction_id=offered[1].id,
            agent_id=place.agent_id,
            queue_id=place.queue_id,
            state="pending",
            units=0,
            rule="longest_idle",
            why={},
            offered_at=self.now,
            expires_at=self.now.replace(year=self.now.year + 1),
        )
        await self._insert(
            Participant(conversation_id=conversation.id, identity_id=identity.id),
            MessageFile(message_id=message.id, position=0, file_id=file.id),
            assignment,
            offer,
            delivery,
        )
        return {
            "customer_id": customer.id,
            "identity_id": identity.id,
            "conversation_id": conversation.id,
            "interaction_id": interaction.id,
            "message_id": message.id,
            "up_to_message_id": message.id,
            "outgoing_id": outgoing.id,
            "file_id": file.id,
            "offer_id": offer.id,
            "complaint_id": complaint.id,
        }

    def _complaint(self, customer_id: str, conversation_id: str) -> tuple[Complaint, ComplaintCategory, Ticket]:
        self.numbers += 1
        category = ComplaintCategory(id=new_id(), name=BOTH)
        ticket = Ticket(
            id=new_id(),
            number=self.numbers,
            customer_id=customer_id,
            status="open",
            opened_at=self.now,
            subject="Hello",
        )
        complaint = Complaint(
            id=new_id(),
            number=self.numbers,
            customer_id=customer_id,
            ticket_id=ticket.id,
            conversation_id=conversation_id,
            channel="email",
            category_id=category.id,
            severity="minor",
            text="It came late.",
            state="recorded",
            recorded_at=self.now,
        )
        return complaint, category, ticket

    async def _settings(self, queue_id: str) -> dict[str, str]:
        skill = Skill(id=new_id(), name=new_id(), name_key=new_id())
        code, reason = WrapUpCode(id=new_id(), name=BOTH), PresenceReason(id=new_id(), name=BOTH)
        rule = TriageRule(id=new_id(), name="Rule", when={}, then={"queue_id": queue_id}, enabled=False)
        hours = BusinessHours(id=new_id(), name=new_id(), name_key=new_id(), time_zone="Asia/Shanghai")
        canned = CannedReply(id=new_id(), name="Hello", shortcut="hello", shortcut_key=new_id(), texts={"en": "Hello"})
        category = ComplaintCategory(id=new_id(), name=BOTH)
        await self._insert(skill, code, reason, rule, hours, canned, category)
        return {
            "skill_id": skill.id,
            "code_id": code.id,
            "reason_id": reason.id,
            "rule_id": rule.id,
            "hours_id": hours.id,
            "canned_reply_id": canned.id,
            "category_id": category.id,
        }

    async def _place(self, name: str, ordinal: int, user_id: str) -> Place:
        queue = Queue(id=new_id(), name=name, name_key=fold(name))
        agent = Agent(id=new_id(), user_id=user_id, name=name, ordinal=ordinal, since=self.now)
        await self._insert(queue, agent)
        account = ChannelAccount(
            id=new_id(), channel="email", name=name, address=f"{fold(name)}@house.example", default_queue_id=queue.id
        )
        await self._insert(QueueMember(queue_id=queue.id, agent_id=agent.id), account)
        return Place(queue.id, agent.id, user_id, account.id)

    def _conversation(self, place: Place, customer_id: str, state: str) -> tuple[Conversation, Interaction]:
        agent_id = place.agent_id if state == "assigned" else None
        interaction_id, conversation_id = new_id(), new_id()
        conversation = Conversation(
            id=conversation_id,
            account_id=place.account_id,
            channel="email",
            customer_id=customer_id,
            subject="Hello",
            created_at=self.now,
            last_message_at=self.now,
            interaction_id=interaction_id,
            queue_id=place.queue_id,
            agent_id=agent_id,
        )
        interaction = Interaction(
            id=interaction_id,
            conversation_id=conversation_id,
            customer_id=customer_id,
            channel="email",
            state=state,
            queue_id=place.queue_id,
            agent_id=agent_id,
            key_at=self.now,
            created_at=self.now,
            queued_at=self.now,
        )
        return conversation, interaction

    def _inbound(self, account_id: str, state: str) -> Inbound:
        return Inbound(
            id=new_id(),
            account_id=account_id,
            channel="email",
            received_at=self.now,
            raw=RAW,
            size=len(RAW),
            envelope={},
            dedupe_key=new_id(),
            state=state,
            reason="no_sender" if state == "parked" else None,
            correlation="",
        )

    def _user(self, email: str, role: str, hashed: str | None) -> User:
        name = email.partition("@")[0]
        row = {"email": email, "email_key": fold(email), "name": name, "roles": [role], "created_at": self.now}
        return User(id=new_id(), password_hash=hashed, **row)

    def _token(self, user_id: str, secret: str, scopes: list[str]) -> ApiToken:
        row = {"name": "reader", "token_hash": tokens.hashed(secret), "scopes": scopes, "created_at": self.now}
        return ApiToken(id=new_id(), user_id=user_id, **row)

    async def _insert(self, *rows: Any) -> str:
        async def unit(session: AsyncSession) -> None:
            session.add_all(rows)

        await self.database.write(unit)
        return str(getattr(rows[0], "id", ""))
