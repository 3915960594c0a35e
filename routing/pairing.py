"""Who gets whom: a freed agent picks, a waiting interaction chooses, and `settle` goes on until no able agent faces a waiting line.

One thing to know: between events no waiting interaction has an able agent (work conservation). So only what the event touched can
make a pair: the agents it freed, the interactions it put in line or widened, the queues whose reserve it may have filled.
"""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush, heapreplace

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
        self._serial = 0
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
        rank = self.choose(item, bucket)
        if rank is None:
            self._stand(item, bucket)
        else:
            self._on_pair(item, rank[5], rank)

    def _stand(self, item: Interaction, bucket: Bucket) -> None:
        self._serial += 1
        queue = item.queue
        queue.waiting += 1
        item.bucket = bucket
        item.entry = entry = queue.entry(item, self._serial)
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
        self.touch(agent)
        load = agent.load
        while not load.firm_sole and (entry := self.pick(agent)) is not None:
            self._on_pair(entry[4], agent, None)

    # -- settling -------------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Make every pair that can be made: first the freed agents pick, then what waits chooses, smallest key first."""
        while self._freed:
            agent = self._freed[0]
            entry = self.pick(agent)
            if entry is None:
                del self._freed[0]
                continue
            item = entry[4]
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
            self._on_pair(entry[4], rank[5], rank)
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
        best: LineEntry | None = None
        heads: dict[Queue, LineEntry] | None = None if profile.simple else {}
        for group in self._fitting(agent):
            for bucket in group:
                entry = bucket.head
                if entry is None or (best is not None and best < entry):
                    continue
                if not bucket.easy or entry[4].blocked is not None:
                    entry = self._head_for(agent, bucket)
                    if entry is None:
                        continue
                if heads is None:
                    if best is None or entry < best:
                        best = entry
                elif bucket.queue not in heads or entry < heads[bucket.queue]:
                    heads[bucket.queue] = entry
        return self._among(agent, heads) if heads else best

    @staticmethod
    def _fitting(agent: Agent) -> list[Iterable[Bucket]]:
        """The agent's buckets that its load has room for."""
        fits = agent.load.fits
        found: list[Iterable[Bucket]] = [group for kind, group in agent.profile.groups.items() if fits(*kind)]
        if agent.own:
            found.append([bucket for bucket in agent.own if fits(bucket.channel, bucket.units)])
        return found

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
        if head is None or (bucket.only is not None and not self._roster.could_serve(agent, head[4])):
            return None
        if queue.reserve and queue.idle <= queue.reserve and agent.wholly_idle():
            return None
        if head[4].blocked is None or agent.id not in head[4].blocked:
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
        channel, units, reserve = bucket.channel, bucket.units, bucket.queue.reserve
        aside: list[IdleEntry] = []
        found: IdleEntry | None = None
        while idle:
            note = idle[0]
            agent = note[5]
            if note[4] != agent.epoch or not agent.load.fits(channel, units):
                heappop(idle)
            elif (item.blocked is not None or reserve) and not self.able(agent, bucket, item):
                aside.append(heappop(idle))
            else:
                found = note
                break
        for note in aside:
            heappush(idle, note)
        return found

    def ranked(self, item: Interaction, limit: int) -> list[IdleEntry]:
        """The ranks of up to `limit` agents able to take an interaction now, best first; it need not be waiting."""
        bucket = self._roster.bucket(item)
        if bucket.only is not None:
            return []
        self._note_touched()
        idle = self._activate(bucket) if bucket.idle is None else bucket.idle
        seen: dict[int, IdleEntry] = {}
        found: list[IdleEntry] = []
        while idle and len(found) < limit:
            note = heappop(idle)
            if note[4] != note[5].epoch or note[3] in seen:
                continue
            seen[note[3]] = note
            if self.able(note[5], bucket, item):
                found.append(note)
        for note in seen.values():
            heappush(idle, note)
        return found

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
            plain = (0, agent.idle_since, agent.ordinal, agent.id, agent.epoch, agent)
            for (channel, units), group in agent.profile.groups.items():
                if load.fits(channel, units):
                    for bucket in group:
                        idle = bucket.idle
                        if idle is not None:
                            heappush(idle, plain if bucket.plain else bucket.note(agent))
                            if len(idle) > bucket.idle_limit:
                                bucket.sweep_idle()
        self._touched.clear()

    @staticmethod
    def _activate(bucket: Bucket) -> list[IdleEntry]:
        """Gather the able agents of a bucket that nobody asked about before."""
        idle = bucket.idle = [
            bucket.note(agent)
            for profile in bucket.profiles
            for agent in profile.agents
            if agent.available and agent.load.fits(bucket.channel, bucket.units)
        ]
        heapify(idle)
        bucket.idle_limit = 2 * len(idle) + 64
        return idle


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
    if head is None or able(head[4]):
        return head
    if isinstance(source, Interaction) or not head[4].blocked:
        return None
    return _walk(source, able, until_unblocked=True)


def _walk(bucket: Bucket, suits: Callable[[Interaction], bool], *, until_unblocked: bool = False) -> LineEntry | None:
    """The first live entry of a bucket that suits, looking past the head; the heap is left as it was."""
    heap = bucket.heap
    aside: list[LineEntry] = []
    found: LineEntry | None = None
    while heap:
        entry = heap[0]
        if entry[4].entry is entry:
            if suits(entry[4]):
                found = entry
                break
            if until_unblocked and not entry[4].blocked:
                break
            aside.append(heappop(heap))
        else:
            heappop(heap)
    for entry in aside:
        heappush(heap, entry)
    return found
