"""HTTP: what queues ask after a contact, as settings. A queue whose settings nobody wrote asks nothing."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.errors import StaleVersion
from contact_center.ids import new_id
from contact_center.queues.models import Queue
from contact_center.surveys.models import Survey
from contact_center.web import Context, Page, Paged, Routes
from contact_center.web.fields import Seconds
from contact_center.web.models import Change, Model, no_nul
from contact_center.web.paging import paged
from contact_center.web.refs import Ref

KIND = "survey"
routes = Routes("settings")
Asked = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(no_nul)]


class Question(Model):
    """The question in each language; an empty one is asked in the shipped words."""

    model_config = ConfigDict(populate_by_name=True)

    en: Asked = ""
    zh_cn: Annotated[Asked, Field(alias="zh-CN")] = ""


class SurveyView(Model):
    """What a queue asks, `delay_seconds` after closing; `id` is the queue's. `version` 0: nobody ever set it."""

    id: str
    queue: Ref
    enabled: bool
    delay_seconds: int
    question: Question
    version: int


class SurveyChange(Change):
    """What to change of what a queue asks; the question is replaced as a whole."""

    enabled: bool | None = None
    delay_seconds: Seconds | None = None
    question: Question | None = None


@routes.get("/surveys", allow="settings.read")
async def list_surveys(context: Context, query: Page) -> Paged[SurveyView]:
    """Every queue with what it asks, by the queues' ids."""
    async with context.database.read() as session:
        queues, cursor = await paged(session, select(Queue), Queue.id, page=query, descending=False)
        found = await session.scalars(select(Survey).where(Survey.queue_id.in_([queue.id for queue in queues])))
        kept = {survey.queue_id: survey for survey in found}
    return Paged[SurveyView](items=[_view(queue, kept.get(queue.id)) for queue in queues], next_cursor=cursor)


@routes.patch("/surveys/{queue_id}", allow="settings.write")
async def change_survey(context: Context, queue_id: str, body: SurveyChange) -> SurveyView:
    """Say what the queue asks from now on; links that are out keep their question."""
    edit = Edit.of(context)
    values = body.given()
    if body.question is not None:
        values["question"] = _written(body.question)

    async def unit(session: AsyncSession) -> SurveyView:
        queue = await changes.held(session, Queue, queue_id)
        survey = await session.scalar(select(Survey).where(Survey.queue_id == queue_id).with_for_update())
        if edit.version is not None and edit.version != (survey.version if survey else 0):
            raise StaleVersion(current={"id": queue_id, "version": survey.version if survey else 0})
        if survey is None:
            first = {"enabled": False, "delay_seconds": 0, "question": {}} | values
            survey = Survey(id=new_id(), queue_id=queue_id, version=1, **first)
            session.add(survey)
            changes.created(session, edit, KIND, survey.id, {"queue_id": queue_id, **first})
        else:
            changes.changed(session, edit, survey, KIND, changes.assign(survey, values))
        return _view(queue, survey)

    return await context.database.write(unit)


def _written(question: Question) -> dict[str, str]:
    return {language: text for language, text in question.model_dump(by_alias=True).items() if text}


def _view(queue: Queue, survey: Survey | None) -> SurveyView:
    return SurveyView(
        id=queue.id,
        queue=Ref(id=queue.id, name=queue.name),
        enabled=survey is not None and survey.enabled,
        delay_seconds=survey.delay_seconds if survey else 0,
        question=Question.model_validate(survey.question if survey else {}),
        version=survey.version if survey else 0,
    )
