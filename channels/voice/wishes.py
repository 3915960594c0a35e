"""What the desk tells the call: offers and what people wish. The same envelope as a provider's event, `provider` is "desk"."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from channels.voice.contract import Event, Mode


class TargetKind(StrEnum):
    """Where a call may be sent."""

    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Target:
    """A queue's or agent's id, or an E.164 number."""

    to: TargetKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundWanted(Event):
    """An agent calls a customer from the record: he joins first, then `number` is dialled."""

    kind: Literal["outbound.wanted"] = "outbound.wanted"
    agent: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """The router proposed the waiting call to an agent."""

    kind: Literal["offer.made"] = "offer.made"
    offer_id: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(Event):
    """An agent took the offer; only the pending one counts."""

    kind: Literal["offer.accepted"] = "offer.accepted"
    offer_id: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(Event):
    """The agent will not or (gone offline) cannot take it."""

    kind: Literal["offer.declined"] = "offer.declined"
    offer_id: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueClosed(Event):
    """Nobody will take it: outside hours, nobody there, or too many wait."""

    kind: Literal["queue.closed"] = "queue.closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWanted(Event):
    """Hold the customer, or (`on` False) take him back."""

    kind: Literal["hold.wanted"] = "hold.wanted"
    agent: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteWanted(Event):
    """Mute the agent's own leg, or open it."""

    kind: Literal["mute.wanted"] = "mute.wanted"
    agent: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysWanted(Event):
    """Send keys (0-9*#) to the other side."""

    kind: Literal["keys.wanted"] = "keys.wanted"
    agent: str
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWanted(Event):
    """Blind transfer."""

    kind: Literal["transfer.wanted"] = "transfer.wanted"
    agent: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultWanted(Event):
    """Ask another agent while the customer is held."""

    kind: Literal["consult.wanted"] = "consult.wanted"
    agent: str
    second: str


class ConsultEnd(StrEnum):
    """Hand over, three together, or back to two."""

    COMPLETE = "complete"
    MERGE = "merge"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded(Event):
    """How a consultation goes on."""

    kind: Literal["consult.ended"] = "consult.ended"
    agent: str
    how: ConsultEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinWanted(Event):
    """The agent whose browser died is back."""

    kind: Literal["rejoin.wanted"] = "rejoin.wanted"
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpWanted(Event):
    """The agent ends his part: the call when he is alone with the customer, else his leg."""

    kind: Literal["hangup.wanted"] = "hangup.wanted"
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpDone(Event):
    """The agent finished his notes."""

    kind: Literal["wrapup.done"] = "wrapup.done"
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperviseWanted(Event):
    """A supervisor comes in, changes the mode, or (`mode` None) goes."""

    kind: Literal["supervise.wanted"] = "supervise.wanted"
    supervisor: str
    mode: Mode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWanted(Event):
    """Pause the recording (card numbers), or go on."""

    kind: Literal["recording.wanted"] = "recording.wanted"
    agent: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """A timer of the call came due; counts only while exactly this one (`due` too) is pending."""

    kind: Literal["timer.fired"] = "timer.fired"
    timer: str
    key: str
    due: int
