"""Work and agents for the nodes proof: mails come in, agents accept, decline and close, and every acknowledgement is kept.

One thing to know: it runs the product's own verbs on its own connection, like a web node; what fails or hangs is tried again or left, and
only what the database acknowledged counts afterwards.
"""

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents.models import Agent
from contact_center.bell import Bell
from contact_center.channel import Address, AddressKind, ChannelKind, InboundMessage
from contact_center.clock import Clock, monotonic
from contact_center.db import Database, DatabaseUnavailable, Notes
from contact_center.errors import Problem
from contact_center.files import FileStore
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.received import Received
from contact_center.interactions import ending
from contact_center.interactions.models import Assignment, ChannelAccount, Interaction
from contact_center.interactions.states import OPEN, InteractionState
from routing import offers
from routing.models import Offer
from routing.states import DeclineReason, OfferState
from routing.triage_job import triage

ADDRESS = "support@bench.example"
UNITS = {"email": 10}
GAP = 0.1
LIVE = tuple(state.value for state in OPEN)
OPEN_AT_MOST = 200
"""More than the agents can hold together, so that there is always a line."""
TRANSIENT = (DatabaseUnavailable, Problem, OSError, TimeoutError)
_CHECKS = {
    "two in charge": "SELECT count(*) FROM (SELECT 1 FROM assignment WHERE ended_at IS NULL AND role = 'primary' "
    "GROUP BY interaction_id HAVING count(*) > 1) x",
    "two offers": "SELECT count(*) FROM (SELECT 1 FROM offer WHERE state = 'pending' "
    "GROUP BY interaction_id HAVING count(*) > 1) x",
    "offered and taken": "SELECT count(*) FROM offer o JOIN assignment a ON a.interaction_id = o.interaction_id "
    "WHERE o.state = 'pending' AND a.ended_at IS NULL",
    "over capacity": "SELECT count(*) FROM agent WHERE used > units",
    "miscounted": "SELECT count(*) FROM agent g WHERE used <> "
    "(SELECT coalesce(sum(units), 0) FROM offer o WHERE o.agent_id = g.id AND o.state = 'pending') + "
    "(SELECT coalesce(sum(units), 0) FROM assignment a WHERE a.agent_id = g.id AND a.ended_at IS NULL)",
}
"""What must never be found, each by one statement, so in one snapshot."""


