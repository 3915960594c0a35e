"""What a voice provider tells us: events in and what it can do. Plain values that every provider must be able to fill.

Times are integer microseconds since 1970 (as the routing engine's); ids of calls and legs are ours, `provider_ref` is theirs.
`event_id` tells repeats apart, `seq` orders the events of one leg and says nothing across legs.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

SECOND = 1_000_000


class Role(StrEnum):
    """Whose audio a leg carries."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    EXTERNAL = "external"


class Left(StrEnum):
    """Why a leg is gone."""

    HANGUP = "hangup"
    FAILED = "failed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    KICKED = "kicked"
    MOVED = "moved"
    MEDIA_LOST = "media_lost"
    CANCELLED = "cancelled"


class Failure(StrEnum):
    """Why a command was not carried out."""

    GONE = "gone"
    CONFLICT = "conflict"
    BUSY = "busy"
    LIMIT = "limit"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class Answerer(StrEnum):
    """Who picked up, as the provider heard it."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """What a supervisor's leg does: hear all, speak to the agent only, speak to everybody."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; screens hide what is missing. `max_calls` None: no limit of its own."""

    dtmf_in: bool = True
    tts: bool = False
    amd: bool = False
    speech: bool = False
    coach: bool = True
    record_dual: bool = False
    pstn_out: bool = False
    max_calls: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries. `at`: when it happened, microseconds, by the provider's clock."""

    event_id: str
    provider: str
    provider_ref: str
    seq: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Event):
    """A caller is on the line; `caller` is empty when withheld, E.164 otherwise."""

    kind: Literal["call.arrived"] = "call.arrived"
    leg_id: str
    caller: str
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(Event):
    """An invited leg rings."""

    kind: Literal["leg.ringing"] = "leg.ringing"
    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegJoined(Event):
    """A leg is in the call's room."""

    kind: Literal["leg.joined"] = "leg.joined"
    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLeft(Event):
    """A leg ended; final whatever its `seq`."""

    kind: Literal["leg.left"] = "leg.left"
    leg_id: str
    reason: Left


@dataclass(frozen=True, slots=True, kw_only=True)
class LegInput(Event):
    """Keys or words of a leg, answering `prompt_id`; neither: it timed out."""

    kind: Literal["leg.input"] = "leg.input"
    leg_id: str
    prompt_id: str
    digits: str = ""
    speech: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingReady(Event):
    """A recording can be fetched. `seconds`: its length."""

    kind: Literal["recording.ready"] = "recording.ready"
    recording_id: str
    location: str
    seconds: int
    voicemail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed(Event):
    """There is no recording: nothing was said, or the provider lost it."""

    kind: Literal["recording.failed"] = "recording.failed"
    recording_id: str
    voicemail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDetected(Event):
    """Who answered the leg that we dialled."""

    kind: Literal["machine.detected"] = "machine.detected"
    leg_id: str
    answerer: Answerer


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFailed(Event):
    """A command of ours was refused; retryable ones were tried again by the provider's adapter before."""

    kind: Literal["command.failed"] = "command.failed"
    command_id: str
    code: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsListed(Event):
    """The answer to `ListLegs` number `command_id`: every leg of the call that is joined at this moment."""

    kind: Literal["legs.listed"] = "legs.listed"
    command_id: str
    leg_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDown(Event):
    """The provider does not answer."""

    kind: Literal["provider.down"] = "provider.down"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderUp(Event):
    """The provider answers again."""

    kind: Literal["provider.up"] = "provider.up"
