"""What some of the demo's customers complained about in their stories, and how far it went: plain data, and the telling of it.

Told with the verbs of complaints, at the times of the stories, so that figures, repeats and history are as they would be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.agents.models import Agent
from contact_center.complaints import actions
from contact_center.complaints.models import ComplaintCategory
from contact_center.complaints.states import Outcome, Severity
from contact_center.interactions.models import Conversation

DELIVERY, BILLING = 0, 2
"""Positions of the categories that every house begins with."""
REPEAT_WITHIN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Told:
    """A complaint in the conversation of this subject, so many minutes after it began; what is None did not happen yet."""

    subject: str
    minutes: int
    category: int
    severity: Severity
    text: str
    acknowledged: bool = False
    resolution: str | None = None
    outcome: Outcome | None = None


COMPLAINTS: Sequence[Told] = (
    Told(
        "Where is my parcel?",
        30,
        DELIVERY,
        Severity.MINOR,
        "The tracking did not move for a week and nobody told her why.",
        True,
        "Address completed with the carrier, delivered the next day, postage given back.",
        Outcome.ACCEPTED,
    ),
    Told(
        "Charged twice for one order",
        12,
        BILLING,
        Severity.SERIOUS,
        "The same amount was taken twice. He had to find it himself and wants the money back this week.",
        True,
    ),
    Told("发票抬头需要修改", 4, BILLING, Severity.SERIOUS, "发票抬头开错，财务无法入账，要求当天重开。", True),
    Told("发票抬头需要修改", 20, BILLING, Severity.CRITICAL, "同一张发票再次退回仍未更正，客户表示将停止采购。"),
)


async def complain(session: AsyncSession, agents: Mapping[str, Agent]) -> None:
    """Record them all, each by the agent of its conversation."""
    categories = (await session.scalars(select(ComplaintCategory.id).order_by(ComplaintCategory.position))).all()
    users = {agent.id: agent.user_id for agent in agents.values()}
    for told in COMPLAINTS:
        found = select(Conversation.id, Conversation.created_at, Conversation.agent_id)
        row = (await session.execute(found.where(Conversation.subject == told.subject))).one()
        at = row.created_at + timedelta(minutes=told.minutes)
        await _tell(session, told, row.id, categories[told.category], users[row.agent_id], at)


async def _tell(
    session: AsyncSession, told: Told, conversation_id: str, category_id: str, user_id: str, at: datetime
) -> None:
    actor = history.user(user_id)
    new = actions.NewComplaint(conversation_id, category_id, told.severity, told.text)
    complaint_id = await actions.record(session, new, repeat_within=REPEAT_WITHIN, at=at, actor=actor)
    if told.acknowledged:
        await actions.acknowledge(session, complaint_id, at=at + timedelta(minutes=5), actor=actor)
    if told.resolution is not None:
        await actions.resolve(session, complaint_id, told.resolution, at=at + timedelta(hours=20), actor=actor)
    if told.outcome is not None:
        await actions.close(session, complaint_id, told.outcome, at=at + timedelta(hours=25), actor=actor)
