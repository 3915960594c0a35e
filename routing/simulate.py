"""The real routing engine in virtual time: traffic in, every interaction's wait and fate out. Nothing here decides anything.

One thing to know: what an interaction takes, and how long its customer waits, are drawn before it arrives and belong to it, so two
policies can be given exactly the same traffic. Offers are accepted at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from routing import events as ev
from routing.decisions import Decision, Offer, RejectFull
from routing.engine import Engine

SECOND = 1_000_000
CONFIG = ev.Config(auto_accept=True, misses=0, decline_block=0)
_CHANGE, _END, _LEAVE = -1, 0, 1
"""What comes first at one moment: changes of staff, then ends of handling, then customers who give up."""


class Demand(NamedTuple):
    """One interaction to come; all times whole microseconds. `patience`: how long the customer waits, None for ever."""

    t: int
    handling: int
    queue: int = 1
    channel: str = "voice"
    units: int = 100
    priority: int = 0
    patience: int | None = None
    skills: tuple[ev.SkillNeed, ...] = ()


class Fate(NamedTuple):
    """What became of it: its wait in microseconds, and `served`, `abandoned` or `rejected`; `agent` who served."""

    wait: int
    end: str
    agent: int | None


@dataclass(slots=True)
class _Work:
    """Interruptible work in an agent's hands: when it would end, or how much is left while it rests."""

    interaction: int
    ends: int
    left: int | None = None


class Backlog:
    """Work that never runs out: `depth` pieces always wait, each taking the next of `handling` (microseconds).

    Where an agent's profile lets other work interrupt it, the agent lays it down and takes it up again afterwards.
    """

    def __init__(self, piece: Demand, *, depth: int, handling: Iterator[int]) -> None:
        self.piece = piece
        self.depth = depth
        self.handling = handling
        self.started = 0
        self.finished: list[int] = []
        """When each finished piece ended."""


