"""Short words for the call machine's stories: a call, what happens to it, and what it asked for."""

from channels.voice import commands as do
from channels.voice import contract as saw
from channels.voice import wishes as wish
from channels.voice.call import step
from channels.voice.contract import SECOND, Event, Left
from channels.voice.menu import Menu
from channels.voice.states import Clock, Policy, State, begin


class Story:
    """One call; `last` holds the commands of the latest step."""

    def __init__(self, menu: Menu | None = None, policy: Policy | None = None) -> None:
        self.call = begin("c", policy or Policy("support"), menu)
        self.now, self.number, self.last = 0, 0, list[do.Command]()

    def env(self, seq: int | None = None) -> tuple[str, int]:
        self.number += 1
        return f"e{self.number}", self.number if seq is None else seq

    def tell(self, event: Event) -> State:
        self.call, commands, _ = step(self.call, event, self.now)
        self.last = list(commands)
        return self.call.state

    def arrives(self, caller: str = "+4911") -> State:
        id_, seq = self.env()
        return self.tell(
            saw.CallArrived(
                event_id=id_,
                provider="t",
                provider_ref="in",
                seq=seq,
                at=self.now,
                leg_id="in",
                caller=caller,
                called="1",
            )
        )

    def wish(self, kind: type[Event], **fields: object) -> State:
        id_, seq = self.env()
        made = kind(event_id=id_, provider="t", provider_ref="r", seq=seq, at=self.now, **fields)
        return self.tell(made)

    def joins(self, leg_id: str) -> State:
        return self.wish(saw.LegJoined, leg_id=leg_id)

    def leaves(self, leg_id: str, reason: Left = Left.HANGUP) -> State:
        return self.wish(saw.LegLeft, leg_id=leg_id, reason=reason)

    def says(self, digits: str = "", speech: str = "") -> State:
        return self.wish(saw.LegInput, leg_id="in", prompt_id=self.call.prompt_id, digits=digits, speech=speech)

    def time_of(self, clock: Clock) -> State:
        """The timer comes due, now."""
        timer = next(one for one in self.call.timers if one.clock is clock)
        self.now = max(self.now, timer.due)
        return self.wish(wish.TimerFired, timer=timer.clock, key=timer.key, due=timer.due)

    def later(self, seconds: int) -> None:
        self.now += seconds * SECOND

    def offered(self, agent: str = "ann") -> State:
        return self.wish(wish.OfferMade, offer_id=f"o-{agent}", agent=agent)

    def accepts(self, agent: str = "ann") -> State:
        return self.wish(wish.OfferAccepted, offer_id=f"o-{agent}", agent=agent)

    def leg_of(self, agent: str) -> str:
        return next(part.leg_id for part in self.call.parts if part.agent == agent)

    def asked(self, kind: type[do.Command]) -> list[do.Command]:
        return [one for one in self.last if isinstance(one, kind)]

    def connecting(self) -> "Story":
        self.arrives()
        self.offered()
        self.accepts()
        return self

    def talking(self) -> "Story":
        self.connecting()
        self.joins(self.leg_of("ann"))
        self.joins("in")
        assert self.call.state is State.TALKING
        return self

    def promised(self) -> "Story":
        self.arrives()
        self.says("9")
        assert self.call.state is State.CALLBACK_WAIT
        return self

    def dialling(self) -> "Story":
        self.promised()
        self.offered()
        self.accepts()
        self.joins(self.leg_of("ann"))
        assert self.call.state is State.CALLBACK_DIALING
        return self

    def consulting(self) -> "Story":
        self.talking()
        self.wish(wish.ConsultWanted, agent="ann", second="bob")
        self.joins(self.leg_of("bob"))
        return self
