"""Small passing news between nodes over Redis pub/sub: who looks at what, whose rights to look at again. Without Redis: silence.

Nothing depends on it: what was missed is repeated or found by the next heartbeat.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.logs import logger
from contact_center.background import Background, stopped
from contact_center.ids import new_id

CHANNEL = "contact-center:staff"
WAITING_AT_MOST = 1000
Listener = Callable[[Mapping[str, Any]], None]
log = logger(__name__)


class Gossip:
    """One per process; `heard` is called with each message of other nodes."""

    def __init__(self, redis_url: str, heard: Listener, background: Background | None = None) -> None:
        self._background = background or Background()
        self.node = new_id()
        self._redis: Any = Redis.from_url(redis_url, socket_timeout=10, socket_connect_timeout=2) if redis_url else None
        self._heard = heard
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING_AT_MOST)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen and to tell."""
        if self._redis is not None:
            self._tasks = [
                self._background.keep("gossip-listener", self._listen),
                self._background.keep("gossip-speaker", self._speak),
            ]

    async def close(self) -> None:
        """Fall silent."""
        await stopped(self._tasks)
        if self._redis is not None:
            await self._redis.aclose()

    def tell(self, news: Mapping[str, Any]) -> None:
        """Tell the other nodes, soon; dropped when they cannot be reached."""
        if self._redis is not None:
            with contextlib.suppress(asyncio.QueueFull):
                self._waiting.put_nowait(orjson.dumps({"node": self.node, **news}))

    async def _speak(self) -> None:
        while True:
            said = await self._waiting.get()
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._redis.publish(CHANNEL, said)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    while True:
                        message = await channel.get_message(ignore_subscribe_messages=True, timeout=5)
                        if message is not None:
                            self._understand(message["data"])
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(1)

    def _understand(self, said: bytes) -> None:
        try:
            news = orjson.loads(said)
            if isinstance(news, dict) and news.get("node") != self.node:
                self._heard(news)
        except Exception as error:  # of another version, or no node of ours at all
            log.warning("gossip that nobody understands", size=len(said), error=repr(error))
