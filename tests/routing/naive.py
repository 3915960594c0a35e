"""The rules of routing once more, by scanning everything each time: slow, obvious, and sharing no machinery with the engine.

One thing to know: it is the yardstick of the property tests and the slow side of the bench, so clarity is worth more here than speed.
"""

from collections.abc import Iterator

from routing import decisions as d
from routing import events as ev
from tests.routing.naive_world import Item, Person

INFINITE = float("inf")
RELAX, OPEN, UNBLOCK, EXPIRE = range(4)


class Naive:
    """The same `apply` as the engine's, for every event of the external trace."""

    def __init__(self, config: ev.Config) -> None:
        self.config = config
        self.now = 0
        self.queues: dict[int, ev.QueueSet] = {}
        self.agents: dict[int, Person] = {}
        self.items: dict[int, Item] = {}
        self.out: list[d.Decision] = []
        self.freed: list[int] = []

    def apply(self, event: ev.Event) -> list[d.Decision]:
        """Timers first, then the event, each settled."""
        self.out = []
        if event.t < self.now:
            return [self._refuse(event, self.now, d.Code.TIME_BACKWARDS)]
        while (timer := min(self._timers(), default=None)) is not None and timer[0] <= event.t:
            self.now = timer[0]
            self._fire(timer[1], self.items[timer[2]])
            self._settle()
        self.now = event.t
        handler = getattr(self, "_on_" + type(event).__name__.lower())
        code = handler(event)
        if code is not None:
            self.out.append(self._refuse(event, self.now, code))
        self._settle()
        return self.out

    @staticmethod
    def _refuse(event: ev.Event, t: int, code: d.Code) -> d.Refused:
        return d.Refused(t, getattr(event, "interaction", None), getattr(event, "agent", None), d.Rule.IMPOSSIBLE, code)

    # -- what is true ------------------------------------------------------------------------------------------------------

    def _terms(self, item: Item) -> ev.QueueSet | ev.ChannelTerms:
        queue = self.queues[item.queue]
        return next((other for other in queue.by_channel if other.channel == item.event.channel), queue)

    def _steps(self, item: Item) -> list[ev.RelaxStep]:
        return sorted(self.queues[item.queue].relax, key=lambda step: step.after)

    def _timers(self) -> Iterator[tuple[int, int, int]]:
        for ident, item in self.items.items():
            if item.state == "assigned":
                continue
            steps = self._steps(item)
            if item.step < len(steps):
                yield item.entered + steps[item.step].after, RELAX, ident
            if item.open_at is not None:
                yield item.open_at, OPEN, ident
            if item.expires_at is not None:
                yield item.expires_at, EXPIRE, ident
            for until in item.blocked.values():
                yield until, UNBLOCK, ident

    def _required(self, item: Item) -> dict[int, int]:
        required: dict[int, int] = {}
        for skill, level, must in (*self.queues[item.queue].skills, *item.event.skills):
            if must:
                required[skill] = max(level, required.get(skill, level))
        for step in self._steps(item)[: item.step]:
            if step.skill in required and step.level is None:
                del required[step.skill]
            elif step.skill in required and step.level is not None:
                required[step.skill] = min(required[step.skill], step.level)
        return required

    def _qualified(self, agent: Person, item: Item) -> bool:
        levels = dict(agent.setting.skills)
        needed = self._required(item).items()
        return item.queue in agent.setting.queues and all(
            skill in levels and levels[skill] >= level for skill, level in needed
        )

    def held(self, agent: Person) -> list[ev.Arrive]:
        """What the agent has in hand, offered or assigned."""
        return [item.event for item in self.items.values() if agent.setting.agent in item.asked]

    def _fits(self, agent: Person, work: ev.Arrive) -> bool:
        setting, held = agent.setting, self.held(agent)
        cap = {cap.channel: cap.n for cap in setting.caps}.get(work.channel)
        if cap is not None and sum(other.channel == work.channel for other in held) >= cap:
            return False
        if work.channel not in setting.interruptible:
            held = [other for other in held if other.channel not in setting.interruptible]
        if any(other.channel in setting.exclusive for other in held) or (held and work.channel in setting.exclusive):
            return False
        return sum(other.units for other in held) + work.units <= setting.units

    def _idle(self, queue: int) -> int:
        return sum(p.available and queue in p.setting.queues and not self.held(p) for p in self.agents.values())

    def able(self, agent: Person, item: Item) -> bool:
        """True when this waiting interaction may go to this agent now."""
        ident, reserve = agent.setting.agent, self.queues[item.queue].reserve
        if not agent.available or ident in item.blocked or ident in item.asked or item.sticky not in (None, ident):
            return False
        if reserve and not self.held(agent) and self._idle(item.queue) <= reserve:
            return False
        return self._qualified(agent, item) and self._fits(agent, item.event)

    def key(self, item: Item) -> int:
        """The ordering key."""
        return item.base - item.event.priority * self.queues[item.queue].head_start

    def _across(self, item: Item) -> tuple[bool, int, int]:
        return (not item.front, self.key(item), item.event.interaction)

    def place(self, item: Item) -> tuple[float, ...]:
        """Where the interaction stands in its queue."""
        order = self.queues[item.queue].order
        first: float = 0
        if order is ev.Order.STRICT:
            first = -item.event.priority
        elif order is ev.Order.DEADLINE:
            first = INFINITE if item.event.deadline is None else item.event.deadline
        return (not item.front, first, self.key(item), item.event.interaction)

    def _rank(self, agent: Person, item: Item) -> tuple[float, int, int]:
        queue, levels, choice = self.queues[item.queue], dict(agent.setting.skills), self._terms(item).choice
        share = sum(work.units for work in self.held(agent)) / agent.setting.units if agent.setting.units else 0.0
        listed = {need.skill for need in (*queue.skills, *item.event.skills)}
        score: float = {
            ev.Choice.LONGEST_IDLE: 0,
            ev.Choice.MOST_SKILLED: -sum(levels.get(skill, 0) for skill in listed),
            ev.Choice.LEVEL_ORDER: -self._first_level(agent, item.queue),
            ev.Choice.LEAST_LOADED: share,
            ev.Choice.PACK: -share,
            ev.Choice.ROUND_ROBIN: agent.last_offered,
        }[choice]
        return (score, 0 if choice is ev.Choice.ROUND_ROBIN else agent.idle_since, agent.setting.ordinal)

    def _first_level(self, agent: Person, queue: int) -> int:
        skills = self.queues[queue].skills
        return dict(agent.setting.skills).get(skills[0].skill, 0) if skills else 0

    # -- pairing -----------------------------------------------------------------------------------------------------------

    def _heads(self, agents: list[Person]) -> dict[int, Item]:
        """Per queue, the first waiting interaction that one of these agents may get."""
        heads: dict[int, Item] = {}
        for item in self.items.values():
            first = item.queue not in heads or self.place(item) < self.place(heads[item.queue])
            if item.state == "waiting" and first and any(self.able(agent, item) for agent in agents):
                heads[item.queue] = item
        return heads

    def _best_agent(self, item: Item) -> tuple[Person, tuple[float, int, int]]:
        able = [agent for agent in self.agents.values() if self.able(agent, item)]
        best = min(able, key=lambda agent: (self._rank(agent, item), agent.setting.agent))
        return best, self._rank(best, item)

    def _settle(self) -> None:
        while self.freed:
            agent = self.agents[self.freed[0]]
            heads = self._heads([agent])
            if not heads:
                del self.freed[0]
                continue
            if agent.setting.pick is ev.Pick.LEVEL_ORDER:
                item = heads[min(heads, key=lambda queue: (-self._first_level(agent, queue), queue))]
            else:
                item = min(heads.values(), key=self._across)
            winner, rank = self._best_agent(item)
            self._offer(item, winner, () if winner is agent else rank)
        while heads := self._heads(list(self.agents.values())):
            item = min(heads.values(), key=self._across)
            self._offer(item, *self._best_agent(item))

    def _offer(self, item: Item, agent: Person, rank: tuple[float, ...]) -> None:
        queue, terms = self.queues[item.queue], self._terms(item)
        picked = d.Rule.LONGEST_WAITING if agent.setting.pick is ev.Pick.LONGEST_WAITING else d.Rule.AGENT_LEVEL_ORDER
        rule = d.Rule.LAST_AGENT if item.sticky is not None else d.Rule(terms.choice.value) if rank else picked
        item.asked.append(agent.setting.agent)
        agent.last_offered = self.now
        if self.config.auto_accept:
            self._assigned(item)
        elif item.state != "offered":
            item.state = "offered"
            item.expires_at = self.now + terms.offer_time if terms.offer_time else None
        self.out.append(
            d.Offer(self.now, item.event.interaction, agent.setting.agent, rule, self.key(item), rank, item.expires_at)
        )
        more = item.state == "offered" and item.sticky is None and len(item.asked) < queue.offers_at_once
        if more and any(self.able(other, item) for other in self.agents.values()):
            self._offer(item, *self._best_agent(item))

    @staticmethod
    def _assigned(item: Item) -> None:
        item.state = "assigned"
        item.sticky = item.open_at = item.expires_at = None
        item.blocked = {}

    # -- timers ------------------------------------------------------------------------------------------------------------

    def _fire(self, kind: int, item: Item) -> None:
        if kind == RELAX:
            item.step += 1
            self.out.append(d.Relax(self.now, item.event.interaction, d.Rule.STEP_DUE, item.step))
        elif kind == OPEN:
            item.sticky = item.open_at = None
        elif kind == UNBLOCK:
            item.blocked = {agent: until for agent, until in item.blocked.items() if until > self.now}
        else:
            self._expire(item)

    def _expire(self, item: Item) -> None:
        asked = [self.agents[ident] for ident in item.asked]
        for agent in asked:
            agent.misses += 1
            gone = 0 < self.config.misses <= agent.misses
            rule = d.Rule.NOT_RESPONDING if gone else d.Rule.OFFER_TIME
            self.out.append(d.Expire(self.now, item.event.interaction, agent.setting.agent, rule))
        self._back(item)
        for agent in asked:
            if 0 < self.config.misses <= agent.misses:
                self._unavailable(agent)
            else:
                self.freed.append(agent.setting.agent)

    @staticmethod
    def _back(item: Item) -> None:
        item.state, item.asked, item.expires_at = "waiting", [], None

    def _one_less(self, item: Item, agent: int) -> None:
        """This one is asked no longer; without anybody asked it waits again."""
        item.asked.remove(agent)
        if not item.asked:
            self._back(item)

    def _withdraw(self, item: Item, rule: d.Rule, keep: int | None = None) -> None:
        """End what is offered, or assigned, to all but one."""
        for ident in [ident for ident in item.asked if ident != keep]:
            item.asked.remove(ident)
            if item.state == "offered":
                self.out.append(d.Withdraw(self.now, item.event.interaction, ident, rule))
            self.freed.append(ident)

    def _unavailable(self, agent: Person) -> None:
        agent.available = False
        for ident in sorted(self.items):
            item = self.items[ident]
            if item.state == "offered" and agent.setting.agent in item.asked:
                self.out.append(d.Withdraw(self.now, ident, agent.setting.agent, d.Rule.AGENT_UNAVAILABLE))
                self._one_less(item, agent.setting.agent)
            if item.sticky == agent.setting.agent:
                item.sticky = item.open_at = None

    # -- events ------------------------------------------------------------------------------------------------------------

    def _on_tick(self, event: ev.Tick) -> None:
        pass

    def _on_queueset(self, event: ev.QueueSet) -> None:
        self.queues[event.queue] = event
        for item in self.items.values():
            if item.queue == event.queue and item.state != "assigned":
                item.step = sum(item.entered + step.after <= self.now for step in event.relax)

    def _on_agentset(self, event: ev.AgentSet) -> None:
        if event.agent in self.agents:
            self.agents[event.agent].setting = event
        else:
            self.agents[event.agent] = Person(event)
        for item in self.items.values():
            if (
                item.sticky == event.agent
                and item.state == "waiting"
                and not self._qualified(self.agents[event.agent], item)
            ):
                item.sticky = item.open_at = None
        self.freed.append(event.agent)

    def _on_agentstate(self, event: ev.AgentState) -> d.Code | None:
        agent = self.agents.get(event.agent)
        if agent is None:
            return d.Code.UNKNOWN_AGENT
        if event.available and not agent.available:
            agent.available, agent.idle_since, agent.misses = True, event.t, 0
            self.freed.append(event.agent)
        elif agent.available and not event.available:
            self._unavailable(agent)
        return None

    def _on_arrive(self, event: ev.Arrive) -> d.Code | None:
        if event.queue not in self.queues:
            return d.Code.UNKNOWN_QUEUE
        if event.interaction in self.items:
            return d.Code.DUPLICATE_INTERACTION
        base = event.t if event.queued_at is None else event.queued_at
        item = self.items[event.interaction] = Item(event, event.queue, base, event.t)
        terms = self._terms(item)
        last = self.agents.get(event.last_agent) if event.last_agent is not None else None
        if last is not None and last.available and self._qualified(last, item):
            item.sticky = event.last_agent
            item.open_at = event.t + terms.last_agent_wait
            self._settle()
            if not terms.last_agent_wait:
                item.sticky = item.open_at = None
        self._settle()
        line = [other for other in self.items.values() if other.state == "waiting" and other.queue == event.queue]
        waiting = sum(terms is self.queues[event.queue] or other.event.channel == event.channel for other in line)
        if item.state == "waiting" and terms.max_waiting is not None and waiting > terms.max_waiting:
            del self.items[event.interaction]
            self.out.append(d.RejectFull(event.t, event.interaction, d.Rule.MAX_WAITING))
        return None

    def _on_cancel(self, event: ev.Cancel) -> None:
        item = self.items.get(event.interaction)
        if item is None or item.state == "assigned":
            return
        self._withdraw(item, d.Rule.CANCELLED)
        del self.items[event.interaction]

    def _on_accept(self, event: ev.Accept) -> d.Code | None:
        item = self.items.get(event.interaction)
        if item is not None and item.state == "assigned" and event.agent in item.asked:
            return None
        code = self._unanswerable(item, event.agent)
        if code is None and item is not None:
            self._withdraw(item, d.Rule.ACCEPTED_ELSEWHERE, keep=event.agent)
            self.agents[event.agent].misses = 0
            self._assigned(item)
        return code

    def _on_decline(self, event: ev.Decline) -> d.Code | None:
        item = self.items.get(event.interaction)
        code = self._unanswerable(item, event.agent)
        if code is None and item is not None:
            self.agents[event.agent].misses = 0
            self._one_less(item, event.agent)
            if self.config.decline_block:
                item.blocked[event.agent] = event.t + self.config.decline_block
            if item.sticky == event.agent:
                item.sticky = item.open_at = None
            self.freed.append(event.agent)
        return code

    def _unanswerable(self, item: Item | None, agent: int) -> d.Code | None:
        if item is None:
            return d.Code.UNKNOWN_INTERACTION
        if agent not in self.agents:
            return d.Code.UNKNOWN_AGENT
        return None if item.state == "offered" and agent in item.asked else d.Code.NOT_OFFERED

    def _on_finish(self, event: ev.Finish) -> d.Code | None:
        item = self.items.get(event.interaction)
        if item is None:
            return d.Code.UNKNOWN_INTERACTION
        if item.state != "assigned":
            return d.Code.NOT_ASSIGNED
        del self.items[event.interaction]
        (agent,) = item.asked
        self.agents[agent].idle_since = event.t
        self.freed.append(agent)
        return None

    def _on_requeue(self, event: ev.Requeue) -> d.Code | None:
        item = self.items.get(event.interaction)
        if item is None:
            return d.Code.UNKNOWN_INTERACTION
        if event.queue is not None and event.queue not in self.queues:
            return d.Code.UNKNOWN_QUEUE
        self._withdraw(item, d.Rule.REQUEUED)
        self._back(item)
        item.queue = item.queue if event.queue is None else event.queue
        item.front, item.step, item.entered = event.front, 0, event.t
        item.sticky = item.open_at = None
        return None
