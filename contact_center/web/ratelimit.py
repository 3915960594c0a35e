"""Token buckets: so many calls at once, so many per second, by caller. In this process, or in Redis for all nodes.

Without Redis (or while it is away) each node counts for itself: a limit is protection, not book-keeping.
"""

import asyncio
import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Protocol

from config.logs import logger
from contact_center import clock
from contact_center.errors import TooMany
from contact_center.web.context import Principal
from contact_center.web.routes import PUBLIC, Operation

REMEMBERED = 50_000
REDIS_SECONDS = 0.25
log = logger(__name__)

_SCRIPT = """
local now = redis.call('TIME')
local t = tonumber(now[1]) + tonumber(now[2]) / 1000000
local capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'n', 't')
local left = math.min(capacity, (tonumber(held[1]) or capacity) + (t - (tonumber(held[2]) or t)) * rate)
local wait = 0
if left >= cost then left = math.min(capacity, left - cost) else wait = (cost - left) / rate end
redis.call('HSET', KEYS[1], 'n', tostring(left), 't', tostring(t))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
return tostring(wait)
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` calls at once, then `per_second`."""

    name: str
    burst: float
    per_second: float


class Limiter(Protocol):
    """Takes from the bucket of (limit, caller)."""

    async def take(self, limit: Limit, caller: str, cost: float = 1.0) -> float:
        """0.0 when taken, else the seconds until it could be; a negative cost gives back."""
        ...


class LocalLimiter:
    """Buckets in this process; the least recently used are forgotten beyond `REMEMBERED`."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    async def take(self, limit: Limit, caller: str, cost: float = 1.0) -> float:
        key, now = (limit.name, caller), clock.monotonic()
        held, at = self._buckets.pop(key, (limit.burst, now))
        left = min(limit.burst, held + (now - at) * limit.per_second)
        wait = 0.0 if left >= cost else (cost - left) / limit.per_second
        self._buckets[key] = (min(limit.burst, left if wait else left - cost), now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return wait


class RedisLimiter:
    """Buckets in Redis, one atomic script per call; when Redis does not answer at once, this process counts alone."""

    def __init__(self, redis: Any) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._local = LocalLimiter()

    async def take(self, limit: Limit, caller: str, cost: float = 1.0) -> float:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                key = f"cc:limit:{limit.name}:{caller}"
                wait = await self._script(keys=[key], args=[limit.burst, limit.per_second, cost])
        except Exception as error:  # any failure of Redis: its library raises several unrelated families
            log.warning("rate limit counted locally", error=type(error).__name__)
            return await self._local.take(limit, caller, cost)
        return float(wait)


class Gate:
    """Admits requests: by principal when signed in, else by address; public operations have a smaller bucket."""

    def __init__(self, limiter: Limiter, *, burst: float, per_second: float) -> None:
        self.limiter = limiter
        self._signed_in = Limit("api", burst, per_second)
        self._public = Limit("public", max(1.0, burst / 4), per_second / 4)

    async def admit(self, operation: Operation, principal: Principal | None, address: str) -> None:
        """Raises `TooMany` with the seconds to wait."""
        if principal is not None:
            await self.strict(self._signed_in, principal.token_id or principal.user_id)
        elif operation.permission == PUBLIC:
            await self.strict(self._public, address)

    async def strict(self, limit: Limit, caller: str) -> None:
        """Take one from this bucket or raise `TooMany`."""
        wait = await self.limiter.take(limit, caller)
        if wait > 0:
            raise TooMany(retry_after=max(1, math.ceil(wait)))

    async def give_back(self, limit: Limit, caller: str) -> None:
        """Return one: the call turned out to be harmless."""
        await self.limiter.take(limit, caller, -1.0)
