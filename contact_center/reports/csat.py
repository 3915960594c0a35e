"""How content customers were: the fold of asked surveys. The one definition of these figures (docs/glossary.md names them).

A survey belongs to the day on which it was asked, so that a late answer completes that day's rate and no other's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent
from contact_center.queues.models import Queue
from contact_center.surveys.models import SurveyResponse

CONTENT = 4
"""From this score on a customer counts as content."""


@dataclass(frozen=True, slots=True)
class Span:
    """Asked from `begins` (inclusive) to `ends` (exclusive), in these queues (None: all)."""

    begins: datetime
    ends: datetime
    queue_ids: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Line:
    """One queue with one agent: how many were asked, answered, content, and the sum of the scores."""

    queue_id: str
    queue: str
    agent_id: str | None
    agent: str | None
    asked: int
    answered: int
    content: int
    sum: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates are of 1, two are None where nobody answered; `average` is of the scores 1-5."""

    asked: int
    answered: int
    response_rate: float | None
    csat: float | None
    average: float | None


async def lines(session: AsyncSession, span: Span) -> list[Line]:
    """The counts by queue and agent, ordered by their names."""
    counted = (
        select(
            SurveyResponse.queue_id,
            Queue.name.label("queue"),
            SurveyResponse.agent_id,
            Agent.name.label("agent"),
            func.count().label("asked"),
            func.count(SurveyResponse.score).label("answered"),
            func.count(case((SurveyResponse.score >= CONTENT, 1))).label("content"),
            func.coalesce(func.sum(SurveyResponse.score), 0).label("sum"),
        )
        .join(Queue, Queue.id == SurveyResponse.queue_id)
        .outerjoin(Agent, Agent.id == SurveyResponse.agent_id)
        .where(*within(span))
        .group_by(SurveyResponse.queue_id, Queue.name, SurveyResponse.agent_id, Agent.name)
        .order_by(Queue.name, SurveyResponse.queue_id, Agent.name, SurveyResponse.agent_id)
    )
    return [
        Line(row.queue_id, row.queue, row.agent_id, row.agent, row.asked, row.answered, row.content, row.sum or 0)
        for row in await session.execute(counted)
    ]


def within(span: Span) -> list[Any]:
    """The conditions of a span on `survey_response`."""
    found: list[Any] = [SurveyResponse.asked_at >= span.begins, SurveyResponse.asked_at < span.ends]
    if span.queue_ids is not None:
        found.append(SurveyResponse.queue_id.in_(span.queue_ids))
    return found


def figures(counted: Iterable[Line]) -> Figures:
    """The rates of these lines together."""
    those = list(counted)
    asked, answered = sum(line.asked for line in those), sum(line.answered for line in those)
    content, total = sum(line.content for line in those), sum(line.sum for line in those)
    return Figures(
        asked,
        answered,
        round(answered / asked, 4) if asked else None,
        round(content / answered, 4) if answered else None,
        round(total / answered, 2) if answered else None,
    )
