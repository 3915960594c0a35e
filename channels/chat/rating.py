"""The question after a chat, for the panel. It is answered on the survey's own page, as one that came by mail is."""

from typing import Any

from sqlalchemy import select

from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.surveys.asking import page_of
from contact_center.surveys.models import SurveyResponse
from contact_center.tokens import Tokens


class Ratings:
    """Finds what a visitor is asked; one per process."""

    def __init__(self, database: Database, clock: Clock, tokens: Tokens) -> None:
        self._database, self._clock, self._tokens = database, clock, tokens

    async def of(self, interaction_id: str | None) -> dict[str, Any] | None:
        """`{path, question, score, comment}` while it may be answered; `score` null: not yet."""
        if interaction_id is None:
            return None
        query = select(SurveyResponse).where(SurveyResponse.interaction_id == interaction_id)
        async with self._database.read() as session:
            row: SurveyResponse | None = await session.scalar(query)
        if row is None or self._clock.now() >= row.expires_at:
            return None
        return {
            "path": page_of(self._tokens, row.id),
            "question": row.question,
            "score": row.score,
            "comment": row.comment,
        }
