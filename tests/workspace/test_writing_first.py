"""A new mail that we begin, and a conversation of another channel that goes on by mail."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.interactions.models import Conversation, Interaction
from tests.workspace.house import House


def new(house: House, **more: Any) -> dict[str, Any]:
    return {
        "channel_account_id": house.account_id,
        "to": [{"value": "carol@shop.example"}],
        "subject": "About our talk",
        "text": "As promised.",
        "client_message_id": "n",
    } | more


async def a_chat(house: House, *, queue: str = "sales", agent: str = "alice") -> str:
    """A conversation that is a chat as far as writing first can see."""
    taken = await house.arrive(queue=queue, agent=agent)

    async def unit(session: AsyncSession) -> None:
        for table, identifier in ((Conversation, taken.conversation_id), (Interaction, taken.interaction_id)):
            await session.execute(update(table).where(table.id == identifier).values(channel="chat"))

    await house.database.write(unit)
    assert taken.conversation_id is not None
    return taken.conversation_id


async def test_it_may_wait_for_its_answer_and_carry_copies(house: House) -> None:
    body = new(house, cc=[{"value": "c@y.example"}], bcc=[{"value": "b@y.example"}], then="wait", undo_seconds=20)
    item = await house.post("/conversations", body)
    assert (item["group"], item["ticket"]["status"]) == ("waiting", "waiting")
    (message,) = (await house.get(f"/conversations/{item['id']}/messages"))["items"]
    assert [one["value"] for one in (*message["cc"], *message["bcc"])] == ["c@y.example", "b@y.example"]
    assert message["delivery"]["state"] == "held"
    (interaction,) = await house.rows(Interaction)
    assert (interaction.direction, interaction.agent_id) == ("out", house.people["alice"].agent_id)


async def test_a_chat_goes_on_by_mail_on_the_same_ticket(house: House) -> None:
    chat = await a_chat(house)
    ticket = (await house.get(f"/conversations/{chat}"))["item"]["ticket"]
    item = await house.post("/conversations", new(house, continues=chat))
    assert (item["channel"], item["ticket"]["id"]) == ("email", ticket["id"])
    assert item["interaction"]["queue"]["name"] == "sales"
    lines = [one["event"] for one in (await house.get(f"/conversations/{chat}/messages"))["items"]]
    assert lines[-1]["code"] == "chat_continued_by_mail"
    assert lines[-1]["params"]["conversation_id"] == item["id"]


@pytest.mark.parametrize("foreign", [True, False])
async def test_only_what_one_sees_goes_on_and_only_elsewhere(house: House, foreign: bool) -> None:
    if foreign:
        other = await a_chat(house, queue="billing", agent="bob")
    else:
        other = (await house.arrive(agent="alice")).conversation_id or ""
    status, problem = await house.call("POST", "/conversations", new(house, continues=other))
    assert (status, problem["errors"][0]["field"]) == (422, "continues")
    assert {row.id for row in await house.rows(Conversation)} == {other}
