"""What may happen to the routing engine: settings, arrivals, answers, the passing of time.

One thing to know: these are values of the past, already decided elsewhere. Times (`t`, `queued_at`, `deadline`) are whole
microseconds since the epoch, durations whole microseconds, channels strings, every other id any Python integer. The trace
format (routing/trace.py) writes the same fields under the same names.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Order(StrEnum):
    """How a queue sorts its own line."""

    KEY = "key"
    STRICT = "strict"
    DEADLINE = "deadline"


class Choice(StrEnum):
    """Which of several able agents an interaction goes to; set per queue."""

    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"
    LEVEL_ORDER = "level_order"
    LEAST_LOADED = "least_loaded"
    PACK = "pack"
    ROUND_ROBIN = "round_robin"


class Pick(StrEnum):
    """Which of several waiting interactions a freed agent gets; set per agent."""

    LONGEST_WAITING = "longest_waiting"
    LEVEL_ORDER = "level_order"


class SkillNeed(NamedTuple):
    """A skill an interaction asks for: held at `level` or better if required, only counted in rankings if preferred."""

    skill: int
    level: int
    required: bool = True


class SkillHeld(NamedTuple):
    """A skill an agent holds, and how well (1-10)."""

    skill: int
    level: int


class RelaxStep(NamedTuple):
    """After so long in line the required level of `skill` falls to `level`; None drops the requirement."""

    after: int
    skill: int
    level: int | None


class Cap(NamedTuple):
    """At most `n` interactions of this channel at once."""

    channel: str
    n: int


class ChannelTerms(NamedTuple):
    """What a queue does otherwise for one channel; `max_waiting` then counts what waits by that channel alone."""

    channel: str
    offer_time: int
    last_agent_wait: int
    choice: Choice
    max_waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The rules of one routing domain: offers count as accepted, misses until unavailable (0 = never), pause after a decline."""

    auto_accept: bool
    misses: int
    decline_block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSet:
    """A queue appears or its settings change; those already waiting follow the new settings.

    `by_channel` are other terms for some channels; the order is one over all of them. `offers_at_once`: so many agents at most are asked together, and the first to accept has it.
    """

    t: int
    queue: int
    skills: tuple[SkillNeed, ...] = ()
    relax: tuple[RelaxStep, ...] = ()
    order: Order = Order.KEY
    head_start: int = 0
    choice: Choice = Choice.LONGEST_IDLE
    offer_time: int = 0
    last_agent_wait: int = 0
    reserve: int = 0
    max_waiting: int | None = None
    offers_at_once: int = 1
    by_channel: tuple[ChannelTerms, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSet:
    """An agent appears (unavailable) or its profile changes (presence and work in hand stay)."""

    t: int
    agent: int
    ordinal: int
    skills: tuple[SkillHeld, ...] = ()
    queues: tuple[int, ...] = ()
    units: int = 100
    caps: tuple[Cap, ...] = ()
    exclusive: tuple[str, ...] = ()
    interruptible: tuple[str, ...] = ()
    pick: Pick = Pick.LONGEST_WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """An agent becomes available or stops being so; stopping withdraws its pending offers."""

    t: int
    agent: int
    available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive:
    """An interaction joins a queue; `queued_at` (default `t`) is what its place in line counts from."""

    t: int
    interaction: int
    queue: int
    channel: str
    units: int
    priority: int = 0
    queued_at: int | None = None
    deadline: int | None = None
    skills: tuple[SkillNeed, ...] = ()
    last_agent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """The customer left, or a person closed it."""

    t: int
    interaction: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """The agent takes the interaction it was offered."""

    t: int
    interaction: int
    agent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """The agent refuses the interaction it was offered."""

    t: int
    interaction: int
    agent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Handling is over, wrap-up included; the agent's capacity is free."""

    t: int
    interaction: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeue:
    """Back into a line (None: the same queue), keeping its key, or ahead of every key."""

    t: int
    interaction: int
    queue: int | None = None
    front: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Nothing but the passing of time."""

    t: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """A person gave the interaction to an agent: taken, pushed, started, or still wrapped up after a transfer.

    Not in the external trace. It ignores skills, capacity and presence. A waiting or offered interaction is taken out of its line
    (another agent's pending offer is withdrawn), an assigned one changes hands; an unknown one comes into being and needs `queue`,
    `channel` and `units`, which are otherwise ignored.
    """

    t: int
    interaction: int
    agent: int
    queue: int | None = None
    channel: str | None = None
    units: int | None = None


Event = QueueSet | AgentSet | AgentState | Arrive | Cancel | Accept | Decline | Finish | Requeue | Tick | Assign
