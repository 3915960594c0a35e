"""Nothing lost, nothing doubled: mails arrive while the server is killed, again and again.

Eight senders retry each mail until they read 250. The server is SIGKILLed at seeded random moments. Afterwards every
key has all of {raw, message, interaction, ticket, queue, attachment with the right hash}, exactly once.
"""

import asyncio
import email
import hashlib
import random
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from email.policy import default
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.databases import Engine, engines
from bench.mails import Mail, Sender, make_mails
from bench.seed import ADDRESS, seed_agents
from bench.server import Server
from bench.tables import print_table
from contact_center.db import Database
from contact_center.files import FileRow, FileStore
from contact_center.intake.models import Inbound
from contact_center.interactions.models import Interaction, Message, MessageFile
from contact_center.tickets.models import Ticket

MAILS = 1000
SENDERS = 8
KILLS = 5
ATTACHMENT = 64 * 1024
SEED = 20261122


@dataclass(slots=True)
class Tally:
    """What the senders saw."""

    answers: Counter[str] = field(default_factory=Counter)
    acked: set[str] = field(default_factory=set)


async def deliver(port: int, mail: Mail, tally: Tally) -> None:
    """Send one mail until 250 is read; every other end is counted and tried again."""
    for _ in range(400):
        sender = Sender(port)
        try:
            async with asyncio.timeout(30):
                await sender.open()
                code = await sender.send(mail, ADDRESS)
        except (OSError, ConnectionError, TimeoutError, ValueError):
            tally.answers["cut"] += 1
            await asyncio.sleep(0.2)
            continue
        tally.answers[str(code) if code == 250 else f"{code // 100}xx"] += 1
        if code == 250:
            tally.acked.add(mail.key)
            with suppress(OSError, TimeoutError):  # killed between its 250 and its goodbye: the mail is taken
                async with asyncio.timeout(30):
                    await sender.close()
            return
        await asyncio.sleep(0.2)
    raise RuntimeError(f"{mail.key} was never taken")


async def storm(server: Server, mails: list[Mail], tally: Tally) -> None:
    """All senders at once, the killer beside them."""
    chance = random.Random(SEED)
    numbers = iter(range(len(mails)))

    async def work() -> None:
        for number in numbers:
            await deliver(server.smtp_port, mails[number], tally)

    workers = [asyncio.create_task(work()) for _ in range(SENDERS)]
    marks = sorted(chance.sample(range(len(mails) // 20, len(mails) * 9 // 10), KILLS))
    for mark in marks:
        while len(tally.acked) < mark and not all(worker.done() for worker in workers):
            await asyncio.sleep(0.01)
        await asyncio.sleep(chance.uniform(0, 0.1))
        await server.kill()
        await server.start()
    await asyncio.gather(*workers)


async def settle(database: Database, count: int) -> None:
    """Wait until every interaction has been triaged."""
    async with asyncio.timeout(180):
        while True:
            async with database.read() as session:
                triaged = await session.scalar(
                    select(func.count()).select_from(Interaction).where(Interaction.queue_id.is_not(None))
                )
            if (triaged or 0) >= count:
                return
            await asyncio.sleep(0.2)


async def faults(session: AsyncSession, files: FileStore, mail: Mail) -> list[str]:
    """What is wrong with this mail's traces; empty when all is there exactly once."""
    messages = (await session.scalars(select(Message).where(Message.wire_id == mail.key))).all()
    if len(messages) != 1:
        return [f"{len(messages)} messages"]
    message, found = messages[0], []
    inbound = (await session.scalars(select(Inbound).where(Inbound.message_id == message.id))).all()
    if len(inbound) != 1 or inbound[0].state != "taken_in":
        found.append(f"{len(inbound)} inbound rows")
    elif not (inbound[0].raw or files.path(inbound[0].raw_sha256 or "").exists()):
        found.append("no raw bytes")
    interaction = await session.get(Interaction, message.interaction_id)
    if interaction is None or interaction.queue_id is None:
        found.append("no queued interaction")
    elif interaction.ticket_id is None or await session.get(Ticket, interaction.ticket_id) is None:
        found.append("no ticket")
    names = await session.scalars(
        select(FileRow.sha256)
        .join(MessageFile, MessageFile.file_id == FileRow.id)
        .where(MessageFile.message_id == message.id)
    )
    digests = list(names)
    if digests != [_attachment_digest(mail)]:
        found.append("wrong attachment")
    elif hashlib.sha256(files.path(digests[0]).read_bytes()).hexdigest() != digests[0]:
        found.append("attachment damaged")
    return found


def _attachment_digest(mail: Mail) -> str:
    parsed = email.message_from_bytes(mail.data[:-5].replace(b"\r\n..", b"\r\n."), policy=default)
    (part,) = parsed.iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return hashlib.sha256(content).hexdigest()


async def prove(engine: Engine, count: int) -> tuple[list[str], bool]:
    """One engine's row and whether it holds."""
    with tempfile.TemporaryDirectory(prefix="cc-kill-") as name:
        folder = Path(name)
        url = await engine.fresh(folder)
        server = Server(url, folder / "data", {"CC_ROUTING__VANISHED_GRACE_SECONDS": "36000"})
        await server.run("migrate")
        await seed_agents(url, agents=20)
        mails = make_mails(count, to=ADDRESS, seed=SEED, attachment=ATTACHMENT)
        tally = Tally()
        await server.start()
        database = Database(url)
        try:
            await storm(server, mails, tally)
            await settle(database, count)
            files = FileStore(folder / "data" / "files")
            wrong: dict[str, list[str]] = {}
            async with database.read() as session:
                for mail in mails:
                    if bad := await faults(session, files, mail):
                        wrong[mail.key] = bad
                stored = await session.scalar(select(func.count()).select_from(Message))
                tickets = await session.scalar(select(func.count()).select_from(Ticket))
        finally:
            await server.stop()
            await database.close()
        for key, bad in list(wrong.items())[:10]:
            print(f"  {engine.name} {key}: {', '.join(bad)}")
        holds = not wrong and stored == tickets == count == len(tally.acked)
        answers = tally.answers
        return [
            engine.name, str(count), str(KILLS), str(answers["250"]), str(answers["4xx"]), str(answers["cut"]),
            str(stored), str(tickets), str(len(wrong)), "holds" if holds else "BROKEN",
        ], holds  # fmt: skip


async def run(count: int = MAILS) -> bool:
    """Both engines; True when all holds."""
    rows, good = [], True
    async with engines() as available:
        for engine in available:
            row, holds = await prove(engine, count)
            rows.append(row)
            good &= holds
    print_table(
        f"Killed while mail arrives: {SENDERS} senders retry until 250, attachment {ATTACHMENT // 1024} kB, seed {SEED}",
        [
            "engine",
            "mails",
            "kills",
            "250",
            "4xx",
            "cut",
            "messages",
            "tickets",
            "faults",
            "verdict",
        ],
        rows,
    )
    return good


if __name__ == "__main__":
    import sys

    sys.exit(0 if asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)) else 1)
