"""HTTP: the skills and languages that agents can have. Deleting one is `routing/removal_routes.py`, which sees all its users."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.agents.models import Skill
from contact_center.db import fold
from contact_center.ids import new_id
from contact_center.routing_input import InputKind, tell_router
from contact_center.web import Change, Context, Model, Page, Paged, Routes
from contact_center.web.fields import Name
from contact_center.web.paging import paged

routes = Routes("settings")
Kind = Literal["skill", "language"]


class SkillView(Model):
    """A skill; a language's name is its BCP 47 tag or what people call it."""

    id: str
    name: str
    kind: Kind
    version: int


class SkillNew(Model):
    """A skill to be made."""

    name: Name
    kind: Kind = "skill"


class SkillChange(Change):
    """What to change of it."""

    name: Name | None = None
    kind: Kind | None = None


def view(skill: Skill) -> SkillView:
    """The row as people see it."""
    return SkillView(
        id=skill.id, name=skill.name, kind="language" if skill.kind == "language" else "skill", version=skill.version
    )


@routes.get("/skills", allow="choices.read")
async def list_skills(context: Context, query: Page) -> Paged[SkillView]:
    """All skills, by name."""
    async with context.database.read() as session:
        rows, cursor = await paged(session, select(Skill), Skill.name_key, Skill.id, page=query, descending=False)
    return Paged[SkillView](items=[view(row) for row in rows], next_cursor=cursor)


@routes.post("/skills", allow="settings.write")
async def create_skill(context: Context, body: SkillNew) -> SkillView:
    """Make a skill."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> SkillView:
        skill = Skill(id=new_id(), name=body.name, name_key=fold(body.name), kind=body.kind, version=1)
        session.add(skill)
        await changes.flush_unique(session, changes.name_taken)
        changes.created(session, edit, "skill", skill.id, body.model_dump())
        return view(skill)

    return await context.database.write(unit)


@routes.patch("/skills/{skill_id}", allow="settings.write")
async def change_skill(context: Context, skill_id: str, body: SkillChange) -> SkillView:
    """Rename a skill or change its kind."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> SkillView:
        skill = await changes.held(session, Skill, skill_id, edit)
        differing = changes.assign(skill, body.given())
        if changes.changed(session, edit, skill, "skill", differing):
            skill.name_key = fold(skill.name)
            await changes.flush_unique(session, changes.name_taken)
            tell_router(session, InputKind.SETTINGS, None, at=edit.at)
        return view(skill)

    return await context.database.write(unit)
