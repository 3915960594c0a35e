"""A short way to tell stories to the engine: seconds instead of microseconds, decisions as small tuples."""

from routing import decisions as d
from routing import events as ev
from routing.engine import Engine

SECOND = 1_000_000
CONFIG = ev.Config(auto_accept=False, misses=2, decline_block=60 * SECOND)
Told = tuple[object, ...]


class Desk:
    """An engine and a clock in seconds."""

    def __init__(self, config: ev.Config = CONFIG) -> None:
        self.engine = Engine(config)
        self.t = 0

    def at(self, seconds: int) -> "Desk":
        """Move the clock that stamps the next event; nothing happens until then."""
        self.t = seconds * SECOND
        return self

    def queue(self, queue: int = 1, **settings: object) -> "Desk":
        """Add or change a queue; offers last 20 s unless said otherwise."""
        self.engine.apply(ev.QueueSet(**{"t": self.t, "queue": queue, "offer_time": 20 * SECOND, **settings}))  # type: ignore[arg-type]
        return self

    def agent(
        self, agent: int, skills: dict[int, int] | None = None, *, available: bool = True, **settings: object
    ) -> list[Told]:
        """Add or change an agent of queue 1 with 100 units; available at once unless said otherwise."""
        held = tuple(ev.SkillHeld(*pair) for pair in (skills or {}).items())
        known = {"t": self.t, "agent": agent, "ordinal": agent, "skills": held, "queues": (1,), **settings}
        made = self.engine.apply(ev.AgentSet(**known))  # type: ignore[arg-type]
        if available:
            made += self.engine.apply(ev.AgentState(t=self.t, agent=agent, available=True))
        return told(made)

    def state(self, agent: int, available: bool) -> list[Told]:
        """Change an agent's presence."""
        return self._apply(ev.AgentState(t=self.t, agent=agent, available=available))

    def arrive(
        self, interaction: int, queue: int = 1, channel: str = "voice", units: int = 100, **more: object
    ) -> list[Told]:
        """An interaction arrives; a call by default."""
        known = {"t": self.t, "interaction": interaction, "queue": queue, "channel": channel, "units": units, **more}
        return self._apply(ev.Arrive(**known))  # type: ignore[arg-type]

    def accept(self, interaction: int, agent: int) -> list[Told]:
        """The agent takes it."""
        return self._apply(ev.Accept(t=self.t, interaction=interaction, agent=agent))

    def decline(self, interaction: int, agent: int) -> list[Told]:
        """The agent refuses it."""
        return self._apply(ev.Decline(t=self.t, interaction=interaction, agent=agent))

    def finish(self, interaction: int) -> list[Told]:
        """Handling is over."""
        return self._apply(ev.Finish(t=self.t, interaction=interaction))

    def cancel(self, interaction: int) -> list[Told]:
        """The customer leaves."""
        return self._apply(ev.Cancel(t=self.t, interaction=interaction))

    def requeue(self, interaction: int, queue: int | None = None, *, front: bool = False) -> list[Told]:
        """Back into a line."""
        return self._apply(ev.Requeue(t=self.t, interaction=interaction, queue=queue, front=front))

    def assign(self, interaction: int, agent: int, **more: object) -> list[Told]:
        """A person gives it to an agent."""
        known = {"t": self.t, "interaction": interaction, "agent": agent, **more}
        return self._apply(ev.Assign(**known))  # type: ignore[arg-type]

    def tick(self) -> list[Told]:
        """Only time passes."""
        return self._apply(ev.Tick(t=self.t))

    def take(self, interaction: int, agent: int) -> list[Told]:
        """Arrives as a call, is offered to just this agent, and is accepted."""
        assert self.arrive(interaction) == [("offer", self.t // SECOND, interaction, agent)]
        return self.accept(interaction, agent)

    def _apply(self, event: ev.Event) -> list[Told]:
        return told(self.engine.apply(event))


def told(decisions: list[d.Decision]) -> list[Told]:
    """(kind, second, interaction, agent if there is one, or the code if refused)."""
    rows: list[Told] = []
    for made in decisions:
        kind = {"RejectFull": "reject_full"}.get(type(made).__name__, type(made).__name__.lower())
        row: Told = (kind, made.t // SECOND, made.interaction)
        if isinstance(made, d.Offer | d.Withdraw | d.Expire):
            row += (made.agent,)
        if isinstance(made, d.Refused):
            row += (made.code.value,)
        rows.append(row)
    return rows


def need(skill: int, level: int = 1, *, required: bool = True) -> ev.SkillNeed:
    """A skill asked for."""
    return ev.SkillNeed(skill, level, required)
