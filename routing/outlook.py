"""What one who waits may expect, asked by screens and channels: the place in line and how long it will still take, as a range.

One thing to know: the leader's own engine answers where it is here; another node builds one from what is stored and keeps it for a few
seconds, so that a hundred people who ask at once cost one reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.clock import Clock, monotonic
from contact_center.ids import to_int
from contact_center.interactions.models import Interaction
from contact_center.interactions.states import InteractionState
from contact_center.queues.models import Queue
from routing import look
from routing.borrowed import borrowed
from routing.desk import Desk
from routing.engine import Engine
from routing.estimate import Pace, Range, estimate, estimate_for_new
from routing.explain import place_of
from routing.mirror import Rules
from routing.pace import pace_of

KEPT = 5.0
"""Seconds for which an answer's foundations are used again."""
LONGEST = 8 * 3600.0
NOW = Range(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """The place in line, from 1, and how long it will still take; `wait` None: too little is known to be honest."""

    position: int
    wait: Range | None


@dataclass(frozen=True, slots=True)
class NewWait:
    """How long one who came now on this channel would wait."""

    channel: str
    wait: Range


@dataclass(slots=True)
class _Kept:
    until: float
    engine: Engine | None = None
    paces: dict[str, Pace | None] = field(default_factory=dict)


class Outlook:
    """One per node. `desk` answers with the leader's desk while this node leads."""

    def __init__(self, clock: Clock, rules: Rules, desk: Callable[[], Desk | None]) -> None:
        self._clock, self._rules, self._desk = clock, rules, desk
        self._kept: dict[str, _Kept] = {}

    async def of(self, session: AsyncSession, interaction_id: str) -> Standing | None:
        """How this interaction stands; None when it does not wait."""
        row = await session.get(Interaction, interaction_id)
        if row is None or row.queue_id is None:
            return None
        if row.state == InteractionState.OFFERED.value:
            return Standing(1, NOW)
        if row.state != InteractionState.QUEUED.value:
            return None
        queue = await session.get_one(Queue, row.queue_id)
        pace = await self._pace(session, row.queue_id, row.channel)
        ident = to_int(row.id)
        for engine in (self._known(queue), await self._read(session, queue)):
            place = place_of(engine, ident) if engine is not None else None
            if engine is not None and place is not None:
                return Standing(place, _bounded(estimate(engine, ident, pace)) if pace is not None else None)
        return None

    async def of_queues(self, session: AsyncSession, queue_ids: Sequence[str]) -> Mapping[str, list[NewWait]]:
        """queue -> how long one who came now would wait, by channel, as far as the pace of the channel is known."""
        found: dict[str, list[NewWait]] = {}
        for queue in (await session.scalars(select(Queue).where(Queue.id.in_(queue_ids)))).all():
            found[queue.id] = []
            for channel in self._rules.channels:
                wait = await self._new(session, queue, channel)
                if wait is not None:
                    found[queue.id].append(NewWait(channel, wait))
        return found

    async def _new(self, session: AsyncSession, queue: Queue, channel: str) -> Range | None:
        pace = await self._pace(session, queue.id, channel)
        if pace is None:
            return None
        engine = self._known(queue) or await self._read(session, queue)
        units = self._rules.routing.units[channel]
        line = self._rules.line(queue.id)
        return _bounded(estimate_for_new(engine, queue=line, channel=channel, units=units, pace=pace))

    # -- what answers are made from -----------------------------------------------------------------------------------------

    def _known(self, queue: Queue) -> Engine | None:
        """An engine that is here already."""
        desk = self._desk()
        if desk is not None and queue.delivery == look.PUSH:
            return desk.engine
        kept = self._kept.get(queue.id)
        return kept.engine if kept is not None and monotonic() < kept.until else None

    async def _read(self, session: AsyncSession, queue: Queue) -> Engine:
        kept = self._keep(queue.id)
        kept.engine = engine = await borrowed(session, self._rules, queue.id, now=self._now())
        kept.until = monotonic() + KEPT
        return engine

    async def _pace(self, session: AsyncSession, queue_id: str, channel: str) -> Pace | None:
        kept = self._keep(queue_id)
        if channel not in kept.paces:
            kept.paces[channel] = await pace_of(session, queue_id, channel, now=self._now())
        return kept.paces[channel]

    def _keep(self, queue_id: str) -> _Kept:
        kept = self._kept.get(queue_id)
        if kept is None or monotonic() >= kept.until:
            kept = self._kept[queue_id] = _Kept(monotonic() + KEPT)
        return kept

    def _now(self) -> datetime:
        return self._clock.now()


def _bounded(wait: Range | None) -> Range | None:
    """Nobody is told of more than a working day: that far ahead the figure means nothing."""
    return wait if wait is None or wait.p80 <= LONGEST else None
