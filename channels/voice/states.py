"""The whole state of one call as a frozen value, and its way to JSON and back: what stands in the call's row.

Nothing outside it is remembered, so a process may die between any two events.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from channels.voice.contract import SECOND, LegInput, LegJoined, LegLeft, LegRinging, Mode, Role
from channels.voice.menu import Menu, Place


class State(StrEnum):
    """Where the call is; only `call.step` moves it."""

    NEW = "new"
    IVR = "ivr"
    WAITING = "waiting"
    OFFERING = "offering"
    CONNECTING = "connecting"
    BRIDGING = "bridging"
    TALKING = "talking"
    HELD = "held"
    CONSULTING = "consulting"
    RECOVERING = "recovering"
    CALLBACK_WAIT = "callback_wait"
    CALLBACK_DIALING = "callback_dialing"
    VOICEMAIL = "voicemail"
    ENDED = "ended"


WITH_AGENT = frozenset({State.TALKING, State.HELD, State.CONSULTING, State.RECOVERING})


class Outcome(StrEnum):
    """How a call ended."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"
    VOICEMAIL = "voicemail"
    CALLED_BACK = "called_back"
    FAILED = "failed"


class Clock(StrEnum):
    """The call's timers."""

    IVR = "ivr"
    MAX_WAIT = "max_wait"
    OFFER = "offer"
    JOIN = "join"
    BRIDGE = "bridge"
    HOLD_WARN = "hold_warn"
    CONSULT = "consult"
    TRANSFER = "transfer"
    REJOIN = "rejoin"
    RING = "ring"
    AMD = "amd"
    RETRY = "retry"
    PROMISE = "promise"
    VOICEMAIL = "voicemail"
    WRAP_UP = "wrap_up"
    SUPERVISOR = "supervisor"
    DEGRADED = "degraded"
    RESYNC = "resync"


LASTING = frozenset(
    {Clock.MAX_WAIT, Clock.PROMISE, Clock.WRAP_UP, Clock.SUPERVISOR, Clock.DEGRADED, Clock.RESYNC, Clock.TRANSFER}
)
"""These outlive a change of state; the others end with it."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Due at `due` microseconds; `key` tells several of a kind apart (a leg, an agent)."""

    clock: Clock
    due: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the queue and number say, as they were when the call began; all times in seconds."""

    queue: str
    ivr_s: int = 60
    max_wait_s: int = 600
    offer_s: int = 20
    join_s: int = 10
    bridge_s: int = 5
    ring_s: int = 20
    hold_warn_s: int = 120
    rejoin_s: int = 15
    amd_s: int = 5
    retry_s: tuple[int, ...] = (600, 1800)
    promise_s: int = 24 * 3600
    voicemail_s: int = 120
    wrap_up_s: int = 120
    resync_s: int = 60
    degraded_s: int = 30
    voicemail: bool = True
    call_back: bool = True
    amd: bool = False
    record: bool = False
    announce: bool = True

    @property
    def attempts(self) -> int:
        """How often a call-back is dialled."""
        return len(self.retry_s) + 1


class LegStatus(StrEnum):
    """LEAVING: we asked for its end and the provider has not confirmed."""

    INVITED = "invited"
    JOINED = "joined"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class Leg:
    """One audio end. `party`: agent, supervisor or number; `since`: when the status changed, microseconds."""

    leg_id: str
    role: Role
    party: str
    status: LegStatus
    since: int
    seq: int = -1
    muted: bool = False
    mode: Mode | None = None


class PartStatus(StrEnum):
    """What an agent does for this call; in each of them he is busy."""

    CONNECTING = "connecting"
    ACTIVE = "active"
    WRAPPING = "wrapping"


@dataclass(frozen=True, slots=True)
class Part:
    """An agent's part; the first that is not wrapping up leads the call."""

    agent: str
    leg_id: str
    status: PartStatus
    talked: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """The pending offer."""

    offer_id: str
    agent: str


class Purpose(StrEnum):
    """Why we dial."""

    KEEP_PLACE = "keep_place"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Dial:
    """A number that we dial once an agent is there; `tries` so far."""

    number: str
    purpose: Purpose
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Its place in a queue; `enqueued_at` microseconds is the place and stays."""

    queue: str
    enqueued_at: int
    front: bool = False
    agent: str = ""
    transferred: bool = False
    excluded: tuple[str, ...] = ()


class Recording(StrEnum):
    """The call's recording."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that may still be refused: which, of what type, about which leg."""

    command_id: str
    command: str
    leg_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history: a state begun, or `wrap_up` begun or done by `agent`."""

    at: int
    what: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Everything about one call. `clock`: the latest time seen, so that a slow node cannot turn it back."""

    call_id: str
    policy: Policy
    menu: Menu | None = None
    language: str = "en"
    state: State = State.NEW
    outcome: Outcome | None = None
    clock: int = 0
    counter: int = 0
    caller: str = ""
    place: Place | None = None
    prompt_id: str = ""
    line: Line | None = None
    overdue: bool = False
    offer: Offer | None = None
    dial: Dial | None = None
    legs: tuple[Leg, ...] = ()
    gone: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    talked: bool = False
    recording: Recording = Recording.OFF
    degraded: bool = False
    listing: str = ""
    listed_from: int = 0
    timers: tuple[Timer, ...] = ()
    sent: tuple[Sent, ...] = ()
    seen: tuple[str, ...] = ()
    early: tuple[LegRinging | LegJoined | LegLeft | LegInput, ...] = ()
    history: tuple[Entry, ...] = ()

    def leg(self, leg_id: str) -> Leg | None:
        """The leg, while it is not gone."""
        return next((leg for leg in self.legs if leg.leg_id == leg_id), None)

    def live(self, role: Role) -> tuple[Leg, ...]:
        """Legs of the role that are in the room, or invited, and not being removed."""
        return tuple(leg for leg in self.legs if leg.role is role and leg.status is not LegStatus.LEAVING)

    @property
    def customer(self) -> Leg | None:
        """The customer's leg."""
        return next(iter(self.live(Role.CUSTOMER)), None)

    @property
    def active(self) -> tuple[Part, ...]:
        """Agents on the line or coming, the leading one first."""
        return tuple(part for part in self.parts if part.status is not PartStatus.WRAPPING)

    @property
    def lead(self) -> Part | None:
        """The agent who leads the call."""
        return next(iter(self.active), None)


_JSON = TypeAdapter(Call)


def dump(call: Call) -> str:
    """The call as JSON text."""
    return _JSON.dump_json(call).decode()


def load(text: str) -> Call:
    """The call from its JSON; raises pydantic's ValidationError for anything else."""
    return _JSON.validate_json(text)


def begin(call_id: str, policy: Policy, menu: Menu | None = None, language: str = "en") -> Call:
    """A call before its first event."""
    return Call(call_id, policy, menu, language)


def seconds(count: int) -> int:
    """Seconds in microseconds."""
    return count * SECOND
