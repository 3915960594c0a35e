"""Twilio's webhooks as events of the contract (pure). Their numbering is per source: the call's own, and one for each room it has had.

A leg's `seq` must grow across both, so a room's events stand above the call's, and a later room's above an earlier one's. Events of a
room that is over are then old news by themselves.
"""

from collections.abc import Mapping
from typing import Any

from channels.voice.contract import CallArrived, Event, Left, LegInput, LegJoined, LegLeft, LegRinging
from channels.voice.contract import RecordingFailed as Failed
from channels.voice.contract import RecordingReady as Ready

PROVIDER = "twilio"
ROOM = 1_000_000
"""Events that one room may have at most."""
ENDED: Mapping[str, Left] = {
    "completed": Left.HANGUP,
    "busy": Left.BUSY,
    "no-answer": Left.NO_ANSWER,
    "failed": Left.FAILED,
    "canceled": Left.CANCELLED,
}
MOVED = ("participant_updated_via_api", "participant_add_failed")
"""The leg left the room because we gave it something else to do; whether it is still there, its own status tells."""
Form = Mapping[str, str]


def number_of(form: Form, name: str = "SequenceNumber") -> int:
    """A counter of the provider's, 0 when there is none or it is no number."""
    value = form.get(name, "")
    return min(int(value), ROOM - 1) if value.isascii() and value.isdigit() and len(value) < 12 else 0


def caller_of(form: Form) -> str:
    """The caller's number in E.164, empty when withheld."""
    value = form.get("From", "").strip()
    return value if value.startswith("+") and value[1:].isascii() and value[1:].isdigit() and len(value) <= 16 else ""


def arrived(form: Form, leg_id: str, at: int) -> Event:
    """A caller is on the line."""
    sid = form["CallSid"]
    return CallArrived(
        leg_id=leg_id, caller=caller_of(form), called=form.get("To", ""), **_envelope(f"{sid}:arrived", sid, 0, at)
    )


def keyed(form: Form, leg_id: str, prompt_id: str, at: int) -> Event:
    """Keys or words answered a prompt, or nothing did."""
    sid, digits, speech = form["CallSid"], form.get("Digits", "")[:32], form.get("SpeechResult", "")[:500]
    return LegInput(
        leg_id=leg_id,
        prompt_id=prompt_id,
        digits=digits,
        speech=speech,
        **_envelope(f"{sid}:input:{prompt_id}:{digits}{'+' if speech else ''}", sid, 0, at),
    )


def status(form: Form, leg_id: str, at: int) -> Event | None:
    """How a leg's own call stands; None for what says nothing new."""
    sid, word = form["CallSid"], form.get("CallStatus", "")
    envelope = _envelope(f"{sid}:status:{word}", sid, number_of(form), at)
    if word == "ringing":
        return LegRinging(leg_id=leg_id, **envelope)
    if word in ENDED:
        return LegLeft(leg_id=leg_id, reason=ENDED[word], **envelope)
    return None


def in_room(form: Form, leg_id: str, room: int, at: int) -> Event | None:
    """Somebody came into, or left, the `room`-th room of the call (from 0)."""
    sid, conference, word = form["CallSid"], form.get("ConferenceSid", ""), form.get("StatusCallbackEvent", "")
    number = number_of(form)
    envelope = _envelope(f"{conference}:{number}:{word}:{sid}", sid, (room + 1) * ROOM + number, at)
    if word == "participant-join":
        return LegJoined(leg_id=leg_id, **envelope)
    if word == "participant-leave" and form.get("ReasonParticipantLeft", "") not in MOVED:
        return LegLeft(leg_id=leg_id, reason=Left.HANGUP, **envelope)
    return None


def recording(form: Form, voicemail: bool, at: int) -> Event:
    """A recording can be fetched, or there is none."""
    sid, call = form.get("RecordingSid", ""), form.get("CallSid", "")
    if form.get("RecordingStatus") == "completed":
        return Ready(
            recording_id=sid,
            location=form.get("RecordingUrl", "")[:1000],
            seconds=number_of(form, "RecordingDuration"),
            voicemail=voicemail,
            **_envelope(f"{sid}:completed", call, 0, at),
        )
    return Failed(recording_id=sid, voicemail=voicemail, **_envelope(f"{sid}:absent", call, 0, at))


def _envelope(event_id: str, ref: str, seq: int, at: int) -> dict[str, Any]:
    return {"event_id": event_id, "provider": PROVIDER, "provider_ref": ref, "seq": seq, "at": at}
