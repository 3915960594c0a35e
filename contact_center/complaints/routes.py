"""HTTP: the categories of complaints, as settings, in both languages. Complaints themselves are served by the workspace,
because who may see one depends on the work within sight. A category that was ever used is retired, not deleted.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit, Use
from contact_center.complaints.models import Complaint, ComplaintCategory
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.web import Context, Page, Paged, Routes
from contact_center.web.fields import Choice, ChoiceChange, ChoiceNew
from contact_center.web.paging import paged

KIND = "complaint_category"
routes = Routes("settings")


class CategoryView(Choice):
    """What complaints are about."""


class CategoryNew(ChoiceNew):
    """A category to be made."""


class CategoryChange(ChoiceChange):
    """What to change of it."""


@routes.get("/complaint-categories", allow="choices.read")
async def list_complaint_categories(context: Context, query: Page) -> Paged[CategoryView]:
    """All categories, in their order."""
    keys = (ComplaintCategory.position, ComplaintCategory.id)
    async with context.database.read() as session:
        rows, cursor = await paged(session, select(ComplaintCategory), *keys, page=query, descending=False)
    return Paged[CategoryView](items=[CategoryView.model_validate(row) for row in rows], next_cursor=cursor)


@routes.post("/complaint-categories", allow="settings.write")
async def create_complaint_category(context: Context, body: CategoryNew) -> CategoryView:
    """Make a category."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> CategoryView:
        category = ComplaintCategory(id=new_id(), version=1, **body.model_dump(by_alias=True))
        session.add(category)
        changes.created(session, edit, KIND, category.id, body.model_dump(by_alias=True))
        return CategoryView.model_validate(category)

    return await context.database.write(unit)


@routes.patch("/complaint-categories/{category_id}", allow="settings.write")
async def change_complaint_category(context: Context, category_id: str, body: CategoryChange) -> CategoryView:
    """Change a category; complaints that have it show its new name."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> CategoryView:
        category = await changes.held(session, ComplaintCategory, category_id, edit)
        changes.changed(session, edit, category, KIND, changes.assign(category, body.given()))
        return CategoryView.model_validate(category)

    return await context.database.write(unit)


@routes.delete("/complaint-categories/{category_id}", allow="settings.write", errors=[Conflict])
async def delete_complaint_category(context: Context, category_id: str) -> None:
    """Delete a category that no complaint ever had."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        category = await changes.held(session, ComplaintCategory, category_id, edit)
        having = select(Complaint.id, Complaint.number).where(Complaint.category_id == category_id)
        used = await session.execute(having.order_by(Complaint.number).limit(changes.SHOWN_USERS))
        changes.refuse_if_used([Use("complaint", identifier, str(number)) for identifier, number in used])
        await session.delete(category)
        changes.deleted(session, edit, KIND, category_id, {"name": category.name})

    await context.database.write(unit)
