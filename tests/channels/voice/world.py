"""A tiny provider and desk in virtual time around the call machine: answers commands with events, loses, repeats and shuffles
them, restarts the machine through JSON, and judges what happened by its own book-keeping."""

import heapq
import random
from collections import Counter

from channels.voice import commands as do
from channels.voice import contract as saw
from channels.voice import wishes as wish
from channels.voice.call import step
from channels.voice.contract import SECOND, Answerer, Event, Left, Mode, Role
from channels.voice.ledger import fold
from channels.voice.menu import Choice, Leads, Menu, Node
from channels.voice.states import PartStatus, Policy, State, begin, dump, load

AGENTS = ("ann", "bob", "cat", "dan")
MENU = Menu(
    "main",
    1,
    "top",
    {"top": Node({"en": "press"}, {"1": Choice(Leads.QUEUE, "sales"), "2": Choice(Leads.VOICEMAIL)})},
    Choice(Leads.QUEUE, "support"),
)
COLUMN = {
    "ivr": "menu",
    "waiting": "wait",
    "offering": "wait",
    "connecting": "wait",
    "bridging": "wait",
    "talking": "talk",
    "held": "hold",
    "consulting": "hold",
    "recovering": "hold",
    "callback_wait": "promised",
    "callback_dialing": "dialling",
    "voicemail": "voicemail",
}
LONGEST = 20_000


