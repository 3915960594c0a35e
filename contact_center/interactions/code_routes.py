"""HTTP: wrap-up codes (what a contact was about), in both languages. A code that was ever given is retired, not deleted."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit, Use
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.interactions.models import Interaction
from contact_center.queues.models import Queue, WrapUpCode
from contact_center.web import Context, Page, Paged, Routes
from contact_center.web.fields import Choice, ChoiceChange, ChoiceNew
from contact_center.web.models import Ident
from contact_center.web.paging import paged

routes = Routes("settings")
QueueIds = Annotated[list[Ident], Field(max_length=200)]


class CodeView(Choice):
    """A wrap-up code; no `queue_ids` means every queue."""

    queue_ids: list[str]


class CodeNew(ChoiceNew):
    """A code to be made."""

    queue_ids: QueueIds = []


class CodeChange(ChoiceChange):
    """What to change of it; null for `queue_ids` means every queue."""

    clears = {"queue_ids": []}

    queue_ids: QueueIds | None = None


@routes.get("/wrap-up-codes", allow="choices.read")
async def list_wrap_up_codes(context: Context, query: Page) -> Paged[CodeView]:
    """All codes, in their order."""
    async with context.database.read() as session:
        rows, cursor = await paged(
            session, select(WrapUpCode), WrapUpCode.position, WrapUpCode.id, page=query, descending=False
        )
    return Paged[CodeView](items=[CodeView.model_validate(row) for row in rows], next_cursor=cursor)


@routes.post("/wrap-up-codes", allow="settings.write")
async def create_wrap_up_code(context: Context, body: CodeNew) -> CodeView:
    """Make a code."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> CodeView:
        await changes.all_known(session, Queue, body.queue_ids, "queue_ids")
        code = WrapUpCode(id=new_id(), version=1, **body.model_dump(by_alias=True))
        session.add(code)
        changes.created(session, edit, "wrap_up_code", code.id, body.model_dump(by_alias=True))
        return CodeView.model_validate(code)

    return await context.database.write(unit)


@routes.patch("/wrap-up-codes/{code_id}", allow="settings.write")
async def change_wrap_up_code(context: Context, code_id: str, body: CodeChange) -> CodeView:
    """Change a code."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> CodeView:
        await changes.all_known(session, Queue, body.queue_ids or [], "queue_ids")
        code = await changes.held(session, WrapUpCode, code_id, edit)
        changes.changed(session, edit, code, "wrap_up_code", changes.assign(code, body.given()))
        return CodeView.model_validate(code)

    return await context.database.write(unit)


@routes.delete("/wrap-up-codes/{code_id}", allow="settings.write", errors=[Conflict])
async def delete_wrap_up_code(context: Context, code_id: str) -> None:
    """Delete a code that was never given."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        code = await changes.held(session, WrapUpCode, code_id, edit)
        given = select(Interaction.id, Interaction.subject).where(Interaction.wrap_up_code_id == code_id)
        used = await session.execute(given.limit(changes.SHOWN_USERS))
        changes.refuse_if_used([Use("interaction", identifier, subject) for identifier, subject in used])
        await session.delete(code)
        changes.deleted(session, edit, "wrap_up_code", code_id, {"name": code.name})

    await context.database.write(unit)
