"""A customer's answer: the first one, and corrections until the link expires. Only this writes an answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.errors import NotFound, Problem
from contact_center.interactions import announce
from contact_center.surveys.models import SurveyResponse
from contact_center.surveys.states import RESPONSE, ResponseEvent, ResponseState

COMMENT_AT_MOST = 2000


class Expired(Problem):
    """The time to answer is over."""

    status = 410
    code = "survey_expired"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: 1 (very unhappy) to 5 (very happy), and in the customer's own words."""

    score: int
    comment: str


async def answer(session: AsyncSession, response_id: str, given: Given, *, at: datetime) -> None:
    """Record it, or correct what was said before; the same again changes nothing. Raises `NotFound`, `Expired`."""
    row = await session.get(SurveyResponse, response_id, with_for_update=True)
    if row is None:
        raise NotFound
    if at >= row.expires_at:
        raise Expired
    if (row.score, row.comment) == (given.score, given.comment):
        return
    before = ResponseState(row.state)
    event = ResponseEvent.ANSWERED if before is ResponseState.ASKED else ResponseEvent.CHANGED
    after = RESPONSE.after(before, event)
    row.state, row.score, row.comment, row.answered_at = after.value, given.score, given.comment, at
    row.version += 1
    history.append(
        session,
        entity="survey_response",
        entity_id=row.id,
        before=before.value,
        after=after.value,
        at=at,
        actor=history.customer(row.customer_id),
        cause=event.value,
        queue_id=row.queue_id,
        agent_id=row.agent_id,
    )
    await announce.conversations_changed(session, [row.conversation_id], at=at)
