"""A chat when somebody is missing: the agent's browser dies, or nobody is at work at this hour. Without a browser."""

from datetime import UTC, datetime
from pathlib import Path

from contact_center.interactions.models import Interaction, Message
from tests.flows.caller import tab
from tests.flows.house import House, opened
from tests.flows.test_chat_stories import count, talking
from tests.waiting import eventually


async def test_the_agents_browser_dies_and_the_chat_goes_on_with_another(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path / "data", routing={"vanished_grace_seconds": 3.0}) as house:
        visitor, alice, conversation = await talking(house)
        bob = await house.sign_in("bob")
        await bob.available()
        await alice.disconnect()
        assignment = await bob.accept(await bob.offer())
        assert assignment["conversation_id"] == conversation
        assert (await visitor.hears("agent_joined", 2))["agent"]["name"] == "Bob Martin"
        await visitor.say("Are you still there?")
        assert "Are you still there?" in [one["text"] for one in await bob.thread(conversation)]
        await bob.reply(conversation, "I am now", then="stay")
        await visitor.hears_text("I am now")
        await visitor.close()


async def test_outside_the_hours_the_visitor_is_told_so_and_what_they_write_waits(house: House) -> None:
    admin = await house.sign_in("admin", connect=False)
    alice = await house.sign_in("alice")
    await alice.available()
    visitor = await tab(house)
    assert (await visitor.ask("ping"))["staffed"] is True
    far = {"day": (datetime.now(UTC).weekday() + 3) % 7, "opens": "09:00", "closes": "10:00"}
    hours = await admin.call("POST", "/business-hours", {"name": "Later this week", "time_zone": "UTC", "week": [far]})
    for queue in (await admin.call("GET", "/queues"))["items"]:
        await admin.call("PATCH", f"/queues/{queue['id']}", {"hours_id": hours["id"]})
    assert (await visitor.ask("ping"))["staffed"] is False
    left = {"client_message_id": "n1", "text": "Call me tomorrow", "email": "night@visitor.example"}
    assert (await visitor.ask("leave_message", left))["ok"] is True
    assert await count(house, Message, Message.text == "Call me tomorrow") == 1
    await eventually(
        lambda: count(house, Interaction, Interaction.channel == "email", Interaction.state == "scheduled"),
        what="the letter is held until the opening",
    )
    assert alice.events("offer.made") == []
    await visitor.close()
