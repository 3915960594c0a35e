"""From the first ring until somebody talks: menu, queue, offers, the agent's way in, call-backs and voicemail.

Every handler takes the turn and an event and looks at the state itself: an event that does not belong there does nothing.
"""

from dataclasses import replace

from channels.voice import commands as do
from channels.voice import menu as menus
from channels.voice.contract import Answerer, CallArrived, Left, LegInput, MachineDetected, Role
from channels.voice.menu import Choice, Leads, Place
from channels.voice.states import (
    Clock,
    Dial,
    Leg,
    LegStatus,
    Line,
    Offer,
    Outcome,
    Part,
    PartStatus,
    Purpose,
    State,
)
from channels.voice.turn import Turn
from channels.voice.wishes import OfferAccepted, OfferDeclined, OfferMade, OutboundWanted, QueueClosed

CALL_BACK_KEY = "9"


def arrived(turn: Turn, event: CallArrived) -> None:
    """A caller: his menu, or without one the queue."""
    if turn.call.state is not State.NEW:
        return
    turn.put_leg(Leg(event.leg_id, Role.CUSTOMER, event.caller, LegStatus.JOINED, turn.now))
    turn.call = replace(turn.call, caller=event.caller)
    turn.arm(Clock.RESYNC, turn.call.policy.resync_s)
    if turn.call.menu is None:
        enter_line(turn, turn.call.policy.queue)
        return
    turn.go(State.IVR)
    turn.arm(Clock.IVR, turn.call.policy.ivr_s)
    ask(turn, Place(turn.call.menu.root))


def ask(turn: Turn, place: Place) -> None:
    """Play the node the caller is at."""
    menu, customer = turn.call.menu, turn.call.customer
    if menu is None or customer is None:
        return
    prompt_id = f"menu:{turn.call.counter}"
    turn.call = replace(turn.call, place=place, prompt_id=prompt_id)
    text = menu.prompt(place, turn.call.language)
    turn.send(do.Prompt(leg_id=customer.leg_id, prompt_id=prompt_id, text=text, gather_s=menu.wait_s))


def answered(turn: Turn, event: LegInput) -> None:
    """Keys or words, if they answer what is being played now."""
    call, customer = turn.call, turn.call.customer
    if customer is None or event.leg_id != customer.leg_id or event.prompt_id != call.prompt_id:
        return
    if call.state is State.IVR and call.menu is not None and call.place is not None:
        there = menus.answer(call.menu, call.place, call.language, event.digits, event.speech)
        leave_menu(turn, there) if isinstance(there, Choice) else ask(turn, there)
    elif call.state in (State.WAITING, State.OFFERING) and event.digits == CALL_BACK_KEY:
        promise(turn)


def leave_menu(turn: Turn, choice: Choice) -> None:
    """Out of the menu: to a queue or to voicemail."""
    if choice.leads is Leads.VOICEMAIL:
        voicemail(turn)
    else:
        enter_line(turn, choice.to or turn.call.policy.queue)


# --- the line


def enter_line(turn: Turn, queue: str, agent: str = "", transferred: bool = False) -> None:
    """A new place at the end of a queue (for one agent only when named)."""
    line = Line(queue, turn.now, agent=agent, transferred=transferred)
    turn.call = replace(turn.call, line=line, overdue=False)
    turn.arm(Clock.MAX_WAIT, turn.call.policy.max_wait_s)
    stand(turn)


def stand(turn: Turn, front: bool = False, exclude: str = "") -> None:
    """Wait at one's place, again or for the first time; `front`: through no fault of the caller's, so before all others."""
    line, call = turn.call.line, turn.call
    if line is None:
        line = Line(call.policy.queue, turn.now)
    if exclude and line.agent == exclude:
        line = replace(line, agent="")
    excluded = (*line.excluded, exclude) if exclude and exclude not in line.excluded else line.excluded
    turn.call = replace(call, line=replace(line, front=front or line.front, excluded=excluded))
    if call.dial is not None and call.dial.purpose is Purpose.KEEP_PLACE and call.customer is None:
        turn.go(State.CALLBACK_WAIT)
        publish(turn)
    elif call.overdue:
        voicemail(turn)
    else:
        turn.go(State.WAITING)
        publish(turn)
        music(turn)


def music(turn: Turn) -> None:
    """Music and position for the waiting caller."""
    customer = turn.call.customer
    if customer is not None:
        prompt_id = f"wait:{turn.call.counter}"
        turn.call = replace(turn.call, prompt_id=prompt_id)
        turn.send(do.EnqueueAudio(leg_id=customer.leg_id, prompt_id=prompt_id))


