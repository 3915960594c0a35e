"""The bell: says "look at the database now", nothing more. In-process, and across nodes over Redis when there is one.

Nothing depends on it being heard: every loop also looks on a tick.
"""

import asyncio
import contextlib
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.logs import logger
from contact_center.background import Background, stopped

CHANNEL = "contact-center:bell"
log = logger(__name__)


class Bell:
    """One per process; `redis_url` empty keeps it in the process."""

    def __init__(self, redis_url: str = "", background: Background | None = None) -> None:
        self._background = background or Background()
        self._ears: dict[str, set[asyncio.Event]] = {}
        self._redis: Any = Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=2) if redis_url else None
        self._tasks: list[asyncio.Task[None]] = []
        self._to_tell: set[str] = set()
        self._something_to_tell = asyncio.Event()
        self.connected = False

    @property
    def shared(self) -> bool:
        """True when other nodes can hear us (Redis is configured)."""
        return self._redis is not None

    async def start(self) -> None:
        """Begin to listen to other nodes; harmless without Redis."""
        if self._redis is not None:
            self._tasks = [
                self._background.keep("bell-listener", self._listen),
                self._background.keep("bell-ringer", self._tell),
            ]

    async def close(self) -> None:
        """Stop listening."""
        await stopped(self._tasks)
        if self._redis is not None:
            await self._redis.aclose()

    def ear(self, name: str) -> asyncio.Event:
        """An event set whenever `name` is rung; the listener clears it."""
        event = asyncio.Event()
        self._ears.setdefault(name, set()).add(event)
        return event

    def ring(self, name: str, *, everywhere: bool = True) -> None:
        """Ring here now, and on the other nodes as soon as Redis takes it."""
        for event in self._ears.get(name, ()):
            event.set()
        if everywhere and self._redis is not None and self.connected:
            self._to_tell.add(name)  # rung again before it is told, it is told once
            self._something_to_tell.set()

    async def _tell(self) -> None:
        while True:
            await self._something_to_tell.wait()
            self._something_to_tell.clear()
            names, self._to_tell = self._to_tell, set()
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                for name in names:
                    await self._redis.publish(CHANNEL, name)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    self.connected = True
                    while True:
                        message = await channel.get_message(ignore_subscribe_messages=True, timeout=5)
                        if message is not None:
                            self.ring(message["data"].decode(), everywhere=False)
            except (RedisError, OSError, TimeoutError) as error:
                if self.connected:
                    log.warning("redis is away; going on without it", error=type(error).__name__)
                self.connected = False
                await asyncio.sleep(1)


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for the bell or the tick, whichever comes first, and clear the bell."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
