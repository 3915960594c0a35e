"""Fills a migrated database with conversations for the worklist's benchmark: ten queues, forty agents, most work done."""

import functools
import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import words
from contact_center.accounts.models import User
from contact_center.accounts.passwords import Passwords
from contact_center.agents.models import Agent
from contact_center.clock import Clock
from contact_center.customers import finding
from contact_center.customers.models import Customer, Identity
from contact_center.db import Base, Database, fold
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction, Message, subject_key
from contact_center.queues.models import Queue, QueueMember
from contact_center.tickets.models import Ticket

AGENT, ADMIN, PASSWORD = "agent0@bench.example", "admin@bench.example", "bench-password-1"
QUEUES, AGENTS, QUEUES_EACH = 10, 40, 3
CHUNK = 2000
# Four of five are done; the rest is what people work on. Values: attention, of a hundred.
SHARES = {"done": 80, "waiting": 10, "today": 5, "now": 4, "snoozed": 1}
SUBJECTS = ("Where is my order", "Refund for a broken lamp", "Invoice is wrong", "关于退款的问题", "How do I reset it")


async def seed_worklist(url: str, *, conversations: int) -> str:
    """Insert it all (seconds to a minute); returns a queue of the agent's."""
    database, now, dice = Database(url, statement_timeout=600), Clock().now(), random.Random(7)
    queues, agents, account_id = [new_id() for _ in range(QUEUES)], [new_id() for _ in range(AGENTS)], new_id()
    try:
        hashed = await Passwords().hash(PASSWORD)
        await database.write(lambda session: _staff(session, queues, agents, account_id, hashed, now))
        for start in range(0, conversations, CHUNK):
            rows = _chunk(dice, min(CHUNK, conversations - start), start, queues, agents, account_id, now)
            await database.write(functools.partial(_insert, rows=rows))
        await database.write(_analyse)
    finally:
        await database.close()
    return queues[0]


async def _staff(
    session: AsyncSession, queues: list[str], agents: list[str], account_id: str, hashed: str, now: datetime
) -> None:
    await session.execute(
        insert(Queue), [{"id": one, "name": f"Queue {n}", "name_key": f"queue {n}"} for n, one in enumerate(queues)]
    )
    session.add(ChannelAccount(id=account_id, channel="email", name="Bench", address="support@bench.example"))
    users = {new_id(): f"agent{n}@bench.example" for n in range(AGENTS)}
    everybody = {**users, new_id(): ADMIN}
    await session.execute(
        insert(User),
        [
            {"id": one, "email": email, "email_key": fold(email), "name": email, "name_key": fold(email), "created_at": now,
             "password_hash": hashed, "roles": ["admin" if email == ADMIN else "agent"]}
            for one, email in everybody.items()
        ],
    )  # fmt: skip
    await session.execute(
        insert(Agent),
        [
            {"id": one, "user_id": user_id, "name": f"Agent {n}", "ordinal": n + 1, "since": now}
            for n, (one, user_id) in enumerate(zip(agents, users, strict=True))
        ],
    )
    members = [
        {"queue_id": queues[(n + offset) % QUEUES], "agent_id": one}
        for n, one in enumerate(agents)
        for offset in range(QUEUES_EACH)
    ]
    await session.execute(insert(QueueMember), members)


Rows = dict[type[Base], list[dict[str, Any]]]


def _chunk(
    dice: random.Random, count: int, first: int, queues: list[str], agents: list[str], account_id: str, now: datetime
) -> Rows:
    rows: Rows = {table: [] for table in (Customer, Identity, Ticket, Conversation, Interaction, Message)}
    groups, weights = list(SHARES), list(SHARES.values())
    for number in range(first, first + count):
        at = now - timedelta(seconds=(number * 37) % 8_000_000, microseconds=number)
        queue_number = dice.randrange(QUEUES)
        attention = dice.choices(groups, weights)[0]
        held = attention != "now" or dice.random() < 0.5
        member = (queue_number - dice.randrange(QUEUES_EACH)) % QUEUES + QUEUES * dice.randrange(AGENTS // QUEUES)
        _one(rows, number, at, queues[queue_number], agents[member] if held else None, attention, account_id)
    return rows


def _one(
    rows: Rows, number: int, at: datetime, queue_id: str, agent_id: str | None, attention: str, account_id: str
) -> None:
    customer, conversation, interaction, ticket = new_id(), new_id(), new_id(), new_id()
    name, subject = f"Customer {number}", f"{SUBJECTS[number % len(SUBJECTS)]} {number}"
    address = f"customer{number}@shop.example"
    is_open = attention in ("now", "today", "snoozed")
    state = "closed" if not is_open else "assigned" if agent_id else "queued"
    status = {"done": "solved", "waiting": "waiting"}.get(attention, "open")
    search_key = finding.key_of(name, [("email", address, address)])
    rows[Customer].append(
        {"id": customer, "name": name, "name_key": fold(name), "search_key": search_key, "created_at": at}
    )
    rows[Identity].append(
        {"id": new_id(), "customer_id": customer, "kind": "email", "value": address, "shown": address, "created_at": at}
    )
    rows[Ticket].append(
        {"id": ticket, "number": number + 1, "customer_id": customer, "subject": subject, "status": status,
         "waiting_for": "customer" if status == "waiting" else None, "queue_id": queue_id, "opened_at": at}
    )  # fmt: skip
    rows[Conversation].append(
        {"id": conversation, "account_id": account_id, "channel": "email", "customer_id": customer, "subject": subject,
         "created_at": at, "last_message_at": at, "preview": "Hello, could you please look at this for me?",
         "attention": attention, "interaction_id": interaction, "queue_id": queue_id, "agent_id": agent_id,
         "ticket_id": ticket, "snoozed_until": at + timedelta(days=400) if attention == "snoozed" else None}
    )  # fmt: skip
    rows[Interaction].append(
        {"id": interaction, "conversation_id": conversation, "customer_id": customer, "channel": "email",
         "state": state, "subject": subject, "queue_id": queue_id, "agent_id": agent_id, "ticket_id": ticket,
         "units": 2, "key_at": at, "created_at": at, "queued_at": at, "closed_at": None if is_open else at}
    )  # fmt: skip
    rows[Message].append(
        {"id": new_id(), "conversation_id": conversation, "interaction_id": interaction, "kind": "message",
         "direction": "in", "author_kind": "customer", "author_id": customer, "author_name": name, "at": at,
         "subject": subject, "text": "Hello, could you please look at this for me? " * 20}
    )  # fmt: skip


async def _insert(session: AsyncSession, *, rows: Rows) -> None:
    for table, found in rows.items():
        await session.execute(insert(table), found)
    await words.add(session, {one["id"]: one["search_key"] for one in rows[Customer]})
    await words.add(session, {one["id"]: subject_key(one["subject"]) for one in rows[Conversation]})


async def _analyse(session: AsyncSession) -> None:
    """What PostgreSQL's own daemon does after so many inserts, and what we leave SQLite without."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("ANALYZE"))
