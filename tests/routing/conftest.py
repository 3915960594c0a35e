"""A small contact centre at a standing clock: one mail account, two queues, agents, and a router stepped by hand."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config import settings as configuration
from config.settings import Routing
from contact_center import history
from contact_center.accounts.models import User
from contact_center.agents import actions as agent_actions
from contact_center.agents.actions import Chosen
from contact_center.agents.models import Agent, Proficiency, Skill
from contact_center.agents.states import Presence
from contact_center.bell import Bell
from contact_center.channel import Address, AddressKind, ChannelKind, InboundMessage, Wish
from contact_center.clock import Clock, FixedClock
from contact_center.db import Database, Leases
from contact_center.files import FileStore
from contact_center.history import HistoryRow
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.received import Received
from contact_center.interactions import ending, giving_back
from contact_center.interactions.models import Assignment, ChannelAccount, Conversation, Interaction
from contact_center.interactions.states import EndReason
from contact_center.queues.models import Queue, QueueMember, QueueSkill
from contact_center.routing_input import InputKind, tell_router
from contact_center.tickets.models import Ticket
from contact_center.web import Principal, Reach
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate, LocalLimiter
from contact_center.web.server import Web, add_operations, application, operations_of
from contact_center.workspace.customer_routes import customer_routes
from routing import hours_routes, offers, queue_routes, removal_routes
from routing.live_routes import live_routes
from routing.mirror import Rules
from routing.models import Offer, TriageRule
from routing.offers import Assigned
from routing.outlook import Outlook
from routing.router import Router
from routing.routes import routing_routes
from routing.states import DeclineReason
from routing.triage_job import triage

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
T = TypeVar("T")


@dataclass
class Centre:
    """Verbs for stories; every verb is a unit of its own, as it would come from an edge."""

    database: Database
    clock: FixedClock
    routing: Routing
    intake: Intake
    router: Router
    account_id: str
    queue_id: str
    other_queue_id: str
    users: dict[str, str] = field(default_factory=dict)
    mails: int = 0
    dark: set[str] = field(default_factory=set)
    """Agents whose browser is gone."""

    async def do(self, unit: Callable[[AsyncSession], Awaitable[T]]) -> T:
        return await self.database.write(unit)

    async def agent(
        self,
        name: str,
        *,
        units: int = 100,
        queues: Sequence[str] | None = None,
        skills: dict[str, int] | None = None,
        available: bool = True,
    ) -> str:
        """A signed-on agent of the first queue (or of `queues`)."""
        agent_id, user_id = new_id(), new_id()

        async def unit(session: AsyncSession) -> None:
            session.add(
                User(
                    id=user_id,
                    email=f"{name}@ours.example",
                    email_key=f"{name}@ours.example",
                    name=name,
                    created_at=self.clock.now(),
                )
            )
            await session.flush()
            session.add(
                Agent(
                    id=agent_id,
                    user_id=user_id,
                    name=name,
                    ordinal=len(self.users) + 1,
                    units=units,
                    since=self.clock.now(),
                    seen_at=self.clock.now(),
                )
            )
            await session.flush()
            for queue_id in [self.queue_id] if queues is None else queues:
                session.add(QueueMember(queue_id=queue_id, agent_id=agent_id))
            for skill_id, level in (skills or {}).items():
                session.add(Proficiency(agent_id=agent_id, skill_id=skill_id, level=level))
            tell_router(session, InputKind.AGENT, agent_id, at=self.clock.now())

        await self.do(unit)
        self.users[agent_id] = user_id
        if available:
            await self.presence(agent_id, Presence.AVAILABLE)
        return agent_id

    async def presence(self, agent_id: str, state: Presence, *, after: Presence | None = None) -> None:
        actor = history.user(self.users[agent_id])
        planned = Chosen(after) if after else None
        await self.do(
            lambda session: agent_actions.choose(
                session, agent_id, Chosen(state), after=planned, at=self.clock.now(), actor=actor
            )
        )

    async def seen(self, *agent_ids: str) -> None:
        await self.do(lambda session: agent_actions.seen(session, agent_ids, at=self.clock.now()))

    async def skill(self, name: str, *, kind: str = "skill", queue_id: str | None = None, level: int = 1) -> str:
        """A skill, asked by the queue when given."""
        skill_id = new_id()

        async def unit(session: AsyncSession) -> None:
            session.add(Skill(id=skill_id, name=name, name_key=name.casefold(), kind=kind))
            await session.flush()
            if queue_id is not None:
                session.add(QueueSkill(queue_id=queue_id, skill_id=skill_id, level=level, required=True))
            tell_router(session, InputKind.QUEUE, queue_id, at=self.clock.now())

        await self.do(unit)
        return skill_id

    async def mail(self, sender: str = "", *, answers: str | None = None, routed: bool = True, **changes: Any) -> str:
        """A mail comes in and is triaged; its interaction. `answers` names a conversation."""
        self.mails += 1
        text = changes.pop("text", f"Hello number {self.mails}")
        address = sender or f"c{self.mails}@a.example"
        message = InboundMessage(
            channel=ChannelKind.EMAIL,
            sender=Address(AddressKind.EMAIL, address, name=address.partition("@")[0]),
            recipients=[Address(AddressKind.EMAIL, "support@ours.example")],
            subject=changes.pop("subject", "Help"),
            text=text,
            provider_id=f"<{self.mails}@a.example>",
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
            sent_at=None,
            conversation_token=answers,
            wish=changes.pop("wish", Wish()),
            language=changes.pop("language", None),
        )
        item = Received(
            inbound_id=new_id(),
            account_id=self.account_id,
            account_address="support@ours.example",
            account_language="en",
            channel=ChannelKind.EMAIL,
            received_at=self.clock.now(),
            size=3,
            raw=b"raw",
            raw_sha256=None,
            understood=message,
        )
        taken = await self.intake.receive(item)
        assert taken.interaction_id is not None
        if routed:
            await self.triage(taken.interaction_id)
        self.clock.advance(0.001)  # no two mails come in the same moment
        return taken.interaction_id

    async def triage(self, *interaction_ids: str) -> bool:
        units = self.routing.units
        return await self.do(lambda session: triage(session, interaction_ids, units=units, at=self.clock.now()))

    async def step(self, seconds: float = 0) -> None:
        """A round of the router; then, if time passes, heartbeats of everybody whose screen is on, and another round."""
        assert await self.router.step()
        if not seconds:
            return
        self.clock.advance(seconds)
        if self.users:
            await self.seen(*(self.users.keys() - self.dark))
        assert await self.router.step()

    async def accept(self, offer: Offer | None, agent_id: str | None = None) -> Assigned:
        assert offer is not None
        who = agent_id or offer.agent_id
        actor = history.user(self.users[who])
        return await self.do(lambda session: offers.accept(session, offer.id, who, at=self.clock.now(), actor=actor))

    async def decline(self, offer: Offer | None) -> None:
        assert offer is not None
        actor = history.user(self.users[offer.agent_id])
        await self.do(
            lambda session: offers.decline(
                session, offer.id, offer.agent_id, reason=DeclineReason.BUSY, at=self.clock.now(), actor=actor
            )
        )

    async def take(self, interaction_id: str, agent_id: str) -> Assigned:
        actor = history.user(self.users[agent_id])
        return await self.do(
            lambda session: offers.take(session, interaction_id, agent_id, units=10, at=self.clock.now(), actor=actor)
        )

    async def give_back(self, interaction_id: str, reason: EndReason, *, front: bool = False) -> None:
        at, actor = self.clock.now(), history.SYSTEM
        await self.do(
            lambda session: giving_back.give_back(session, [interaction_id], reason, at=at, actor=actor, front=front)
        )

    async def transfer(self, interaction_id: str, queue_id: str) -> None:
        at, actor = self.clock.now(), history.SYSTEM
        await self.do(
            lambda session: giving_back.give_back(
                session, [interaction_id], EndReason.TRANSFERRED, at=at, actor=actor, queue_id=queue_id
            )
        )

    async def rule(self, name: str, when: dict[str, Any], then: dict[str, Any], *, position: int = 0) -> str:
        """A triage rule."""
        rule_id = new_id()

        async def unit(session: AsyncSession) -> None:
            session.add(TriageRule(id=rule_id, name=name, position=position, when=when, then=then))

        await self.do(unit)
        return rule_id

    async def finish(self, interaction_id: str) -> None:
        await self.do(
            lambda session: ending.contact_over(session, interaction_id, at=self.clock.now(), actor=history.SYSTEM)
        )

    # -- looking ----------------------------------------------------------------------------------------------------------

    async def interaction(self, interaction_id: str) -> Interaction:
        async with self.database.read() as session:
            return await session.get_one(Interaction, interaction_id)

    async def conversation(self, interaction_id: str) -> Conversation:
        async with self.database.read() as session:
            interaction = await session.get_one(Interaction, interaction_id)
            return await session.get_one(Conversation, interaction.conversation_id)

    async def agent_row(self, agent_id: str) -> Agent:
        async with self.database.read() as session:
            return await session.get_one(Agent, agent_id)

    async def ticket(self, ticket_id: str | None) -> Ticket:
        async with self.database.read() as session:
            return await session.get_one(Ticket, ticket_id)

    async def offers(self, interaction_id: str | None = None) -> list[Offer]:
        async with self.database.read() as session:
            query = select(Offer).order_by(Offer.offered_at, Offer.id)
            if interaction_id is not None:
                query = query.where(Offer.interaction_id == interaction_id)
            return list((await session.scalars(query)).all())

    async def pending(self, interaction_id: str) -> Offer | None:
        found = [offer for offer in await self.offers(interaction_id) if offer.state == "pending"]
        assert len(found) <= 1
        return found[0] if found else None

    async def assignments(self, interaction_id: str) -> list[Assignment]:
        async with self.database.read() as session:
            query = select(Assignment).where(Assignment.interaction_id == interaction_id).order_by(Assignment.at)
            return list((await session.scalars(query)).all())

    async def history_of(self, entity_id: str) -> list[tuple[str | None, str, str]]:
        async with self.database.read() as session:
            rows = await session.scalars(
                select(HistoryRow).where(HistoryRow.entity_id == entity_id).order_by(HistoryRow.at, HistoryRow.id)
            )
            return [(row.from_state, row.to_state, row.cause) for row in rows.all()]


@pytest.fixture
async def centre(database_url: str, tmp_path: Path) -> AsyncIterator[Centre]:
    settings = configuration.load({}, demo=True, data_dir=tmp_path)
    database, clock, bell = Database(database_url), FixedClock(START), Bell()
    account_id, queue_id, other_queue_id = new_id(), new_id(), new_id()

    async def unit(session: AsyncSession) -> None:
        session.add_all(
            [
                Queue(id=queue_id, name="Support", name_key="support", position=1),
                Queue(id=other_queue_id, name="Billing", name_key="billing", position=2),
            ]
        )
        await session.flush()
        session.add(ChannelAccount(id=account_id, channel="email", name="Support", address="support@ours.example"))

    await database.write(unit)
    made = Centre(
        database=database,
        clock=clock,
        routing=settings.routing,
        intake=Intake(database, FileStore(tmp_path / "files")),
        router=Router(database, clock, bell, Leases(database, owner="here"), settings.routing),
        account_id=account_id,
        queue_id=queue_id,
        other_queue_id=other_queue_id,
    )
    await made.step()
    yield made
    await made.router.close()
    await database.close()


@dataclass
class Staff:
    """An authenticator whose principals are named by a header."""

    known: dict[str, Principal] = field(default_factory=dict)

    async def authenticate(self, request: web.Request) -> Principal | None:
        return self.known.get(request.headers.get("X-Test", ""))


@dataclass
class Served:
    """The centre behind HTTP."""

    centre: Centre
    client: TestClient[web.Request, web.Application]
    staff: Staff

    def sign_in(self, name: str, agent_id: str | None, permissions: Mapping[str, Reach], *queue_ids: str) -> None:
        self.staff.known[name] = Principal(
            user_id=self.centre.users[agent_id] if agent_id else new_id(),
            name=name,
            language="zh-CN" if name == "mei" else "en",
            roles=frozenset({"agent"}),
            permissions=permissions,
            agent_id=agent_id,
            queue_ids=frozenset(queue_ids or [self.centre.queue_id]),
            session_id="s",
            csrf_token="right",
        )

    async def call(self, who: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"X-Test": who, "X-CSRF-Token": "right"}
        async with self.client.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
            return answer.status, (await answer.json() if answer.status != 204 else None)

    async def must(self, who: str, method: str, path: str, body: object = None) -> Any:
        """The answer of a call that must succeed."""
        status, answer = await self.call(who, method, path, body)
        assert status < 300, answer
        return answer


@pytest.fixture
async def served(centre: Centre, tmp_path: Path) -> AsyncIterator[Served]:
    settings, staff = configuration.load({}, demo=True, data_dir=tmp_path), Staff()
    parts = Web(
        settings=settings,
        database=centre.database,
        clock=centre.clock,
        authenticator=staff,
        metrics=Metrics(),
        gate=Gate(LocalLimiter(), burst=1000, per_second=1000),
        idempotency=Idempotency(centre.database, Clock(), secret="x" * 32),
    )
    app = application(parts)
    settings_routes = [queue_routes.routes, hours_routes.routes, removal_routes.routes, customer_routes()]
    outlook = Outlook(centre.clock, Rules(centre.routing), lambda: centre.router.desk)
    routes = [*routing_routes(centre.router, outlook, centre.routing), live_routes(outlook), *settings_routes]
    add_operations(app, operations_of(routes), parts)
    async with TestClient(TestServer(app)) as client:
        yield Served(centre, client, staff)
