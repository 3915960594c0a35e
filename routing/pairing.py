"""Who gets whom: a freed agent picks, a waiting interaction chooses, and `settle` goes on until no able agent faces a waiting line.

One thing to know: between events no waiting interaction has an able agent (work conservation). So only what the event touched can
make a pair: the agents it freed, the interactions it put in line or widened, the queues whose reserve it may have filled.
"""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush, heapreplace
from itertools import islice

from routing.events import Pick
from routing.roster import Roster
from routing.state import WAITING, Agent, Bucket, IdleEntry, Interaction, LineEntry, Queue

OnPair = Callable[[Interaction, Agent, "IdleEntry | None"], None]
"""Told of each pair: interaction, agent, and the agent's rank if the interaction chose (None: the agent picked)."""


class Pairing:
    """Lines and idle agents of one routing domain, and the work left to settle after an event."""

    def __init__(self, roster: Roster, on_pair: OnPair) -> None:
        self._roster = roster
        self._on_pair = on_pair
        self._touched: list[Agent] = []
        self._freed: list[Agent] = []
        self._returned: list[Interaction] = []
        self._gates: dict[Queue, None] = {}
        self.unsettled = False

    # -- lines and agents change ----------------------------------------------------------------------------------------------

    def join(self, item: Interaction) -> None:
        """Put a waiting interaction in line and look for an agent at the next `settle`."""
        item.state = WAITING
        item.agent = None
        self._stand(item, self._roster.bucket(item))
        self._returned.append(item)
        self.unsettled = True

    def seek(self, item: Interaction, bucket: Bucket | None = None) -> None:
        """`join` and `settle` in one for an interaction that is in no line: only if nobody is able does it stand in line at all."""
        if self.unsettled:
            self.join(item)
            return
        if bucket is None:
            bucket = self._roster.bucket(item)
        if self._touched:
            self._note_touched()
        idle, rank = bucket.idle, None
        if idle is None or (idle and not bucket.plain) or not bucket.easy or item.blocked is not None:
            rank = self.choose(item, bucket)
        else:
            while idle:
                note = idle[0]
                if note[4] == note[5].epoch:
                    rank = note
                    break
                idle.popleft()  # type: ignore[union-attr]
        if rank is None:
            self._stand(item, bucket)
        else:
            self._on_pair(item, rank[5], rank)

    def _stand(self, item: Interaction, bucket: Bucket) -> None:
        queue = item.queue
        queue.waiting += 1
        item.bucket = bucket
        item.entry = entry = queue.entry(item)
        bucket.push(entry)

    def leave(self, item: Interaction) -> None:
        """Take an interaction out of its line, if it stands in one."""
        bucket, entry = item.bucket, item.entry
        if bucket is None or entry is None:
            return
        item.bucket = item.entry = None
        item.queue.waiting -= 1
        bucket.forget(entry)
        if bucket.only is not None and not bucket.live:
            self._roster.drop(bucket)

    def retry(self, item: Interaction) -> None:
        """A waiting interaction may have an able agent now."""
        self._returned.append(item)
        self.unsettled = True

    def retry_queue(self, queue: Queue) -> None:
        """Anything waiting in this queue may have an able agent now."""
        self._gates[queue] = None
        self.unsettled = True

    def touch(self, agent: Agent) -> None:
        """The agent's presence, load or idle clock changed: its notes in idle heaps are stale."""
        agent.epoch += 1
        if agent.listed:
            agent.listed = False
            self._touched.append(agent)
        if agent.profile.reserved:
            self._roster.recount(agent)
            for queue in agent.profile.reserved:
                self._gates[queue] = None
            self.unsettled = True

    def freed(self, agent: Agent) -> None:
        """The agent may be able to take more than before: it picks at the next `settle`."""
        self.touch(agent)
        self._freed.append(agent)
        self.unsettled = True

    def serve(self, agent: Agent) -> None:
        """`freed` and `settle` in one, where work conservation leaves this agent as the only one able to take what it picks."""
        if self.unsettled or agent.profile.reserved:
            self.freed(agent)
            return
        load, pick, pair = agent.load, self.pick, self._on_pair
        while not load.firm_sole:
            entry = pick(agent)
            if entry is None:
                break
            pair(entry[3], agent, None)
        else:
            return
        self.touch(agent)

    # -- settling -------------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Make every pair that can be made: first the freed agents pick, then what waits chooses, smallest key first."""
        while self._freed:
            agent = self._freed[0]
            entry = self.pick(agent)
            if entry is None:
                del self._freed[0]
                continue
            item = entry[3]
            rank = None if self._sole(item) else self.choose_for(item)
            if rank is None or rank[5] is agent:
                self._on_pair(item, agent, None)
            else:
                self._on_pair(item, rank[5], rank)
        while self._returned or self._gates:
            self._settle_lines()
        self.unsettled = False

    def _sole(self, item: Interaction) -> bool:
        """True when work conservation leaves the freed agent as the only one able to take this interaction."""
        return len(self._freed) == 1 and not item.queue.reserve and item not in self._returned

    def _settle_lines(self) -> None:
        if not self._gates and len(self._returned) == 1:
            item = self._returned.pop()
            rank = self.choose_for(item)
            if rank is not None:
                self._on_pair(item, rank[5], rank)
            return
        lines = self._lines()
        while True:
            best: tuple[LineEntry, IdleEntry, _Line] | None = None
            for line in lines.values():
                found = line.first(self)
                if found is not None and (best is None or found[0][1:3] < best[0][1:3]):
                    best = (*found, line)
            if best is None:
                break
            entry, rank, _ = best
            self._on_pair(entry[3], rank[5], rank)
            if self._gates:
                lines.update(self._lines())

    def _lines(self) -> dict[Queue, "_Line"]:
        """What may be paired, by queue: whole queues whose gate may have opened, else just the interactions put in line."""
        lines = {queue: _Line(queue.buckets.values()) for queue in self._gates if queue.waiting}
        loose: dict[Queue, list[Interaction]] = {}
        for item in self._returned:
            if item.queue not in self._gates and item.state is WAITING:
                loose.setdefault(item.queue, []).append(item)
        for queue, items in loose.items():
            lines[queue] = _Line(items)
        self._gates.clear()
        self._returned.clear()
        return lines

    # -- the two directions ---------------------------------------------------------------------------------------------------

    def pick(self, agent: Agent) -> LineEntry | None:
        """The entry of the interaction this agent should get next, by its `pick`; None when it can take nothing that waits."""
        load, profile = agent.load, agent.profile
        if not agent.available or load.firm_sole:
            return None
        if not profile.simple or agent.own:
            return self._pick_with_care(agent)
        best = None
        for (channel, units), group in profile.groups.items():
            if not load.fits(channel, units):
                continue
            for bucket in group:
                entry = bucket.head
                if entry is not None and (best is None or entry < best):
                    best = entry
        return best if best is None or best[3].blocked is None else self._pick_with_care(agent)

    def _pick_with_care(self, agent: Agent) -> LineEntry | None:
        """`pick` where the first in line may not be this agent's, or heads of different queues are compared by other rules."""
        fits = agent.load.fits
        heads: dict[Queue, LineEntry] = {}
        for bucket in (*(b for group in agent.profile.groups.values() for b in group), *agent.own):
            entry = bucket.head
            if entry is None or not fits(bucket.channel, bucket.units):
                continue
            if not bucket.easy or entry[3].blocked is not None:
                entry = self._head_for(agent, bucket)
                if entry is None:
                    continue
            if bucket.queue not in heads or entry < heads[bucket.queue]:
                heads[bucket.queue] = entry
        return self._among(agent, heads) if heads else None

    @staticmethod
    def _among(agent: Agent, heads: dict[Queue, LineEntry]) -> LineEntry:
        """One of the heads of different queues."""
        if agent.profile.pick is Pick.LEVEL_ORDER:
            levels = agent.profile.levels
            return heads[min(heads, key=lambda queue: (-queue.first_level(levels), queue.id))]
        return min(heads.values(), key=lambda entry: entry[1:3])

    def _head_for(self, agent: Agent, bucket: Bucket) -> LineEntry | None:
        """The first in this bucket that may go to the agent, which has room for it: not what it declined lately."""
        queue, head = bucket.queue, bucket.head
        if head is None or (bucket.only is not None and not self._roster.could_serve(agent, head[3])):
            return None
        if queue.reserve and queue.idle <= queue.reserve and agent.wholly_idle():
            return None
        if head[3].blocked is None or agent.id not in head[3].blocked:
            return head
        return _walk(bucket, lambda item: item.blocked is None or agent.id not in item.blocked)

    def choose_for(self, item: Interaction) -> IdleEntry | None:
        """`choose` for one that stands in line; None when it no longer does."""
        return None if item.bucket is None else self.choose(item, item.bucket)

    def choose(self, item: Interaction, bucket: Bucket) -> IdleEntry | None:
        """The rank of the agent that an interaction of this bucket should go to, by its queue's choice; None: nobody is able now."""
        if bucket.only is not None:
            return bucket.note(bucket.only) if self.able(bucket.only, bucket, item) else None
        if self._touched:
            self._note_touched()
        idle = bucket.idle
        if idle is None:
            idle = self._activate(bucket)
        if item.blocked is not None or bucket.queue.reserve:
            return next((note for note in self._in_order(idle) if self.able(note[5], bucket, item)), None)
        plain = bucket.plain
        while idle:
            note = idle[0]
            if note[4] == note[5].epoch:
                return note
            if plain:
                idle.popleft()  # type: ignore[union-attr]
            else:
                heappop(idle)  # type: ignore[arg-type]
        return None

    @staticmethod
    def _in_order(idle: deque[IdleEntry] | list[IdleEntry]) -> Iterator[IdleEntry]:
        """The fresh notes of idle agents, best first."""
        in_order = idle if isinstance(idle, deque) else sorted(idle)
        return (note for note in in_order if note[4] == note[5].epoch)

    def ranked(self, item: Interaction, limit: int) -> list[IdleEntry]:
        """The ranks of up to `limit` agents able to take an interaction now, best first; it need not be waiting."""
        bucket = self._roster.bucket(item)
        if bucket.only is not None:
            return []
        self._note_touched()
        idle = self._activate(bucket) if bucket.idle is None else bucket.idle
        others = (note for note in self._in_order(idle) if item.id not in note[5].held)
        found = (note for note in others if self.able(note[5], bucket, item))
        return list(islice(found, limit))

    def best_besides(self, item: Interaction) -> IdleEntry | None:
        """The rank of the best able agent who is not asked already, for one that is being offered to several; None when there is none."""
        bucket = self._roster.bucket(item)
        self._note_touched()
        idle = self._activate(bucket) if bucket.idle is None else bucket.idle
        asked = (note for note in self._in_order(idle) if item.id not in note[5].held)
        return next((note for note in asked if self.able(note[5], bucket, item)), None)

    def able(self, agent: Agent, bucket: Bucket, item: Interaction) -> bool:
        """True when this waiting interaction may be offered to this agent now."""
        queue = item.queue
        return (
            agent.available
            and agent.load.fits(item.channel, item.units)
            and (agent.profile in bucket.profiles or (bucket.only is agent and self._roster.could_serve(agent, item)))
            and (item.blocked is None or agent.id not in item.blocked)
            and not (queue.reserve and queue.idle <= queue.reserve and agent.wholly_idle())
        )

    # -- idle heaps -----------------------------------------------------------------------------------------------------------

    def _note_touched(self) -> None:
        for agent in self._touched:
            agent.listed = True
            load = agent.load
            if not agent.available or load.firm_sole:
                continue
            since = agent.idle_since
            note = (0, since, agent.ordinal, agent.id, agent.epoch, agent)
            for (channel, units), group in agent.profile.groups.items():
                if load.fits(channel, units):
                    for bucket in group:
                        idle = bucket.idle
                        if idle is None:
                            continue
                        if not bucket.plain:
                            heappush(idle, bucket.note(agent))  # type: ignore[arg-type]
                        elif not idle or idle[-1][1] < since or idle[-1] < note:
                            idle.append(note)
                        else:
                            insort(idle, note)
                        if len(idle) > bucket.idle_limit:
                            bucket.sweep_idle()
        self._touched.clear()

    @staticmethod
    def _activate(bucket: Bucket) -> deque[IdleEntry] | list[IdleEntry]:
        """Gather the able agents of a bucket that nobody asked about before."""
        return bucket.adopt_idle(
            [
                bucket.note(agent)
                for profile in bucket.profiles
                for agent in profile.agents
                if agent.available and agent.load.fits(bucket.channel, bucket.units)
            ]
        )


