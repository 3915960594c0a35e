"""The decision core of routing: events and their times in, decisions out. No clock, no randomness, no database.

One thing to know: `apply` first fires every timer due by the event's time, each settled fully and stamped with its own due time,
then handles the event and settles again. What the words mean in doubt is written in docs/decisions/0002-engine-semantics.md.
"""

from collections.abc import Callable
from typing import Any

from routing import relax
from routing.decisions import Code, Decision, Refused, RejectFull, Rule
from routing.events import (
    Accept,
    AgentSet,
    AgentState,
    Arrive,
    Assign,
    Cancel,
    Config,
    Decline,
    Event,
    Finish,
    QueueSet,
    Requeue,
    Tick,
)
from routing.floor import Floor
from routing.state import ASSIGNED, WAITING, Interaction
from routing.timers import OPEN, UNBLOCK


class Engine:
    """One routing domain. Feed it events in order of time; the same events always give the same decisions.

    `floor` is for the sibling modules that explain, save and restore.
    """

    def __init__(self, config: Config) -> None:
        self.floor = Floor(config)
        self._handlers: dict[type[Event], Callable[[Any], Code | None]] = {
            Arrive: self._arrive,
            Finish: self._finish,
            Accept: self._accept,
            Decline: self._decline,
            Cancel: self._cancel,
            AgentState: self._agent_state,
            Requeue: self._requeue,
            Assign: self._assign,
            AgentSet: self._agent_set,
            QueueSet: self._queue_set,
            Tick: self._tick,
        }

    @property
    def now(self) -> int:
        """The time of the last event, microseconds; 0 before the first."""
        return self.floor.now

    def apply(self, event: Event) -> list[Decision]:
        """Decide one event fully. An impossible event gives one Refused (after due timers have fired) and changes nothing."""
        floor, t = self.floor, event.t
        if t < floor.now:
            return [_refused(floor.now, event, Code.TIME_BACKWARDS)]
        out: list[Decision] = []
        floor.out = out
        due = floor.timers.heap
        if due and due[0][0] <= t:
            floor.advance(t)
        floor.now = t
        code = self._handlers[type(event)](event)
        if code is not None:
            out.append(_refused(t, event, code))
        elif floor.pairing.unsettled:
            floor.pairing.settle()
        return out

    def next_due(self) -> int | None:
        """When the next timer falls due, microseconds; send a Tick then if nothing else comes before."""
        return self.floor.timers.next_due()

    # -- events -----------------------------------------------------------------------------------------------------------------

    def _tick(self, event: Tick) -> None:
        """Timers have fired already; nothing else happens."""

    def _arrive(self, event: Arrive) -> Code | None:
        floor, ident, units, base = self.floor, event.interaction, event.units, event.queued_at
        queue = floor.roster.queues.get(event.queue)
        if queue is None:
            return Code.UNKNOWN_QUEUE
        if ident in floor.items:
            return Code.DUPLICATE_INTERACTION
        if units < 0:
            return Code.BAD_VALUE
        if base is None:
            base = event.t
        item = Interaction(ident, queue, event.channel, units, base, event.priority, event.deadline, event.skills)
        floor.items[ident] = item
        item.key = queue.key_of(item)
        item.entered = event.t
        if event.last_agent is not None:
            item.last_agent = event.last_agent
            self._prefer_last_agent(item)
        if item.sticky is not None or queue.limited:
            floor.arm_relax(item)
            self._arrive_with_care(item)
            return None
        floor.pairing.seek(item)
        if item.state is not ASSIGNED and queue.relax:
            floor.arm_relax(item)
        return None

    def _arrive_with_care(self, item: Interaction) -> None:
        """Try the last agent alone first, and reject what makes the queue longer than it may be."""
        floor, queue = self.floor, item.queue
        floor.pairing.join(item)
        floor.pairing.settle()
        if item.sticky is not None and item.open_at is None:
            floor.open(item)
            floor.pairing.settle()
        limit = queue.terms(item.channel).max_waiting
        if item.state is WAITING and limit is not None and queue.crowd(item.channel) > limit:
            floor.pairing.leave(item)
            floor.forget(item)
            floor.out.append(RejectFull(floor.now, item.id, Rule.MAX_WAITING))

    def _prefer_last_agent(self, item: Interaction) -> None:
        """Keep the interaction for its last agent for a while, if that one works and could serve it."""
        agent = self.floor.roster.agents.get(item.last_agent) if item.last_agent is not None else None
        if agent is None or not agent.available or not self.floor.roster.could_serve(agent, item):
            return
        item.sticky = agent
        wait = item.queue.terms(item.channel).last_agent_wait
        if wait:
            item.open_at = self.floor.now + wait
            item.open_timer = self.floor.timers.set(item.open_at, OPEN, item.id, item)

    def _cancel(self, event: Cancel) -> None:
        item = self.floor.items.get(event.interaction)
        if item is None or item.state is ASSIGNED:
            return
        self.floor.pairing.leave(item)
        self.floor.take_back(item, Rule.CANCELLED)
        self.floor.forget(item)

    def _answered(self, event: Accept | Decline) -> Interaction | Code:
        """The interaction offered to just this agent, or why the answer is impossible."""
        item = self.floor.items.get(event.interaction)
        if item is None:
            return Code.UNKNOWN_INTERACTION
        agent = self.floor.roster.agents.get(event.agent)
        if agent is None:
            return Code.UNKNOWN_AGENT
        return item if event.interaction in agent.offers else Code.NOT_OFFERED

    def _accept(self, event: Accept) -> Code | None:
        item = self._answered(event)
        if isinstance(item, Interaction):
            agent = self.floor.roster.agents[event.agent]
            if item.others:
                self.floor.keep_only(item, agent, Rule.ACCEPTED_ELSEWHERE)
            agent.misses = 0
            agent.offers.pop(item.id, None)
            self.floor.assigned(item)
            return None
        held = self.floor.items.get(event.interaction)
        repeated = held is not None and held.agent is not None and held.agent.id == event.agent
        return None if repeated else item

    def _decline(self, event: Decline) -> Code | None:
        item = self._answered(event)
        if not isinstance(item, Interaction):
            return item
        agent = self.floor.roster.agents[event.agent]
        returned = self.floor.release(item, agent)
        agent.misses = 0
        if self.floor.config.decline_block:
            until = event.t + self.floor.config.decline_block
            item.blocked = item.blocked or {}
            item.blocked[agent.id] = (until, self.floor.timers.set(until, UNBLOCK, item.id, item))
        if item.sticky is agent:
            self.floor.open(item)
        if returned:
            self.floor.pairing.join(item)
        self.floor.pairing.freed(agent)
        return None

    def _finish(self, event: Finish) -> Code | None:
        floor = self.floor
        item = floor.items.get(event.interaction)
        if item is None:
            return Code.UNKNOWN_INTERACTION
        agent = item.agent
        if item.state is not ASSIGNED or agent is None:
            return Code.NOT_ASSIGNED
        del floor.items[event.interaction]
        del agent.held[event.interaction]
        agent.load.remove(item.channel, item.units)
        agent.idle_since = event.t
        floor.pairing.serve(agent)
        return None

    def _requeue(self, event: Requeue) -> Code | None:
        item = self.floor.items.get(event.interaction)
        if item is None:
            return Code.UNKNOWN_INTERACTION
        queue = item.queue if event.queue is None else self.floor.roster.queues.get(event.queue)
        if queue is None:
            return Code.UNKNOWN_QUEUE
        self.floor.pairing.leave(item)
        self.floor.take_back(item, Rule.REQUEUED)
        self.floor.timers.cancel(item.open_timer)
        self.floor.timers.cancel(item.relax_timer)
        item.sticky = item.open_at = None
        item.front = event.front
        self.floor.enter(item, queue)
        self.floor.arm_relax(item)
        self.floor.pairing.join(item)
        return None

    def _assign(self, event: Assign) -> Code | None:
        agent = self.floor.roster.agents.get(event.agent)
        if agent is None:
            return Code.UNKNOWN_AGENT
        item = self.floor.items.get(event.interaction)
        if item is None:
            queue = self.floor.roster.queues.get(event.queue) if event.queue is not None else None
            if queue is None:
                return Code.UNKNOWN_QUEUE
            if event.channel is None or event.units is None or event.units < 0:
                return Code.BAD_VALUE
            item = Interaction(event.interaction, queue, event.channel, event.units, event.t)
            self.floor.items[event.interaction] = item
            self.floor.enter(item, queue)
        elif agent in item.asked():
            self.floor.keep_only(item, agent, Rule.ASSIGNED_BY_HAND)
            agent.offers.pop(item.id, None)
            self.floor.assigned(item)
            return None
        self.floor.pairing.leave(item)
        self.floor.take_back(item, Rule.ASSIGNED_BY_HAND)
        self.floor.hold(item, agent)
        self.floor.assigned(item)
        self.floor.pairing.touch(agent)
        return None

    def _agent_state(self, event: AgentState) -> Code | None:
        agent = self.floor.roster.agents.get(event.agent)
        if agent is None:
            return Code.UNKNOWN_AGENT
        if event.available and not agent.available:
            agent.available = True
            agent.idle_since = event.t
            agent.misses = 0
            self.floor.pairing.freed(agent)
        elif agent.available and not event.available:
            self.floor.unavailable(agent)
        return None

    def _agent_set(self, event: AgentSet) -> Code | None:
        if event.units < 0 or any(cap.n < 0 for cap in event.caps):
            return Code.BAD_VALUE
        agent = self.floor.roster.set_agent(event)
        for bucket in list(agent.own):
            for item in bucket.waiting():
                if not self.floor.roster.could_serve(agent, item):
                    self.floor.open(item)
        self.floor.pairing.freed(agent)
        return None

    def _queue_set(self, event: QueueSet) -> Code | None:
        spans = (
            event.offer_time,
            event.last_agent_wait,
            event.reserve,
            event.max_waiting or 0,
            *(step.after for step in event.relax),
            event.offers_at_once - 1,
            *(min(terms.offer_time, terms.last_agent_wait, terms.max_waiting or 0) for terms in event.by_channel),
        )
        if min(spans) < 0:
            return Code.BAD_VALUE
        concerned: list[Interaction] = []
        if event.queue in self.floor.roster.queues:
            concerned = [i for i in self.floor.items.values() if i.queue.id == event.queue and i.state is not ASSIGNED]
        waiting = [item for item in concerned if item.state is WAITING]
        for item in waiting:
            self.floor.pairing.leave(item)
        queue = self.floor.roster.set_queue(event)
        for item in concerned:
            item.key = queue.key_of(item)
            item.step = relax.passed_by(queue.relax, entered=item.entered, now=event.t)
            self.floor.arm_relax(item)
        for item in waiting:
            self.floor.pairing.join(item)
        self.floor.pairing.retry_queue(queue)
        return None


def _refused(t: int, event: Event, code: Code) -> Refused:
    interaction: int | None = getattr(event, "interaction", None)
    agent: int | None = getattr(event, "agent", None)
    return Refused(t, interaction, agent, Rule.IMPOSSIBLE, code)
