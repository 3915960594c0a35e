"""Figures of a queue reach whoever watches it, counted by query, told no more often than needed."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.ids import new_id
from contact_center.interactions.models import Interaction


async def _waits(floor: Any, conversation_id: str) -> str:
    identifier, now = new_id(), floor.clock.now()

    async def unit(session: AsyncSession) -> None:
        session.add(
            Interaction(
                id=identifier,
                conversation_id=conversation_id,
                customer_id=floor.customer_id,
                channel="email",
                state="queued",
                queue_id=floor.queue_id,
                created_at=now,
                queued_at=now,
                key_at=now,
            )
        )

    await floor.database.write(unit)
    return identifier


async def test_a_watcher_hears_the_figures_after_work_came(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    interaction_id = await _waits(floor, await floor.conversation())

    rooms = [f"queue:{floor.queue_id}"]
    await tell(node, "interaction.updated", entity="interaction", entity_id=interaction_id, version=1, rooms=rooms)
    live = (await screen.hears("queue.updated"))["live"]

    assert (live["queue"]["name"], live["waiting"], live["offered"], live["in_progress"]) == ("Support", 1, 0, 0)
    assert live["longest"]["interaction_id"] == interaction_id
    assert live["agents"] == {"available": 0, "busy": 0, "away": 0, "signed_in": 0, "free": 0}


async def test_many_changes_at_once_are_told_in_one(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")
    ids = [await _waits(floor, await floor.conversation()) for _ in range(5)]

    rooms = [f"queue:{floor.queue_id}"]
    for interaction_id in ids:
        await tell(node, "interaction.updated", entity="interaction", entity_id=interaction_id, version=1, rooms=rooms)
    await screen.hears("queue.updated", lambda payload: payload["live"]["waiting"] == 5)

    assert len(screen.all("queue.updated")) < 5


async def test_the_digest_carries_the_version_under_which_the_figures_were_told(floor: Any, tell: Any) -> None:
    node = await floor.node()
    await floor.person("mei", queue_ids=[floor.queue_id])
    screen = await floor.screen(node, "mei")

    rooms = [f"queue:{floor.queue_id}"]
    await tell(node, "queue.updated", entity="queue", entity_id=floor.queue_id, version=2, rooms=rooms)
    told = await screen.hears("queue.updated")

    assert (await screen.call("heartbeat", {}))["digest"][f"queue:{floor.queue_id}"] == told["version"]
