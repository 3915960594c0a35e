"""A small contact centre for tests: two queues, their agents, a supervisor, an administrator, one mailbox, served over HTTP."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.accounts.models import User
from contact_center.accounts.permissions import of_roles
from contact_center.agents.models import Agent
from contact_center.channel import (
    AccountSettings,
    Address,
    AddressKind,
    ChannelKind,
    DeliveryOutcome,
    DeliveryReport,
    InboundMessage,
    OutboundMessage,
    ProbeStep,
    SendReason,
)
from contact_center.clock import Clock
from contact_center.db import Base, Database
from contact_center.files import FileStore
from contact_center.heavy import Heavy
from contact_center.ids import new_id
from contact_center.intake.received import Received, TakenIn
from contact_center.intake.take_in import take_in
from contact_center.interactions import assigning, queueing
from contact_center.interactions.models import ChannelAccount
from contact_center.queues.models import Queue, QueueMember
from contact_center.tickets import actions as tickets
from contact_center.web import Principal

OUR_ADDRESS = "support@house.example"
UNITS = {"email": 10}


@dataclass
class Person:
    """Somebody of the staff."""

    user_id: str
    role: str
    agent_id: str | None = None
    queue_ids: frozenset[str] = frozenset()


class Peer:
    """A channel whose answers are scripted; without a script everything is sent. Remembers what it was given, in order."""

    kind = ChannelKind.EMAIL

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.answers: list[DeliveryOutcome | Exception] = []

    async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else DeliveryOutcome.SENT
        if isinstance(answer, Exception):
            raise answer
        wire_id = f"<{message.message_id}@house.example>" if answer is DeliveryOutcome.SENT else None
        why = None if answer is DeliveryOutcome.SENT else SendReason.REFUSED
        said = f"peer says {answer.value}"
        return DeliveryReport(message.delivery_id, answer, provider_id=wire_id, reason=why, detail=said)

    async def probe(self, account: AccountSettings) -> Sequence[ProbeStep]:
        return [ProbeStep("connect", True)]


class Staff:
    """An authenticator whose principals are named by a header."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people

    async def authenticate(self, request: web.Request) -> Principal | None:
        name = request.headers.get("X-Test-Person", "")
        person = self._people.get(name)
        if person is None:
            return None
        return Principal(
            user_id=person.user_id,
            name=name.title(),
            language="en",
            roles=frozenset({person.role}),
            permissions=of_roles([person.role]),
            agent_id=person.agent_id,
            queue_ids=person.queue_ids,
            session_id="s",
            csrf_token="right",
        )


def settings_of(account: ChannelAccount) -> AccountSettings:
    """An account as its channel sees it."""
    return AccountSettings(account.id, ChannelKind(account.channel), account.address, account.name, account.language)


