"""The bell rings on other nodes, survives nonsense on the line, and holds at most one telling for each name."""

import asyncio

from redis.asyncio import Redis

from contact_center.background import Background
from contact_center.bell import CHANNEL, Bell
from tests.waiting import eventually


async def test_nonsense_on_the_line_does_not_make_a_node_deaf(redis_url: str) -> None:
    background = Background(pause=0.001)
    here, there = Bell(redis_url, background), Bell(redis_url)
    ear = here.ear("jobs")
    await here.start()
    await there.start()
    await eventually(lambda: here.connected and there.connected, what="both bells on the line")
    async with Redis.from_url(redis_url) as stranger:
        await stranger.publish(CHANNEL, b"\xff\xfe")
    await eventually(lambda: background.failing() == ["bell-listener"], what="the failure to be named")

    def heard() -> bool:
        there.ring("jobs")
        return ear.is_set()

    await eventually(heard, what="the bell after the nonsense")
    await here.close()
    await there.close()


async def test_ringing_often_while_redis_is_slow_piles_nothing_up(redis_url: str) -> None:
    bell = Bell(redis_url)
    await bell.start()
    await eventually(lambda: bell.connected, what="the line")
    before = len(asyncio.all_tasks())
    for _ in range(1000):
        bell.ring("jobs")
    assert len(asyncio.all_tasks()) == before
    await bell.close()
