"""The call machine: `step(state, event, now)` gives the next state, the commands to carry out and the timers now pending.

Pure. Run it under the call's row lock; store the state and the commands in one transaction, carry the commands out after it.
"""

from collections.abc import Callable
from dataclasses import replace

from channels.voice import commands as do
from channels.voice import contract as saw
from channels.voice import line, talk, wishes
from channels.voice.contract import Event, Failure, Left, Role
from channels.voice.states import (
    WITH_AGENT,
    Call,
    Clock,
    Leg,
    LegStatus,
    Outcome,
    PartStatus,
    State,
    Timer,
)
from channels.voice.turn import REMEMBERED, Turn

WAITS_FOR_CALL = (saw.LegRinging, saw.LegJoined, saw.LegLeft, saw.LegInput)
EARLY = 32


def step(call: Call, event: Event, now: int) -> tuple[Call, tuple[do.Command, ...], tuple[Timer, ...]]:
    """One event at `now` (microseconds). Repeated, stale and impossible events change nothing; it never raises."""
    turn = Turn(call, now)
    if turn.remember(event):
        _apply(turn, event)
    return turn.call, tuple(turn.commands), turn.call.timers


def _apply(turn: Turn, event: Event) -> None:
    if turn.call.state is State.NEW and isinstance(event, WAITS_FOR_CALL):
        turn.call = replace(turn.call, early=(*turn.call.early, event)[-EARLY:])
        return
    _hand_over(turn, event)
    if isinstance(event, saw.CallArrived):
        early = turn.call.early
        turn.call = replace(turn.call, early=())
        for kept in sorted(early, key=lambda one: one.seq):
            _apply(turn, kept)


# --- legs


def _fresh(turn: Turn, leg_id: str, seq: int) -> Leg | None:
    """The leg, when the event is news of it."""
    leg = turn.call.leg(leg_id)
    if leg is None or seq <= leg.seq:
        return None
    leg = replace(leg, seq=seq)
    turn.put_leg(leg)
    return leg


def _ringing(turn: Turn, event: saw.LegRinging) -> None:
    _fresh(turn, event.leg_id, event.seq)


def _joined(turn: Turn, event: saw.LegJoined) -> None:
    if turn.call.leg(event.leg_id) is None:
        if event.leg_id not in turn.call.gone:
            turn.send(do.Remove(leg_id=event.leg_id))
        return
    leg = _fresh(turn, event.leg_id, event.seq)
    if leg is not None:
        _is_there(turn, leg)


def _is_there(turn: Turn, leg: Leg) -> None:
    if leg.status is LegStatus.LEAVING:
        turn.send(do.Remove(leg_id=leg.leg_id))
        return
    if leg.status is LegStatus.INVITED:
        leg = replace(leg, status=LegStatus.JOINED, since=turn.now)
        turn.put_leg(leg)
        _came(turn, leg)
    elif leg.role is Role.CUSTOMER and turn.call.state is State.BRIDGING:
        line.talking(turn)


def _came(turn: Turn, leg: Leg) -> None:
    if leg.role is Role.SUPERVISOR:
        turn.disarm(Clock.SUPERVISOR, leg.leg_id)
        turn.coach()
    elif leg.role is Role.EXTERNAL:
        talk.external_joined(turn, leg)
    elif leg.role is Role.CUSTOMER:
        line.picked_up(turn, leg)
    else:
        _agent_came(turn, leg)


def _agent_came(turn: Turn, leg: Leg) -> None:
    part = next((one for one in turn.call.active if one.leg_id == leg.leg_id), None)
    handler = {
        State.CONNECTING: line.agent_joined,
        State.CONSULTING: talk.second_joined,
        State.RECOVERING: talk.rejoined,
    }.get(turn.call.state)
    if part is None or handler is None:
        turn.remove(leg.leg_id)
    else:
        handler(turn, part)


def _left(turn: Turn, event: saw.LegLeft) -> None:
    _is_gone(turn, event.leg_id, event.reason)


def _is_gone(turn: Turn, leg_id: str, reason: Left) -> None:
    leg = turn.call.leg(leg_id)
    if leg_id in turn.call.gone:
        return
    others = tuple(one for one in turn.call.legs if one.leg_id != leg_id)
    turn.call = replace(turn.call, legs=others, gone=(*turn.call.gone, leg_id)[-REMEMBERED:])
    if leg is None or leg.status is LegStatus.LEAVING:
        return
    if leg.role is Role.CUSTOMER:
        line.customer_left(turn, reason)
    elif leg.role is Role.EXTERNAL:
        talk.external_gone(turn)
    elif leg.role is Role.SUPERVISOR:
        turn.disarm(Clock.SUPERVISOR, leg_id)
    else:
        _agent_gone(turn, leg_id)


