"""What is said of an interaction over HTTP: why it waits, who could take it, when the search widens, why its agent has it.

One thing to know: every time is the database's, every reason a code that both languages have a sentence for.
"""

from contact_center.web.models import Model, Time
from contact_center.web.refs import Ref


class Need(Model):
    """A required skill: how many agents of the queue meet it, and how many of those are available now."""

    skill: Ref
    level: int
    agents: int
    available: int


class Lacking(Model):
    """A skill not held at the level asked."""

    skill: Ref
    level: int


class Candidate(Model):
    """An agent of the queue: able to take it now, or the first thing that is in the way."""

    agent: Ref
    because: str
    missing: list[Lacking]
    until: Time | None


class Widening(Model):
    """The next step by which a requirement falls; `level` null drops the skill."""

    at: Time | None
    skill: Ref
    level: int | None


class Live(Model):
    """How it stands in the engine now; `position` counts from 1 in its queue."""

    position: int | None
    needs: list[Need]
    candidates: list[Candidate]
    steps_passed: int
    next_step: Widening | None
    kept_for: Ref | None
    kept_until: Time | None


class Rank(Model):
    """What agents are compared by, smallest first: the queue's score, then who has been idle longest, then the ordinal."""

    score: float
    idle_since: Time | None
    ordinal: int


class Rival(Model):
    """Another agent who could have taken it then."""

    agent: Ref
    rank: Rank | None


class Won(Model):
    """Why this agent: the rule, the interaction's ordering key, the agent's rank (null: the freed agent picked it, or by hand) and
    the losers, best first."""

    rule: str
    text: str
    key: Time | None
    rank: Rank | None
    steps_passed: int
    rivals: list[Rival]


class Given(Model):
    """The last time it was given to an agent, as it was stored then."""

    agent: Ref
    at: Time
    ended_at: Time | None
    reason: str | None
    won: Won


class Onwards(Model):
    """Where it goes by itself if nobody takes it before."""

    at: Time
    queue: Ref


class Said(Model):
    """A reason, as a code and as a sentence."""

    code: str
    text: str


class PastOffer(Model):
    """An offer that was made: to whom, why, what became of it; `reason` why it was declined or withdrawn, if said."""

    agent: Ref
    rule: str
    text: str
    won: Won
    state: str
    reason: str | None
    offered_at: Time
    ended_at: Time | None


class Step(Model):
    """One move of the interaction."""

    at: Time
    before: str | None
    after: str
    cause: str
    actor: str
    agent: Ref | None


class Estimate(Model):
    """How long it will still wait: half of those served at most `p50_s` seconds, four in five at most `p80_s`."""

    p50_s: int
    p80_s: int


class Explained(Model):
    """Everything that can be said about why it is where it is. `why` says in a word what it waits for; `given` why its agent has it.
    `estimate` is null when it does not wait or too little is known to be honest."""

    interaction_id: str
    state: str
    queue: Ref | None
    agent: Ref | None
    waiting_since: Time | None
    held_until: Time | None
    due_at: Time | None
    priority: int
    why: Said | None
    overflow: Onwards | None
    estimate: Estimate | None = None
    live: Live | None
    given: Given | None
    offers: list[PastOffer]
    history: list[Step]
