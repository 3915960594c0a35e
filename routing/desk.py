"""The leader's desk: the engine, what the database last said, and one round of work between the two.

A round reads inputs, compares the entities they name with the engine (`mirror`), lets it decide, and writes the decisions in
small batches (`commit`). What could not be written is looked at again in the same round.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import logger
from contact_center.clock import Clock, monotonic, to_micros
from contact_center.db import Database
from contact_center.db.leases import Lease
from contact_center.ids import from_int, to_int
from contact_center.interactions.states import InteractionState
from contact_center.routing_input import InputKind, RoutingInput
from routing import decisions as decided
from routing import look, mirror
from routing.commit import Batch, Known, Written, write
from routing.decisions import Decision, Rule
from routing.engine import Engine
from routing.events import Event, Tick
from routing.explain import rivals
from routing.look import ROUTED, AgentRow, InteractionRow, OfferRow, QueueRow
from routing.mirror import Rebuild, Rules, Turn
from routing.recount import recount
from routing.snapshot import restore
from routing.state import State
from routing.states import OfferState

INPUTS_AT_MOST = 200
BATCH_AT_MOST = 100
TRIES = 5
REST = 1.0
PAUSE = 10.0
LATE = 5_000_000
RIVALS = 5
_Tell = Callable[[int], Sequence[Event]]
log = logger(__name__)


@dataclass(slots=True)
class Changed:
    """What to look at, and when it changed (microseconds)."""

    interactions: dict[str, int] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)
    everything_set: int | None = None
    """Queues or settings changed at this time: look at all queues and agents."""
    inputs: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.interactions or self.agents or self.everything_set is not None)


@dataclass(slots=True)
class _Read:
    queues: list[QueueRow]
    agents: list[AgentRow]
    interactions: list[InteractionRow]
    offers: dict[str, list[OfferRow]]


class Desk:
    """One leadership's engine. Not safe for two rounds at once; the router runs them one after the other."""

    def __init__(self, database: Database, rules: Rules, clock: Clock, engine: Engine) -> None:
        self._database, self._rules, self._clock = database, rules, clock
        self.engine = engine
        self._known: dict[int, Known] = {}
        self._resting: dict[str, float] = {}
        self._last_round = monotonic()

    @classmethod
    async def open(cls, database: Database, rules: Rules, clock: Clock) -> "Desk":
        """Read everything and build the engine; it decides at the first round."""
        async with database.read() as session:
            queues = await look.queues(session)
            agents = await look.agents(session)
            rows = await look.live_interactions(session)
            offers = await look.offers(session, declined_after=_declined_after(rules, clock))
        now = clock.micros()
        remembered = mirror.snapshot(rules, now=now, queues=queues, agents=agents, interactions=rows, offers=offers)
        desk = cls(database, rules, clock, restore(rules.config(), remembered))
        desk._know(rows)
        log.info("router read the database", queues=len(queues), agents=len(agents), interactions=len(rows))
        return desk

    def counts(self) -> tuple[int, int, int]:
        """How many wait, are offered, are assigned."""
        states = [item.state for item in self.engine.floor.items.values()]
        return states.count(State.WAITING), states.count(State.OFFERED), states.count(State.ASSIGNED)

    def next_due(self) -> int | None:
        """When the engine's next timer falls due, microseconds."""
        return self.engine.next_due()

    async def round(self, lease: Lease) -> None:
        """Take in what changed until nothing is left, and let time pass. Raises `Rebuild` after a pause of ours.

        After a pause timers would fire one after another with old times, and agents be blamed for offers that nobody saw.
        """
        before, self._last_round = self._last_round, monotonic()
        if self._last_round - before > PAUSE:
            raise Rebuild("this node stood still for a while")
        while True:
            async with self._database.read() as session:
                changed = await self._inputs(session)
                read = await self._read(session, changed)
            await self._work(lease, changed, read)
            if len(changed.inputs) < INPUTS_AT_MOST:
                return

    async def reconcile(self, lease: Lease) -> None:
        """Compare the whole engine with the database, and mend what differs."""
        now = self._clock.micros()
        async with self._database.read() as session:
            versions = await look.live_versions(session)
            stray = await look.stray_offers(session)
        here = {from_int(interaction): known.version for interaction, known in self._known.items()}
        differing = {one for one in versions.keys() | here.keys() if versions.get(one) != here.get(one)}
        lost = {one for one in versions if to_int(one) not in self.engine.floor.items}
        changed = Changed(dict.fromkeys(differing | lost | set(stray), now), everything_set=now)
        if differing or stray:
            log.info("reconciling", differing=len(differing), stray_offers=len(stray))
        async with self._database.read() as session:
            read = await self._read(session, changed)
        await self._work(lease, changed, read)
        await self._database.write(recount)

    # -- reading ----------------------------------------------------------------------------------------------------------

    async def _inputs(self, session: AsyncSession) -> Changed:
        rows = (
            await session.execute(
                select(RoutingInput.seq, RoutingInput.kind, RoutingInput.subject_id, RoutingInput.at)
                .order_by(RoutingInput.seq)
                .limit(INPUTS_AT_MOST)
            )
        ).all()
        changed = Changed(inputs=[row.seq for row in rows])
        for row in rows:
            at = to_micros(row.at)
            if row.kind == InputKind.INTERACTION.value and row.subject_id:
                changed.interactions[row.subject_id] = at
            elif row.kind == InputKind.AGENT.value and row.subject_id:
                changed.agents[row.subject_id] = at
            else:
                changed.everything_set = at
        for agent_id, until in list(self._resting.items()):
            if monotonic() >= until:
                del self._resting[agent_id]
                changed.agents.setdefault(agent_id, self._clock.micros())
        return changed

    async def _read(self, session: AsyncSession, changed: Changed) -> _Read:
        every = changed.everything_set is not None
        queues = await look.queues(session) if every else []
        agents: list[AgentRow] = []
        if every or changed.agents:
            agents = await look.agents(session, None if every else sorted(changed.agents))
        rows = await look.interactions(session, sorted(changed.interactions)) if changed.interactions else []
        doubtful = [row.id for row in rows if self._doubtful(row)]
        offers: dict[str, list[OfferRow]] = {}
        if doubtful:
            after = _declined_after(self._rules, self._clock)
            offers = await look.offers(session, declined_after=after, interaction_ids=doubtful)
        return _Read(queues, agents, rows, offers)

    def _doubtful(self, row: InteractionRow) -> bool:
        """Whether its offers matter: not for what is just arriving."""
        item = self.engine.floor.items.get(to_int(row.id))
        return row.state is not InteractionState.QUEUED or (item is not None and item.state is not State.WAITING)

    def _know(self, rows: Iterable[InteractionRow]) -> None:
        for row in rows:
            self._known[to_int(row.id)] = Known(row.version, row.state, row.conversation_id, row.queue_id, row.units)

    # -- deciding ---------------------------------------------------------------------------------------------------------

    async def _work(self, lease: Lease, changed: Changed, read: _Read) -> None:
        inputs = changed.inputs
        for _ in range(TRIES):
            self._know(read.interactions)
            batches = self._decide(changed, read)
            changed = Changed()
            for position, batch in enumerate(batches):
                last = position == len(batches) - 1
                written = await self._write(lease, batch, inputs if last else [])
                await self._look_again(written, changed)
            self._forget(read.interactions)
            inputs = []
            if not changed:
                return
            async with self._database.read() as session:
                read = await self._read(session, changed)
        raise Rebuild("decisions could not be written")

    def _decide(self, changed: Changed, read: _Read) -> list[Batch]:
        """Bring the engine to what was read, then to the present; its decisions in batches, at least one."""
        now = self._clock.micros()
        batches = [Batch()]
        self._strays(read, batches[0])
        for at, tell in self._told(changed, read, now):
            for event in tell(max(self.engine.floor.now, min(at, now))):
                self._apply(event, batches)
        self._apply(Tick(t=max(self.engine.floor.now, now)), batches)
        return batches

    def _told(self, changed: Changed, read: _Read, now: int) -> list[tuple[int, _Tell]]:
        """What was read, in the order in which the engine hears of it, each compared at its turn.

        Things are told with the time at which they happened, so that an offer accepted in its last moment is not taken for
        expired. What is told late happens now instead: no offer shall be born old. Only work that is bound looks for nobody
        and keeps its time always.
        """
        engine, rules = self.engine, self._rules
        found: list[tuple[Turn, int, int, _Tell]] = []
        at_set = changed.everything_set
        if at_set is not None:
            found.append((Turn.QUEUES, at_set, 0, lambda t: mirror.queue_events(engine, rules, read.queues, t)))
        for agent in read.agents:
            at, ident = changed.agents.get(agent.id, at_set or now), to_int(agent.id)
            found.append((Turn.PROFILE, at, ident, partial(mirror.profile_events, engine, rules, agent)))
            available = agent.available and agent.id not in self._resting
            turn = Turn.AVAILABLE if available else Turn.UNAVAILABLE
            found.append((turn, at, ident, partial(mirror.presence_events, engine, agent.id, available)))
        for row in read.interactions:
            turn, offers = mirror.turn_of(engine, row), read.offers.get(row.id, ())
            at = changed.interactions[row.id]
            found.append((turn, at, to_int(row.id), partial(mirror.interaction_events, engine, rules, row, offers)))
        ordered = sorted(found, key=lambda one: one[:3])
        return [(at if turn is Turn.BOUND or now - at < LATE else now, tell) for turn, at, _, tell in ordered]

    def _apply(self, event: Event, batches: list[Batch]) -> None:
        for decision in self.engine.apply(event):
            if len(batches[-1]) >= BATCH_AT_MOST:
                batches.append(Batch())
            if isinstance(decision, decided.Refused):
                log.warning("the engine refused an event", kind=type(event).__name__, code=decision.code.value)
            elif isinstance(decision, decided.RejectFull):
                log.info("a queue is full", interaction=from_int(decision.interaction))
            batches[-1].add(decision, self._why(decision), self._interrupts(decision))

    def _why(self, decision: Decision) -> dict[str, Any]:
        """What a person may want to know later about an offer."""
        if not isinstance(decision, decided.Offer):
            return {}
        item = self.engine.floor.items[decision.interaction]
        asked = item.queue.need(item.skills, item.step).required
        others = rivals(self.engine, decision.interaction, limit=RIVALS + 1) if decision.rank else []
        return {
            "key": decision.key,
            "rank": list(decision.rank),
            "skills": [{"skill_id": from_int(skill), "level": level} for skill, level in asked],
            "steps": item.step,
            "rivals": [
                {"agent_id": from_int(agent), "rank": list(rank)} for agent, rank in others if agent != decision.agent
            ][:RIVALS],
        }

    def _interrupts(self, decision: Decision) -> Sequence[str]:
        """Channels of the agent's work that this offer may interrupt."""
        if not isinstance(decision, decided.Offer):
            return ()
        channels = self.engine.floor.roster.agents[decision.agent].setting.interruptible
        return () if self.engine.floor.items[decision.interaction].channel in channels else channels

    @staticmethod
    def _strays(read: _Read, batch: Batch) -> None:
        """Pending offers of what is not offered any more: whoever moved it left them to us."""
        for row in read.interactions:
            if row.state in {InteractionState.OFFERED, InteractionState.QUEUED}:
                continue
            for offer in read.offers.get(row.id, ()):
                if offer.state is OfferState.PENDING:
                    batch.ended[to_int(row.id), to_int(offer.agent_id)] = Rule.CANCELLED

    # -- writing ----------------------------------------------------------------------------------------------------------

    async def _write(self, lease: Lease, batch: Batch, inputs: Sequence[int]) -> Written:
        if not batch and not inputs:
            return Written()
        at, known, misses = self._clock.now(), self._known, self._rules.routing.misses

        async def unit(session: AsyncSession) -> Written:
            return await write(session, batch, known, lease=lease, inputs=inputs, misses=misses, at=at)

        written = await self._database.write(unit)
        self._known.update(written.known)
        return written

    async def _look_again(self, written: Written, changed: Changed) -> None:
        """What was not written as decided: bring the engine back to what the database says."""
        now = self._clock.micros()
        for interaction in written.interactions:
            changed.interactions[from_int(interaction)] = now
        for agent in written.agents:
            # Free to the engine, not to the database: set aside until what holds the agent is known, and counted anew.
            changed.agents[from_int(agent)] = now
            self._resting[from_int(agent)] = monotonic() + REST
        if written.agents:
            await self._database.write(recount)

    def _forget(self, rows: Iterable[InteractionRow]) -> None:
        for row in rows:
            if row.state not in ROUTED:
                self._known.pop(to_int(row.id), None)


def _declined_after(rules: Rules, clock: Clock) -> datetime:
    return clock.now() - timedelta(seconds=rules.routing.decline_block_seconds)
