"""What the machine asks for: of the provider (its legs) and of the desk (offers, agents, the record). Executed after the commit.

`command_id` is unique per call and given by the machine; carrying the same one out twice must do no more than once.
"""

from dataclasses import dataclass
from enum import StrEnum

from channels.voice.contract import Mode, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries."""

    command_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Command):
    """Play or say `text` (a recording's name or words); `gather_s` > 0: then wait so many seconds for keys or speech."""

    leg_id: str
    prompt_id: str
    text: str
    gather_s: int = 0
    then_hang_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueAudio(Command):
    """Music and announcements for a waiting caller; keys come back as input to `prompt_id`."""

    leg_id: str
    prompt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Command):
    """Bring a leg in: an agent's or supervisor's id, or a number. `timeout_s`: ring that long."""

    leg_id: str
    role: Role
    target: str
    timeout_s: int
    amd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Command):
    """From now on exactly these legs hear one another."""

    leg_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Command):
    """The leg hears music (`notice`: "one moment, please") and is not heard."""

    leg_id: str
    notice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Take the leg off hold."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Command):
    """Silence or (`on` False) open a leg."""

    leg_id: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise(Command):
    """Set what a supervisor's leg hears and who hears it."""

    leg_id: str
    mode: Mode
    coach_leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """End one leg; harmless when it is gone or never came."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigits(Command):
    """Tones to a leg."""

    leg_id: str
    digits: str


class RecordAction(StrEnum):
    """What to do with the call's recording."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Command):
    """`announce`: say to the customer that it is recorded, before it starts."""

    action: RecordAction
    announce: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeVoicemail(Command):
    """Greet, beep, record up to `max_s` seconds; answered by recording.ready or recording.failed."""

    leg_id: str
    greeting: str
    max_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLegs(Command):
    """Ask who is in the room; answered by legs.listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue(Command):
    """To the desk: the call waits in `queue` since `enqueued_at` (microseconds); `agent` set: for him alone."""

    queue: str
    enqueued_at: int
    front: bool
    call_back: bool
    agent: str
    excluded: tuple[str, ...]
    transferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dequeue(Command):
    """To the desk: it no longer waits for an agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer(Command):
    """To the desk: the offer is over; `miss`: the agent let it ring."""

    offer_id: str
    agent: str
    miss: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferGone(Command):
    """To the desk: answer 409, this offer is no longer to be had."""

    offer_id: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFreed(Command):
    """To the desk: the agent's part is over; `no_show`: he accepted and never came."""

    agent: str
    no_show: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpBegun(Command):
    """To the desk: the agent is off the line and writes his notes."""

    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTooLong(Command):
    """To the desk: remind the agent of the held customer."""

    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecording(Command):
    """To intake: attach the recording; a voicemail opens the work."""

    recording_id: str
    location: str
    seconds: int
    voicemail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Command):
    """To the desk: what became of it."""

    outcome: str
