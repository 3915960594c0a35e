"""HTTP: business hours. Here, because deleting them and showing who uses them needs to see the queues."""

from datetime import date
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import hours as reckoning
from contact_center.accounts import changes
from contact_center.accounts.changes import Edit, Use
from contact_center.db import fold
from contact_center.errors import Conflict, NotFound
from contact_center.ids import new_id
from contact_center.queues.models import Queue
from contact_center.routing_input import InputKind, tell_router
from contact_center.sla.models import BusinessHours
from contact_center.sla.reading import hours_of, minute
from contact_center.web import Change, Context, Model, Page, Paged, Routes
from contact_center.web.fields import Name
from contact_center.web.models import Text, Time
from contact_center.web.paging import paged

routes = Routes("settings")
Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["09:00"])]
Weekday = Annotated[int, Field(ge=0, le=6, description="0 is Monday")]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise PydanticCustomError("time_zone", "must be the name of a time zone")
    return ZoneInfo(name).key


Zone = Annotated[Text, Field(max_length=60, examples=["Asia/Shanghai"]), AfterValidator(_zone)]


class OpenSpan(Model):
    """Open from `opens` to `closes`, wall-clock times of the place; "24:00" is the end of the day."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if minute(self.opens) >= minute(self.closes):
            raise PydanticCustomError("span", "must open before it closes")
        return self


class WeekSpan(OpenSpan):
    """The same on each of these weekdays."""

    day: Weekday


def _apart(spans: list[Any]) -> list[Any]:
    ordered = sorted(spans, key=lambda span: (getattr(span, "day", 0), minute(span.opens)))
    for one, other in pairwise(ordered):
        if getattr(one, "day", 0) == getattr(other, "day", 0) and minute(other.opens) < minute(one.closes):
            raise PydanticCustomError("span_overlap", "must not overlap")
    return ordered


class DayException(Model):
    """A day that differs: works like the weekday `like` (a make-up day), or has its own `spans`; without either it is closed."""

    date: date
    name: Annotated[Text, Field(max_length=100)] = ""
    like: Weekday | None = None
    spans: Annotated[list[OpenSpan], Field(max_length=10), AfterValidator(_apart)] = []


def _once(days: list[DayException]) -> list[DayException]:
    if len({day.date for day in days}) != len(days):
        raise PydanticCustomError("day_twice", "must name each day once")
    return sorted(days, key=lambda day: day.date)


Week = Annotated[list[WeekSpan], Field(max_length=70), AfterValidator(_apart)]
Exceptions = Annotated[list[DayException], Field(max_length=1000), AfterValidator(_once)]


class HoursView(Model):
    """Business hours; `open_now` and when that changes next (null: it never does)."""

    id: str
    name: str
    time_zone: str
    week: list[WeekSpan]
    exceptions: list[DayException]
    open_now: bool
    changes_at: Time | None
    queue_ids: list[str]
    version: int


class HoursNew(Model):
    """Business hours to be made."""

    name: Name
    time_zone: Zone
    week: Week = []
    exceptions: Exceptions = []


class HoursChange(Change):
    """What to change; `week` and `exceptions` replace what was."""

    name: Name | None = None
    time_zone: Zone | None = None
    week: Week | None = None
    exceptions: Exceptions | None = None


async def _view(session: AsyncSession, row: BusinessHours, context: Context) -> HoursView:
    hours = hours_of(row)
    used = select(Queue.id).where(Queue.hours_id == row.id).order_by(Queue.position, Queue.id)
    return HoursView(
        id=row.id,
        name=row.name,
        time_zone=row.time_zone,
        week=[WeekSpan.model_validate(each) for each in row.week],
        exceptions=[DayException.model_validate(each) for each in row.exceptions],
        open_now=reckoning.is_open(hours, context.now),
        changes_at=reckoning.next_change(hours, context.now),
        queue_ids=list((await session.scalars(used)).all()),
        version=row.version,
    )


@routes.get("/business-hours", allow="settings.read")
async def list_business_hours(context: Context, query: Page) -> Paged[HoursView]:
    """All business hours, by name."""
    async with context.database.read() as session:
        rows, cursor = await paged(
            session, select(BusinessHours), BusinessHours.name_key, BusinessHours.id, page=query, descending=False
        )
        return Paged[HoursView](items=[await _view(session, row, context) for row in rows], next_cursor=cursor)


@routes.get("/business-hours/{hours_id}", allow="settings.read")
async def get_business_hours(context: Context, hours_id: str) -> HoursView:
    """One."""
    async with context.database.read() as session:
        row = await session.get(BusinessHours, hours_id)
        if row is None:
            raise NotFound
        return await _view(session, row, context)


@routes.post("/business-hours", allow="settings.write")
async def create_business_hours(context: Context, body: HoursNew) -> HoursView:
    """Make business hours."""
    edit = Edit.of(context)
    values = body.model_dump(mode="json")

    async def unit(session: AsyncSession) -> HoursView:
        row = BusinessHours(id=new_id(), name_key=fold(body.name), version=1, **values)
        session.add(row)
        await changes.flush_unique(session, changes.name_taken)
        changes.created(session, edit, "business_hours", row.id, values)
        return await _view(session, row, context)

    return await context.database.write(unit)


@routes.patch("/business-hours/{hours_id}", allow="settings.write")
async def change_business_hours(context: Context, hours_id: str, body: HoursChange) -> HoursView:
    """Change them; what waits for an opening follows the new hours."""
    edit = Edit.of(context)
    values = body.model_dump(mode="json", exclude_unset=True)

    async def unit(session: AsyncSession) -> HoursView:
        row = await changes.held(session, BusinessHours, hours_id, edit)
        differing = changes.assign(row, values)
        if "name" in differing:
            row.name_key = fold(row.name)
        if changes.changed(session, edit, row, "business_hours", differing):
            await changes.flush_unique(session, changes.name_taken)
            tell_router(session, InputKind.SETTINGS, None, at=edit.at)
        return await _view(session, row, context)

    return await context.database.write(unit)


@routes.delete("/business-hours/{hours_id}", allow="settings.write", errors=[Conflict])
async def delete_business_hours(context: Context, hours_id: str) -> None:
    """Delete hours that no queue keeps."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        row = await changes.held(session, BusinessHours, hours_id, edit)
        keeping = await session.execute(select(Queue.id, Queue.name).where(Queue.hours_id == hours_id))
        changes.refuse_if_used([Use("queue", identifier, name) for identifier, name in keeping])
        await session.delete(row)
        changes.deleted(session, edit, "business_hours", hours_id, {"name": row.name})

    await context.database.write(unit)
