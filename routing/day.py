"""One day of traffic as plain values: what came, who was there, what happened; the file that `contact-center simulate` reads.

One thing to know: all times are seconds from the start of the stretch (a day, or longer), and every name is only a name, so a day can
be exported from the database, written by hand or made from somebody else's records.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from routing.events import Choice, Order

Name = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[float, Field(ge=0, le=10**9)]
Level = Annotated[int, Field(ge=0, le=10)]
Count = Annotated[int, Field(ge=0, le=10**6)]


class BadDay(ValueError):
    """The file is not a day; the text says where."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class End(StrEnum):
    """How a call ended."""

    SERVED = "served"
    ABANDONED = "abandoned"


class Need(_Part):
    """A skill asked for."""

    skill: Name
    level: Level = 1
    required: bool = True


class Step(_Part):
    """After so long the level of a skill falls; None drops it."""

    after: Seconds
    skill: Name
    level: Level | None = None


class Queue(_Part):
    """A queue and its policy. `target`: the T of its service level."""

    name: Name
    skills: list[Need] = []
    relax: list[Step] = []
    order: Order = Order.KEY
    head_start: Seconds = 0
    choice: Choice = Choice.LONGEST_IDLE
    reserve: Count = 0
    max_waiting: Count | None = None
    target: Seconds = 20


class Agent(_Part):
    """An agent: skills by level, and `shifts`, the stretches in which work could be offered to them."""

    name: Name
    queues: list[Name]
    skills: dict[Name, Level] = {}
    units: Count = 100
    caps: dict[Name, Count] = {}
    exclusive: list[Name] = []
    interruptible: list[Name] = []
    shifts: list[tuple[Seconds, Seconds]]


class Call(_Part):
    """One interaction, of any channel: it waited `wait` (ringing included) and then was served for `handling`, or left.

    `ring`: the part of the wait between offer and acceptance. `agent`: who served.
    """

    at: Seconds
    queue: Name
    channel: Name = "voice"
    units: Count = 100
    priority: int = Field(default=0, ge=-1000, le=1000)
    skills: list[Need] = []
    wait: Seconds
    ring: Seconds = 0
    handling: Seconds = 0
    end: End
    agent: Name | None = None


class Day(_Part):
    """What came and who was there; calls in order of time. Names used must be declared."""

    name: str = ""
    queues: list[Queue]
    agents: list[Agent]
    calls: list[Call]

    @model_validator(mode="after")
    def _known(self) -> Self:
        queues = {queue.name for queue in self.queues}
        if len(queues) < len(self.queues) or len({agent.name for agent in self.agents}) < len(self.agents):
            raise ValueError("a name is used twice")
        unknown = {call.queue for call in self.calls} | {name for agent in self.agents for name in agent.queues}
        if unknown - queues:
            raise ValueError(f"queues that are not declared: {', '.join(sorted(unknown - queues))}")
        if any(begin > end for agent in self.agents for begin, end in agent.shifts):
            raise ValueError("a shift ends before it begins")
        self.calls.sort(key=lambda call: call.at)
        return self


def read(path: Path) -> Day:
    """The day in a file. Raises BadDay, or OSError when it cannot be read."""
    try:
        return Day.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadDay(f"{place}: {first['msg']}" if place else first["msg"]) from error
