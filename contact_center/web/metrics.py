"""Prometheus metrics of this process: HTTP requests, the event loop's lag. One registry per application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from contact_center import clock

SAMPLE_SECONDS = 0.05
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """What this process counts; other packages register their own on `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Counter(
            "cc_http_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "cc_http_request_seconds", "Seconds to answer", ["method", "route"], buckets=BUCKETS, registry=self.registry
        )
        self.lag = Histogram(
            "cc_event_loop_lag_seconds",
            "Seconds by which the event loop was late",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.worst_lag = Gauge(
            "cc_event_loop_lag_worst_seconds", "Largest lag in the last minute", registry=self.registry
        )
        self._sockets = Gauge(
            "cc_sockets", "Sockets that are open now: staff and visitors", ["namespace"], registry=self.registry
        )
        self._recent: list[float] = []

    def count_sockets(self, namespace: str, count: Callable[[], int]) -> None:
        """Show how many sockets a namespace holds on this node whenever somebody looks."""
        self._sockets.labels(namespace).set_function(count)

    def observe_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one finished request; `route` is the pattern, never the address as sent."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def observe_lag(self, seconds: float) -> None:
        """Record how late one sample of the event loop was."""
        self.lag.observe(seconds)
        self._recent.append(seconds)
        del self._recent[: -int(60 / SAMPLE_SECONDS)]
        self.worst_lag.set(max(self._recent))

    def page(self) -> web.Response:
        """The exposition that Prometheus scrapes."""
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def sample_loop(self) -> None:
        """Ask the loop to wake us regularly and note how late it does; runs until cancelled."""
        while True:
            due = clock.monotonic() + SAMPLE_SECONDS
            await asyncio.sleep(SAMPLE_SECONDS)
            self.observe_lag(max(0.0, clock.monotonic() - due))

    async def sampling(self, _: web.Application) -> AsyncIterator[None]:
        """aiohttp cleanup context: sample while the application runs."""
        task = asyncio.create_task(self.sample_loop(), name="loop-lag")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
