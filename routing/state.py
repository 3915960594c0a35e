"""The records the routing engine keeps in memory: queues, interactions, agents, and the indexes between them.

One thing to know: an interaction waits in exactly one Bucket (all that need the same), and its live heap entry is the one it points
to by `entry`; every other entry that names it is dead and is thrown away when it surfaces. Likewise an agent's entries in idle
heaps are live only while they carry its present `epoch`.
"""

from collections import deque
from collections.abc import Iterator
from enum import Enum
from heapq import heapify, heappop, heappush

from routing.capacity import Load
from routing.decisions import Rule
from routing.events import AgentSet, Choice, Order, Pick, QueueSet, SkillNeed
from routing.match import Need, combine
from routing.relax import in_order, relaxed

FAR = 1 << 200
"""Farther than any key (times and priority x head start are 62-bit numbers): added or subtracted, it puts one group wholly after or before another."""
_SLACK = 64

LineEntry = tuple[int, int, int, "Interaction"]
"""(order within the queue, key, id, interaction); smallest is served first."""
IdleEntry = tuple[float, int, int, int, int, "Agent"]
"""(score by the queue's choice, idle_since, ordinal, id, epoch, agent); smallest is chosen first."""


class State(Enum):
    """Where a live interaction stands; one that ended is forgotten."""

    WAITING = "waiting"
    OFFERED = "offered"
    ASSIGNED = "assigned"


WAITING, OFFERED, ASSIGNED = State.WAITING, State.OFFERED, State.ASSIGNED


class Interaction:
    """One interaction from arrival to its end."""

    __slots__ = (
        "agent",
        "base",
        "blocked",
        "bucket",
        "channel",
        "deadline",
        "entered",
        "entry",
        "expire_timer",
        "expires_at",
        "front",
        "id",
        "key",
        "last_agent",
        "open_at",
        "open_timer",
        "others",
        "path",
        "priority",
        "queue",
        "relax_timer",
        "skills",
        "state",
        "step",
        "sticky",
        "units",
    )  # fmt: skip

    def __init__(
        self,
        ident: int,
        queue: "Queue",
        channel: str,
        units: int,
        base: int,
        priority: int = 0,
        deadline: int | None = None,
        skills: tuple[SkillNeed, ...] = (),
    ) -> None:
        self.id = ident
        self.queue = queue
        self.channel = channel
        self.units = units
        self.priority = priority
        self.base = base
        self.key = 0
        self.front = False
        self.deadline = deadline
        self.skills = skills
        self.path: dict[int, Bucket] | None = None
        self.last_agent: int | None = None
        self.sticky: Agent | None = None
        self.open_at: int | None = None
        self.entered = 0
        self.step = 0
        self.state = WAITING
        self.agent: Agent | None = None
        self.others: list[Agent] | None = None
        """Whom it is offered to besides `agent`, in the order they were asked."""
        self.expires_at: int | None = None
        self.blocked: dict[int, tuple[int, int]] | None = None
        self.bucket: Bucket | None = None
        self.entry: LineEntry | None = None
        self.relax_timer = self.open_timer = self.expire_timer = 0

    def asked(self) -> "list[Agent]":
        """Who has it in hand: the one it is assigned to, or all to whom it is offered, in the order they were asked."""
        return [] if self.agent is None else [self.agent, *(self.others or ())]

    def __lt__(self, other: "Interaction") -> bool:
        """Never: only the dead entry of one that ended meets another of its id, and the order of the two does not matter."""
        return False


class Terms:
    """What a queue does for one channel: how long offers and the last agent are waited for, who is chosen, how many may wait."""

    __slots__ = ("choice", "last_agent_wait", "max_waiting", "offer_time", "rule")

    def __init__(
        self, _channel: str, offer_time: int, last_agent_wait: int, choice: Choice, max_waiting: int | None
    ) -> None:
        self.offer_time = offer_time
        self.last_agent_wait = last_agent_wait
        self.choice = choice
        self.max_waiting = max_waiting
        self.rule = Rule(choice.value)


