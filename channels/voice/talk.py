"""While people talk: hold, keys, transfers, consultation, conference, a lost agent, supervisors, the recording.

Only an agent who is on the line may wish; a wish that comes too late does nothing.
"""

from dataclasses import replace

from channels.voice import commands as do
from channels.voice import line
from channels.voice.contract import Role
from channels.voice.states import WITH_AGENT, Clock, Leg, LegStatus, Part, PartStatus, State
from channels.voice.turn import Turn
from channels.voice.wishes import (
    ConsultEnd,
    ConsultEnded,
    ConsultWanted,
    HangUpWanted,
    HoldWanted,
    KeysWanted,
    MuteWanted,
    RecordingWanted,
    RejoinWanted,
    SuperviseWanted,
    TargetKind,
    TransferWanted,
)

ON_LINE = (State.TALKING, State.HELD)


def part_of(turn: Turn, agent: str) -> Part | None:
    """The agent's part while he is on the line."""
    return next((one for one in turn.call.active if one.agent == agent and one.status is PartStatus.ACTIVE), None)


def hold(turn: Turn, event: HoldWanted) -> None:
    """Hold and take back."""
    wanted = State.TALKING if event.on else State.HELD
    if turn.call.state is not wanted or part_of(turn, event.agent) is None:
        return
    turn.hold(event.on)
    turn.go(State.HELD if event.on else State.TALKING)
    if event.on:
        turn.arm(Clock.HOLD_WARN, turn.call.policy.hold_warn_s)


def hold_long(turn: Turn) -> None:
    """Remind once."""
    if turn.call.lead is not None:
        turn.send(do.HoldTooLong(agent=turn.call.lead.agent))


def mute(turn: Turn, event: MuteWanted) -> None:
    """The agent's own leg."""
    part = part_of(turn, event.agent)
    leg = turn.call.leg(part.leg_id) if part is not None else None
    if leg is not None and leg.muted is not event.on:
        turn.put_leg(replace(leg, muted=event.on))
        turn.send(do.Mute(leg_id=leg.leg_id, on=event.on))


def keys(turn: Turn, event: KeysWanted) -> None:
    """Tones to the other side."""
    others = [*turn.call.live(Role.EXTERNAL), *turn.call.live(Role.CUSTOMER)]
    if part_of(turn, event.agent) is not None and others:
        turn.send(do.SendDigits(leg_id=others[0].leg_id, digits=event.digits))


def transfer(turn: Turn, event: TransferWanted) -> None:
    """Blind: into a queue or to an agent at once; to a number the agent stays until somebody answers there."""
    part = part_of(turn, event.agent)
    if turn.call.state not in ON_LINE or part is None or len(turn.call.active) > 1 or turn.call.customer is None:
        return
    target = event.target
    if target.to is TargetKind.NUMBER:
        if not turn.call.live(Role.EXTERNAL):
            turn.invite(Role.EXTERNAL, target.value, turn.call.policy.ring_s)
            turn.arm(Clock.TRANSFER, turn.call.policy.ring_s)
        return
    to_line(turn)
    agent = target.value if target.to is TargetKind.AGENT else ""
    queue = turn.call.policy.queue if agent else target.value
    line.enter_line(turn, queue, agent=agent, transferred=True)


def to_line(turn: Turn) -> None:
    """Everybody but the customer leaves; he will wait again."""
    turn.record(do.RecordAction.STOP)
    turn.release_all()
    turn.disarm(Clock.TRANSFER)
    for role in (Role.EXTERNAL, Role.SUPERVISOR):
        for leg in turn.call.live(role):
            turn.disarm(Clock.SUPERVISOR, leg.leg_id)
            turn.remove(leg.leg_id)


def external_joined(turn: Turn, leg: Leg) -> None:
    """The number answered: the agent is out, the customer talks there."""
    customer = turn.call.customer
    if turn.call.state not in ON_LINE or customer is None:
        turn.remove(leg.leg_id)
        return
    turn.disarm(Clock.TRANSFER)
    turn.bridge(customer.leg_id, leg.leg_id)
    if turn.call.state is State.HELD:
        turn.hold(False)
        turn.go(State.TALKING)
    turn.release_all()


def external_gone(turn: Turn) -> None:
    """Not answered: the agent is still there. Hung up after the transfer: the call is over."""
    turn.disarm(Clock.TRANSFER)
    if turn.call.state is State.TALKING and turn.call.lead is None:
        turn.finish()


# --- consultation


def consult(turn: Turn, event: ConsultWanted) -> None:
    """The customer waits on hold, the second agent is asked in."""
    part, call = part_of(turn, event.agent), turn.call
    if call.state not in ON_LINE or part is None or len(call.active) > 1 or event.second == event.agent:
        return
    if call.customer is None or call.live(Role.EXTERNAL):
        return
    if call.state is State.TALKING:
        turn.hold(True)
    turn.go(State.CONSULTING)
    turn.arm(Clock.CONSULT, call.policy.offer_s)
    turn.bring(event.second, call.policy.offer_s)


def second_joined(turn: Turn, part: Part) -> None:
    """The two agents talk; the customer hears music."""
    lead = turn.call.lead
    turn.disarm(Clock.CONSULT)
    turn.put_part(replace(part, status=PartStatus.ACTIVE, talked=True))
    if lead is not None:
        turn.bridge(lead.leg_id, part.leg_id)


