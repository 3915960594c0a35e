"""The only place that asks what time it is. A scale factor lets accelerated days be run for real; all timers go through it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Product time: UTC, running `scale` times as fast as the machine's from the moment it was made."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._wall = time.time()
        self._mono = time.monotonic()

    def now(self) -> datetime:
        """The present product time, aware, UTC, microseconds."""
        if self.scale == 1.0:
            return datetime.now(UTC)
        return EPOCH + timedelta(seconds=self._wall + (time.monotonic() - self._mono) * self.scale)

    def micros(self) -> int:
        """The present product time in integer microseconds since the epoch."""
        return to_micros(self.now())

    async def sleep(self, seconds: float) -> None:
        """Sleep so many product seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.scale)

    def real(self, seconds: float) -> float:
        """So many product seconds in seconds of the machine (for time-outs handed to libraries)."""
        return seconds / self.scale


class FixedClock(Clock):
    """A clock that stands still until told: for tests and pictures."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self.at += timedelta(seconds=seconds)


def monotonic() -> float:
    """Seconds on the machine's own steady clock: only for durations inside one process."""
    return time.monotonic()


def wall() -> float:
    """Seconds since the epoch by the machine's clock: for ids and comparing nodes, never for deadlines."""
    return time.time()


def to_micros(at: datetime) -> int:
    """Aware datetime -> integer microseconds since the epoch, exactly."""
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """Integer microseconds since the epoch -> aware UTC datetime."""
    return EPOCH + timedelta(microseconds=micros)
