"""Buckets empty, refill, and are each caller's own."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from redis.asyncio import Redis

from contact_center import clock
from contact_center.errors import TooMany
from contact_center.web import ratelimit
from contact_center.web.ratelimit import Gate, Limit, LocalLimiter, RedisLimiter
from tests.web.small import Served

LIMIT = Limit("test", burst=3, per_second=2)


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that moves only when told."""
    now = SimpleNamespace(at=100.0)
    monkeypatch.setattr(clock, "monotonic", lambda: now.at)
    return now


async def test_a_burst_is_taken_then_the_rate_counts(steady: SimpleNamespace) -> None:
    limiter = LocalLimiter()
    assert [await limiter.take(LIMIT, "a") for _ in range(3)] == [0, 0, 0]
    assert await limiter.take(LIMIT, "a") == 0.5
    steady.at += 0.5
    assert await limiter.take(LIMIT, "a") == 0
    assert await limiter.take(LIMIT, "a") == 0.5
    assert await limiter.take(LIMIT, "b") == 0
    steady.at += 1000
    assert [await limiter.take(LIMIT, "a") for _ in range(4)] == [0, 0, 0, 0.5]


async def test_what_was_harmless_is_given_back(steady: SimpleNamespace) -> None:
    gate = Gate(LocalLimiter(), burst=1, per_second=1)
    for _ in range(5):
        await gate.strict(LIMIT, "a")
        await gate.give_back(LIMIT, "a")
    for _ in range(3):
        await gate.strict(LIMIT, "a")
    with pytest.raises(TooMany) as refused:
        await gate.strict(LIMIT, "a")
    assert refused.value.retry_after == 1


async def test_the_oldest_buckets_are_forgotten(steady: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "REMEMBERED", 2)
    limiter = LocalLimiter()
    for _ in range(3):
        await limiter.take(LIMIT, "a")
    await limiter.take(LIMIT, "b")
    await limiter.take(LIMIT, "c")
    assert await limiter.take(LIMIT, "a") == 0


async def test_too_many_calls_are_told_when_to_come_again(served: Served) -> None:
    headers = {"X-Test-Principal": "alice"}
    started = clock.monotonic()
    statuses = []
    while 429 not in statuses:
        response = await served.client.get("/api/v1/self", headers=headers)
        statuses.append(response.status)
        assert clock.monotonic() - started < 60
    found = await response.json(content_type=None)
    assert (found["code"], response.headers["Retry-After"]) == ("too_many", "1")
    assert found["detail"] == "Please wait 1 second and try again."


async def test_nodes_share_their_buckets_in_redis(redis_url: str) -> None:
    slow = Limit("slow", burst=2, per_second=0.001)
    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as other:
        here, there = RedisLimiter(one), RedisLimiter(other)
        assert [await here.take(slow, "a"), await there.take(slow, "a")] == [0, 0]
        assert 900 < await here.take(slow, "a") <= 1000
        assert await there.take(slow, "b") == 0
        await there.take(slow, "a", -1)
        assert await here.take(slow, "a") == 0


async def test_without_redis_a_node_counts_for_itself(tmp_path: Path) -> None:
    async with Redis.from_url(f"unix://{tmp_path}/nobody.sock") as away:
        limiter = RedisLimiter(away)
        assert [await limiter.take(LIMIT, "a") for _ in range(3)] == [0, 0, 0]
        assert await limiter.take(LIMIT, "a") > 0
