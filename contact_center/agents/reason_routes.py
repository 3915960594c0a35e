"""HTTP: why an agent may be away (break, lunch, training), in both languages."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit, Use
from contact_center.agents.models import Agent, PresenceReason
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.web import Context, Page, Paged, Routes
from contact_center.web.fields import Choice, ChoiceChange, ChoiceNew
from contact_center.web.paging import paged

routes = Routes("settings")


class ReasonView(Choice):
    """A reason for being away."""


class ReasonNew(ChoiceNew):
    """A reason to be made."""


class ReasonChange(ChoiceChange):
    """What to change of it."""


@routes.get("/presence-reasons", allow="choices.read")
async def list_presence_reasons(context: Context, query: Page) -> Paged[ReasonView]:
    """All reasons, in their order."""
    async with context.database.read() as session:
        rows, cursor = await paged(
            session, select(PresenceReason), PresenceReason.position, PresenceReason.id, page=query, descending=False
        )
    return Paged[ReasonView](items=[ReasonView.model_validate(row) for row in rows], next_cursor=cursor)


@routes.post("/presence-reasons", allow="settings.write")
async def create_presence_reason(context: Context, body: ReasonNew) -> ReasonView:
    """Make a reason."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> ReasonView:
        reason = PresenceReason(id=new_id(), version=1, **body.model_dump(by_alias=True))
        session.add(reason)
        changes.created(session, edit, "presence_reason", reason.id, body.model_dump(by_alias=True))
        return ReasonView.model_validate(reason)

    return await context.database.write(unit)


@routes.patch("/presence-reasons/{reason_id}", allow="settings.write")
async def change_presence_reason(context: Context, reason_id: str, body: ReasonChange) -> ReasonView:
    """Change a reason."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> ReasonView:
        reason = await changes.held(session, PresenceReason, reason_id, edit)
        changes.changed(session, edit, reason, "presence_reason", changes.assign(reason, body.given()))
        return ReasonView.model_validate(reason)

    return await context.database.write(unit)


@routes.delete("/presence-reasons/{reason_id}", allow="settings.write", errors=[Conflict])
async def delete_presence_reason(context: Context, reason_id: str) -> None:
    """Delete a reason that nobody is away for."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        reason = await changes.held(session, PresenceReason, reason_id, edit)
        away = await session.execute(select(Agent.id, Agent.name).where(Agent.reason == reason_id))
        changes.refuse_if_used([Use("agent", identifier, name) for identifier, name in away])
        await session.delete(reason)
        changes.deleted(session, edit, "presence_reason", reason_id, {"name": reason.name})

    await context.database.write(unit)