@dataclass(slots=True)
class Kept:
    """What was acknowledged: interactions taken in, assignments by id (interaction, agent), interactions closed."""

    mails: set[str] = field(default_factory=set)
    accepts: dict[str, tuple[str, str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)


class Load:
    """Runs until `drain`; `kept` is what it was promised."""

    def __init__(self, database: Database, bell: Bell, folder: Path, *, seed: int) -> None:
        self.database, self.bell, self.clock = database, bell, Clock()
        self.kept = Kept()
        self.surprises: list[str] = []
        self.excused: Counter[str] = Counter()
        """What failed and was left for the next time, for whoever asks why it is slow."""
        self._intake = Intake(database, FileStore(folder))
        self._dice = Random(seed)
        self._coming = True
        self._tasks: list[asyncio.Task[None]] = []
        self._number = 0
        self._account = ""
        database.on_commit(self._ring)

    def _ring(self, left: Notes) -> None:
        for name in left.bells:
            self.bell.ring(name)

    async def start(self) -> None:
        """Begin."""
        async with self.database.read() as session:
            self._account = (await session.scalars(select(ChannelAccount.id))).one()
        self._tasks = [asyncio.create_task(work()) for work in (self._customers, self._agents, self._closers)]

    async def drain(self, *, seconds: float) -> int:
        """No more mails; wait until all acknowledged ones are closed, or none was for so long. How many are not by then."""
        self._coming = False
        left, since = await self._open(), monotonic()
        while left and monotonic() - since < seconds:
            await asyncio.sleep(0.25)
            before, left = left, await self._open()
            if left < before:
                since = monotonic()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return await self._open()

    async def _open(self) -> int:
        async with self.database.read() as session:
            closed = set(
                await session.scalars(select(Interaction.id).where(Interaction.state == InteractionState.CLOSED.value))
            )
        return len(self.kept.mails - closed)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        """Once; what a broken house excuses is left for the next time, anything else is a fault of ours and told."""
        try:
            async with asyncio.timeout(10):
                await work()
        except TRANSIENT as error:
            self.excused[f"{work.__name__.strip('_')}: {type(error).__name__}"] += 1
        except Exception as error:
            if isinstance(error, DBAPIError) and "connection was closed" in str(error.orig):
                return
            self.surprises.append(f"{type(error).__name__} in {work.__name__}: {error}"[:200])

    # -- people -----------------------------------------------------------------------------------------------------------

    async def _customers(self) -> None:
        """They write as long as the house keeps up: a slow machine shall not look like one that stands still."""
        while self._coming:
            await self._try(self._mail_unless_many_wait)
            await asyncio.sleep(GAP)

    async def _mail_unless_many_wait(self) -> None:
        async with self.database.read() as session:
            live = select(func.count()).where(Interaction.state.in_(LIVE))
            many = (await session.scalar(live) or 0) >= OPEN_AT_MOST
        if not many:
            await self._mail()

    async def _mail(self) -> None:
        self._number += 1
        body = f"Hello number {self._number}"
        message = InboundMessage(
            channel=ChannelKind.EMAIL,
            sender=Address(AddressKind.EMAIL, f"c{self._number}@a.example"),
            recipients=[Address(AddressKind.EMAIL, ADDRESS)],
            subject="Help",
            text=body,
            provider_id=f"<{self._number}@a.example>",
            content_hash=hashlib.sha256(body.encode()).hexdigest(),
            sent_at=None,
        )
        taken = await self._intake.receive(
            Received(
                inbound_id=new_id(),
                account_id=self._account,
                account_address=ADDRESS,
                account_language="en",
                channel=ChannelKind.EMAIL,
                received_at=self.clock.now(),
                size=3,
                raw=b"raw",
                raw_sha256=None,
                understood=message,
            )
        )
        assert taken.interaction_id is not None
        ident = taken.interaction_id
        self.kept.mails.add(ident)
        await self._triage([ident])

    async def _triage(self, identifiers: list[str]) -> None:
        at = self.clock.now()
        await self.database.write(lambda session: triage(session, identifiers, units=UNITS, at=at))

    async def _agents(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            await self._try(self._answer_all)

    async def _answer_all(self) -> None:
        for offer in await self._pending():
            await self._answer(offer)

    async def _pending(self) -> list[Offer]:
        async with self.database.read() as session:
            late = await session.scalars(
                select(Interaction.id).where(Interaction.state == InteractionState.RECEIVED.value)
            )
            forgotten = list(late)
            rows = await session.scalars(select(Offer).where(Offer.state == OfferState.PENDING.value))
            found = list(rows)
        if forgotten:
            await self._triage(forgotten)
        return found

    async def _answer(self, offer: Offer) -> None:
        at, actor = self.clock.now(), history.SYSTEM
        if self._coming and self._dice.random() < 0.1:
            with contextlib.suppress(Problem):
                await self.database.write(
                    lambda session: offers.decline(
                        session, offer.id, offer.agent_id, reason=DeclineReason.BUSY, at=at, actor=actor
                    )
                )
            return
        with contextlib.suppress(Problem):
            taken = await self.database.write(
                lambda session: offers.accept(session, offer.id, offer.agent_id, at=at, actor=actor)
            )
            self.kept.accepts[taken.id] = (taken.interaction_id, offer.agent_id)

    async def _closers(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            await self._try(self._close_some)

    async def _close_some(self) -> None:
        for ident in await self._assigned():
            if not self._coming or self._dice.random() < 0.5:
                with contextlib.suppress(Problem):
                    await self._close(ident)

    async def _assigned(self) -> list[str]:
        async with self.database.read() as session:
            rows = await session.scalars(
                select(Interaction.id).where(Interaction.state == InteractionState.ASSIGNED.value)
            )
            return list(rows)

    async def _close(self, ident: str) -> None:
        at = self.clock.now()
        await self.database.write(lambda session: ending.close(session, ident, at=at, actor=history.SYSTEM))
        self.kept.closed.add(ident)

    # -- judging ----------------------------------------------------------------------------------------------------------

    async def faults(self) -> list[str]:
        """What is wrong in the database now; empty when nothing is."""
        async with self.database.read() as session:
            found = [name for name, query in _CHECKS.items() if await session.scalar(text(query))]
            found += await self._broken_promises(session)
        return [*found, *sorted(set(self.surprises))]

    async def _broken_promises(self, session: AsyncSession) -> list[str]:
        mails = set(self.kept.mails)
        accepts, closed = dict(self.kept.accepts), set(self.kept.closed)
        states = {ident: state for ident, state in await session.execute(select(Interaction.id, Interaction.state))}
        rows = await session.execute(select(Assignment.id, Assignment.interaction_id, Assignment.agent_id))
        assigned = {ident: (interaction, agent) for ident, interaction, agent in rows}
        wrong = []
        if mails - states.keys():
            wrong.append("a mail was lost")
        if any(assigned.get(ident) != pair for ident, pair in accepts.items()):
            wrong.append("an accept was lost")
        if any(states.get(ident) != InteractionState.CLOSED.value for ident in closed):
            wrong.append("a closing was lost")
        return wrong

    async def routed_since(self, moment: datetime, *, seconds: float) -> float | None:
        """How long after `moment` the first new offer was made; None when none came in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    with contextlib.suppress(*TRANSIENT):
                        async with self.database.read() as session:
                            first = await session.scalar(
                                select(func.min(Offer.offered_at)).where(Offer.offered_at > moment)
                            )
                        if first is not None:
                            return float((first - moment).total_seconds())
                    await asyncio.sleep(0.1)
        return None

    async def agents(self) -> int:
        """How many agents there are."""
        async with self.database.read() as session:
            return await session.scalar(select(func.count()).select_from(Agent)) or 0
