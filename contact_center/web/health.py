"""/healthz (this process lives), /readyz (it can serve; degraded without Redis), /metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from contact_center.db import Database
from contact_center.web.metrics import Metrics

Ping = Callable[[], Awaitable[bool]]
PING_SECONDS = 2.0


class Health:
    """Answers the three; `draining` is set when the process has been told to stop."""

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        *,
        redis: Ping | None = None,
        failing: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`failing` names the background tasks that do not run as they should."""
        self._database = database
        self._metrics = metrics
        self._redis = redis
        self._failing = failing
        self.draining = False

    def add_to(self, app: web.Application) -> None:
        """Serve the three addresses; no sign-in, they tell nothing about people."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def alive(self, _: web.Request) -> web.Response:
        """200 as long as the loop turns."""
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        """200 ready, or degraded (without Redis, or with a background task that fails); 503 without database or while draining."""
        database, redis = await asyncio.gather(self._database.ping(), self._redis_state())
        failing = list(self._failing())
        if self.draining or not database:
            status = "draining" if self.draining else "unavailable"
        else:
            status = "degraded" if redis == "down" or failing else "ready"
        body = {"status": status, "database": "up" if database else "down", "redis": redis, "failing": failing}
        return web.json_response(body, status=200 if status in ("ready", "degraded") else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus exposition."""
        return self._metrics.page()

    async def _redis_state(self) -> str:
        """off (not configured), up or down."""
        if self._redis is None:
            return "off"
        try:
            async with asyncio.timeout(PING_SECONDS):
                return "up" if await self._redis() else "down"
        except Exception:  # any failure of a ping means the same
            return "down"