def _agent_gone(turn: Turn, leg_id: str) -> None:
    part = next((one for one in turn.call.active if one.leg_id == leg_id), None)
    if part is None:
        return
    if turn.call.state in (State.CONNECTING, State.BRIDGING):
        line.not_connected(turn, no_show=part.status is PartStatus.CONNECTING)
    elif turn.call.state is State.CALLBACK_DIALING:
        line.not_reached(turn)
    else:
        talk.agent_left(turn, part)


def _failed(turn: Turn, event: saw.CommandFailed) -> None:
    sent = next((one for one in turn.call.sent if one.command_id == event.command_id), None)
    if sent is None:
        return
    turn.call = replace(turn.call, sent=tuple(one for one in turn.call.sent if one != sent))
    if sent.command == do.Invite.__name__:
        _is_gone(turn, sent.leg_id, Left.BUSY if event.code is Failure.BUSY else Left.FAILED)
    elif sent.command == do.TakeVoicemail.__name__ and turn.call.state is State.VOICEMAIL:
        turn.end(Outcome.ABANDONED if event.code is Failure.GONE else Outcome.FAILED)
    elif turn.call.state is State.BRIDGING and event.code is Failure.GONE:
        turn.finish()
    elif turn.call.state is State.BRIDGING:
        line.not_connected(turn, no_show=False)


# --- recordings, the provider's health, who is really there


def _recorded(turn: Turn, event: saw.RecordingReady) -> None:
    turn.send(
        do.ReportRecording(
            recording_id=event.recording_id,
            location=event.location,
            seconds=event.seconds,
            voicemail=event.voicemail,
        )
    )
    if event.voicemail and turn.call.state is State.VOICEMAIL:
        turn.end(Outcome.VOICEMAIL)


def _not_recorded(turn: Turn, event: saw.RecordingFailed) -> None:
    if event.voicemail and turn.call.state is State.VOICEMAIL:
        turn.end(Outcome.ABANDONED)


def _down(turn: Turn, _event: saw.ProviderDown) -> None:
    if turn.call.state not in (State.NEW, State.ENDED):
        turn.arm(Clock.DEGRADED, turn.call.policy.degraded_s)


def _up(turn: Turn, _event: saw.ProviderUp) -> None:
    turn.disarm(Clock.DEGRADED)
    turn.call = replace(turn.call, degraded=False)
    _resync(turn)


def _degraded(turn: Turn) -> None:
    turn.call = replace(turn.call, degraded=True)


def _resync(turn: Turn) -> None:
    """Ask who is there, and again until an ended call is known to be empty."""
    if turn.call.state is not State.NEW:
        turn.arm(Clock.RESYNC, turn.call.policy.resync_s)
        listing = turn.send(do.ListLegs())  # first: it counts the call's commands on
        turn.call = replace(turn.call, listing=listing, listed_from=turn.now)


def _listed(turn: Turn, event: saw.LegsListed) -> None:
    """Trust the newest list for every leg that has not changed since it was asked for."""
    if event.command_id != turn.call.listing:
        return
    turn.call = replace(turn.call, listing="")
    asked = turn.call.listed_from
    for leg_id in event.leg_ids:
        leg = turn.call.leg(leg_id)
        if leg is None or leg.status is LegStatus.LEAVING:
            turn.send(do.Remove(leg_id=leg_id))
        elif leg.status is LegStatus.INVITED or turn.call.state is State.BRIDGING:
            _is_there(turn, leg)
    for leg in turn.call.legs:
        absent = leg.leg_id not in event.leg_ids and leg.status is not LegStatus.INVITED
        if absent and leg.since < asked and turn.call.leg(leg.leg_id) == leg:
            _is_gone(turn, leg.leg_id, Left.MEDIA_LOST)
    if turn.call.state is State.ENDED and not event.leg_ids and not turn.call.legs:
        turn.disarm(Clock.RESYNC)


# --- timers


