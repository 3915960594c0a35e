"""One turn of the machine: the call as it becomes, and the commands given on the way. The verbs that every handler shares.

A Turn lives for one `step` only; what it changes is a copy.
"""

from dataclasses import replace

from channels.voice import commands as do
from channels.voice.contract import Event, Role
from channels.voice.states import (
    LASTING,
    Call,
    Clock,
    Entry,
    Leg,
    LegStatus,
    Outcome,
    Part,
    PartStatus,
    Purpose,
    Recording,
    Sent,
    State,
    Timer,
    seconds,
)

REFUSABLE = (do.Bridge, do.Invite, do.TakeVoicemail)
REMEMBERED = 256


class Turn:
    """The call during one step."""

    def __init__(self, call: Call, now: int) -> None:
        self.now = max(now, call.clock)
        self.call = replace(call, clock=self.now)
        self.commands: list[do.Command] = []

    def send(self, command: do.Command) -> str:
        """Give a command its id and put it out."""
        number = self.call.counter + 1
        named = replace(command, command_id=f"{self.call.call_id}:{number}")
        self.call = replace(self.call, counter=number)
        self.commands.append(named)
        if isinstance(named, REFUSABLE):
            leg_id = "" if isinstance(named, do.Bridge) else named.leg_id
            kept = (*self.call.sent, Sent(named.command_id, type(named).__name__, leg_id))
            self.call = replace(self.call, sent=kept[-16:])
        return named.command_id

    def go(self, state: State) -> None:
        """Enter a state; its predecessor's timers end."""
        timers = tuple(timer for timer in self.call.timers if timer.clock in LASTING)
        self.call = replace(self.call, state=state, timers=timers)
        self.note(self._spent_as(state).value)

    def _spent_as(self, state: State) -> State:
        """While nobody holds the line, an agent's way to the phone is no waiting of the caller's."""
        if self.call.dial is None or state not in (State.OFFERING, State.CONNECTING):
            return state
        return State.CALLBACK_WAIT if self.call.dial.purpose is Purpose.KEEP_PLACE else State.CALLBACK_DIALING

    def note(self, what: str, agent: str = "") -> None:
        """Append to the history."""
        self.call = replace(self.call, history=(*self.call.history, Entry(self.now, what, agent)))

    def arm(self, clock: Clock, after_s: int, key: str = "") -> None:
        """(Re)start a timer."""
        self.disarm(clock, key)
        timer = Timer(clock, self.now + seconds(after_s), key)
        self.call = replace(self.call, timers=(*self.call.timers, timer))

    def disarm(self, clock: Clock, key: str = "") -> None:
        """Stop a timer."""
        kept = tuple(timer for timer in self.call.timers if (timer.clock, timer.key) != (clock, key))
        self.call = replace(self.call, timers=kept)

    def remember(self, event: Event) -> bool:
        """False when the event was applied before."""
        if event.event_id in self.call.seen:
            return False
        self.call = replace(self.call, seen=(*self.call.seen, event.event_id)[-REMEMBERED:])
        return True

    # --- legs

    def new_leg_id(self) -> str:
        """An id no leg of this call had."""
        self.call = replace(self.call, counter=self.call.counter + 1)
        return f"{self.call.call_id}/{self.call.counter}"

    def put_leg(self, leg: Leg) -> None:
        """Add or replace."""
        others = tuple(one for one in self.call.legs if one.leg_id != leg.leg_id)
        self.call = replace(self.call, legs=(*others, leg))

    def invite(self, role: Role, target: str, timeout_s: int, amd: bool = False) -> str:
        """Ask somebody in; answers the leg's id."""
        leg_id = self.new_leg_id()
        self.put_leg(Leg(leg_id, role, target, LegStatus.INVITED, self.now))
        self.send(do.Invite(leg_id=leg_id, role=role, target=target, timeout_s=timeout_s, amd=amd))
        return leg_id

    def remove(self, leg_id: str) -> None:
        """Ask a leg out; it counts no more, until the provider confirms it is only watched."""
        leg = self.call.leg(leg_id)
        if leg is not None and leg.status is not LegStatus.LEAVING:
            self.put_leg(replace(leg, status=LegStatus.LEAVING, since=self.now))
            self.send(do.Remove(leg_id=leg_id))

    def bridge(self, *leg_ids: str) -> None:
        """These hear one another; supervisors are set again, for the agent's leg may be a new one."""
        self.send(do.Bridge(leg_ids=leg_ids))
        self.coach()

    def coach(self) -> None:
        """Tell every supervisor's leg again whom it coaches."""
        lead = self.call.lead
        for leg in self.call.live(Role.SUPERVISOR):
            if leg.status is LegStatus.JOINED and leg.mode is not None and lead is not None:
                self.send(do.Supervise(leg_id=leg.leg_id, mode=leg.mode, coach_leg=lead.leg_id))

    def hold(self, on: bool, notice: bool = False) -> None:
        """Hold or take back the other side: the customer, and whoever stands in for him."""
        customer = self.call.customer
        if customer is not None:
            self.send(do.Hold(leg_id=customer.leg_id, notice=notice) if on else do.Resume(leg_id=customer.leg_id))

    # --- agents

    def put_part(self, part: Part) -> None:
        """Replace the part of the same agent in its place, or add it at the end."""
        if any(one.agent == part.agent for one in self.call.parts):
            parts = tuple(part if one.agent == part.agent else one for one in self.call.parts)
        else:
            parts = (*self.call.parts, part)
        self.call = replace(self.call, parts=parts)

    def bring(self, agent: str, timeout_s: int) -> None:
        """An agent takes part: his leg is invited. An old wrap-up of his for this call ends."""
        self.wrap_up_done(agent)
        leg_id = self.invite(Role.AGENT, agent, timeout_s)
        self.put_part(Part(agent, leg_id, PartStatus.CONNECTING))

    def release(self, part: Part, no_show: bool = False) -> None:
        """The agent is off the line: notes if he talked, else free at once."""
        self.remove(part.leg_id)
        if part.talked:
            self.put_part(replace(part, status=PartStatus.WRAPPING))
            self.note("wrap_up", part.agent)
            self.arm(Clock.WRAP_UP, self.call.policy.wrap_up_s, part.agent)
            self.send(do.WrapUpBegun(agent=part.agent))
        else:
            self._drop(part.agent, no_show)

    def wrap_up_done(self, agent: str) -> None:
        """Notes are written (or their time is over)."""
        if any(one.agent == agent and one.status is PartStatus.WRAPPING for one in self.call.parts):
            self.disarm(Clock.WRAP_UP, agent)
            self.note("wrapped_up", agent)
            self._drop(agent, False)

    def _drop(self, agent: str, no_show: bool) -> None:
        self.call = replace(self.call, parts=tuple(one for one in self.call.parts if one.agent != agent))
        self.send(do.AgentFreed(agent=agent, no_show=no_show))

    def release_all(self) -> None:
        """Every agent off the line."""
        for part in self.call.active:
            self.release(part)

    # --- recording, offers, the end

    def record(self, action: do.RecordAction) -> None:
        """Start, pause, resume or stop, where that follows from what it is."""
        after = {
            (Recording.OFF, do.RecordAction.START): Recording.ON,
            (Recording.ON, do.RecordAction.PAUSE): Recording.PAUSED,
            (Recording.PAUSED, do.RecordAction.RESUME): Recording.ON,
            (Recording.ON, do.RecordAction.STOP): Recording.OFF,
            (Recording.PAUSED, do.RecordAction.STOP): Recording.OFF,
        }.get((self.call.recording, action))
        if after is not None:
            announce = action is do.RecordAction.START and self.call.policy.announce
            self.call = replace(self.call, recording=after)
            self.send(do.Record(action=action, announce=announce))

    def withdraw(self, miss: bool = False) -> None:
        """Take the pending offer back."""
        offer = self.call.offer
        if offer is not None:
            self.call = replace(self.call, offer=None)
            self.send(do.WithdrawOffer(offer_id=offer.offer_id, agent=offer.agent, miss=miss))

    def end(self, outcome: Outcome) -> None:
        """The call is over: everybody out, nobody busy but with notes, no timer but those of notes and of stray legs."""
        self.withdraw()
        self.record(do.RecordAction.STOP)
        self.release_all()
        for leg in self.call.legs:
            self.remove(leg.leg_id)
        if self.call.line is not None:
            self.send(do.Dequeue())
        self.go(State.ENDED)
        kept = tuple(timer for timer in self.call.timers if timer.clock is Clock.WRAP_UP)
        self.call = replace(self.call, outcome=outcome, line=None, timers=kept, early=())
        self.arm(Clock.RESYNC, self.call.policy.resync_s)
        self.send(do.CallEnded(outcome=outcome.value))

    def finish(self) -> None:
        """End a call whose two sides may have talked."""
        if not self.call.talked:
            self.end(Outcome.ABANDONED)
        else:
            kept = self.call.dial is not None and self.call.dial.purpose is Purpose.KEEP_PLACE
            self.end(Outcome.CALLED_BACK if kept else Outcome.COMPLETED)
