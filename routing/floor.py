"""Who stands where: the interactions, agents and timers of one routing domain, and the moves every event is made of.

One thing to know: a move leaves work for `pairing.settle`, which the caller runs when the whole event or timer has been carried out.
"""

from routing.decisions import Decision, Expire, Offer, Relax, Rule, Withdraw
from routing.events import Config
from routing.pairing import Pairing
from routing.roster import Roster
from routing.state import ASSIGNED, FAR, OFFERED, WAITING, Agent, IdleEntry, Interaction, Queue
from routing.timers import EXPIRE, OPEN, RELAX, Timers

_tuple = tuple.__new__
"""Makes a named tuple without its own constructor, which costs more than finding the bucket."""
_LAST_AGENT, _STEP_DUE = Rule.LAST_AGENT, Rule.STEP_DUE


class Floor:
    """The state of the engine. `out` collects the decisions of the event in hand."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._auto_accept = config.auto_accept
        self.now = 0
        self.out: list[Decision] = []
        self.items: dict[int, Interaction] = {}
        self.timers: Timers[Interaction] = Timers()
        self.roster = Roster()
        self.pairing = Pairing(self.roster, self._pair)

    # -- time -----------------------------------------------------------------------------------------------------------------

    def advance(self, t: int) -> None:
        """Fire every timer due by `t`, each settled fully and stamped with its own due time."""
        pop, pairing = self.timers.pop, self.pairing
        while (fired := pop(t)) is not None:
            self.now, kind, item = fired
            if kind == RELAX:
                self._relax(item)
            elif kind == EXPIRE:
                self._expire(item)
            elif kind == OPEN:
                self.open(item)
            else:
                self._unblock(item)
            if pairing.unsettled:
                pairing.settle()

    def _relax(self, item: Interaction) -> None:
        item.step = step = item.step + 1
        item.relax_timer = 0
        self.out.append(Relax(self.now, item.id, _STEP_DUE, step))
        if step < len(item.queue.relax):
            self.arm_relax(item)
        if item.state is WAITING:
            bucket = self.roster.bucket(item)
            if bucket is not item.bucket:
                self.pairing.leave(item)
                self.pairing.seek(item, bucket)

    def open(self, item: Interaction) -> None:
        """Stop waiting for the last agent: everyone able may take it now."""
        self.timers.cancel(item.open_timer)
        item.sticky = item.open_at = None
        self._rejoin(item)

    def _unblock(self, item: Interaction) -> None:
        blocked = {agent: block for agent, block in (item.blocked or {}).items() if block[0] > self.now}
        item.blocked = blocked or None
        if item.state is WAITING:
            self.pairing.retry(item)

    def _expire(self, item: Interaction) -> None:
        asked, limit = item.asked(), self.config.misses
        for agent in asked:
            agent.misses += 1
            gone = 0 < limit <= agent.misses
            self.out.append(Expire(self.now, item.id, agent.id, Rule.NOT_RESPONDING if gone else Rule.OFFER_TIME))
            self.release(item, agent)
        self.pairing.join(item)
        for agent in asked:
            if 0 < limit <= agent.misses:
                self.unavailable(agent)
            else:
                self.pairing.freed(agent)

    def arm_relax(self, item: Interaction) -> None:
        """Set the timer of the next relaxation step, if there is one."""
        if item.relax_timer:
            self.timers.cancel(item.relax_timer)
        steps, step = item.queue.relax, item.step
        if step < len(steps):
            item.relax_timer = self.timers.set(item.entered + steps[step].after, RELAX, item.id, item)

    # -- moves ----------------------------------------------------------------------------------------------------------------

    def _pair(self, item: Interaction, agent: Agent, rank: IdleEntry | None) -> None:
        now, ident, queue, pairing = self.now, item.id, item.queue, self.pairing
        terms = queue.special.get(item.channel, queue.general) if queue.special else queue.general
        if item.sticky is not None:
            rule = _LAST_AGENT
        elif rank is not None:
            rule = terms.rule
        else:
            rule = agent.profile.rule
        if item.entry is not None:
            pairing.leave(item)
        agent.last_offered = now
        item.agent = agent
        agent.held[ident] = item
        agent.load.add(item.channel, item.units)
        if self._auto_accept:
            item.state = ASSIGNED
            if item.relax_timer or item.sticky is not None or item.blocked is not None:
                self._disarm(item)
        else:
            item.state = OFFERED
            agent.offers[ident] = item
            offer_time = terms.offer_time
            if offer_time:
                item.expires_at = now + offer_time
                item.expire_timer = self.timers.set(item.expires_at, EXPIRE, ident, item)
        pairing.touch(agent)
        key = item.key + FAR if item.front else item.key
        row = (now, ident, agent.id, rule, key, () if rank is None else rank[:3], item.expires_at)
        self.out.append(_tuple(Offer, row))
        if queue.more and not self._auto_accept and item.sticky is None:
            self._ask_more(item, key)

    def _ask_more(self, item: Interaction, key: int) -> None:
        """Offer it to the next best as well, as many as the queue asks at once; whoever accepts first has it."""
        now, queue, pairing = self.now, item.queue, self.pairing
        rule = queue.terms(item.channel).rule
        others: list[Agent] = []
        item.others = others
        while len(others) < queue.more and (rank := pairing.best_besides(item)) is not None:
            agent = rank[5]
            agent.last_offered = now
            agent.held[item.id] = agent.offers[item.id] = item
            agent.load.add(item.channel, item.units)
            others.append(agent)
            pairing.touch(agent)
            self.out.append(Offer(now, item.id, agent.id, rule, key, rank[:3], item.expires_at))

    @staticmethod
    def hold(item: Interaction, agent: Agent) -> None:
        """Count the interaction as in the agent's hands."""
        item.agent = agent
        agent.held[item.id] = item
        agent.load.add(item.channel, item.units)

    def release(self, item: Interaction, agent: Agent) -> bool:
        """Take the interaction out of this agent's hands; False when others are still asked."""
        del agent.held[item.id]
        agent.load.remove(item.channel, item.units)
        if item.state is OFFERED:
            del agent.offers[item.id]
            if item.others:
                asked = [one for one in item.asked() if one is not agent]
                item.agent, item.others = asked[0], asked[1:]
                return False
            item.expires_at = None
            self.timers.cancel(item.expire_timer)
        item.agent = None
        return True

    def keep_only(self, item: Interaction, agent: Agent, rule: Rule) -> None:
        """Of several who are asked it is this agent's now; the offers of the others end without blame."""
        for other in item.asked():
            if other is not agent:
                self.release(item, other)
                self.out.append(Withdraw(self.now, item.id, other.id, rule))
                self.pairing.freed(other)

    def assigned(self, item: Interaction) -> None:
        """It is the agent's work now; no timer concerns it any more."""
        item.state = ASSIGNED
        self._disarm(item)

    def _disarm(self, item: Interaction) -> None:
        """Nothing is due any more for an interaction that left its line for good."""
        cancel = self.timers.cancel
        if item.relax_timer:
            cancel(item.relax_timer)
        if item.expires_at is not None:
            cancel(item.expire_timer)
            item.expires_at = None
        if item.sticky is not None:
            cancel(item.open_timer)
            item.sticky = item.open_at = None
        if item.blocked is not None:
            for _, serial in item.blocked.values():
                cancel(serial)
            item.blocked = None

    def forget(self, item: Interaction) -> None:
        """It ended; its id is unknown from here on."""
        self._disarm(item)
        del self.items[item.id]

    def _rejoin(self, item: Interaction) -> None:
        """Move a waiting interaction to the bucket of what it needs now; its key stays."""
        if item.state is WAITING:
            self.pairing.leave(item)
            self.pairing.join(item)

    def enter(self, item: Interaction, queue: Queue) -> None:
        """Start a stretch of waiting in a queue: its key there, its relaxation from the first step (`arm_relax` must follow)."""
        if item.queue is not queue:
            item.queue = queue
            item.path = None
        item.key = queue.key_of(item)
        item.entered = self.now
        item.step = 0

    def take_back(self, item: Interaction, rule: Rule) -> None:
        """End an offer without blame, or an assignment, and let the agent go on."""
        for agent in item.asked():
            self.release(item, agent)
            if item.state is OFFERED:
                self.out.append(Withdraw(self.now, item.id, agent.id, rule))
            self.pairing.freed(agent)

    def unavailable(self, agent: Agent) -> None:
        """Withdraw what is offered to the agent and open what waits for it alone."""
        agent.available = False
        for item in sorted(agent.offers.values(), key=lambda item: item.id):
            self.out.append(Withdraw(self.now, item.id, agent.id, Rule.AGENT_UNAVAILABLE))
            returned = self.release(item, agent)
            if item.sticky is agent:
                self.open(item)
            if returned:
                self.pairing.join(item)
        self._open_own(agent)
        self.pairing.touch(agent)

    def _open_own(self, agent: Agent) -> None:
        for bucket in list(agent.own):
            for item in bucket.waiting():
                self.open(item)
