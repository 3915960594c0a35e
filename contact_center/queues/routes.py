"""HTTP: queues. Deleting one is `routing/removal_routes.py`, which sees everything that may use it."""

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.changes import Edit
from contact_center.channel import ChannelKind
from contact_center.errors import NotFound
from contact_center.queues import actions
from contact_center.queues.models import Queue
from contact_center.web import Change, Context, Model, Page, Paged, Routes
from contact_center.web.fields import Level, Name, Position, Seconds
from contact_center.web.models import Ident, Text
from contact_center.web.paging import paged

routes = Routes("settings")
AfterWork = Literal["none", "optional", "timed", "forced"]
Language = Annotated[Text, Field(max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["zh-CN"])]
Priority = Annotated[int, Field(ge=-100, le=100, description="Units of head start against other queues")]
SecondsByChannel = dict[ChannelKind, Annotated[Seconds, Field(ge=1)]]


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


class QueueView(Model):
    """A waiting line. Seconds by channel override the shipped defaults."""

    id: str
    name: str
    description: str
    language: str | None
    position: int
    enabled: bool
    priority: int
    skills: list[AskedSkillView]
    offer_seconds: dict[str, int]
    last_agent_seconds: dict[str, int]
    after_work: AfterWork
    after_work_seconds: int
    wrap_up_required: bool
    agent_ids: list[str]
    version: int


class QueueNew(Model):
    """A queue to be made."""

    name: Name
    description: Annotated[Text, Field(max_length=2000)] = ""
    language: Language | None = None
    position: Position = 0
    enabled: bool = True
    priority: Priority = 0
    skills: Annotated[list[AskedSkill], Field(max_length=50)] = []
    offer_seconds: SecondsByChannel = {}
    last_agent_seconds: dict[ChannelKind, Seconds] = {}
    after_work: AfterWork = "none"
    after_work_seconds: Seconds = 60
    wrap_up_required: bool = False
    agent_ids: Annotated[list[Ident], Field(max_length=1000)] = []


class QueueChange(Change):
    """What to change of it; `skills` and `agent_ids` replace what was. Null clears description, language and the seconds by channel."""

    clears = {"description": "", "language": None, "offer_seconds": {}, "last_agent_seconds": {}}

    name: Name | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None
    language: Language | None = None
    position: Position | None = None
    enabled: bool | None = None
    priority: Priority | None = None
    skills: Annotated[list[AskedSkill], Field(max_length=50)] | None = None
    offer_seconds: SecondsByChannel | None = None
    last_agent_seconds: dict[ChannelKind, Seconds] | None = None
    after_work: AfterWork | None = None
    after_work_seconds: Seconds | None = None
    wrap_up_required: bool | None = None
    agent_ids: Annotated[list[Ident], Field(max_length=1000)] | None = None


async def views(session: AsyncSession, queues: list[Queue]) -> list[QueueView]:
    """The rows as people see them, with what they ask and who serves them."""
    ids = [queue.id for queue in queues]
    asked, serving = await actions.asked(session, ids), await actions.serving(session, ids)
    return [
        QueueView.model_validate(
            {name: getattr(queue, name) for name in QueueView.model_fields if hasattr(queue, name)}
            | {"skills": asked.get(queue.id, []), "agent_ids": serving.get(queue.id, [])}
        )
        for queue in queues
    ]


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """Enum keys of the tables by channel as plain text."""
    for name in ("offer_seconds", "last_agent_seconds"):
        if name in values:
            values[name] = {str(channel): seconds for channel, seconds in values[name].items()}
    return values


@routes.get("/queues", allow="choices.read")
async def list_queues(context: Context, query: Page) -> Paged[QueueView]:
    """All queues, in their order: whoever transfers must know where to."""
    keys = (Queue.position, Queue.name_key, Queue.id)
    async with context.database.read() as session:
        rows, cursor = await paged(session, select(Queue), *keys, page=query, descending=False)
        return Paged[QueueView](items=await views(session, rows), next_cursor=cursor)


@routes.get("/queues/{queue_id}", allow="choices.read")
async def get_queue(context: Context, queue_id: str) -> QueueView:
    """One queue."""
    async with context.database.read() as session:
        queue = await session.get(Queue, queue_id)
        if queue is None:
            raise NotFound
        return (await views(session, [queue]))[0]


@routes.post("/queues", allow="settings.write")
async def create_queue(context: Context, body: QueueNew) -> QueueView:
    """Make a queue."""
    edit = Edit.of(context)
    values = body.model_dump(mode="json", exclude={"skills", "agent_ids"})
    skills = [skill.model_dump() for skill in body.skills]

    async def unit(session: AsyncSession) -> QueueView:
        queue = await actions.create(session, edit, _columns(values), skills=skills, agent_ids=body.agent_ids)
        await session.flush()
        return (await views(session, [queue]))[0]

    return await context.database.write(unit)


@routes.patch("/queues/{queue_id}", allow="settings.write")
async def change_queue(context: Context, queue_id: str, body: QueueChange) -> QueueView:
    """Change a queue."""
    edit = Edit.of(context)
    values = _columns(body.given("skills", "agent_ids"))
    skills = None if body.skills is None else [skill.model_dump() for skill in body.skills]

    async def unit(session: AsyncSession) -> QueueView:
        queue = await actions.change(session, edit, queue_id, values, skills=skills, agent_ids=body.agent_ids)
        await session.flush()
        return (await views(session, [queue]))[0]

    return await context.database.write(unit)
