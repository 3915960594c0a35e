"""What a call must be told because its interaction moved (pure): the router's offers and people's clicks happen there, not here.

The call hears of an offer only when it was accepted: until then nothing changes for the caller, and who is asked is the router's business.
"""

from dataclasses import dataclass

from channels.voice.contract import Event
from channels.voice.states import WITH_AGENT, Call, PartStatus, State
from channels.voice.talk import ON_LINE
from channels.voice.wishes import (
    HangUpWanted,
    OfferAccepted,
    OfferMade,
    QueueClosed,
    Target,
    TargetKind,
    TransferWanted,
    WrapUpDone,
)

WAITS = (State.WAITING, State.CALLBACK_WAIT)
COMING = (State.CONNECTING, State.BRIDGING, State.CALLBACK_DIALING)
IN_LINE = ("received", "queued", "offered")
OVER = ("closed", "abandoned", "diverted", "ignored")


@dataclass(frozen=True, slots=True)
class Contact:
    """An interaction as it stands: `agent` holds it by `assignment`; `busy` are all who hold it or write their notes."""

    state: str
    version: int
    agent: str = ""
    assignment: str = ""
    busy: frozenset[str] = frozenset()


def next_wishes(call: Call, contact: Contact, now: int) -> tuple[Event, ...]:
    """The next thing to tell the call so that it agrees with the interaction; empty when it does."""
    common = {"provider": "desk", "provider_ref": "", "seq": 0, "at": now}
    name = f"v{contact.version}"
    for part in call.parts:
        if part.status is PartStatus.WRAPPING and part.agent not in contact.busy:
            return (WrapUpDone(event_id=f"desk:noted:{part.agent}:{call.counter}", agent=part.agent, **common),)  # type: ignore[arg-type]
    lead = call.lead.agent if call.lead is not None else ""
    if call.state is State.ENDED:
        return ()
    if lead and contact.agent != lead:
        return _without(call, lead, contact, name, common)
    if not lead and call.state in WAITS:
        if contact.agent:
            offer = {"offer_id": contact.assignment, "agent": contact.agent}
            return (
                OfferMade(event_id=f"desk:offered:{contact.assignment}", **offer, **common),  # type: ignore[arg-type]
                OfferAccepted(event_id=f"desk:accepted:{contact.assignment}", **offer, **common),  # type: ignore[arg-type]
            )
        if contact.state == "scheduled" or contact.state in OVER:
            return (QueueClosed(event_id=f"desk:closed:{name}", **common),)  # type: ignore[arg-type]
    return ()


def _without(call: Call, lead: str, contact: Contact, name: str, common: dict[str, object]) -> tuple[Event, ...]:
    """The agent on the line holds it no longer."""
    goes_on = contact.agent or contact.state in IN_LINE
    if call.state in ON_LINE and goes_on:
        target = Target(TargetKind.AGENT, contact.agent) if contact.agent else Target(TargetKind.QUEUE, "")
        wish = TransferWanted(event_id=f"desk:moved:{name}:{lead}", agent=lead, target=target, **common)  # type: ignore[arg-type]
        return (wish,)
    if call.state in COMING or (call.state in WITH_AGENT and not goes_on):
        return (HangUpWanted(event_id=f"desk:hangup:{name}:{lead}", agent=lead, **common),)  # type: ignore[arg-type]
    return ()
