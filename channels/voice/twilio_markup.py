"""What a leg is to hear now, as TwiML (pure): a picture of the call's state, so that a webhook asked twice answers the same.

A caller who waits goes round a loop, because no keys are heard inside a waiting conference; the room itself never plays anything.
"""

import math
from typing import Any

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped]

from channels.voice.contract import Role
from channels.voice.states import WITH_AGENT, Call, Leg, LegStatus, Outcome, State
from contact_center import i18n
from contact_center.channel import WaitRange

ROOT = "/channels/voice/twilio"
MENU, WAIT, ROOM, RECORDING, VOICEMAIL, HELD = (
    f"{ROOT}/{name}" for name in ("menu", "wait", "room", "recording", "voicemail", "held")
)
ROOM_EVENTS = "start end join leave mute hold modify"
LOOP_SECONDS = 20
TOGETHER = frozenset({State.BRIDGING, *WITH_AGENT})
TONGUES = {"zh-CN": "zh-CN", "en": "en-GB"}


def screen(call: Call, leg_id: str, *, base: str, position: int | None = None, wait: WaitRange | None = None) -> str:
    """The answer to a leg that asks what to do. `base` is our public address, `position` the caller's place in line from 1 and
    `wait` how long that may take."""
    answer = VoiceResponse()
    leg = call.leg(leg_id)
    if leg is None or leg.status is LegStatus.LEAVING:
        _goodbye(answer, call, leg)
    elif leg.role is not Role.CUSTOMER:
        _room(answer, call, leg, base)
    elif call.state is State.IVR and call.menu is not None and call.place is not None:
        _ask(answer, call, base)
    elif call.state in TOGETHER:
        _room(answer, call, leg, base)
    elif call.state is State.VOICEMAIL:
        _record(answer, call, base)
    else:
        _wait(answer, call, base, position, wait)
    return str(answer)


def held(call: Call) -> str:
    """What a held caller hears, over and over."""
    answer = VoiceResponse()
    word = "voice.one_moment" if call.state is State.RECOVERING else "voice.on_hold"
    _say(answer, call, word)
    answer.pause(length=LOOP_SECONDS)
    return str(answer)


def refused() -> str:
    """Nobody takes calls there, or nobody was invited."""
    answer = VoiceResponse()
    answer.reject()
    return str(answer)


def nothing() -> str:
    """Hang up."""
    answer = VoiceResponse()
    answer.hangup()
    return str(answer)


def _say(into: Any, call: Call, key: str, **params: str | int) -> None:
    text = i18n.text(call.language, key, **params) if key.startswith("voice.") else key
    into.say(text, language=TONGUES.get(i18n.normal(call.language), "en-GB"))


def _goodbye(answer: Any, call: Call, leg: Leg | None) -> None:
    if call.outcome is Outcome.FAILED and not call.talked and (leg is None or leg.role is Role.CUSTOMER):
        _say(answer, call, "voice.nobody")
    elif call.state is State.CALLBACK_WAIT:
        _say(answer, call, "voice.call_back_bye")
    answer.hangup()


def _ask(answer: Any, call: Call, base: str) -> None:
    assert call.menu is not None and call.place is not None
    action = f"{base}{MENU}?prompt={call.prompt_id}"
    gather = Gather(input="dtmf", num_digits=1, timeout=call.menu.wait_s, action=action, action_on_empty_result=True)
    _say(gather, call, call.menu.prompt(call.place, call.language))
    answer.append(gather)


def minutes(wait: WaitRange) -> tuple[str, dict[str, int]]:
    """The text that tells how long, and its numbers: whole minutes, at least one, the later one rounded up."""
    soon, late = max(1, round(wait.p50_s / 60)), max(1, math.ceil(wait.p80_s / 60))
    if late == 1:
        return "voice.wait_minute", {}
    return (
        ("voice.wait_about", {"late": late}) if soon >= late else ("voice.wait_between", {"soon": soon, "late": late})
    )


def _wait(answer: Any, call: Call, base: str, position: int | None, wait: WaitRange | None) -> None:
    gather = Gather(input="dtmf", num_digits=1, timeout=1, action=f"{base}{MENU}?prompt={call.prompt_id}")
    _say(gather, call, "voice.please_wait")
    if position is not None:
        _say(gather, call, "voice.position", position=position)
    if wait is not None:
        text, numbers = minutes(wait)
        _say(gather, call, text, **numbers)
    gather.pause(length=LOOP_SECONDS)
    answer.append(gather)
    answer.redirect(f"{base}{WAIT}")


def _room(answer: Any, call: Call, leg: Leg, base: str) -> None:
    """Nobody's leaving ends the room by itself: a caller who is sent to it twice leaves it for a moment, and the call ends legs anyway."""
    dial = Dial()
    dial.conference(
        call.call_id,
        participant_label=leg.leg_id.replace("/", "-"),
        start_conference_on_enter=leg.role is Role.CUSTOMER,
        end_conference_on_exit=False,
        muted=leg.role is Role.SUPERVISOR,
        wait_url="",
        beep="false",
        jitter_buffer_size="small",
        status_callback=f"{base}{ROOM}",
        status_callback_event=ROOM_EVENTS,
    )
    answer.append(dial)


def _record(answer: Any, call: Call, base: str) -> None:
    _say(answer, call, "voice.voicemail_greeting")
    answer.record(
        action=f"{base}{VOICEMAIL}",
        recording_status_callback=f"{base}{RECORDING}?voicemail=1",
        recording_status_callback_event="completed absent",
        max_length=call.policy.voicemail_s,
        finish_on_key="#",
        play_beep=True,
    )
    _say(answer, call, "voice.nothing_heard")
    answer.hangup()
