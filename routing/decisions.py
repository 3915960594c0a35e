"""What the routing engine answers: typed values, each stamped with the moment it is true from.

One thing to know: `rule` says which sentence of the rules produced the decision, and an Offer also carries the two numbers that
won (the interaction's key and the agent's rank), so that a reason can be stored without asking again. They are named tuples, because
making a frozen dataclass of this size takes longer than finding the agent.
"""

from enum import StrEnum
from typing import NamedTuple


class Rule(StrEnum):
    """Which rule produced a decision. Offers: how the agent was found. Others: what ended or opened it."""

    LAST_AGENT = "last_agent"
    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"
    LEVEL_ORDER = "level_order"
    LEAST_LOADED = "least_loaded"
    PACK = "pack"
    ROUND_ROBIN = "round_robin"
    LONGEST_WAITING = "longest_waiting"
    AGENT_LEVEL_ORDER = "agent_level_order"
    ACCEPTED_ELSEWHERE = "accepted_elsewhere"
    CANCELLED = "cancelled"
    AGENT_UNAVAILABLE = "agent_unavailable"
    REQUEUED = "requeued"
    ASSIGNED_BY_HAND = "assigned_by_hand"
    STEP_DUE = "step_due"
    OFFER_TIME = "offer_time"
    NOT_RESPONDING = "not_responding"
    MAX_WAITING = "max_waiting"
    IMPOSSIBLE = "impossible"


class Code(StrEnum):
    """Why an event was refused."""

    TIME_BACKWARDS = "time_backwards"
    UNKNOWN_QUEUE = "unknown_queue"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_INTERACTION = "unknown_interaction"
    DUPLICATE_INTERACTION = "duplicate_interaction"
    NOT_OFFERED = "not_offered"
    NOT_ASSIGNED = "not_assigned"
    BAD_VALUE = "bad_value"
    MALFORMED = "malformed"


class Offer(NamedTuple):
    """Interaction goes to agent: pending until `expires_at` (None: it does not expire), or assigned at once with auto_accept.

    `key` is the interaction's ordering key in microseconds; `rank` the agent's sort key among the able, smallest first, its
    meaning given by the queue's choice (empty when the agent did the picking or no other agent could).
    """

    t: int
    interaction: int
    agent: int
    rule: Rule
    key: int
    rank: tuple[float, ...]
    expires_at: int | None


class Withdraw(NamedTuple):
    """A pending offer ends without blame; never a miss."""

    t: int
    interaction: int
    agent: int
    rule: Rule


class Relax(NamedTuple):
    """A relaxation step fell due; `step` counts the steps passed so far."""

    t: int
    interaction: int
    rule: Rule
    step: int


class Expire(NamedTuple):
    """The agent did not answer in time: a miss. Rule `not_responding`: it was one too many and the agent is unavailable now."""

    t: int
    interaction: int
    agent: int
    rule: Rule


class RejectFull(NamedTuple):
    """Nobody could take the arrival at once and its queue is full; the interaction is forgotten."""

    t: int
    interaction: int
    rule: Rule


class Refused(NamedTuple):
    """The event was impossible and changed nothing."""

    t: int
    interaction: int | None
    agent: int | None
    rule: Rule
    code: Code


Decision = Offer | Withdraw | Relax | Expire | RejectFull | Refused
