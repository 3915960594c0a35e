"""Two nodes over a real Valkey: what one commits, the other's screens hear; without Valkey each still serves its own."""

import asyncio
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.interactions.models import Conversation
from tests.servers import Valkey
from tests.waiting import eventually


async def test_what_one_node_commits_the_other_nodes_screens_hear_once(floor: Any, tell: Any, redis_url: str) -> None:
    here, there = await floor.node(redis_url), await floor.node(redis_url)
    await floor.person("mei", queue_ids=[floor.queue_id])
    far, near = await floor.screen(there, "mei"), await floor.screen(here, "mei")
    conversation_id = await floor.conversation()
    rooms = [f"queue:{floor.queue_id}", f"conversation:{conversation_id}"]
    await far.call("join", {"room": f"conversation:{conversation_id}"})
    await _connected(here, there, far, near, tell, rooms)

    await tell(here, "conversation.updated", entity="conversation", entity_id=conversation_id, version=1, rooms=rooms)
    await tell(here, "marker", entity="marker", entity_id=conversation_id, version=9, rooms=rooms)

    for screen in (far, near):
        await screen.hears("marker", lambda payload: payload["version"] == 9)
        assert len(screen.all("conversation.updated")) == 1


async def test_viewers_on_one_node_are_known_on_the_other(floor: Any, tell: Any, redis_url: str) -> None:
    here, there = await floor.node(redis_url), await floor.node(redis_url)
    mei = await floor.person("mei", queue_ids=[floor.queue_id])
    bob = await floor.person("bob", queue_ids=[floor.queue_id])
    near, far = await floor.screen(here, "mei"), await floor.screen(there, "bob")
    conversation_id = await floor.conversation()
    await _connected(here, there, far, near, tell, [f"queue:{floor.queue_id}"])
    for screen in (near, far):
        await screen.call("join", {"room": f"conversation:{conversation_id}"})

    await near.call("viewing", {"conversation_id": conversation_id, "doing": "note"})
    await eventually(lambda: conversation_id in there.realtime.viewing([conversation_id]))
    await far.call("viewing", {"conversation_id": conversation_id, "doing": "reply"})

    both = await near.hears("viewers", lambda payload: len(payload["viewers"]) == 2)
    assert {viewer["user"]["id"]: viewer["doing"] for viewer in both["viewers"]} == {
        mei.user_id: "note",
        bob.user_id: "reply",
    }


async def test_a_conversation_that_moves_away_is_left_on_every_node(floor: Any, tell: Any, redis_url: str) -> None:
    here, there = await floor.node(redis_url), await floor.node(redis_url)
    await floor.person("mei", queue_ids=[floor.queue_id])
    near, far = await floor.screen(here, "mei"), await floor.screen(there, "mei")
    conversation_id = await floor.conversation()
    room, queues = f"conversation:{conversation_id}", [f"queue:{floor.queue_id}", f"queue:{floor.other_queue_id}"]
    await _connected(here, there, far, near, tell, queues)
    await far.call("join", {"room": room})

    async def move(session: AsyncSession) -> None:
        await session.execute(update(Conversation).values(queue_id=floor.other_queue_id, version=2))

    await floor.database.write(move)
    await tell(
        here, "conversation.updated", entity="conversation", entity_id=conversation_id, version=2, rooms=[room, *queues]
    )

    assert (await far.hears("left"))["room"] == room


async def test_without_redis_a_node_still_serves_its_own_screens(floor: Any, tell: Any, tmp_path: Any) -> None:
    node = await floor.node(f"unix://{tmp_path}/nobody-listens")
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    rooms = [f"queue:{floor.queue_id}"]

    await tell(node, "conversation.updated", entity="conversation", entity_id=conversation_id, version=1, rooms=rooms)

    assert (await screen.hears("conversation.updated"))["id"] == conversation_id


async def test_a_valkey_that_dies_while_we_run_holds_no_screen_up(floor: Any, tell: Any) -> None:
    server = Valkey()
    node = await floor.node(server.url)
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    conversation_id = await floor.conversation()
    rooms = [f"queue:{floor.queue_id}"]
    await tell(node, "marker", entity="marker", entity_id=conversation_id, version=1, rooms=rooms)
    await screen.hears("marker")

    await asyncio.to_thread(server.stop)
    for version in range(2, 6):
        await tell(node, "marker", entity="marker", entity_id=conversation_id, version=version, rooms=rooms)

    await screen.hears("marker", lambda payload: payload["version"] == 5)
    assert (await screen.call("heartbeat", {}))["ok"]


async def _connected(here: Any, there: Any, far: Any, near: Any, tell: Any, rooms: list[str]) -> None:
    """Wait until each node hears the other's emits: Valkey confirms subscriptions a moment after the start."""
    for node, screen in ((here, far), (there, near)):
        version = 0
        while not any(payload["id"] == _probe(node) for payload in screen.all("probe")):
            version += 1
            await tell(node, "probe", entity="probe", entity_id=_probe(node), version=version, rooms=rooms)
            await _a_moment(screen)


def _probe(node: Any) -> str:
    return str(node.realtime.node)


async def _a_moment(screen: Any) -> None:
    await screen.call("heartbeat", {})