class Queue:
    """A waiting line: its settings, and its buckets by what they need."""

    __slots__ = (
        "buckets", "general", "head_start", "id", "idle", "index", "limited", "more", "order", "paths", "relax", "reserve", "setting", "special",
        "waiting",
    )  # fmt: skip

    def __init__(self, setting: QueueSet) -> None:
        self.id = setting.queue
        self.waiting = 0
        self.idle = 0
        self.buckets: dict[tuple[str, int, Need, int | None], Bucket] = {}
        self.paths: dict[tuple[tuple[SkillNeed, ...], str, int], dict[int, Bucket]] = {}
        self.index: dict[int | None, dict[Bucket, None]] = {}
        self.adopt(setting)

    def adopt(self, setting: QueueSet) -> None:
        """Take new settings; the caller moves those already waiting."""
        self.setting = setting
        self.relax = in_order(setting.relax)
        self.order = setting.order
        self.reserve = setting.reserve
        self.head_start = setting.head_start
        self.more = setting.offers_at_once - 1
        own = (setting.offer_time, setting.last_agent_wait, setting.choice, setting.max_waiting)
        self.general = Terms("", *own)
        self.special = {other.channel: Terms(*other) for other in setting.by_channel}
        self.limited = any(terms.max_waiting is not None for terms in (self.general, *self.special.values()))

    def terms(self, channel: str) -> "Terms":
        """What holds for this channel."""
        return self.special.get(channel, self.general)

    def crowd(self, channel: str) -> int:
        """How many wait here, as far as they count against the limit of this channel."""
        if channel not in self.special:
            return self.waiting
        return sum(bucket.live for bucket in self.buckets.values() if bucket.channel == channel)

    def need(self, skills: tuple[SkillNeed, ...], step: int) -> Need:
        """What an interaction with these skills of its own needs here after `step` relaxation steps."""
        whole = combine(self.setting.skills, skills)
        return Need(relaxed(whole.required, self.relax[:step]), whole.listed)

    def key_of(self, item: Interaction) -> int:
        """The ordering key, microseconds; it never changes while the interaction waits."""
        key = item.base - item.priority * self.head_start
        return key - FAR if item.front else key

    def entry(self, item: Interaction) -> LineEntry:
        """The place of an interaction in this queue's order."""
        if self.order is Order.KEY:
            return (item.key, item.key, item.id, item)
        by_deadline = FAR if item.deadline is None else item.deadline
        first = -item.priority if self.order is Order.STRICT else by_deadline
        if item.front:
            first -= 4 * FAR
        return (first, item.key, item.id, item)

    def first_level(self, levels: dict[int, int]) -> int:
        """The level held in the queue's first listed skill; 0 without."""
        return levels.get(self.setting.skills[0].skill, 0) if self.setting.skills else 0


class Agent:
    """One agent: presence, load and the idle clock."""

    __slots__ = (
        "available", "counted", "epoch", "held", "id", "idle_since", "last_offered", "listed", "load", "misses", "offers", "ordinal",
        "own", "profile", "setting",
    )  # fmt: skip

    def __init__(self, setting: AgentSet, profile: "Profile") -> None:
        self.id = setting.agent
        self.available = False
        self.idle_since = 0
        self.last_offered = -1
        self.misses = 0
        self.epoch = 0
        self.listed = True
        self.counted = False
        self.held: dict[int, Interaction] = {}
        self.offers: dict[int, Interaction] = {}
        self.own: dict[Bucket, None] = {}
        self.adopt(setting, profile)

    def adopt(self, setting: AgentSet, profile: "Profile") -> None:
        """Take a new profile; what is in hand stays in hand, even above the new capacity."""
        self.setting = setting
        self.ordinal = setting.ordinal
        self.profile = profile
        self.load = Load(setting, ((item.channel, item.units) for item in self.held.values()))

    def wholly_idle(self) -> bool:
        """Available with nothing in hand at all."""
        return self.available and not self.load.count


class Profile:
    """Agents with the same skills, queues and pick share one list of the buckets that they may serve.

    `groups` holds them by channel and units, because either all of a group fit into an agent's load or none.
    """

    __slots__ = ("agents", "groups", "levels", "pick", "queues", "reserved", "rule", "simple")

    def __init__(self, setting: AgentSet) -> None:
        self.levels = {held.skill: held.level for held in setting.skills}
        self.queues = frozenset(setting.queues)
        self.pick: Pick = setting.pick
        self.agents: dict[Agent, None] = {}
        self.rule = Rule.LONGEST_WAITING if setting.pick is Pick.LONGEST_WAITING else Rule.AGENT_LEVEL_ORDER
        self.groups: dict[tuple[str, int], dict[Bucket, None]] = {}
        self.reserved: tuple[Queue, ...] = ()
        self.simple = True


def _living(entry: LineEntry) -> tuple[LineEntry, ...]:
    return (entry,) if entry[3].entry is entry else ()


