"""HTTP: queues. Here, because a save is judged by who could serve the queue, which is routing's knowledge."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import hours as reckoning
from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.agents.models import Skill
from contact_center.errors import FieldError, Invalid, NotFound
from contact_center.ids import to_int
from contact_center.queues import actions
from contact_center.queues.models import Queue
from contact_center.sla.models import BusinessHours
from contact_center.sla.reading import all_hours
from contact_center.web import Context, Page, Paged, Routes
from contact_center.web.paging import paged
from routing import serving
from routing.events import RelaxStep, SkillNeed
from routing.queue_shapes import (
    QueueChange,
    QueueNew,
    QueueView,
    ServingAnswer,
    ServingQuestion,
    Stage,
)
from routing.serving import stages, unserveable

routes = Routes("settings")
LINKED = ("skills", "agent_ids")
BY_CHANNEL = ("offer_seconds", "last_agent_seconds", "answer_seconds")


async def views(session: AsyncSession, queues: Sequence[Queue], now: datetime) -> list[QueueView]:
    """The rows as people see them, with what they ask, who serves them and who could."""
    ids = [queue.id for queue in queues]
    asked, members = await actions.asked(session, ids), await actions.serving(session, ids)
    levels = await serving.levels_of(session, {agent for each in members.values() for agent in each})
    hours = await all_hours(session) if any(queue.hours_id for queue in queues) else {}
    found = []
    for queue in queues:
        agent_ids, skills = members.get(queue.id, []), asked.get(queue.id, [])
        made = _stages(skills, queue.relax, [levels[each] for each in agent_ids if each in levels])
        kept = hours.get(queue.hours_id or "")
        opens = reckoning.next_opening(kept, now) if kept is not None else None
        columns = {name: getattr(queue, name) for name in QueueView.model_fields if hasattr(queue, name)}
        found.append(
            QueueView.model_validate(
                columns
                | {
                    "skills": skills,
                    "agent_ids": agent_ids,
                    "stages": [_shown(stage) for stage in made],
                    "warnings": _warnings(made, any_agents=bool(agent_ids), never=kept is not None and opens is None),
                    "opens_at": opens if opens is not None and opens > now else None,
                }
            )
        )
    return found


def _stages(
    skills: Sequence[Mapping[str, Any]], steps: Sequence[Mapping[str, Any]], agents: Sequence[serving.Levels]
) -> list[serving.Stage]:
    asked = [SkillNeed(to_int(each["skill_id"]), each["level"], each["required"]) for each in skills]
    falling = [RelaxStep(int(each["after"]), to_int(each["skill_id"]), each.get("level")) for each in steps]
    return stages(asked, falling, agents)


def _shown(stage: serving.Stage) -> Stage:
    return Stage.model_validate(
        {
            "after": stage.after,
            "agents": stage.agents,
            "needs": [{"skill_id": n.skill_id, "level": n.level, "agents": n.agents} for n in stage.needs],
        }
    )


def _warnings(made: Sequence[serving.Stage], *, any_agents: bool, never: bool) -> list[str]:
    found = ["never_opens"] if never else []
    if not any_agents:
        return ["no_agents", *found]
    if unserveable(made):
        return ["unserveable", *found]
    return ["nobody_at_first", *found] if made[0].agents == 0 else found


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """Enum keys of the tables by channel as plain text."""
    for name in BY_CHANNEL:
        if name in values:
            values[name] = {str(channel): seconds for channel, seconds in values[name].items()}
    return values


async def _named(session: AsyncSession, values: Mapping[str, Any], queue_id: str | None = None) -> None:
    """What the policy names must exist, and a queue overflows into others only."""
    await changes.all_known(session, BusinessHours, [values.get("hours_id")], "hours_id")
    await changes.all_known(session, Skill, [step["skill_id"] for step in values.get("relax") or ()], "relax")
    targets = {"overflow": [step["queue_id"] for step in values.get("overflow") or ()]}
    targets |= {name: [values.get(name)] for name in ("full_queue_id", "closed_queue_id")}
    for field, wanted in targets.items():
        await changes.all_known(session, Queue, wanted, field)
        if queue_id is not None and queue_id in wanted:
            raise Invalid(errors=[FieldError(field, "validation.other_queue")])


async def _serveable(session: AsyncSession, queue: Queue) -> None:
    """Refuse an enabled queue that asks what none of its agents has, even after its last step."""
    if not queue.enabled:
        return
    skills = (await actions.asked(session, [queue.id])).get(queue.id, [])
    members = (await actions.serving(session, [queue.id])).get(queue.id, [])
    levels = await serving.levels_of(session, members)
    made = _stages(skills, queue.relax, list(levels.values()))
    if not unserveable(made):
        return
    names = {each["skill_id"]: each["name"] for each in skills}
    asked = ", ".join(f"{names.get(need.skill_id, '')} {need.level}" for need in made[-1].needs)
    raise Invalid(
        "queue_unserveable",
        params={"skills": asked, "count": len(levels)},
        errors=[FieldError("skills", "validation.unserveable")],
        current={"stages": [_shown(stage).model_dump() for stage in made]},
    )


@routes.get("/queues", allow="choices.read")
async def list_queues(context: Context, query: Page) -> Paged[QueueView]:
    """All queues, in their order: whoever transfers must know where to."""
    keys = (Queue.position, Queue.name_key, Queue.id)
    async with context.database.read() as session:
        rows, cursor = await paged(session, select(Queue), *keys, page=query, descending=False)
        return Paged[QueueView](items=await views(session, rows, context.now), next_cursor=cursor)


@routes.get("/queues/{queue_id}", allow="choices.read")
async def get_queue(context: Context, queue_id: str) -> QueueView:
    """One queue."""
    async with context.database.read() as session:
        queue = await session.get(Queue, queue_id)
        if queue is None:
            raise NotFound
        return (await views(session, [queue], context.now))[0]


@routes.post("/queues", allow="settings.write", errors=[Invalid])
async def create_queue(context: Context, body: QueueNew) -> QueueView:
    """Make a queue. One that asks what none of its agents ever has is refused."""
    edit = Edit.of(context)
    values = _columns(body.model_dump(mode="json", exclude=set(LINKED)))
    skills = [skill.model_dump() for skill in body.skills]

    async def unit(session: AsyncSession) -> QueueView:
        await _named(session, values)
        queue = await actions.create(session, edit, values, skills=skills, agent_ids=body.agent_ids)
        await session.flush()
        await _serveable(session, queue)
        return (await views(session, [queue], context.now))[0]

    return await context.database.write(unit)


@routes.patch("/queues/{queue_id}", allow="settings.write", errors=[Invalid])
async def change_queue(context: Context, queue_id: str, body: QueueChange) -> QueueView:
    """Change a queue. A change after which none of its agents ever has what it asks is refused."""
    edit = Edit.of(context)
    values = _columns(body.given(*LINKED))
    skills = None if body.skills is None else [skill.model_dump() for skill in body.skills]

    async def unit(session: AsyncSession) -> QueueView:
        await _named(session, values, queue_id)
        queue = await actions.change(session, edit, queue_id, values, skills=skills, agent_ids=body.agent_ids)
        await session.flush()
        if body.model_fields_set & {"skills", "relax", "agent_ids", "enabled"}:
            await _serveable(session, queue)
        return (await views(session, [queue], context.now))[0]

    return await context.database.write(unit)


@routes.post("/queues/check", allow="settings.write", status=200)
async def check_queue(context: Context, body: ServingQuestion) -> ServingAnswer:
    """Who could serve a queue that asks this, stage by stage; nothing is changed."""
    async with context.database.read() as session:
        levels = await serving.levels_of(session, body.agent_ids)
    skills = [skill.model_dump() for skill in body.skills]
    made = _stages(skills, [step.model_dump() for step in body.relax], list(levels.values()))
    return ServingAnswer(stages=[_shown(stage) for stage in made], unserveable=unserveable(made))
