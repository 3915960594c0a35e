"""Offers as agents see them: the card, with why it came to them and how long it rings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import i18n
from contact_center.agents.models import Skill
from contact_center.complaints.queries import of_customers
from contact_center.complaints.shapes import ComplaintLine
from contact_center.customers.models import Customer
from contact_center.interactions.models import Conversation, Interaction
from contact_center.queues.models import Queue
from contact_center.web.models import Model, Time
from contact_center.web.refs import CustomerRef, Ref
from routing.models import Offer
from routing.states import OfferState

COMPLAINTS_SHOWN = 3


class SkillLevel(Model):
    """A skill that was asked, and at which level."""

    name: str
    level: int


class Reason(Model):
    """Why the offer came to this agent: the rule, the same as a sentence, and the skills asked."""

    rule: str
    text: str
    skills: list[SkillLevel]


class OfferView(Model):
    """A pending offer; `server_now` lets a screen with a wrong clock show the right time left."""

    id: str
    interaction_id: str
    conversation_id: str
    channel: str
    subject: str
    preview: str
    customer: CustomerRef
    queue: Ref
    reason: Reason
    waited_s: float
    queued_at: Time
    offered_at: Time
    expires_at: Time
    offer_seconds: float
    server_now: Time
    version: int
    complaints_open: int
    complaints: list[ComplaintLine]
    """The newest of them that are open."""


async def pending_of(session: AsyncSession, agent_id: str, *, language: str, now: datetime) -> list[OfferView]:
    """The agent's pending offers, oldest first; those that rang out already are left out."""
    mine = (Offer.agent_id == agent_id, Offer.state == OfferState.PENDING.value, Offer.expires_at > now)
    return await _views(session, mine, languages={}, language=language, now=now)


async def by_ids(
    session: AsyncSession, offer_ids: Sequence[str], *, languages: Mapping[str, str], now: datetime
) -> list[OfferView]:
    """These offers as far as they are pending; `languages`: agent id -> language of the sentence."""
    wanted = (Offer.id.in_(offer_ids), Offer.state == OfferState.PENDING.value)
    return await _views(session, wanted, languages=languages, language=i18n.DEFAULT, now=now)


async def _views(
    session: AsyncSession,
    wanted: Sequence[ColumnElement[bool]],
    *,
    languages: Mapping[str, str],
    language: str,
    now: datetime,
) -> list[OfferView]:
    rows = (
        await session.execute(
            select(
                Offer.id,
                Offer.interaction_id,
                Offer.agent_id,
                Offer.rule,
                Offer.why,
                Offer.offered_at,
                Offer.expires_at,
                Offer.version,
                Interaction.conversation_id,
                Interaction.channel,
                Interaction.queued_at,
                Conversation.subject,
                Conversation.preview,
                Customer.id.label("customer_id"),
                Customer.name.label("customer_name"),
                Customer.vip,
                Customer.complaints_open,
                Customer.version.label("customer_version"),
                Queue.id.label("queue_id"),
                Queue.name.label("queue_name"),
            )
            .join(Interaction, Interaction.id == Offer.interaction_id)
            .join(Conversation, Conversation.id == Interaction.conversation_id)
            .join(Customer, Customer.id == Conversation.customer_id)
            .join(Queue, Queue.id == Offer.queue_id)
            .where(*wanted)
            .order_by(Offer.offered_at, Offer.id)
        )
    ).all()
    skills = await _skill_names(session, rows)
    troubled = [row.customer_id for row in rows if row.complaints_open > 0]
    known = await of_customers(session, troubled, only_open=True, limit=COMPLAINTS_SHOWN)
    return [
        _view(row, skills, known.get(row.customer_id, []), languages.get(row.agent_id, language), now) for row in rows
    ]


def _view(
    row: Row[Any], skills: Mapping[str, str], complaints: list[ComplaintLine], language: str, now: datetime
) -> OfferView:
    queued_at = row.queued_at or row.offered_at
    asked = row.why.get("skills") or []
    return OfferView(
        id=row.id,
        interaction_id=row.interaction_id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        subject=row.subject,
        preview=row.preview,
        customer=CustomerRef(id=row.customer_id, name=row.customer_name, vip=row.vip, version=row.customer_version),
        queue=Ref(id=row.queue_id, name=row.queue_name),
        reason=Reason(
            rule=row.rule,
            text=rule_text(language, row.rule),
            skills=[
                SkillLevel(name=skills[skill["skill_id"]], level=skill["level"])
                for skill in asked
                if skill["skill_id"] in skills
            ],
        ),
        waited_s=round(max(0.0, (now - queued_at).total_seconds()), 3),
        queued_at=queued_at,
        offered_at=row.offered_at,
        expires_at=row.expires_at,
        offer_seconds=(row.expires_at - row.offered_at).total_seconds(),
        server_now=now,
        version=row.version,
        complaints_open=row.complaints_open,
        complaints=complaints,
    )


def rule_text(language: str, rule: str) -> str:
    """The rule as a sentence."""
    return i18n.text(language, f"offer.rule.{rule}")


async def _skill_names(session: AsyncSession, rows: Sequence[Row[Any]]) -> dict[str, str]:
    wanted = sorted({skill["skill_id"] for row in rows for skill in row.why.get("skills") or []})
    if not wanted:
        return {}
    named = await session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(wanted)))
    return {skill_id: name for skill_id, name in named}