@dataclass
class House:
    """The database, the served routes, the staff by name, queue ids by name."""

    database: Database
    clock: Clock
    store: FileStore
    account_id: str
    people: dict[str, Person]
    queues: dict[str, str]
    heavy: Heavy = field(default_factory=lambda: Heavy(1))
    client: TestClient[web.Request, web.Application] = field(init=False)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        who: str = "alice",
        version: int | None = None,
        **options: Any,
    ) -> tuple[int, Any]:
        """(status, decoded body)."""
        headers = {"X-Test-Person": who, "X-CSRF-Token": "right"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if body is not None:
            options["json"] = body
        async with self.client.request(method, f"/api/v1{path}", headers=headers, **options) as answer:
            if answer.status == 204:
                return answer.status, None
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str, *, who: str = "alice") -> Any:
        """The body of a GET that succeeds."""
        status, body = await self.call("GET", path, who=who)
        assert status == 200, body
        return body

    async def post(self, path: str, body: object, *, who: str = "alice") -> Any:
        """The body of a POST that succeeds."""
        status, answer = await self.call("POST", path, body, who=who)
        assert status in (200, 201), answer
        return answer

    async def arrive(
        self,
        text: str = "Where is my order?",
        *,
        sender: str = "carol@shop.example",
        name: str = "Carol",
        subject: str = "My order",
        queue: str | None = "sales",
        answers: str | None = None,
        html: str | None = None,
        agent: str | None = None,
        language: str | None = None,
    ) -> TakenIn:
        """A mail comes in, is put in line (queue), and taken by a person (agent). `answers` is the wire id it replies to."""
        wire_id = f"<{new_id()}@shop.example>"
        message = InboundMessage(
            channel=ChannelKind.EMAIL,
            sender=Address(AddressKind.EMAIL, sender.lower(), name=name, shown=sender),
            recipients=[Address(AddressKind.EMAIL, OUR_ADDRESS, shown=OUR_ADDRESS)],
            text=text,
            provider_id=wire_id,
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
            sent_at=None,
            subject=subject,
            thread_keys=[answers] if answers else [],
            language=language,
        )
        item = Received(
            inbound_id=new_id(),
            account_id=self.account_id,
            account_address=OUR_ADDRESS,
            account_language="en",
            channel=ChannelKind.EMAIL,
            received_at=self.clock.now(),
            size=len(text),
            raw=text.encode(),
            raw_sha256=None,
            understood=message,
            html=html,
        )

        async def unit(session: AsyncSession) -> TakenIn:
            (taken,) = await take_in(session, [item])
            assert taken.interaction_id is not None
            if queue is not None:
                place = queueing.Place(self.queues[queue], UNITS["email"])
                await queueing.enqueue(
                    session, {taken.interaction_id: place}, at=self.clock.now(), actor=history.SYSTEM
                )
            return taken

        taken = await self.database.write(unit)
        if agent is not None:
            await self.take(taken, agent)
        return taken

    async def take(self, taken: TakenIn, agent: str) -> None:
        """The agent takes the interaction by hand."""
        person = self.people[agent]
        assert person.agent_id is not None and taken.interaction_id is not None
        agent_id, interaction_id, actor = person.agent_id, taken.interaction_id, history.user(person.user_id)

        async def unit(session: AsyncSession) -> None:
            at = self.clock.now()
            await assigning.take(session, interaction_id, agent_id, units=UNITS["email"], at=at, actor=actor)
            await tickets.assigned(session, interaction_id, at=at, actor=actor)

        await self.database.write(unit)

    async def rows(self, table: type[Base]) -> list[Any]:
        """All rows of a table, by id."""
        async with self.database.read() as session:
            columns = table.__table__
            return list((await session.execute(select(columns).order_by(*columns.primary_key))).all())

    def later(self, seconds: float) -> str:
        """A time from now on, as JSON."""
        return (self.clock.now() + timedelta(seconds=seconds)).isoformat()


async def furnish(database: Database, clock: Clock, store: FileStore) -> House:
    """Insert the staff, queues and mailbox."""
    queues = {name: new_id() for name in ("sales", "billing")}
    people = {
        "alice": Person(new_id(), "agent", new_id(), frozenset({queues["sales"]})),
        "bob": Person(new_id(), "agent", new_id(), frozenset({queues["billing"]})),
        "anna": Person(new_id(), "agent", new_id(), frozenset({queues["sales"]})),
        "sue": Person(new_id(), "supervisor", None, frozenset(queues.values())),
        "root": Person(new_id(), "admin"),
    }
    account_id, now = new_id(), clock.now()

    async def unit(session: AsyncSession) -> None:
        await session.execute(
            insert(Queue), [{"id": key, "name": name, "name_key": name} for name, key in queues.items()]
        )
        await session.execute(
            insert(User),
            [
                {"id": one.user_id, "email": f"{name}@house.example", "email_key": f"{name}@house.example",
                 "name": name.title(), "name_key": name, "roles": [one.role], "created_at": now}
                for name, one in people.items()
            ],
        )  # fmt: skip
        agents = [(name, one) for name, one in people.items() if one.agent_id is not None]
        await session.execute(
            insert(Agent),
            [
                {"id": one.agent_id, "user_id": one.user_id, "name": name.title(), "ordinal": number, "since": now,
                 "chosen": "available"}
                for number, (name, one) in enumerate(agents, start=1)
            ],
        )  # fmt: skip
        await session.execute(
            insert(QueueMember),
            [{"queue_id": queue, "agent_id": one.agent_id} for _, one in agents for queue in one.queue_ids],
        )
        session.add(
            ChannelAccount(
                id=account_id,
                channel="email",
                name="House",
                address=OUR_ADDRESS,
                default_queue_id=queues["sales"],
            )
        )

    await database.write(unit)
    return House(database, clock, store, account_id, people, queues)
