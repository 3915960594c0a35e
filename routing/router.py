"""The router's loop: one leader per installation reads what changed, decides with the engine, commits, and looks again.

The one thing to know: the engine is a cache. Whatever goes wrong (the lease lost, the database away, a disagreement), it is
thrown away and read anew from the database; nothing is ever lost by that, since inputs are deleted only in the commit of
what they led to, and every commit is fenced and made of compare-and-sets.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime

from config.logs import logger
from config.settings import Routing
from contact_center import bell as bells
from contact_center.background import Background, stopped
from contact_center.bell import Bell
from contact_center.clock import Clock, from_micros, monotonic, wall
from contact_center.db import Database, DatabaseUnavailable, LeaseLost, Leases, Notes
from contact_center.db.leases import Lease, database_now
from contact_center.routing_input import BELL
from routing.desk import Desk
from routing.mirror import Rebuild, Rules
from routing.sweep import anything_due, sweep

LEASE = "router"
TICK = 1.0
GATHER = 0.025
"""Seconds between two rounds: what comes meanwhile shares the next commit."""
OFFSET_AT_MOST = 1.0
MARGIN = 1.0
RECONCILE_EVERY = 60.0
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class RouterStatus:
    """For health and the wallboard: whether this node leads, since when, what it holds, what is wrong."""

    leader: bool
    since: datetime | None
    waiting: int
    offered: int
    assigned: int
    clock_offset: float
    trouble: str | None


class Router:
    """One per process; of all processes one leads. `start` begins to try for the lease."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bell: Bell,
        leases: Leases,
        routing: Routing,
        *,
        background: Background | None = None,
    ) -> None:
        self._background = background or Background()
        self._database, self._clock, self._bell, self._leases = database, clock, bell, leases
        self._routing = routing
        self._rules = Rules(routing)
        self._lease: Lease | None = None
        self._held_until = self._renew_at = self._reconcile_at = 0.0
        self._since: datetime | None = None
        self._desk: Desk | None = None
        self._offset = 0.0
        self._trouble: str | None = None
        self._swept_at = 0
        self._ear = bell.ear(BELL)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._database.on_commit(self._committed)
        self._task = self._background.keep("router", self._run)

    async def close(self) -> None:
        """Stop deciding and give the lease up, so that another node goes on at once."""
        await stopped([self._task])
        if self._lease is not None:
            with contextlib.suppress(DatabaseUnavailable):
                await self._leases.drop(self._lease)
            self._resign()

    def status(self) -> RouterStatus:
        """As of now."""
        waiting, offered, assigned = self._desk.counts() if self._desk is not None else (0, 0, 0)
        return RouterStatus(
            self._lease is not None, self._since, waiting, offered, assigned, self._offset, self._trouble
        )

    @property
    def desk(self) -> Desk | None:
        """The leader's engine and what belongs to it; None on other nodes."""
        return self._desk

    async def step(self) -> bool:
        """One round: lead if possible, take in what changed, decide, commit. False when another node leads."""
        if not await self._lead():
            return False
        assert self._lease is not None
        if self._desk is None:
            self._desk = await Desk.open(self._database, self._rules, self._clock)
            self._reconcile_at = monotonic() + self._clock.real(RECONCILE_EVERY)
        await self._sweep()
        await self._desk.round(self._lease)
        if monotonic() >= self._reconcile_at:
            await self._desk.reconcile(self._lease)
            self._reconcile_at = monotonic() + self._clock.real(RECONCILE_EVERY)
        self._trouble = None
        return True

    # -- the loop ---------------------------------------------------------------------------------------------------------

    def _committed(self, left: Notes) -> None:
        if BELL in left.bells:
            self._ear.set()

    async def _run(self) -> None:
        while True:
            pause = TICK
            try:
                if await self.step():
                    pause = self._until_due()
                    await asyncio.sleep(GATHER)
                else:
                    # Bells are for who leads: a follower that woke by them would stand in the way of every commit's fence.
                    await asyncio.sleep(TICK)
                    continue
            except LeaseLost:
                self._fail("another node leads now")
                self._resign()
            except Rebuild as why:
                self._fail(f"engine and database disagreed: {why}")
                self._desk = None
                pause = 0.05
            except DatabaseUnavailable:
                self._fail("the database cannot be reached")
                self._desk = None
            except Exception as error:
                self._trouble = type(error).__name__
                self._desk = None
                raise  # whoever keeps this loop logs it and begins it anew, from the database
            await bells.wait(self._ear, pause)

    def _until_due(self) -> float:
        due = self._desk.next_due() if self._desk is not None else None
        if due is None:
            return TICK
        left = self._clock.real((from_micros(due) - self._clock.now()).total_seconds())
        return min(TICK, max(0.0, left))

    def _fail(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("router stops for now", reason=trouble)
        self._trouble = trouble

    # -- leadership -------------------------------------------------------------------------------------------------------

    async def _lead(self) -> bool:
        """Hold the lease with time to spare, on a node whose clock is right; a wrong one never touches the lease of others."""
        now = monotonic()
        if self._lease is not None and now < min(self._renew_at, self._held_until):
            return True
        if not await self._clock_is_right():
            await self._give_up()
            return False
        seconds = self._routing.lease_seconds
        now = monotonic()
        lease = await self._leases.take(LEASE, seconds=seconds)
        if lease is None:
            self._resign()
            return False
        if self._lease is None or self._lease.token != lease.token:
            self._resign()
            self._since = self._clock.now()
            log.info("this node routes now", token=lease.token)
        self._lease = lease
        self._renew_at, self._held_until = now + seconds / 3, now + seconds - MARGIN
        return True

    async def _clock_is_right(self) -> bool:
        """As far as the time of one question tells: the database may be slow to answer, which is no fault of the clock."""
        async with self._database.read() as session:
            before = wall()
            theirs = await database_now(session)
            after = wall()
        self._offset = (before + after) / 2 - theirs
        if before - OFFSET_AT_MOST <= theirs <= after + OFFSET_AT_MOST:
            return True
        self._fail(f"this node's clock is {self._offset:+.1f} s off the database's")
        return False

    async def _give_up(self) -> None:
        """Resign first: whatever becomes of the lease, this node decides nothing more."""
        lease = self._lease
        self._resign()
        if lease is not None:
            await self._leases.drop(lease)

    def _resign(self) -> None:
        self._lease = self._desk = self._since = None

    # -- what falls due by itself -----------------------------------------------------------------------------------------

    async def _sweep(self) -> None:
        """About once a product second: agents who vanished, wrap-ups whose time is over."""
        now = self._clock.micros()
        if now - self._swept_at < 1_000_000:
            return
        self._swept_at = now
        lease, since, at = self._lease, self._since, self._clock.now()
        assert lease is not None and since is not None
        patience = self._routing.vanished_grace_seconds
        # After a restart, screens need time to come back before anybody is given up.
        grace = None if (at - since).total_seconds() < patience else patience
        async with self._database.read() as session:
            due = await anything_due(session, at=at, grace=grace)
        if due:
            await self._database.write(lambda session: sweep(session, lease, at=at, grace=grace))