class Bucket:
    """Interactions of one queue that need exactly the same, and (while someone asked lately) the idle agents able to serve them.

    Most come in the order they will be served in and stand in `line`; those that belong further forward wait in the heap `late`.
    """

    __slots__ = (
        "channel", "choice", "easy", "gone", "head", "idle", "idle_limit", "late", "line", "live", "need", "only", "plain", "profiles", "queue", "units",
    )  # fmt: skip

    def __init__(self, queue: Queue, channel: str, units: int, need: Need, only: Agent | None) -> None:
        self.queue = queue
        self.channel = channel
        self.units = units
        self.need = need
        self.only = only
        self.gone = False
        self.easy = only is None and not queue.reserve
        self.choice = queue.terms(channel).choice
        self.plain = self.choice is Choice.LONGEST_IDLE
        self.line: deque[LineEntry] = deque()
        self.late: list[LineEntry] = []
        self.head: LineEntry | None = None
        self.live = 0
        self.profiles: dict[Profile, float] = {}
        self.idle: deque[IdleEntry] | list[IdleEntry] | None = None
        self.idle_limit = _SLACK

    def push(self, entry: LineEntry) -> None:
        """Put an interaction in line."""
        line = self.line
        if not line or line[-1] < entry:
            line.append(entry)
        else:
            heappush(self.late, entry)
        self.live += 1
        head = self.head
        if head is None or entry < head:
            self.head = entry

    def forget(self, entry: LineEntry) -> None:
        """This one left (its interaction no longer points to it): find the next `head`, and sweep when the dead outnumber the living."""
        self.live = live = self.live - 1
        line, late = self.line, self.late
        if self.head is entry:
            if line and line[0] is entry:
                line.popleft()
            if len(line) + len(late) > live:
                self._drop_dead()
            if not late:
                self.head = line[0] if line else None
            else:
                self.head = line[0] if line and line[0] < late[0] else late[0]
        elif len(line) + len(late) > 2 * live + _SLACK:
            self.line = deque(entry for entry in line if entry[3].entry is entry)
            self.late = [entry for entry in late if entry[3].entry is entry]
            heapify(self.late)

    def _drop_dead(self) -> None:
        """See to it that what stands first, in order or late, is alive."""
        line, late = self.line, self.late
        while line and line[0][3].entry is not line[0]:
            line.popleft()
        while late and late[0][3].entry is not late[0]:
            heappop(late)

    def waiting(self) -> list[Interaction]:
        """Those in line, in no order."""
        return [entry[3] for entry in (*self.line, *self.late) if entry[3].entry is entry]

    def in_order(self) -> Iterator[LineEntry]:
        """The living, first to last; for a look past the head, which is rare."""
        late = self.late.copy()
        for entry in self.line:
            while late and late[0] < entry:
                yield from _living(heappop(late))
            yield from _living(entry)
        while late:
            yield from _living(heappop(late))

    def sweep_idle(self) -> None:
        """Throw away stale notes of idle agents, which may outnumber the fresh."""
        if self.idle is not None:
            self.adopt_idle([noted for noted in self.idle if noted[4] == noted[5].epoch])

    def adopt_idle(self, notes: list[IdleEntry]) -> deque[IdleEntry] | list[IdleEntry]:
        """Keep these notes of idle agents. Where the longest idle is wanted a line in order will do, because agents become idle in
        order of time; other choices need a heap."""
        self.idle_limit = 2 * len(notes) + _SLACK
        if self.plain:
            self.idle = line = deque(sorted(notes))
            return line
        heapify(notes)
        self.idle = notes
        return notes

    def static_score(self, levels: dict[int, int]) -> float:
        """The part of an agent's score that only its skills decide, by the queue's choice; less is better."""
        choice = self.choice
        if choice is Choice.MOST_SKILLED:
            return -sum(levels.get(skill, 0) for skill in self.need.listed)
        if choice is Choice.LEVEL_ORDER:
            return -self.queue.first_level(levels)
        return 0

    def note(self, agent: Agent) -> IdleEntry:
        """How this agent ranks for these interactions now."""
        choice = self.choice
        score, idle = self.profiles.get(agent.profile), agent.idle_since
        if score is None:
            score = self.static_score(agent.profile.levels)
        if choice is Choice.LEAST_LOADED:
            score = agent.load.share()
        elif choice is Choice.PACK:
            score = -agent.load.share()
        elif choice is Choice.ROUND_ROBIN:
            score, idle = agent.last_offered, 0
        return (score, idle, agent.ordinal, agent.id, agent.epoch, agent)