def publish(turn: Turn) -> None:
    """Tell the desk that it waits."""
    line = turn.call.line
    if line is not None:
        turn.send(
            do.Enqueue(
                queue=line.queue,
                enqueued_at=line.enqueued_at,
                front=line.front,
                call_back=turn.call.state is State.CALLBACK_WAIT,
                agent=line.agent,
                excluded=line.excluded,
                transferred=line.transferred,
            )
        )


def offered(turn: Turn, event: OfferMade) -> None:
    """The router's proposal; too late when the call no longer waits (or its next attempt is not due)."""
    resting = any(timer.clock is Clock.RETRY for timer in turn.call.timers)
    if turn.call.state not in (State.WAITING, State.CALLBACK_WAIT) or resting:
        turn.send(do.OfferGone(offer_id=event.offer_id, agent=event.agent))
        return
    turn.call = replace(turn.call, offer=Offer(event.offer_id, event.agent))
    turn.go(State.OFFERING)
    turn.arm(Clock.OFFER, turn.call.policy.offer_s)


def accepted(turn: Turn, event: OfferAccepted) -> None:
    """Compare and set: only the pending offer, only by its agent; then his leg is invited."""
    if turn.call.offer != Offer(event.offer_id, event.agent):
        turn.send(do.OfferGone(offer_id=event.offer_id, agent=event.agent))
        return
    turn.call = replace(turn.call, offer=None)
    turn.go(State.CONNECTING)
    turn.arm(Clock.JOIN, turn.call.policy.join_s)
    turn.bring(event.agent, turn.call.policy.join_s)


def declined(turn: Turn, event: OfferDeclined) -> None:
    """The next agent, same place."""
    if turn.call.offer == Offer(event.offer_id, event.agent):
        turn.call = replace(turn.call, offer=None)
        stand(turn, exclude=event.agent)


def offer_over(turn: Turn) -> None:
    """It rang too long."""
    agent = turn.call.offer.agent if turn.call.offer else ""
    turn.withdraw(miss=True)
    stand(turn, exclude=agent)


def not_connected(turn: Turn, no_show: bool) -> None:
    """The agent who accepted is not there, or the customer cannot be brought to him."""
    lead = turn.call.lead
    if turn.call.dial is not None and turn.call.dial.purpose is Purpose.OUTBOUND:
        turn.end(Outcome.FAILED)
        return
    if lead is not None:
        turn.release(lead, no_show)
    stand(turn, front=True, exclude=lead.agent if lead is not None and no_show else "")


def closed(turn: Turn, _event: QueueClosed) -> None:
    """Nobody will come: voicemail for who waits on the line; a promise stays a promise."""
    if turn.call.state is State.WAITING or (turn.call.state is State.OFFERING and turn.call.customer is not None):
        voicemail(turn)


# --- the agent is there


def agent_joined(turn: Turn, part: Part) -> None:
    """The agent sits at the phone: bring the customer to him, or dial him."""
    turn.put_part(replace(part, status=PartStatus.ACTIVE))
    if turn.call.dial is not None and turn.call.customer is None:
        dial(turn, turn.call.dial)
        return
    turn.go(State.BRIDGING)
    turn.arm(Clock.BRIDGE, turn.call.policy.bridge_s)
    customer = turn.call.customer
    if customer is not None:
        turn.bridge(customer.leg_id, part.leg_id)


def talking(turn: Turn) -> None:
    """They talk: from here on there is something to wrap up."""
    if turn.call.line is not None:
        turn.send(do.Dequeue())
    for part in turn.call.active:
        if part.status is PartStatus.ACTIVE:
            turn.put_part(replace(part, talked=True))
    turn.call = replace(turn.call, talked=True, line=None)
    turn.disarm(Clock.MAX_WAIT)
    turn.disarm(Clock.PROMISE)
    turn.go(State.TALKING)
    if turn.call.policy.record:
        turn.record(do.RecordAction.START)


# --- call-back and outbound