def consult_ended(turn: Turn, event: ConsultEnded) -> None:
    """Hand over, three together, or back to two."""
    if turn.call.state is not State.CONSULTING or len(turn.call.active) != 2:
        return
    first, second = turn.call.active
    if event.agent != first.agent:
        return
    if event.how is ConsultEnd.CANCEL:
        back(turn, second)
    elif second.status is PartStatus.ACTIVE:
        if event.how is ConsultEnd.COMPLETE:
            turn.release(first)
        together(turn)


def back(turn: Turn, leaver: Part) -> None:
    """One of two is out; the other talks with the customer."""
    turn.release(leaver)
    together(turn)


def together(turn: Turn) -> None:
    """The customer and every agent who is there hear one another."""
    customer = turn.call.customer
    if customer is not None:
        turn.bridge(customer.leg_id, *(one.leg_id for one in turn.call.active))
        if turn.call.state is not State.TALKING:
            turn.hold(False)
            turn.go(State.TALKING)


def consult_unanswered(turn: Turn) -> None:
    """The second agent did not come."""
    if len(turn.call.active) == 2:
        back(turn, turn.call.active[1])


# --- leaving


def agent_left(turn: Turn, part: Part) -> None:
    """Without our asking. Somebody else still with the customer? Then he goes on; else the customer is kept for 15 s."""
    others = [one for one in turn.call.active if one.agent != part.agent]
    ready = [one for one in others if one.status is PartStatus.ACTIVE]
    if turn.call.state not in WITH_AGENT or turn.call.customer is None:
        turn.release(part)
    elif ready or (others and part.agent != turn.call.active[0].agent):
        back(turn, part)
    else:
        for other in others:
            turn.release(other)
        recover(turn, part)


def recover(turn: Turn, part: Part) -> None:
    """One moment, please: the same agent may come back."""
    if turn.call.state is State.RECOVERING:
        turn.put_part(replace(part, leg_id="", status=PartStatus.CONNECTING))
        return
    for leg in turn.call.live(Role.EXTERNAL):
        turn.remove(leg.leg_id)
    turn.put_part(replace(part, leg_id="", status=PartStatus.CONNECTING))
    if turn.call.state is State.TALKING:
        turn.hold(True, notice=True)
    turn.go(State.RECOVERING)
    turn.arm(Clock.REJOIN, turn.call.policy.rejoin_s)


def rejoin(turn: Turn, event: RejoinWanted) -> None:
    """A fresh leg for the same agent."""
    lead = turn.call.lead
    if turn.call.state is State.RECOVERING and lead is not None and lead.agent == event.agent and not lead.leg_id:
        leg_id = turn.invite(Role.AGENT, event.agent, turn.call.policy.rejoin_s)
        turn.put_part(replace(lead, leg_id=leg_id))


def rejoined(turn: Turn, part: Part) -> None:
    """Back with the customer."""
    turn.put_part(replace(part, status=PartStatus.ACTIVE))
    together(turn)


def lost(turn: Turn) -> None:
    """He did not come back: the customer goes to the front of the queue."""
    to_line(turn)
    turn.call = replace(turn.call, overdue=False)
    turn.arm(Clock.MAX_WAIT, turn.call.policy.max_wait_s)
    line.stand(turn, front=True)


def hang_up(turn: Turn, event: HangUpWanted) -> None:
    """One of several leaves; the last one ends the call."""
    part = next((one for one in turn.call.active if one.agent == event.agent), None)
    if part is None:
        return
    if turn.call.state in WITH_AGENT and any(
        one.status is PartStatus.ACTIVE and one.agent != part.agent for one in turn.call.active
    ):
        back(turn, part)
    elif turn.call.state in WITH_AGENT:
        turn.finish()
    elif turn.call.state in (State.CONNECTING, State.BRIDGING):
        line.not_connected(turn, no_show=False)
    elif turn.call.state is State.CALLBACK_DIALING:
        line.not_reached(turn)


# --- supervisors and recording


def supervise(turn: Turn, event: SuperviseWanted) -> None:
    """Come in, change the mode, go: the call's state never changes."""
    leg = next((one for one in turn.call.live(Role.SUPERVISOR) if one.party == event.supervisor), None)
    if leg is not None and event.mode is None:
        turn.disarm(Clock.SUPERVISOR, leg.leg_id)
        turn.remove(leg.leg_id)
    elif leg is not None:
        turn.put_leg(replace(leg, mode=event.mode))
        turn.coach()
    elif event.mode is not None and turn.call.state in WITH_AGENT:
        timeout_s = turn.call.policy.join_s
        leg_id = turn.invite(Role.SUPERVISOR, event.supervisor, timeout_s)
        asked = turn.call.leg(leg_id)
        if asked is not None:
            turn.put_leg(replace(asked, mode=event.mode))
            turn.arm(Clock.SUPERVISOR, timeout_s, leg_id)


def supervisor_late(turn: Turn, leg_id: str) -> None:
    """He did not join."""
    leg = turn.call.leg(leg_id)
    if leg is not None and leg.status is LegStatus.INVITED:
        turn.remove(leg_id)


def recording(turn: Turn, event: RecordingWanted) -> None:
    """Pause and go on, by an agent on the line."""
    if part_of(turn, event.agent) is not None:
        turn.record(do.RecordAction.RESUME if event.on else do.RecordAction.PAUSE)
