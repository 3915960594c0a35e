"""The catalogue's row of the telephone, over the local carrier: who calls after hours leaves a message, and it is work when we open."""

import io
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contact_center.interactions.models import Interaction
from tests.flows.callers import carrier, interaction, reaches, rings, set_up
from tests.flows.house import House, Person, opened
from tests.waiting import eventually

SAID = "My parcel has not come please call me"


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path / "data") as running:
        yield running


async def hours(house: House, hours_id: str | None) -> None:
    """Every queue keeps these; none is always open."""
    admin = await house.sign_in("admin", connect=False)
    for queue in (await admin.call("GET", "/queues"))["items"]:
        await admin.call("PATCH", f"/queues/{queue['id']}", {"hours_id": hours_id})


async def closed(house: House) -> None:
    """Nobody is here before some day later this week."""
    admin = await house.sign_in("admin", connect=False)
    far = {"day": (datetime.now(UTC).weekday() + 3) % 7, "opens": "09:00", "closes": "10:00"}
    made = await admin.call("POST", "/business-hours", {"name": "Later", "time_zone": "UTC", "week": [far]})
    await hours(house, made["id"])


async def works(house: House) -> list[Interaction]:
    """All that came by telephone, oldest first."""
    query = select(Interaction).where(Interaction.channel == "voice").order_by(Interaction.id)
    async with house.server.database.read() as session:
        return list((await session.scalars(query)).all())


async def sound_of(person: Person, conversation_id: str) -> bytes:
    """The recording that hangs on the conversation's last message, as the console fetches it."""

    async def hangs() -> Any:
        messages = await person.thread(conversation_id)
        return next((one for message in messages for one in message["attachments"]), None)

    file = await eventually(hangs, what="the recording hangs on its message")
    assert file["media_type"] == "audio/x-wav"
    async with person.http.get(f"{person.url}{file['url']}") as answer:
        assert answer.status == 200
        return await answer.read()


async def test_t32_after_hours_a_voicemail_is_taken_and_is_offered_when_the_queue_opens(house: House) -> None:
    await set_up(house, voicemail=True)
    await closed(house)
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    await phone.hears("leave a message")
    await phone.hears("beep")
    phone.speak(SAID)
    phone.press("#")
    row = await reaches(house, "ended")
    assert row.outcome == "voicemail"
    supervisor = await house.sign_in("supervisor", connect=False)
    call, left = await works(house)
    assert (call.id, call.state, call.result) == (row.interaction_id, "closed", "voicemail")
    assert left.conversation_id == row.conversation_id
    assert ((await interaction(supervisor, left.id))["state"], alice.events("offer.made")) == ("scheduled", [])

    await hours(house, None)
    offer = await alice.offer()
    assert offer["interaction_id"] == left.id
    await alice.accept(offer)
    with wave.open(io.BytesIO(await sound_of(alice, row.conversation_id))) as sound:
        assert sound.getnframes() == len(SAID.split()) * sound.getframerate()
    assert carrier(house).faults == []


async def test_t32_where_the_number_takes_no_voicemail_a_call_after_hours_leaves_no_work(house: House) -> None:
    await set_up(house, voicemail=False)
    await closed(house)
    phone = rings(house)
    await phone.ends()
    row = await reaches(house, "ended")
    assert row.outcome == "failed" and not any("beep" in one for one in phone.heard)
    assert [one.id for one in await works(house)] == [row.interaction_id]
