"""What a colleague's screen may join, hears and is told when rights or sessions end; on both engines."""

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import socketio  # type: ignore[import-untyped]
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.interactions.models import Conversation
from contact_center.web import Reach
from tests.waiting import eventually


async def test_without_a_session_there_is_no_socket(floor: Any) -> None:
    node = await floor.node()

    with pytest.raises(socketio.exceptions.ConnectionError):
        await floor.screen(node, "nobody")

    assert len(node.realtime.sockets) == 0


async def test_an_event_comes_once_however_many_of_its_rooms_one_is_in(floor: Any, tell: Any) -> None:
    node = await floor.node()
    mei = await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    assert (await screen.call("join", {"room": f"conversation:{conversation_id}"}))["ok"]

    rooms = [f"conversation:{conversation_id}", f"queue:{floor.queue_id}", f"user:{mei.user_id}"]
    await tell(node, "conversation.updated", entity="conversation", entity_id=conversation_id, version=1, rooms=rooms)
    await tell(node, "marker", entity="marker", entity_id=conversation_id, version=1, rooms=rooms)
    await screen.hears("marker")

    (told,) = screen.all("conversation.updated")
    assert (told["entity"], told["id"], told["version"]) == ("conversation", conversation_id, 1)
    assert told["item"]["subject"] == "Where is my parcel?"
    assert told["queue_id"] == floor.queue_id
    assert "unread" not in told["item"]