def _fired(turn: Turn, event: wishes.TimerFired) -> None:
    found = next((one for one in turn.call.timers if (one.clock, one.key) == (event.timer, event.key)), None)
    if found is None or found.due != event.due or found.due > turn.now:
        return
    turn.disarm(found.clock, found.key)
    if found.clock is Clock.WRAP_UP:
        turn.wrap_up_done(found.key)
    elif found.clock is Clock.SUPERVISOR:
        talk.supervisor_late(turn, found.key)
    else:
        _ON_TIME[found.clock](turn)


def _menu_over(turn: Turn) -> None:
    if turn.call.menu is not None:
        line.leave_menu(turn, turn.call.menu.fallback)


def _too_long(turn: Turn) -> None:
    turn.call = replace(turn.call, overdue=True)
    if turn.call.state is State.WAITING:
        line.voicemail(turn)


def _no_show(turn: Turn) -> None:
    line.not_connected(turn, no_show=True)


def _no_bridge(turn: Turn) -> None:
    line.not_connected(turn, no_show=False)


def _unanswered_transfer(turn: Turn) -> None:
    for leg in turn.call.live(Role.EXTERNAL):
        if leg.status is LegStatus.INVITED:
            turn.remove(leg.leg_id)


def _human_enough(turn: Turn) -> None:
    customer = turn.call.customer
    if customer is not None:
        line.through(turn, customer)


def _promise_over(turn: Turn) -> None:
    if turn.call.state not in WITH_AGENT:
        turn.end(Outcome.FAILED)


def _nothing_said(turn: Turn) -> None:
    turn.end(Outcome.ABANDONED)


_ON_TIME: dict[Clock, Callable[[Turn], None]] = {
    Clock.IVR: _menu_over,
    Clock.MAX_WAIT: _too_long,
    Clock.OFFER: line.offer_over,
    Clock.JOIN: _no_show,
    Clock.BRIDGE: _no_bridge,
    Clock.HOLD_WARN: talk.hold_long,
    Clock.CONSULT: talk.consult_unanswered,
    Clock.TRANSFER: _unanswered_transfer,
    Clock.REJOIN: talk.lost,
    Clock.RING: line.not_reached,
    Clock.AMD: _human_enough,
    Clock.RETRY: line.retry,
    Clock.PROMISE: _promise_over,
    Clock.VOICEMAIL: _nothing_said,
    Clock.DEGRADED: _degraded,
    Clock.RESYNC: _resync,
}


def _wrap_up(turn: Turn, event: wishes.WrapUpDone) -> None:
    turn.wrap_up_done(event.agent)


def _hand_over(turn: Turn, event: Event) -> None:
    match event:
        case saw.CallArrived():
            line.arrived(turn, event)
        case saw.LegRinging():
            _ringing(turn, event)
        case saw.LegJoined():
            _joined(turn, event)
        case saw.LegLeft():
            _left(turn, event)
        case saw.LegInput():
            line.answered(turn, event)
        case saw.RecordingReady():
            _recorded(turn, event)
        case saw.RecordingFailed():
            _not_recorded(turn, event)
        case saw.MachineDetected():
            line.detected(turn, event)
        case saw.CommandFailed():
            _failed(turn, event)
        case saw.LegsListed():
            _listed(turn, event)
        case saw.ProviderDown():
            _down(turn, event)
        case saw.ProviderUp():
            _up(turn, event)
        case wishes.OutboundWanted():
            line.outbound(turn, event)
        case wishes.OfferMade():
            line.offered(turn, event)
        case wishes.OfferAccepted():
            line.accepted(turn, event)
        case wishes.OfferDeclined():
            line.declined(turn, event)
        case wishes.QueueClosed():
            line.closed(turn, event)
        case wishes.HoldWanted():
            talk.hold(turn, event)
        case wishes.MuteWanted():
            talk.mute(turn, event)
        case wishes.KeysWanted():
            talk.keys(turn, event)
        case wishes.TransferWanted():
            talk.transfer(turn, event)
        case wishes.ConsultWanted():
            talk.consult(turn, event)
        case wishes.ConsultEnded():
            talk.consult_ended(turn, event)
        case wishes.RejoinWanted():
            talk.rejoin(turn, event)
        case wishes.HangUpWanted():
            talk.hang_up(turn, event)
        case wishes.WrapUpDone():
            _wrap_up(turn, event)
        case wishes.SuperviseWanted():
            talk.supervise(turn, event)
        case wishes.RecordingWanted():
            talk.recording(turn, event)
        case wishes.TimerFired():
            _fired(turn, event)
