"""What the provider tells of calls: repeated, re-ordered, too early, forged, refused; a call comes to the same whatever the wire does."""

import re

import aiohttp
import pytest
from sqlalchemy import func, select

from channels.voice.models import CallEventRow, CallRow
from contact_center.demo.carrier.calls import VOICE
from tests.flows.callers import (
    ANA,
    DESK,
    becomes,
    call_of,
    carrier,
    commands,
    dials_in,
    interaction,
    joins,
    reaches,
    rings,
    set_up,
    talk,
)
from tests.flows.house import House
from tests.waiting import eventually


async def done(house: House) -> bool:
    """Whether the customer was brought to the agent by a request that succeeded."""
    return ("Bridge", "done") in await commands(house, "Bridge")


async def test_what_is_told_repeatedly_and_in_the_wrong_order_comes_to_the_same(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    calls = carrier(house)
    knobs = house.server.demo.carrier.knobs if house.server.demo is not None else None
    assert knobs is not None
    knobs.repeat, knobs.reorder = 3, True
    phone = rings(house)
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)
    await reaches(house, "talking")

    phone.hang_up()

    row = await reaches(house, "ended")
    assert row.outcome == "completed"
    closed = await becomes(alice, offer["interaction_id"], "closed")
    thread = await alice.thread(offer["conversation_id"])
    assert [one["event"]["code"] for one in thread if one["event"]] == ["call_completed"]
    assert (closed["result"], calls.faults) == ("handled", [])


async def test_the_same_inbound_webhook_again_gets_the_same_answer_and_changes_nothing(house: House) -> None:
    calls = carrier(house)
    assert house.server.demo is not None
    line = house.server.demo.carrier
    form = {
        "CallSid": "CA" + "1" * 32,
        "From": ANA,
        "To": DESK,
        "CallStatus": "ringing",
        "AccountSid": line.account_sid,
    }

    answers = [await line.post(f"{line.desk}{VOICE}/inbound", form) for _ in range(3)]

    assert {status for status, _ in answers} == {200}
    place = re.compile(r"<Say[^>]*>(You are number|It should take) [^<]+</Say>")  # told as soon as it is known
    assert len({place.sub("", text) for _, text in answers}) == 1
    async with house.server.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(CallRow)) == 1
        arrived = select(func.count()).select_from(CallEventRow).where(CallEventRow.kind == "call.arrived")
        assert await session.scalar(arrived) == 1
    assert calls.faults == []


async def test_an_end_that_is_told_before_the_call_is_known_is_not_forgotten(house: House) -> None:
    carrier(house)
    assert house.server.demo is not None
    line = house.server.demo.carrier
    form = {"CallSid": "CA" + "2" * 32, "From": ANA, "To": DESK, "AccountSid": line.account_sid}
    over = {**form, "CallStatus": "completed", "SequenceNumber": "3"}

    assert (await line.post(f"{line.desk}{VOICE}/status", over))[0] == 204
    status, answer = await line.post(f"{line.desk}{VOICE}/inbound", {**form, "CallStatus": "ringing"})

    assert (status, "<Hangup" in answer) == (200, True)
    assert (await reaches(house, "ended")).outcome == "abandoned"


@pytest.mark.parametrize(
    "path", ["inbound", "menu", "wait", "held", "agent", "voicemail", "status", "room", "recording"]
)
@pytest.mark.parametrize("signature", ["", "not really"])
async def test_what_the_provider_did_not_sign_is_refused_and_kept_once(house: House, path: str, signature: str) -> None:
    admin = await house.sign_in("admin", connect=False)
    forged = {"CallSid": "CA" + "3" * 32, "From": ANA, "To": DESK, "CallStatus": "completed"}
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            headers = {"X-Twilio-Signature": signature}
            async with http.post(f"{house.url}{VOICE}/{path}", data=forged, headers=headers) as answer:
                assert answer.status == 403
    rows = (await admin.call("GET", "/parked"))["items"]
    assert [(row["reason"], row["channel"]) for row in rows] == [("bad_signature", "voice")]
    assert await call_of(house) is None


async def test_a_signed_webhook_that_was_changed_on_the_way_is_refused(house: House) -> None:
    phone = rings(house)
    await phone.hears("Please hold")
    row = await reaches(house, "waiting")
    assert house.server.demo is not None
    line = house.server.demo.carrier
    url = f"{line.desk}{VOICE}/status"
    form = {"CallSid": phone.sid, "From": ANA, "To": DESK, "CallStatus": "in-progress"}
    signature = line.signature(url, form)

    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{house.url}{VOICE}/status",
            data={**form, "CallStatus": "completed"},
            headers={"X-Twilio-Signature": signature},
        ) as answer,
    ):
        assert answer.status == 403
    supervisor = await house.sign_in("supervisor", connect=False)
    assert (await interaction(supervisor, row.interaction_id))["state"] == "queued"
    assert phone.status == "in-progress"


async def test_a_number_that_is_not_ours_is_rejected_and_kept_to_look_at(house: House) -> None:
    phone = rings(house, called="+447700900999")
    await phone.hears("rejected")
    admin = await house.sign_in("admin", connect=False)
    rows = (await admin.call("GET", "/parked"))["items"]
    assert [(row["reason"], row["channel"]) for row in rows] == [("unknown_number", "voice")]


async def test_a_refused_request_is_tried_again_and_the_call_goes_on(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house, second=1.0)  # slow enough not to ask by himself before he is sent
    offer = await alice.offer()
    await alice.accept(offer)
    assert house.server.demo is not None
    house.server.demo.carrier.knobs.refuse, house.server.demo.carrier.knobs.refusals = 503, 1

    headset = await dials_in(house, alice, offer["interaction_id"])

    await talk(phone, headset)
    await reaches(house, "talking")
    await eventually(lambda: done(house), what="the request is known to have succeeded")
    assert house.server.demo.carrier.knobs.refusals == 0


async def test_an_end_that_nobody_told_is_found_by_asking_who_is_there(house: House) -> None:
    await set_up(house, resync_seconds=1)
    supervisor = await house.sign_in("supervisor", connect=False)
    phone = rings(house)
    await phone.hears("Please hold")
    row = await reaches(house, "waiting")
    assert house.server.demo is not None
    house.server.demo.carrier.knobs.lose = True

    phone.hang_up()

    await becomes(supervisor, row.interaction_id, "abandoned")
    asked = [path for method, path, _ in house.server.demo.carrier.requests if method == "GET"]
    assert any(path.endswith(f"/Calls/{phone.sid}.json") for path in asked)


async def test_asking_who_is_there_disturbs_nobody_who_talks(house: House) -> None:
    await set_up(house, resync_seconds=1)
    alice = await house.sign_in("alice")
    await alice.available()
    phone = rings(house)
    offer = await alice.offer()
    headset = await joins(house, alice, offer)
    await talk(phone, headset)

    async def asked() -> bool:
        return [state for _, state in await commands(house, "ListLegs")].count("done") >= 3

    await eventually(asked, what="who is there was asked three times")
    assert (await reaches(house, "talking")).outcome is None
    assert phone.hears_parties() and headset.hears_parties()
