"""How customers of the demo's past liked our help: every queue asks a minute after closing, and some have answered."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, i18n
from contact_center.ids import new_id
from contact_center.interactions.models import Interaction
from contact_center.queues.models import Queue
from contact_center.surveys.models import Survey, SurveyResponse
from contact_center.surveys.states import ResponseEvent, ResponseState

DELAY_SECONDS = 60
ASKED_AFTER, ANSWERED_AFTER = timedelta(minutes=1), timedelta(minutes=50)
LINK_LIFE = timedelta(days=14)
RATINGS: Mapping[str, tuple[int, str] | None] = {
    # subject -> score and comment; None: asked and never answered
    "Where is my parcel?": (5, "Alice found it within the hour."),
    "Assembly instructions missing": (4, ""),
    "Copy of invoice 2209": None,
    "订单 48301 什么时候发货？": (5, "回复很快，谢谢！"),
    "批量采购有折扣吗": (2, "等了很久才收到报价。"),
}


async def rate(session: AsyncSession, queues: Mapping[str, Queue]) -> None:
    """Switch surveys on, and write down who was asked and what they said."""
    for queue in queues.values():
        session.add(
            Survey(id=new_id(), queue_id=queue.id, enabled=True, delay_seconds=DELAY_SECONDS, question={}, version=1)
        )
    for over in await session.scalars(select(Interaction).where(Interaction.subject.in_(RATINGS))):
        _ask(session, over, RATINGS[over.subject])
    await session.flush()


def _ask(session: AsyncSession, over: Interaction, rating: tuple[int, str] | None) -> None:
    assert over.closed_at is not None and over.queue_id is not None
    language, asked_at = i18n.normal(over.language or i18n.DEFAULT), over.closed_at + ASKED_AFTER
    answered_at = over.closed_at + ANSWERED_AFTER if rating is not None else None
    score, comment = rating if rating is not None else (None, "")
    state = ResponseState.ASKED if rating is None else ResponseState.ANSWERED
    response = SurveyResponse(
        id=new_id(),
        interaction_id=over.id,
        conversation_id=over.conversation_id,
        customer_id=over.customer_id,
        queue_id=over.queue_id,
        agent_id=over.agent_id,
        channel=over.channel,
        language=language,
        question=i18n.text(language, "survey.question"),
        state=state.value,
        score=score,
        comment=comment,
        asked_at=asked_at,
        expires_at=asked_at + LINK_LIFE,
        answered_at=answered_at,
        version=1 if rating is None else 2,
    )
    session.add(response)
    _remember(session, response, None, ResponseState.ASKED)
    if rating is not None:
        _remember(session, response, ResponseState.ASKED, ResponseState.ANSWERED)


def _remember(
    session: AsyncSession, response: SurveyResponse, before: ResponseState | None, after: ResponseState
) -> None:
    answered = response.answered_at is not None and before is not None
    history.append(
        session,
        entity="survey_response",
        entity_id=response.id,
        before=None if before is None else before.value,
        after=after.value,
        at=response.answered_at if answered and response.answered_at else response.asked_at,
        actor=history.customer(response.customer_id) if answered else history.SYSTEM,
        cause=ResponseEvent.ANSWERED.value if answered else "asked",
        queue_id=response.queue_id,
        agent_id=response.agent_id,
    )
