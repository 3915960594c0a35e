"""What a queue looks like in requests and answers: what it asks, in which order it serves, when it is open, where it overflows to."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from contact_center.channel import ChannelKind
from contact_center.queues.texts import unknown_variables
from contact_center.web.fields import Level, Name, Position, Seconds
from contact_center.web.models import Change, Ident, Model, Text, Time, no_nul

AfterWork = Literal["none", "optional", "timed", "forced"]
Ordering = Literal["key", "strict", "deadline"]
Choice = Literal["automatic", "longest_idle", "most_skilled", "level_order", "least_loaded", "pack", "round_robin"]
Delivery = Literal["push", "pull"]
WhenClosed = Literal["hold", "serve", "overflow"]
Language = Annotated[Text, Field(max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["zh-CN"])]
Priority = Annotated[int, Field(ge=-100, le=100, description="Units of head start against other queues")]
SecondsByChannel = dict[ChannelKind, Annotated[Seconds, Field(ge=1)]]
HeadStart = Annotated[int, Field(ge=0, le=86_400, description="Seconds of waiting that one unit of priority is worth")]
Reserve = Annotated[int, Field(ge=0, le=1000, description="Wholly idle agents that this queue leaves to others")]
MaxWaiting = Annotated[int, Field(ge=0, le=100_000)]
OffersAtOnce = Annotated[
    int, Field(ge=1, le=20, description="So many agents are asked together; the first to accept has it")
]


def _sayable(text: str) -> str:
    if unknown_variables(text):
        raise PydanticCustomError("unknown_variable", "asks for something that nobody can fill in")
    return text


Sayable = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=5000),
    AfterValidator(no_nul),
    AfterValidator(_sayable),
]
Texts = Annotated[
    dict[Literal["greeting", "acknowledgement", "out_of_hours"], dict[Literal["en", "zh-CN"], Sayable]],
    AfterValidator(
        lambda texts: {said: kept for said, each in texts.items() if (kept := {k: v for k, v in each.items() if v})}
    ),
    Field(
        description="What is said by itself, by language; `{{ticket.number}}` and its like are filled, empty texts left out"
    ),
]
Boosts = dict[Literal["vip", "at_risk", "complaint_open"], Annotated[int, Field(ge=-100, le=100)]]


class AskedSkill(Model):
    """A skill that the queue asks, at a level from 1 to 10; not required means preferred."""

    skill_id: Ident
    level: Level = 1
    required: bool = True


class AskedSkillView(Model):
    """The same as people see it."""

    skill_id: str
    name: str
    level: int
    required: bool


class RelaxStep(Model):
    """After so many seconds in line the level asked falls; null drops the requirement. The place in line stays."""

    after: Seconds
    skill_id: Ident
    level: Level | None = None


class OverflowStep(Model):
    """After so many seconds in line it moves to another queue, keeping its place; `if_nobody`: at once while nobody is at work here."""

    after: Seconds
    queue_id: Ident
    if_nobody: bool = False


Asked = Annotated[list[AskedSkill], Field(max_length=50)]
Relax = Annotated[list[RelaxStep], Field(max_length=20)]
Overflow = Annotated[list[OverflowStep], Field(max_length=10)]
Members = Annotated[list[Ident], Field(max_length=1000)]


class NeedCount(Model):
    """A requirement of a stage, and how many of the queue's agents meet it."""

    skill_id: str
    level: int
    agents: int


class Stage(Model):
    """From `after` seconds on: what is still required, and how many agents meet all of it."""

    after: int
    needs: list[NeedCount]
    agents: int


class QueueView(Model):
    """A waiting line. Seconds by channel override the shipped defaults. `stages` say who could serve it as requirements fall;
    `warnings` are `no_agents` (nobody serves it), `unserveable` (nobody ever meets what it asks), `nobody_at_first`, `never_opens`."""

    id: str
    name: str
    description: str
    language: str | None
    position: int
    enabled: bool
    priority: int
    skills: list[AskedSkillView]
    relax: list[RelaxStep]
    order: Ordering
    head_start: int
    choice: Choice
    delivery: Delivery
    reserve: int
    max_waiting: int | None
    offers_at_once: int
    full_queue_id: str | None
    overflow: list[OverflowStep]
    hours_id: str | None
    when_closed: WhenClosed
    closed_queue_id: str | None
    opens_at: Time | None
    boosts: dict[str, int]
    answer_seconds: dict[str, int]
    offer_seconds: dict[str, int]
    last_agent_seconds: dict[str, int]
    after_work: AfterWork
    after_work_seconds: int
    wrap_up_required: bool
    texts: dict[str, dict[str, str]]
    agent_ids: list[str]
    stages: list[Stage]
    warnings: list[str]
    version: int


class QueueNew(Model):
    """A queue to be made."""

    name: Name
    description: Annotated[Text, Field(max_length=2000)] = ""
    language: Language | None = None
    position: Position = 0
    enabled: bool = True
    priority: Priority = 0
    skills: Asked = []
    relax: Relax = []
    order: Ordering = "key"
    head_start: HeadStart = 60
    choice: Choice = "automatic"
    delivery: Delivery = "push"
    reserve: Reserve = 0
    max_waiting: MaxWaiting | None = None
    offers_at_once: OffersAtOnce = 1
    full_queue_id: Ident | None = None
    overflow: Overflow = []
    hours_id: Ident | None = None
    when_closed: WhenClosed = "hold"
    closed_queue_id: Ident | None = None
    boosts: Boosts = {}
    answer_seconds: SecondsByChannel = {}
    offer_seconds: SecondsByChannel = {}
    last_agent_seconds: dict[ChannelKind, Seconds] = {}
    after_work: AfterWork = "none"
    after_work_seconds: Seconds = 60
    wrap_up_required: bool = False
    texts: Texts = {}
    agent_ids: Members = []


class QueueChange(Change):
    """What to change of it; lists and tables replace what was. Null clears what may be empty."""

    clears = {
        "description": "",
        "language": None,
        "max_waiting": None,
        "full_queue_id": None,
        "hours_id": None,
        "closed_queue_id": None,
        "boosts": {},
        "answer_seconds": {},
        "offer_seconds": {},
        "last_agent_seconds": {},
        "texts": {},
    }

    name: Name | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None
    language: Language | None = None
    position: Position | None = None
    enabled: bool | None = None
    priority: Priority | None = None
    skills: Asked | None = None
    relax: Relax | None = None
    order: Ordering | None = None
    head_start: HeadStart | None = None
    choice: Choice | None = None
    delivery: Delivery | None = None
    reserve: Reserve | None = None
    max_waiting: MaxWaiting | None = None
    offers_at_once: OffersAtOnce | None = None
    full_queue_id: Ident | None = None
    overflow: Overflow | None = None
    hours_id: Ident | None = None
    when_closed: WhenClosed | None = None
    closed_queue_id: Ident | None = None
    boosts: Boosts | None = None
    answer_seconds: SecondsByChannel | None = None
    offer_seconds: SecondsByChannel | None = None
    last_agent_seconds: dict[ChannelKind, Seconds] | None = None
    after_work: AfterWork | None = None
    after_work_seconds: Seconds | None = None
    wrap_up_required: bool | None = None
    texts: Texts | None = None
    agent_ids: Members | None = None


class ServingQuestion(Model):
    """A queue as it is being edited: what it asks, how that falls, who serves it."""

    skills: Asked = []
    relax: Relax = []
    agent_ids: Members = []


class ServingAnswer(Model):
    """Who could serve it, stage by stage; `unserveable` would be refused."""

    stages: list[Stage]
    unserveable: bool
