"""The one door in: exactly once, the right customer, the right conversation, visible when it could not be understood."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.channel import (
    Address,
    AddressKind,
    Attachment,
    ChannelKind,
    Ignored,
    IgnoreReason,
    InboundMessage,
    Parked,
    ParkReason,
    Understood,
)
from contact_center.clock import Clock
from contact_center.customers.models import Customer, Identity
from contact_center.db import Base, Database
from contact_center.events import EventRow
from contact_center.files import FileStore
from contact_center.history import HistoryRow
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.models import Inbound
from contact_center.intake.received import Received, StoredFile, TakenIn
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction, Message, MessageFile
from contact_center.jobs import JobRow
from contact_center.tickets.models import Ticket


@dataclass
class Door:
    """An intake over a database with one mail account."""

    database: Database
    intake: Intake
    account_id: str
    clock: Clock

    def item(self, understood: Understood, **changes: Any) -> Received:
        made = Received(
            inbound_id=new_id(),
            account_id=self.account_id,
            account_address="support@ours.example",
            account_language="en",
            channel=ChannelKind.EMAIL,
            received_at=self.clock.now(),
            size=3,
            raw=b"raw",
            raw_sha256=None,
            understood=understood,
        )
        return replace(made, **changes)

    async def receive(self, understood: Understood, **changes: Any) -> TakenIn:
        return await self.intake.receive(self.item(understood, **changes))

    async def count(self, table: type[Base]) -> int:
        async with self.database.read() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0

    async def one(self, table: type[Any], identifier: str | None) -> Any:
        async with self.database.read() as session:
            found = await session.get(table, identifier)
        assert found is not None
        return found


def mail(key: str = "<1@a.example>", sender: str = "ana@a.example", **changes: Any) -> InboundMessage:
    text = changes.pop("text", f"Hello from {key}")
    made = InboundMessage(
        channel=ChannelKind.EMAIL,
        sender=Address(AddressKind.EMAIL, sender, name="Ana Ferreira"),
        recipients=[Address(AddressKind.EMAIL, "support@ours.example")],
        subject="Charged twice",
        text=text,
        provider_id=key,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        sent_at=None,
    )
    return replace(made, **changes)


@pytest.fixture
async def door(database_url: str, tmp_path: Path) -> AsyncIterator[Door]:
    database = Database(database_url)
    account_id = new_id()

    async def unit(session: AsyncSession) -> None:
        session.add(ChannelAccount(id=account_id, channel="email", name="Support", address="support@ours.example"))

    await database.write(unit)
    yield Door(database, Intake(database, FileStore(tmp_path / "files")), account_id, Clock())
    await database.close()


async def test_a_first_mail_makes_customer_conversation_interaction_ticket_and_asks_for_triage(door: Door) -> None:
    taken = await door.receive(mail())
    assert not taken.duplicate
    message = await door.one(Message, taken.message_id)
    assert (message.text, message.direction, message.author_name) == ("Hello from <1@a.example>", "in", "Ana Ferreira")
    interaction = await door.one(Interaction, taken.interaction_id)
    assert interaction.state == "received" and interaction.ticket_id is not None
    conversation = await door.one(Conversation, taken.conversation_id)
    assert (conversation.attention, conversation.interaction_id) == ("now", interaction.id)
    assert (await door.one(Ticket, interaction.ticket_id)).number == 1
    async with door.database.read() as session:
        (job,) = (await session.scalars(select(JobRow))).all()
        told = set((await session.scalars(select(EventRow.kind))).all())
        moves = set((await session.scalars(select(HistoryRow.entity))).all())
    assert (job.kind, job.payload) == ("triage", {"interaction_id": interaction.id})
    assert told == {"conversation.updated", "message.created"}
    assert moves >= {"interaction", "ticket", "customer", "inbound"}


async def test_the_same_mail_many_times_at_once_is_one_message(door: Door) -> None:
    results = await asyncio.gather(*(door.receive(mail()) for _ in range(8)))
    assert sum(not taken.duplicate for taken in results) == 1
    for table in (Message, Inbound, Interaction, Ticket, Customer):
        assert await door.count(table) == 1, table


async def test_copies_arriving_on_two_nodes_are_one_message(door: Door, database_url: str, tmp_path: Path) -> None:
    other = Database(database_url)
    second = Intake(other, FileStore(tmp_path / "files"))
    try:
        for number in range(10):
            copy = mail(f"<{number}@a.example>", sender=f"c{number}@a.example")
            both = await asyncio.gather(door.receive(copy), second.receive(door.item(copy)))
            assert sorted(taken.duplicate for taken in both) == [False, True]
        for table in (Message, Inbound, Interaction, Ticket, Customer, Identity):
            assert await door.count(table) == 10, table
    finally:
        await other.close()


async def test_first_words_on_two_nodes_at_once_begin_one_conversation(
    door: Door, database_url: str, tmp_path: Path
) -> None:
    other = Database(database_url)
    second = Intake(other, FileStore(tmp_path / "files"))

    def text(number: int, words: str) -> InboundMessage:
        key = f"sms:+4930123456:+49151{number:07}"
        return mail(f"{number}{words}", sender=f"c{number}@a.example", text=words, conversation_key=key)

    try:
        for number in range(10):
            await door.receive(mail(f"<{number}@a.example>", sender=f"c{number}@a.example"))  # somebody we know
            one, two = await asyncio.gather(
                door.receive(text(number, "Hello")), second.receive(door.item(text(number, "Are you there?")))
            )
            assert (one.conversation_id, one.interaction_id) == (two.conversation_id, two.interaction_id)
        assert await door.count(Conversation) == 20  # ten by mail
    finally:
        await other.close()


async def test_many_unseen_senders_in_one_list_each_get_their_own(door: Door) -> None:
    results = await asyncio.gather(
        *(door.receive(mail(f"<{n}@a.example>", sender=f"c{n}@a.example")) for n in range(40))
    )
    assert len({taken.conversation_id for taken in results}) == 40
    assert await door.count(Customer) == 40
    async with door.database.read() as session:
        numbers = sorted((await session.scalars(select(Ticket.number))).all())
    assert numbers == list(range(1, 41))


async def test_an_answer_finds_its_conversation_joins_the_open_interaction_and_keeps_its_place(door: Door) -> None:
    first = await door.receive(mail())
    before = await door.one(Interaction, first.interaction_id)
    second = await door.receive(mail("<2@a.example>", thread_keys=["<unknown@x>", "<1@a.example>"]))
    assert (second.conversation_id, second.interaction_id) == (first.conversation_id, first.interaction_id)
    after = await door.one(Interaction, first.interaction_id)
    assert after.key_at == before.key_at
    assert (await door.one(Conversation, first.conversation_id)).version > 1


async def test_a_mail_and_its_answer_in_one_list_share_a_conversation(door: Door) -> None:
    first, second = await asyncio.gather(
        door.receive(mail()), door.receive(mail("<2@a.example>", thread_keys=["<1@a.example>"]))
    )
    assert first.conversation_id == second.conversation_id
    assert await door.count(Interaction) == 1


async def test_our_own_token_finds_the_conversation_from_any_address(door: Door) -> None:
    first = await door.receive(mail())
    second = await door.receive(
        mail("<2@b.example>", sender="other@b.example", conversation_token=first.conversation_id)
    )
    assert second.conversation_id == first.conversation_id
    assert await door.count(Customer) == 2


async def test_one_address_is_one_customer_however_it_is_written(door: Door) -> None:
    await door.receive(mail())
    await door.receive(mail("<2@a.example>", sender="ana@a.example"))
    assert await door.count(Customer) == 1
    assert await door.count(Conversation) == 2


async def test_what_opens_no_work_is_kept_with_its_reason(door: Door) -> None:
    ignored = Ignored(IgnoreReason.BOUNCE, "dsn", "<b@x>", "h1", ("gone@x.example",), "<ours@x>")
    await door.receive(ignored)
    await door.receive(Parked(ParkReason.NO_SENDER, None, "h2"))
    async with door.database.read() as session:
        rows = (
            await session.execute(select(Inbound.state, Inbound.reason, Inbound.guard).order_by(Inbound.state))
        ).all()
        (job,) = (await session.scalars(select(JobRow))).all()
    assert [tuple(row) for row in rows] == [("ignored", "bounce", "dsn"), ("parked", "no_sender", None)]
    assert job.kind == "bounce" and job.payload["original_message_id"] == "<ours@x>"
    assert await door.count(Interaction) == 0


async def test_a_mail_that_our_own_step_cannot_store_is_parked_and_can_be_replayed(door: Door) -> None:
    broken = mail()
    twice = StoredFile(new_id(), "0" * 64, 1, "a.txt", "text/plain", None, False)
    taken = await door.intake.receive(door.item(broken, files=(twice, twice)))
    assert taken.message_id is None
    row = await door.one(Inbound, taken.inbound_id)
    assert (row.state, row.reason, row.detail) == ("parked", "intake_failed", "IntegrityError")
    still = await door.intake.receive(door.item(Parked(ParkReason.NO_SENDER, None, "h"), replay_of=taken.inbound_id))
    assert still.message_id is None and (await door.one(Inbound, taken.inbound_id)).reason == "no_sender"
    parked = await door.intake.parked(taken.inbound_id)
    assert parked.raw == b"raw"
    again = await door.intake.receive(door.item(broken, replay_of=taken.inbound_id))
    assert again.message_id is not None and again.inbound_id == taken.inbound_id
    assert (await door.one(Inbound, taken.inbound_id)).state == "replayed"
    third = await door.intake.receive(door.item(broken, replay_of=taken.inbound_id))
    assert third.duplicate and await door.count(Message) == 1


async def test_files_come_with_the_message_in_order(door: Door) -> None:
    names = ["a.txt", "合同.pdf", "c.png"]
    files = [StoredFile(new_id(), f"{n}" * 64, n, name, "text/plain", None, False) for n, name in enumerate(names)]
    understood = mail(attachments=[Attachment(name, "text/plain", b"x") for name in names])
    taken = await door.receive(understood, files=files)
    async with door.database.read() as session:
        rows = await session.scalars(select(MessageFile.file_id).where(MessageFile.message_id == taken.message_id))
        assert list(rows) == [file.file_id for file in files]
