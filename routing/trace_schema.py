"""The lines of the engine trace as models: what is read is checked against them, and the JSON Schema is written from them.

One thing to know: field order here is the order of keys in a line. Run `python -m routing.trace_schema` after a change; it
rewrites docs/engine-trace.schema.json, which a test compares.
"""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from routing.decisions import Code, Rule
from routing.events import Choice, Order, Pick

SCHEMA_FILE = Path(__file__).resolve().parent.parent / "docs" / "engine-trace.schema.json"

_LARGE = 1 << 62
Micros = Annotated[int, Field(strict=True, ge=-_LARGE, le=_LARGE, description="microseconds")]
Span = Annotated[int, Field(strict=True, ge=0, le=_LARGE, description="microseconds")]
Id = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=_LARGE)]
Whole = Annotated[int, Field(strict=True, ge=-_LARGE, le=_LARGE)]
Flag = Annotated[bool, Field(strict=True)]


class Line(BaseModel):
    """One line. Unknown keys are ignored when read."""

    model_config = ConfigDict(frozen=True)
    t: Micros


class Skill(BaseModel):
    """A skill asked for."""

    skill: Id
    level: Whole
    required: Flag = True


class Held(BaseModel):
    """A skill held."""

    skill: Id
    level: Whole


class Step(BaseModel):
    """A relaxation step; level null drops the requirement."""

    after: Span
    skill: Id
    level: Whole | None = None


class ChannelCap(BaseModel):
    """At most n of this channel."""

    channel: str
    n: Count


class Terms(BaseModel):
    """What a queue does otherwise for one channel; `max_waiting` then counts that channel alone."""

    channel: str
    offer_time: Span
    last_agent_wait: Span
    choice: Choice
    max_waiting: Count | None = None


class ConfigLine(Line):
    """The first line of a trace."""

    type: Literal["config"]
    auto_accept: Flag
    misses: Count
    decline_block: Span


class QueueSetLine(Line):
    """Settings of a queue."""

    type: Literal["queue_set"]
    queue: Id
    skills: tuple[Skill, ...] = ()
    relax: tuple[Step, ...] = ()
    order: Order = Order.KEY
    head_start: Whole = 0
    choice: Choice = Choice.LONGEST_IDLE
    offer_time: Span = 0
    last_agent_wait: Span = 0
    reserve: Count = 0
    max_waiting: Count | None = None
    offers_at_once: Annotated[int, Field(strict=True, ge=1, le=_LARGE)] = 1
    by_channel: tuple[Terms, ...] = ()


class AgentSetLine(Line):
    """Profile of an agent."""

    type: Literal["agent_set"]
    agent: Id
    ordinal: Whole
    skills: tuple[Held, ...] = ()
    queues: tuple[Id, ...] = ()
    units: Count
    caps: tuple[ChannelCap, ...] = ()
    exclusive: tuple[str, ...] = ()
    interruptible: tuple[str, ...] = ()
    pick: Pick = Pick.LONGEST_WAITING


class AgentStateLine(Line):
    """Presence of an agent."""

    type: Literal["agent_state"]
    agent: Id
    available: Flag


class ArriveLine(Line):
    """An interaction joins a queue."""

    type: Literal["arrive"]
    interaction: Id
    queue: Id
    channel: str
    units: Count
    priority: Whole = 0
    queued_at: Micros | None = None
    deadline: Micros | None = None
    skills: tuple[Skill, ...] | None = None
    last_agent: Id | None = None


class CancelLine(Line):
    """The customer left."""

    type: Literal["cancel"]
    interaction: Id


class AcceptLine(Line):
    """The agent took the offer."""

    type: Literal["accept"]
    interaction: Id
    agent: Id


class DeclineLine(Line):
    """The agent refused the offer."""

    type: Literal["decline"]
    interaction: Id
    agent: Id


class FinishLine(Line):
    """Handling is over."""

    type: Literal["finish"]
    interaction: Id


class RequeueLine(Line):
    """Back into a line."""

    type: Literal["requeue"]
    interaction: Id
    queue: Id | None = None
    front: Flag = False


class TickLine(Line):
    """Time passed."""

    type: Literal["tick"]


InputLine = (
    ConfigLine
    | QueueSetLine
    | AgentSetLine
    | AgentStateLine
    | ArriveLine
    | CancelLine
    | AcceptLine
    | DeclineLine
    | FinishLine
    | RequeueLine
    | TickLine
)
INPUT: TypeAdapter[InputLine] = TypeAdapter(Annotated[InputLine, Field(discriminator="type")])


class DecisionLine(Line):
    """A decision. `agent` is there for offer, withdraw and expire; `code` only when refused; absent fields are left out."""

    type: Literal["offer", "withdraw", "relax", "expire", "reject_full", "refused"]
    interaction: Id | None = None
    agent: Id | None = None
    rule: Rule
    code: Code | None = None


class DoneLine(Line):
    """Every decision on the line read last has been written."""

    type: Literal["done"]


OutputLine = DecisionLine | DoneLine


def schema() -> str:
    """The JSON Schema of every line, in and out, as the text of the file."""
    lines: TypeAdapter[InputLine | OutputLine] = TypeAdapter(InputLine | OutputLine)
    body = lines.json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "engine-trace",
        "description": "One JSON object per line, compact, keys in the order given. Read: config first, then events. Written after "
        "each line read: its decisions, then done. Times and durations are whole microseconds.",
    }
    return json.dumps({**head, **body}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema(), encoding="utf-8")