class Simulation:
    """Plays demands against an engine that was set up with queues and agents."""

    def __init__(self, setup: Iterable[ev.Event], *, backlog: Backlog | None = None) -> None:
        self.engine = Engine(CONFIG)
        self.fates: list[Fate | None] = []
        self._backlog = backlog
        self._demands: Sequence[Demand] = ()
        self._changes: Sequence[ev.Event] = ()
        self._ends: list[tuple[int, int, int]] = []
        self._resting: dict[int, _Work] = {}
        self._work: dict[int, _Work] = {}
        self._holder: dict[int, int] = {}
        for event in setup:
            self._heed(self.engine.apply(event))

    def play(
        self,
        demands: Sequence[Demand],
        *,
        until: int | None = None,
        changes: Sequence[ev.Event] = (),
        waits: Callable[[int], None] | None = None,
    ) -> list[Fate | None]:
        """Run all demands, ordered by `t`, to their ends (or stop at `until`); a None fate was still waiting then.

        `changes` (agents who come and go) are sent at their times; `waits` is told the number of each demand that found nobody.
        """
        self._demands, self._changes = demands, changes
        self.fates = [None] * len(demands)
        for number, change in enumerate(changes):
            heappush(self._ends, (change.t, _CHANGE, number))
        for _ in range(self._backlog.depth if self._backlog is not None else 0):
            self._refill(0)
        for ident, demand in enumerate(demands):
            self._run_to(demand.t)
            self._heed(self.engine.apply(_arrival(ident, demand)))
            if self.fates[ident] is None:
                if demand.patience is not None:
                    heappush(self._ends, (demand.t + demand.patience, _LEAVE, ident))
                if waits is not None:
                    waits(ident)
        while self._ends and self._backlog is None:
            self._run_to(self._ends[0][0])
        if until is not None:
            self._run_to(until)
        return self.fates

    def _run_to(self, t: int) -> None:
        """Let everything due by `t` happen: ends before departures at the same moment, timers of the engine in between."""
        while True:
            due = self.engine.next_due()
            if due is not None and due <= t and (not self._ends or due <= self._ends[0][0]):
                self._heed(self.engine.apply(ev.Tick(t=due)))
            elif self._ends and self._ends[0][0] <= t:
                at, kind, ident = heappop(self._ends)
                if kind == _CHANGE:
                    self._heed(self.engine.apply(self._changes[ident]))
                elif kind == _LEAVE:
                    self._leave(at, ident)
                else:
                    self._finish(at, ident)
            else:
                return

    def _leave(self, t: int, ident: int) -> None:
        if self.fates[ident] is None:
            self.fates[ident] = Fate(t - self._demands[ident].t, "abandoned", None)
            self._heed(self.engine.apply(ev.Cancel(t=t, interaction=ident)))

    def _finish(self, t: int, ident: int) -> None:
        if self._backlog is not None and ident < 0:
            work = self._work[ident]
            if work.left is not None or work.ends != t:
                return
            del self._work[ident]
            del self._resting[self._holder.pop(ident)]
            self._backlog.finished.append(t)
        else:
            self._take_up(self._holder.pop(ident), t)
        self._heed(self.engine.apply(ev.Finish(t=t, interaction=ident)))

    def _take_up(self, agent: int, t: int) -> None:
        """Go on with what was laid down for the call that just ended."""
        work = self._resting.get(agent)
        if work is not None and work.left is not None:
            work.ends, work.left = t + work.left, None
            heappush(self._ends, (work.ends, _END, work.interaction))

    def _heed(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, Offer):
                self._start(decision)
            elif isinstance(decision, RejectFull):
                self.fates[decision.interaction] = Fate(0, "rejected", None)

    def _start(self, offer: Offer) -> None:
        ident, agent, t = offer.interaction, offer.agent, offer.t
        self._holder[ident] = agent
        if self._backlog is not None and ident < 0:
            ends = t + next(self._backlog.handling)
            work = self._work[ident] = self._resting[agent] = _Work(ident, ends)
            heappush(self._ends, (work.ends, _END, ident))
            self._refill(t)
            return
        demand = self._demands[ident]
        self.fates[ident] = Fate(t - demand.t, "served", agent)
        heappush(self._ends, (t + demand.handling, _END, ident))
        rests = self._resting.get(agent)
        if rests is not None and rests.left is None:
            rests.left = rests.ends - t

    def _refill(self, t: int) -> None:
        """One more piece of backlog arrives, under a negative id."""
        if self._backlog is not None:
            self._backlog.started += 1
            self._heed(self.engine.apply(_arrival(-self._backlog.started, self._backlog.piece._replace(t=t))))


def _arrival(ident: int, demand: Demand) -> ev.Arrive:
    return ev.Arrive(
        t=demand.t,
        interaction=ident,
        queue=demand.queue,
        channel=demand.channel,
        units=demand.units,
        priority=demand.priority,
        skills=demand.skills,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What a stretch of traffic came to; waits in seconds, the four service levels as in routing/staffing.py."""

    offered: int
    wait: float
    abandoned: float
    asa_answered: float
    wait_all: float
    sl_offered: float
    sl_answered: float
    sl_without_quick: float
    sl_quick_ok: float


def figures(fates: Sequence[Fate | None], *, target: float) -> Figures:
    """Counts over these interactions; those still waiting are left out. `wait` is the share that waited at all."""
    ended = [fate for fate in fates if fate is not None]
    served = [fate.wait / SECOND for fate in ended if fate.end == "served"]
    left = [fate.wait / SECOND for fate in ended if fate.end != "served"]
    quick, gone_quick = sum(wait <= target for wait in served), sum(wait <= target for wait in left)
    count = len(ended)
    return Figures(
        offered=count,
        wait=(sum(wait > 0 for wait in served) + len(left)) / count,
        abandoned=len(left) / count,
        asa_answered=sum(served) / max(1, len(served)),
        wait_all=(sum(served) + sum(left)) / count,
        sl_offered=quick / count,
        sl_answered=quick / max(1, len(served)),
        sl_without_quick=quick / max(1, count - gone_quick),
        sl_quick_ok=(quick + gone_quick) / count,
    )