class World:
    """One call from its first event until nothing more is to come. `faults` 0..1: how often events go astray."""

    def __init__(self, seed: int, faults: float = 0.12) -> None:
        self.dice, self.faults, self.now, self.number = random.Random(seed), faults, 0, 0
        policy = Policy("support", amd=self.dice.random() < 0.3, record=True, voicemail=self.dice.random() < 0.8)
        self.call = begin("c", policy, MENU if self.dice.random() < 0.6 else None)
        self.coming: list[tuple[int, int, Event]] = []
        self.legs: dict[str, tuple[Role, bool]] = {}
        self.spent: Counter[str] = Counter()
        self.waiting, self.allowed, self.wrong = False, set[str](), list[str]()
        self.ends = 0

    def envelope(self, ref: str = "desk") -> dict[str, object]:
        """Fresh id and number."""
        self.number += 1
        return {
            "event_id": f"e{self.number}",
            "provider": "test",
            "provider_ref": ref,
            "seq": self.number,
            "at": self.now,
        }

    def desk(self, event: Event, after_s: float) -> None:
        """What the database carries: late, never lost."""
        when = self.now + int(after_s * SECOND)
        self.number += 1
        heapq.heappush(self.coming, (when, self.number, event))

    def wire(self, event: Event, after_s: float) -> None:
        """What the provider's wire carries: lost, twice, or late."""
        if self.dice.random() < self.faults:
            return
        late = self.dice.random() * 5 if self.dice.random() < self.faults else 0
        self.desk(event, after_s + late)
        if self.dice.random() < self.faults:
            self.desk(event, after_s + self.dice.random() * 30)

    # --- what happens by itself

    def begin(self) -> None:
        """A caller, or an agent who calls."""
        if self.dice.random() < 0.1:
            self.desk(wish.OutboundWanted(**self.envelope(), agent="ann", number="+4912"), 0)  # type: ignore[arg-type]
        else:
            self.legs["in"] = (Role.CUSTOMER, True)
            caller = "+4911" if self.dice.random() < 0.8 else ""
            self.desk(saw.CallArrived(**self.envelope("in"), leg_id="in", caller=caller, called="+4910"), 0)  # type: ignore[arg-type]
            self.hang_up_later("in")
        for _ in range(self.dice.randrange(25)):
            self.desk(self.random_wish(), self.dice.random() * 900)

    def hang_up_later(self, leg_id: str) -> None:
        """People end their calls, wherever they are."""
        self.desk(saw.LegRinging(**self.envelope(f"!{leg_id}"), leg_id=leg_id), self.dice.expovariate(1 / 200))  # type: ignore[arg-type]

    def random_wish(self) -> Event:
        """Anything that a person may click, sensible or not."""
        dice, env, agent = self.dice, self.envelope(), self.dice.choice(AGENTS)
        some = dice.choice(AGENTS)
        target = wish.Target(dice.choice(list(wish.TargetKind)), dice.choice((*AGENTS, "sales")))
        kinds: list[Event] = [
            wish.HoldWanted(**env, agent=agent, on=dice.random() < 0.5),  # type: ignore[arg-type]
            wish.MuteWanted(**env, agent=agent, on=True),  # type: ignore[arg-type]
            wish.TransferWanted(**env, agent=agent, target=target),  # type: ignore[arg-type]
            wish.ConsultWanted(**env, agent=agent, second=some),  # type: ignore[arg-type]
            wish.ConsultWanted(**env, agent=agent, second=some),  # type: ignore[arg-type]
            wish.ConsultEnded(**env, agent=agent, how=dice.choice(list(wish.ConsultEnd))),  # type: ignore[arg-type]
            wish.RejoinWanted(**env, agent=agent),  # type: ignore[arg-type]
            wish.HangUpWanted(**env, agent=agent),  # type: ignore[arg-type]
            wish.SuperviseWanted(**env, supervisor="sue", mode=dice.choice([*Mode, None])),  # type: ignore[arg-type]
            wish.RecordingWanted(**env, agent=agent, on=dice.random() < 0.5),  # type: ignore[arg-type]
            wish.QueueClosed(**env),  # type: ignore[arg-type]
            saw.ProviderDown(**env),  # type: ignore[arg-type]
            saw.ProviderUp(**env),  # type: ignore[arg-type]
        ]
        return dice.choice(kinds)

    # --- the provider and the desk carry out commands

    def gone(self, leg_id: str, reason: Left) -> None:
        """A leg ends; the machine may or may not hear of it."""
        if self.legs.pop(leg_id, None) is not None:
            self.wire(saw.LegLeft(**self.envelope(leg_id), leg_id=leg_id, reason=reason), 0.1)  # type: ignore[arg-type]

    def carry_out(self, command: do.Command) -> None:
        """Once per command."""
        match command:
            case do.Invite():
                self.invited(command)
            case do.Remove():
                self.gone(command.leg_id, Left.KICKED)
            case do.Bridge():
                self.bridged(command)
            case do.Prompt() | do.EnqueueAudio():
                self.played(command)
            case do.TakeVoicemail():
                self.left_words()
            case do.ListLegs():
                there = tuple(leg for leg, (_, joined) in self.legs.items() if joined)
                env = self.envelope()
                self.wire(saw.LegsListed(**env, command_id=command.command_id, leg_ids=there), 0.1)  # type: ignore[arg-type]
            case do.Enqueue():
                self.waiting = True
                self.offer()
            case do.Dequeue():
                self.waiting = False
            case do.CallEnded():
                self.ends += 1

    def invited(self, command: do.Invite) -> None:
        """They come, or not."""
        leg_id, env = command.leg_id, self.envelope(command.leg_id)
        self.legs[leg_id] = (command.role, False)
        if self.dice.random() < 0.75:
            self.desk(saw.LegJoined(**env, leg_id=leg_id), self.dice.random() * 12)  # type: ignore[arg-type]
            return
        self.legs.pop(leg_id)
        if self.dice.random() < 0.2:
            self.wire(saw.CommandFailed(**env, command_id=command.command_id, code=saw.Failure.LIMIT), 0.1)  # type: ignore[arg-type]
        else:
            self.wire(saw.LegLeft(**env, leg_id=leg_id, reason=Left.NO_ANSWER), self.dice.random() * 25)  # type: ignore[arg-type]

    def bridged(self, command: do.Bridge) -> None:
        """Judge who hears whom; a customer who is gone is told."""
        agents = {p.agent for p in self.call.parts if p.leg_id in command.leg_ids and p.status is PartStatus.ACTIVE}
        if len(agents) > 2 or (len(agents) == 2 and not agents & self.allowed):
            self.wrong.append(f"bridged without consult: {sorted(agents)}")
        for leg_id in command.leg_ids:
            if leg_id not in self.legs:
                env = self.envelope()
                self.wire(saw.CommandFailed(**env, command_id=command.command_id, code=saw.Failure.GONE), 0.1)  # type: ignore[arg-type]
            elif self.legs[leg_id][0] is Role.CUSTOMER:
                self.wire(saw.LegJoined(**self.envelope(leg_id), leg_id=leg_id), 0.3)  # type: ignore[arg-type]

    def played(self, command: do.Prompt | do.EnqueueAudio) -> None:
        """The caller answers."""
        if isinstance(command, do.Prompt) and command.then_hang_up:
            self.gone(command.leg_id, Left.HANGUP)
            return
        digits = self.dice.choice("1129") if isinstance(command, do.Prompt) else self.dice.choice(["", "", "9"])
        said = saw.LegInput(
            **self.envelope(command.leg_id),  # type: ignore[arg-type]
            leg_id=command.leg_id,
            prompt_id=command.prompt_id,
            digits=digits,
        )
        self.wire(said, self.dice.random() * 30)

    def left_words(self) -> None:
        """The recording's own message is the truth."""
        env = self.envelope()
        if self.dice.random() < 0.7:
            ready = saw.RecordingReady(**env, recording_id="r", location="x", seconds=9, voicemail=True)  # type: ignore[arg-type]
            self.wire(ready, self.dice.random() * 60)
        else:
            self.wire(saw.RecordingFailed(**env, recording_id="r", voicemail=True), 5)  # type: ignore[arg-type]

    def offer(self) -> None:
        """The router finds somebody, who accepts, declines or lets it ring."""
        agent, offer_id, soon = self.dice.choice(AGENTS), f"o{self.number}", self.dice.random() * 60
        self.desk(wish.OfferMade(**self.envelope(), offer_id=offer_id, agent=agent), soon)  # type: ignore[arg-type]
        roll, reply = self.dice.random(), soon + self.dice.random() * 22
        if roll < 0.6:
            self.desk(wish.OfferAccepted(**self.envelope(), offer_id=offer_id, agent=agent), reply)  # type: ignore[arg-type]
        elif roll < 0.8:
            self.desk(wish.OfferDeclined(**self.envelope(), offer_id=offer_id, agent=agent), reply)  # type: ignore[arg-type]

    # --- time passes

    def run(self) -> "World":
        """Until nothing is to come."""
        self.begin()
        for _ in range(LONGEST):
            timers = [(timer.due, timer) for timer in self.call.timers]
            first = min(timers, key=lambda one: one[0]) if timers else None
            if self.coming and (first is None or self.coming[0][0] <= first[0]):
                when, _, event = heapq.heappop(self.coming)
                self.pass_time(when)
                self.happen(event)
            elif first is not None:
                self.pass_time(first[0])
                due = first[1]
                fired = wish.TimerFired(**self.envelope(), timer=due.clock, key=due.key, due=due.due)  # type: ignore[arg-type]
                self.tell(fired)
            else:
                return self.judge()
        self.wrong.append("never came to rest")
        return self.judge()

    def pass_time(self, until: int) -> None:
        """Book the time to what the call is doing: the independent checker."""
        passed, dial = until - self.now, self.call.dial
        if self.call.state not in (State.NEW, State.ENDED):
            column = COLUMN[self.call.state]
            if dial is not None and self.call.state in (State.OFFERING, State.CONNECTING):
                column = "promised" if dial.purpose == "keep_place" else "dialling"
            self.spent[column] += passed
        self.spent["wrap_up"] += passed * sum(part.status is PartStatus.WRAPPING for part in self.call.parts)
        self.now = until

    def happen(self, event: Event) -> None:
        """Facts change the provider first; then the news goes out."""
        if isinstance(event, saw.LegRinging):
            self.gone(event.leg_id, Left.HANGUP)
        elif isinstance(event, saw.LegJoined) and event.leg_id in self.legs and not self.legs[event.leg_id][1]:
            role = self.legs[event.leg_id][0]
            self.legs[event.leg_id] = (role, True)
            self.hang_up_later(event.leg_id)
            self.wire(event, 0)
            if role is Role.CUSTOMER and self.call.policy.amd:
                who = self.dice.choice(list(Answerer))
                self.wire(saw.MachineDetected(**self.envelope(), leg_id=event.leg_id, answerer=who), 2)  # type: ignore[arg-type]
        else:
            self.tell(event)

    def tell(self, event: Event) -> None:
        """One step, perhaps in a new process; `allowed` are those an agent asked in."""
        if self.dice.random() < self.faults / 4:
            self.call = load(dump(self.call))
        before = self.call.state
        self.call, commands, _ = step(self.call, event, self.now)
        if isinstance(event, wish.ConsultWanted) and before is not State.CONSULTING is self.call.state:
            self.allowed = {event.second}
        if self.call.state in (State.WAITING, State.CALLBACK_WAIT):
            self.allowed.clear()
            if self.call.active:
                self.wrong.append(f"busy with nobody: {self.call.active}")
        for command in commands:
            self.carry_out(command)
        if self.call.state is State.WAITING and not any(isinstance(e, wish.OfferMade) for _, _, e in self.coming):
            self.offer()

    def judge(self) -> "World":
        """What must hold when all is quiet."""
        book = fold(self.call.history, self.now)
        if self.call.state is not State.ENDED or self.call.outcome is None or self.ends != 1:
            self.wrong.append(f"not ended once: {self.call.state} {self.ends}")
        if self.call.parts:
            self.wrong.append(f"busy: {self.call.parts}")
        if any(joined for _, joined in self.legs.values()) or self.call.legs:
            self.wrong.append(f"live legs: {self.legs} {self.call.legs}")
        if self.waiting:
            self.wrong.append("still in a queue")
        for column, total in self.spent.items():
            if getattr(book, column) != total:
                self.wrong.append(f"{column}: {getattr(book, column)} is not {total}")
        return self


def quiet(seed: int) -> World:
    """A world in which nothing goes astray."""
    return World(seed, faults=0.0).run()


def stormy(seed: int) -> World:
    """A world in which much does."""
    return World(seed).run()