def promise(turn: Turn) -> None:
    """Call back instead of waiting: the place stays, the line is free. A withheld number cannot be called."""
    call, customer = turn.call, turn.call.customer
    if customer is None or not call.caller or not call.policy.call_back:
        return
    turn.withdraw()
    turn.send(do.Prompt(leg_id=customer.leg_id, prompt_id="bye", text="call_back_bye", then_hang_up=True))
    turn.put_leg(replace(customer, status=LegStatus.LEAVING, since=turn.now))
    turn.call = replace(turn.call, dial=Dial(call.caller, Purpose.KEEP_PLACE), overdue=False)
    turn.disarm(Clock.MAX_WAIT)
    turn.arm(Clock.PROMISE, call.policy.promise_s)
    turn.go(State.CALLBACK_WAIT)
    publish(turn)


def outbound(turn: Turn, event: OutboundWanted) -> None:
    """An agent calls a customer."""
    if turn.call.state is State.NEW:
        turn.call = replace(turn.call, dial=Dial(event.number, Purpose.OUTBOUND), caller=event.number)
        turn.arm(Clock.RESYNC, turn.call.policy.resync_s)
        turn.go(State.CONNECTING)
        turn.arm(Clock.JOIN, turn.call.policy.join_s)
        turn.bring(event.agent, turn.call.policy.join_s)


def dial(turn: Turn, who: Dial) -> None:
    """Ring the customer while the agent listens."""
    policy = turn.call.policy
    turn.call = replace(turn.call, dial=replace(who, tries=who.tries + 1))
    turn.go(State.CALLBACK_DIALING)
    turn.arm(Clock.RING, policy.ring_s)
    turn.invite(Role.CUSTOMER, who.number, policy.ring_s, amd=policy.amd)


def picked_up(turn: Turn, leg: Leg) -> None:
    """Somebody (or something) answered."""
    if turn.call.policy.amd:
        turn.disarm(Clock.RING)
        turn.arm(Clock.AMD, turn.call.policy.amd_s)
    else:
        through(turn, leg)


def through(turn: Turn, leg: Leg) -> None:
    """The customer himself: both hear one another."""
    lead = turn.call.lead
    if lead is not None:
        turn.bridge(leg.leg_id, lead.leg_id)
        talking(turn)


def detected(turn: Turn, event: MachineDetected) -> None:
    """A machine is no answer; anything else is one."""
    customer = turn.call.customer
    if turn.call.state is not State.CALLBACK_DIALING or customer is None or customer.leg_id != event.leg_id:
        return
    if event.answerer in (Answerer.MACHINE, Answerer.FAX):
        not_reached(turn)
    elif customer.status is LegStatus.JOINED:
        through(turn, customer)


def not_reached(turn: Turn) -> None:
    """No answer, busy, a machine: the agent is free; a promised call is tried again from its place, three times in all."""
    who, policy = turn.call.dial, turn.call.policy
    if who is None or who.purpose is Purpose.OUTBOUND or who.tries >= policy.attempts:
        turn.end(Outcome.FAILED)
        return
    for leg in turn.call.live(Role.CUSTOMER):
        turn.remove(leg.leg_id)
    turn.release_all()
    turn.send(do.Dequeue())
    turn.go(State.CALLBACK_WAIT)
    turn.arm(Clock.RETRY, policy.retry_s[who.tries - 1])


def retry(turn: Turn) -> None:
    """The next attempt is due."""
    publish(turn)


# --- voicemail


def voicemail(turn: Turn) -> None:
    """Greet and record; where the number takes none, the call has failed."""
    customer = turn.call.customer
    turn.withdraw()
    if customer is None or not turn.call.policy.voicemail:
        turn.end(Outcome.FAILED)
        return
    if turn.call.line is not None:
        turn.send(do.Dequeue())
    turn.disarm(Clock.MAX_WAIT)
    turn.call = replace(turn.call, line=None)
    turn.go(State.VOICEMAIL)
    max_s = turn.call.policy.voicemail_s
    turn.arm(Clock.VOICEMAIL, max_s + 60)
    turn.send(do.TakeVoicemail(leg_id=customer.leg_id, greeting="voicemail_greeting", max_s=max_s))


def customer_left(turn: Turn, reason: Left) -> None:
    """Hang-up, wherever he was. In voicemail the recording is still to come; a call of ours may just not be answered."""
    if turn.call.state is State.VOICEMAIL:
        turn.arm(Clock.VOICEMAIL, 60)
    elif turn.call.state is State.CALLBACK_DIALING:
        not_reached(turn)
    elif turn.call.state is not State.ENDED and reason is Left.FAILED and not turn.call.talked:
        turn.end(Outcome.FAILED)
    elif turn.call.state is not State.ENDED:
        turn.finish()