class _Line:
    """The waiting interactions of one queue that may have found an agent, in the queue's order."""

    def __init__(self, sources: Iterable[Bucket | Interaction]) -> None:
        self._heap: list[tuple[LineEntry, int, Bucket | Interaction]] = []
        for number, source in enumerate(sources):
            head = _head(source)
            if head is not None:
                self._heap.append((head, number, source))
        heapify(self._heap)

    def first(self, pairing: Pairing) -> tuple[LineEntry, IdleEntry] | None:
        """The first that has an able agent now, with that agent's rank; drops what has none (it gets none by others' gain)."""
        heap = self._heap
        while heap:
            entry, number, source = heap[0]
            ranks: dict[int, IdleEntry] = {}
            found = _first_able(pairing, source, ranks)
            if found is None:
                heappop(heap)
            elif found is entry:
                return entry, ranks[found[2]]
            else:
                heapreplace(heap, (found, number, source))
        return None


def _head(source: Bucket | Interaction) -> LineEntry | None:
    if isinstance(source, Interaction):
        return source.entry
    return source.head


def _first_able(pairing: Pairing, source: Bucket | Interaction, ranks: dict[int, IdleEntry]) -> LineEntry | None:
    """The first of one bucket that has an able agent. All in a bucket need the same, so only declined ones are walked past."""

    def able(item: Interaction) -> bool:
        rank = pairing.choose_for(item)
        if rank is not None:
            ranks[item.id] = rank
        return rank is not None

    head = _head(source)
    if head is None or able(head[3]):
        return head
    if isinstance(source, Interaction) or not head[3].blocked:
        return None
    return _walk(source, able, until_unblocked=True)


def _walk(bucket: Bucket, suits: Callable[[Interaction], bool], *, until_unblocked: bool = False) -> LineEntry | None:
    """The first of a bucket that suits, looking past the head; with `until_unblocked` no further than one that nobody declined."""
    for entry in bucket.in_order():
        if suits(entry[3]):
            return entry
        if until_unblocked and not entry[3].blocked:
            return None
    return None
