"""HTTP: reports and the answers behind them, narrowed to the queues whose figures the caller may see."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from contact_center.agents.models import Agent
from contact_center.customers.models import Customer
from contact_center.errors import FieldError, Invalid
from contact_center.queues.models import Queue
from contact_center.reports.csat import Figures, Line, Span, figures, lines, within
from contact_center.surveys.models import SurveyResponse
from contact_center.web import Context, Page, Paged, Reach, Routes, Time
from contact_center.web.models import Download, Ident, Model, Query
from contact_center.web.paging import paged
from contact_center.web.refs import CustomerRef, Ref, ref

routes = Routes("reports")
USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class CsatQuery(Query):
    """`from` (inclusive) to `to` (exclusive), at most 366 days; the last 30 days when left out."""

    from_: Annotated[Time | None, Field(alias="from")] = None
    to: Time | None = None
    queue: Ident | None = None
    format: Literal["json", "csv"] = "json"


class ResponsesQuery(Page):
    """The same span, in pages."""

    from_: Annotated[Time | None, Field(alias="from")] = None
    to: Time | None = None
    queue: Ident | None = None


class CsatFigures(Model):
    """`response_rate` = answered / asked; `csat` = scores of 4 and 5 / answered; `average` of the scores 1-5."""

    asked: int
    answered: int
    response_rate: float | None
    csat: float | None
    average: float | None


class CsatQueue(Model):
    """One queue."""

    queue: Ref
    figures: CsatFigures


class CsatAgent(Model):
    """One agent, over all queues of the report; null: the agent is unknown."""

    agent: Ref | None
    figures: CsatFigures


class CsatReport(Model):
    """How content customers were who were asked in this span."""

    begins: Time
    ends: Time
    total: CsatFigures
    queues: list[CsatQueue]
    agents: list[CsatAgent]


class Response(Model):
    """One customer asked; `score` null: no answer yet."""

    id: str
    interaction_id: str
    conversation_id: str
    customer: CustomerRef
    queue: Ref
    agent: Ref | None
    channel: str
    question: str
    state: str
    score: int | None
    comment: str
    asked_at: Time
    expires_at: Time
    answered_at: Time | None
    version: int


@routes.get("/reports/csat", allow="reports.read")
async def report_csat(context: Context, query: CsatQuery) -> CsatReport | Download:
    """Satisfaction by queue and by agent; as CSV one line for each queue with each agent."""
    span = _span(context, query.from_, query.to, query.queue)
    async with context.database.read() as session:
        counted = await lines(session, span)
    if query.format == "csv":
        return Download(_csv(counted), "text/csv", name="csat.csv", headers={"Cache-Control": "no-store"})
    return _report(span, counted)


@routes.get("/survey-responses", allow="reports.read")
async def list_survey_responses(context: Context, query: ResponsesQuery) -> Paged[Response]:
    """Who was asked and what they said, newest first."""
    span = _span(context, query.from_, query.to, query.queue)
    wanted = (
        select(SurveyResponse, Customer, Queue.name, Agent.name)
        .join(Customer, Customer.id == SurveyResponse.customer_id)
        .join(Queue, Queue.id == SurveyResponse.queue_id)
        .outerjoin(Agent, Agent.id == SurveyResponse.agent_id)
        .where(*within(span))
    )
    async with context.database.read() as session:
        rows, cursor = await paged(session, wanted, SurveyResponse.asked_at, SurveyResponse.id, page=query)
    return Paged[Response](items=[_response(*row) for row in rows], next_cursor=cursor)


def _span(context: Context, begins: datetime | None, ends: datetime | None, queue: str | None) -> Span:
    ends = ends or context.now
    begins = begins or ends - USUAL
    if not begins < ends <= begins + LONGEST:
        raise Invalid(errors=[FieldError("to", "validation.report_span")])
    seen = None if context.reach is Reach.ALL else sorted(context.principal.queue_ids)
    if queue is not None:
        seen = [queue] if seen is None or queue in seen else []
    return Span(begins, ends, seen)


def _report(span: Span, counted: Sequence[Line]) -> CsatReport:
    queues = dict.fromkeys((line.queue_id, line.queue) for line in counted)
    agents = dict.fromkeys((line.agent_id, line.agent) for line in counted)
    return CsatReport(
        begins=span.begins,
        ends=span.ends,
        total=_shown(figures(counted)),
        queues=[
            CsatQueue(
                queue=Ref(id=key, name=name), figures=_shown(figures(line for line in counted if line.queue_id == key))
            )
            for key, name in queues
        ],
        agents=[
            CsatAgent(agent=ref(key, name), figures=_shown(figures(line for line in counted if line.agent_id == key)))
            for key, name in agents
        ],
    )


def _csv(counted: Sequence[Line]) -> bytes:
    """With a byte order mark, without which a spreadsheet reads Chinese names wrongly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["queue", "agent", "asked", "answered", "response_rate", "csat", "average"])
    for line in counted:
        found = figures([line])
        rates = (found.response_rate, found.csat, found.average)
        named = _harmless([line.queue, line.agent or ""])
        writer.writerow([*named, found.asked, found.answered, *("" if rate is None else rate for rate in rates)])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cells: Iterable[str]) -> list[str]:
    """No name becomes a formula in the reader's spreadsheet."""
    return [f"'{cell}" if cell.startswith(FORMULAS) else cell for cell in cells]


def _shown(found: Figures) -> CsatFigures:
    return CsatFigures(
        asked=found.asked,
        answered=found.answered,
        response_rate=found.response_rate,
        csat=found.csat,
        average=found.average,
    )


def _response(row: SurveyResponse, customer: Customer, queue: str, agent: str | None) -> Response:
    return Response(
        id=row.id,
        interaction_id=row.interaction_id,
        conversation_id=row.conversation_id,
        customer=CustomerRef(id=customer.id, name=customer.name, vip=customer.vip, version=customer.version),
        queue=Ref(id=row.queue_id, name=queue),
        agent=ref(row.agent_id, agent),
        channel=row.channel,
        question=row.question,
        state=row.state,
        score=row.score,
        comment=row.comment,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        version=row.version,
    )