async def test_events_of_one_thing_that_come_together_are_told_once_as_it_stands(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    rooms = [f"queue:{floor.queue_id}"]

    async def twice(session: AsyncSession) -> None:
        for version in (2, 3):
            await session.execute(update(Conversation).values(version=version))
            given = {"entity": "conversation", "entity_id": conversation_id, "version": version, "rooms": rooms}
            events.record(session, "conversation.updated", at=floor.clock.now(), **given)

    await node.database.write(twice)
    await tell(node, "marker", entity="marker", entity_id=conversation_id, version=1, rooms=rooms)
    await screen.hears("marker")

    assert [told["version"] for told in screen.all("conversation.updated")] == [3]


async def test_a_conversation_of_a_foreign_queue_cannot_be_joined(floor: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    foreign = await floor.conversation(queue_id=floor.other_queue_id)

    assert await screen.call("join", {"room": f"conversation:{foreign}"}) == {"ok": False, "code": "not_found"}
    assert await screen.call("join", {"room": f"queue:{floor.other_queue_id}"}) == {"ok": False, "code": "not_found"}


@pytest.mark.parametrize(
    "said", [None, 7, "conversation:x", {}, {"room": 7}, {"room": "conversation:' OR 1=1"}, {"room": "user:me"}]
)
async def test_nonsense_is_answered_with_a_code(floor: Any, said: object) -> None:
    node = await floor.node()
    await floor.person("mei")
    screen = await floor.screen(node, "mei")

    assert await screen.call("join", said) == {"ok": False, "code": "bad_request"}
    assert (await screen.call("viewing", {"conversation_id": said or 7}))["ok"] is False


async def test_what_moves_out_of_sight_is_not_told_and_its_room_is_left(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    room = f"conversation:{conversation_id}"
    await screen.call("join", {"room": room})

    await floor.database.write(_moved_to(floor.other_queue_id))
    await tell(
        node, "conversation.updated", entity="conversation", entity_id=conversation_id, version=2,
        rooms=[room, f"queue:{floor.other_queue_id}"],
    )  # fmt: skip

    assert (await screen.hears("left"))["room"] == room
    assert room not in (await screen.call("heartbeat", {}))["digest"]
    assert screen.all("conversation.updated") == []


def _moved_to(queue_id: str) -> Any:
    async def unit(session: AsyncSession) -> None:
        await session.execute(update(Conversation).values(queue_id=queue_id, version=Conversation.version + 1))

    return unit


async def test_the_heartbeat_answers_with_the_versions_of_what_is_open(floor: Any) -> None:
    node = await floor.node()
    mei = await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation(agent_id=mei.agent_id)
    joined = await screen.call("join", {"room": f"conversation:{conversation_id}"})
    before = (await screen.call("heartbeat", {}))["digest"]

    await floor.database.write(_moved_to(floor.queue_id))  # nobody tells
    after = (await screen.call("heartbeat", {}))["digest"]

    room = f"conversation:{conversation_id}"
    assert joined == {"ok": True, "version": before[room]}
    assert after[room] == before[room] + 1
    assert after["worklist"] != before["worklist"]
    assert (before["agent"], before["offers"]) == (1, [])


async def test_the_heartbeat_is_a_sign_of_life_of_the_agent(floor: Any) -> None:
    node = await floor.node()
    mei = await floor.person("mei")
    screen = await floor.screen(node, "mei")

    await screen.call("heartbeat", {})
    await eventually(lambda: mei.agent_id in node.seen)

    assert set(node.seen) == {mei.agent_id}


async def test_the_end_of_a_session_closes_its_sockets_and_says_why(floor: Any) -> None:
    node = await floor.node()
    await floor.person("mei")
    screen = await floor.screen(node, "mei")

    del floor.people.by_cookie["mei"]
    node.realtime.rights_changed()

    assert (await screen.hears("session.ended"))["reason"] == "session_ended"
    await eventually(screen.gone.is_set)
    assert len(node.realtime.sockets) == 0


async def test_a_queue_taken_away_is_heard_no_more_and_a_new_one_is(floor: Any, tell: Any) -> None:
    node = await floor.node()
    mei = await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    room = f"conversation:{conversation_id}"
    await screen.call("join", {"room": room})

    floor.people.by_cookie["mei"] = replace(mei, queue_ids=frozenset({floor.other_queue_id}))
    node.realtime.rights_changed()
    assert (await screen.hears("left"))["room"] == room
    old, new = [f"queue:{floor.queue_id}"], [f"queue:{floor.other_queue_id}"]
    await tell(node, "marker", entity="marker", entity_id=conversation_id, version=1, rooms=old)
    await tell(node, "marker", entity="marker", entity_id=conversation_id, version=2, rooms=new)

    await screen.hears("marker")
    assert [told["version"] for told in screen.all("marker")] == [2]


async def test_typing_reaches_the_others_who_have_it_open(floor: Any) -> None:
    node = await floor.node()
    mei = await floor.person("mei", queue_ids=[floor.queue_id])
    await floor.person("bob", queue_ids=[floor.queue_id])
    conversation_id = await floor.conversation()
    mine, theirs = await floor.screen(node, "mei"), await floor.screen(node, "bob")
    for screen in (mine, theirs):
        await screen.call("join", {"room": f"conversation:{conversation_id}"})

    for _ in range(5):
        await mine.say("typing", {"conversation_id": conversation_id})
    told = await theirs.hears("typing")
    await mine.call("heartbeat", {})

    assert (told["conversation_id"], told["user"]) == (conversation_id, {"id": mei.user_id, "name": "mei"})
    assert len(theirs.all("typing")) == 1


async def test_viewers_are_shown_to_the_queue_and_go_with_their_socket(floor: Any) -> None:
    node = await floor.node()
    mei = await floor.person("mei", queue_ids=[floor.queue_id])
    await floor.person("bob", queue_ids=[floor.queue_id])
    conversation_id = await floor.conversation()
    mine, theirs = await floor.screen(node, "mei"), await floor.screen(node, "bob")
    await mine.call("join", {"room": f"conversation:{conversation_id}"})

    await mine.call("viewing", {"conversation_id": conversation_id, "doing": "reply"})
    told = await theirs.hears("viewers")
    shown = node.realtime.viewing([conversation_id])
    await mine.client.disconnect()
    gone = await theirs.hears("viewers", lambda payload: payload["viewers"] == [])

    assert told["viewers"] == [{"user": {"id": mei.user_id, "name": "mei"}, "doing": "reply"}]
    assert [viewer.doing for viewer in shown[conversation_id]] == ["reply"]
    assert gone["version"] > told["version"]


async def test_a_closing_node_asks_its_clients_to_come_back(floor: Any) -> None:
    node = await floor.node()
    await floor.person("mei")
    screen = await floor.screen(node, "mei")

    await node.realtime.close()

    assert (await screen.hears("closing"))["reconnect_in_s"] > 0
    await eventually(screen.gone.is_set)


async def test_a_closing_node_hangs_up_on_a_browser_and_takes_no_new_line(floor: Any) -> None:
    node = await floor.node()
    await floor.person("mei")
    line = f"{node.url}/socket.io/?EIO=4&transport="
    async with aiohttp.ClientSession(cookies={"cc_session": "mei"}) as http:
        browser = await http.ws_connect(f"{line}websocket")  # which never hangs up by itself
        await browser.receive_str()
        await browser.send_str("40/agent,")
        await eventually(lambda: len(node.realtime.sockets) == 1)

        await node.realtime.close()

        async with asyncio.timeout(20):
            while (heard := await browser.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert heard.type is aiohttp.WSMsgType.CLOSE
        async with http.get(f"{line}polling") as refused:
            assert refused.status == 401


async def test_a_client_that_reads_nothing_any_more_holds_no_closing_node_up(floor: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    async with aiohttp.ClientSession(cookies={"cc_session": "mei"}) as http:
        deaf = await http.ws_connect(f"{node.url}/socket.io/?EIO=4&transport=websocket")
        await deaf.receive_str()
        await deaf.send_str("40/agent,")
        await eventually(lambda: len(node.realtime.sockets) == 1)
        connection = deaf._response.connection
        assert connection is not None and isinstance(connection.transport, asyncio.Transport)
        connection.transport.pause_reading()
        for _ in range(16):
            await node.realtime._emit("marker", {"text": "x" * 1_000_000}, [f"queue:{floor.queue_id}"])

        await node.realtime.close()

        assert len(node.realtime.sockets) == 0


async def test_a_failing_payload_does_not_silence_the_others(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    rooms = [f"queue:{floor.queue_id}"]

    await tell(node, "message.created", entity="message", entity_id=conversation_id, version=1, rooms=rooms)
    await tell(node, "conversation.updated", entity="conversation", entity_id=conversation_id, version=1, rooms=rooms)

    assert (await screen.hears("conversation.updated"))["id"] == conversation_id
    assert screen.all("message.created") == []


async def test_who_reads_settings_hears_that_some_changed_until_the_right_is_taken_away(floor: Any, tell: Any) -> None:
    node = await floor.node()
    lead = await floor.person("lead", permissions={"settings.read": Reach.ALL})
    await floor.person("mei")
    theirs, mine = await floor.screen(node, "lead"), await floor.screen(node, "mei")
    told = {"entity": "skill", "entity_id": lead.user_id, "rooms": ["settings"]}

    await tell(node, "settings.updated", version=1, **told)
    await theirs.hears("settings.updated")
    floor.people.by_cookie["lead"] = replace(lead, permissions={})
    await theirs.call("heartbeat", {})
    await tell(node, "settings.updated", version=2, **told)
    rooms = [f"user:{lead.user_id}"]
    await tell(node, "marker", entity="marker", entity_id=lead.user_id, version=1, rooms=rooms)

    await theirs.hears("marker")
    assert [payload["version"] for payload in theirs.all("settings.updated")] == [1]
    assert mine.all("settings.updated") == []
