"""What a queue says by itself, over real tables: to whom, how often, in which words."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.canned.saying import TO_ONE_CUSTOMER, say
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.files import FileStore
from contact_center.ids import new_id
from contact_center.intake.received import TakenIn
from contact_center.interactions.models import Conversation, Interaction, Message
from contact_center.queues.models import Queue
from contact_center.sla.models import BusinessHours
from tests.workspace.house import House, furnish

ACKNOWLEDGED = {
    "en": "Dear {{customer.name}}, your mail has number {{ticket.number}}. {{customer.company}}",
    "zh-CN": "{{customer.name}}，编号 {{ticket.number}}。",
}


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    database, clock = Database(database_url), Clock()
    house = await furnish(database, clock, FileStore(tmp_path / "files"))
    await set_queue(house, texts={"acknowledgement": ACKNOWLEDGED, "out_of_hours": {"en": "Back {{queue.opens_at}}."}})
    yield house
    await house.heavy.close()
    await database.close()


async def set_queue(house: House, **values: Any) -> None:
    async def unit(session: AsyncSession) -> None:
        await session.execute(update(Queue).where(Queue.id == house.queues["sales"]).values(**values))

    await house.database.write(unit)


async def set_work(house: House, taken: TakenIn, **values: Any) -> None:
    async def unit(session: AsyncSession) -> None:
        await session.execute(update(Interaction).where(Interaction.id == taken.interaction_id).values(**values))

    await house.database.write(unit)


async def said(house: House, taken: TakenIn, *, at: datetime | None = None) -> Any:
    """The message that was said, None when nothing was."""
    when = at or house.clock.now()
    identifier = await house.database.write(lambda session: say(session, taken.interaction_id or "", at=when))
    return next((row for row in await house.rows(Message) if row.id == identifier), None)


async def test_a_mail_is_acknowledged_with_its_number_to_whom_it_says(house: House) -> None:
    taken = await house.arrive("Where is it?", name="Carol")
    (before,) = await house.rows(Conversation)
    message = await said(house, taken)
    assert message.text == "Dear Carol, your mail has number 1."
    assert message.recipients["to"] == [{"value": "carol@shop.example", "name": "Carol"}]
    assert (message.subject, message.author_kind, message.direction) == ("Re: My order", "system", "out")
    (after,) = await house.rows(Conversation)
    for name in ("preview", "preview_direction", "attention", "last_message_at"):
        assert getattr(after, name) == getattr(before, name)


async def test_it_speaks_the_customers_language(house: House) -> None:
    taken = await house.arrive("我的订单在哪里？", name="王晓敏", language="zh")
    assert (await said(house, taken)).text == "王晓敏，编号 1。"


async def test_it_is_said_once_a_day_in_a_conversation_however_often_it_is_asked(house: House) -> None:
    taken = await house.arrive()
    assert await said(house, taken) is not None
    assert await said(house, taken) is None
    await set_work(house, taken, state="closed", closed_at=house.clock.now())
    wire_id = (await house.rows(Message))[0].wire_id
    again = await house.arrive("And now?", answers=wire_id)
    assert again.conversation_id == taken.conversation_id
    assert await said(house, again) is None
    assert await said(house, again, at=house.clock.now() + timedelta(hours=25)) is not None


async def test_two_machines_that_begin_anew_each_time_are_stopped(house: House) -> None:
    told = [await said(house, await house.arrive(f"mail {number}")) for number in range(TO_ONE_CUSTOMER + 2)]
    assert [one is not None for one in told] == [True] * TO_ONE_CUSTOMER + [False] * 2
    other = await house.arrive("hello", sender="dora@shop.example", name="Dora")
    assert await said(house, other) is not None


async def test_what_no_person_wrote_is_not_answered_and_neither_are_we(house: House) -> None:
    robot = await house.arrive()
    await set_work(house, robot, wish={"no_answer": True})
    assert await said(house, robot) is None
    ours = await house.arrive("loop", sender="support@house.example", name="House")
    assert await said(house, ours) is None
    out = await house.arrive("we began", sender="e@shop.example")
    await set_work(house, out, direction="out")
    assert await said(house, out) is None


async def test_at_night_it_says_when_somebody_is_there(house: House) -> None:
    hours_id = new_id()
    monday_nine = [{"day": 0, "opens": "09:00", "closes": "17:00"}]

    async def unit(session: AsyncSession) -> None:
        row = {"id": hours_id, "name": "Mondays", "name_key": "mondays", "time_zone": "Asia/Shanghai"}
        await session.execute(insert(BusinessHours).values(row | {"week": monday_nine, "exceptions": []}))

    await house.database.write(unit)
    await set_queue(house, hours_id=hours_id)
    taken = await house.arrive()
    tuesday = datetime.fromisoformat("2026-11-24T02:00:00+00:00")
    assert (await said(house, taken, at=tuesday)).text == "Back Monday 30 November, 09:00."


async def test_a_queue_without_texts_says_nothing(house: House) -> None:
    await set_queue(house, texts={})
    assert await said(house, await house.arrive()) is None
