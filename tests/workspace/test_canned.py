"""Canned replies in a conversation: filled with what is known of it, in its language, only those of its queue."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.canned.models import CannedReply
from contact_center.ids import new_id
from tests.workspace.house import House

TEXTS = {
    "en": "Hello {{customer.name}}, {{agent.name}} here about {{ticket.number}}.",
    "zh-CN": "{{customer.name}}，您好，工单 {{ticket.number}}。",
}


async def keep(house: House, shortcut: str, texts: dict[str, str] = TEXTS, **more: Any) -> None:
    async def unit(session: AsyncSession) -> None:
        session.add(
            CannedReply(id=new_id(), name=shortcut, shortcut=shortcut, shortcut_key=shortcut, texts=texts, **more)
        )

    await house.database.write(unit)


async def test_it_comes_filled_with_customer_agent_and_ticket(house: House) -> None:
    await keep(house, "hello")
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}"
    number = (await house.get(path))["item"]["ticket"]["number"]
    (found,) = (await house.get(f"{path}/canned-replies"))["items"]
    assert found["text"] == f"Hello Carol, Alice here about {number}."
    assert (found["language"], found["missing"]) == ("en", [])


async def test_a_chinese_mail_gets_the_chinese_text(house: House) -> None:
    await keep(house, "hello")
    taken = await house.arrive("请问我的订单到哪里了？", subject="订单", name="刘洋", agent="alice", language="zh-CN")
    (found,) = (await house.get(f"/conversations/{taken.conversation_id}/canned-replies"))["items"]
    assert found["language"] == "zh-CN"
    assert found["text"].startswith("刘洋，您好")


async def test_what_is_not_known_is_marked_and_named(house: House) -> None:
    await keep(house, "company", {"en": "For {{customer.company}}."})
    taken = await house.arrive(agent="alice")
    (found,) = (await house.get(f"/conversations/{taken.conversation_id}/canned-replies"))["items"]
    assert (found["text"], found["missing"]) == ("For ⟦company⟧.", ["customer.company"])


async def test_other_queues_replies_and_retired_ones_stay_away(house: House) -> None:
    await keep(house, "everywhere", position=2)
    await keep(house, "here", queue_ids=[house.queues["sales"]], position=1)
    await keep(house, "elsewhere", queue_ids=[house.queues["billing"]])
    await keep(house, "retired", active=False)
    taken = await house.arrive(agent="alice")
    found = (await house.get(f"/conversations/{taken.conversation_id}/canned-replies"))["items"]
    assert [one["shortcut"] for one in found] == ["here", "everywhere"]


async def test_who_may_not_see_the_conversation_learns_nothing(house: House) -> None:
    await keep(house, "hello")
    taken = await house.arrive(agent="alice")
    status, _ = await house.call("GET", f"/conversations/{taken.conversation_id}/canned-replies", who="bob")
    assert status == 404
