"""HTTP: deleting skills, queues and channel accounts. Here, because this folder sees everything that may still use them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit, Use
from contact_center.agents.models import Agent, Proficiency, Skill
from contact_center.db import notes
from contact_center.errors import Conflict
from contact_center.intake.models import Inbound
from contact_center.interactions import accounts
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction
from contact_center.interactions.states import OPEN
from contact_center.queues.models import Queue, QueueSkill, WrapUpCode
from contact_center.routing_input import InputKind, tell_router
from contact_center.tickets.models import Ticket
from contact_center.web import Context, Routes
from routing.models import Offer, TriageRule

routes = Routes("settings")


async def _uses(session: AsyncSession, kind: str, statement: Select[str, str]) -> list[Use]:
    """The first users of one kind; the statement selects id and name."""
    rows = await session.execute(statement.limit(changes.SHOWN_USERS))
    return [Use(kind, identifier, name) for identifier, name in rows]


async def _rules(session: AsyncSession) -> Iterable[TriageRule]:
    return (await session.scalars(select(TriageRule).order_by(TriageRule.position))).all()


def _names_skill(asked: Iterable[dict[str, Any]], skill_id: str) -> bool:
    return any(entry.get("skill_id") == skill_id for entry in asked)


async def skill_uses(session: AsyncSession, skill_id: str) -> list[Use]:
    """Who still needs a skill: agents who have it, queues, rules and open interactions that ask for it."""
    having = select(Agent.id, Agent.name).join(Proficiency, Proficiency.agent_id == Agent.id)
    asking = select(Queue.id, Queue.name).join(QueueSkill, QueueSkill.queue_id == Queue.id)
    found = await _uses(session, "agent", having.where(Proficiency.skill_id == skill_id).order_by(Agent.ordinal))
    found += await _uses(session, "queue", asking.where(QueueSkill.skill_id == skill_id).order_by(Queue.name_key))
    found += [
        Use("triage_rule", rule.id, rule.name)
        for rule in await _rules(session)
        if _names_skill(rule.then.get("skills", []), skill_id)
    ]
    relaxing = (await session.scalars(select(Queue))).all()
    found += [Use("queue", queue.id, queue.name) for queue in relaxing if _names_skill(queue.relax, skill_id)]
    live = select(Interaction.id, Interaction.subject, Interaction.skills)
    rows = await session.execute(live.where(Interaction.state.in_([state.value for state in OPEN])))
    found += [Use("interaction", row.id, row.subject) for row in rows if _names_skill(row.skills, skill_id)]
    return found


async def queue_uses(session: AsyncSession, queue_id: str) -> list[Use]:
    """What keeps a queue: mailboxes, rules and codes that name it, and all it ever handled (such a queue is switched off)."""
    mailboxes = select(ChannelAccount.id, ChannelAccount.name).where(ChannelAccount.default_queue_id == queue_id)
    handled = select(Interaction.id, Interaction.subject).where(Interaction.queue_id == queue_id)
    owed = select(Ticket.id, Ticket.subject).where(Ticket.queue_id == queue_id)
    offered = select(Offer.interaction_id, Interaction.subject).join(
        Interaction, Interaction.id == Offer.interaction_id
    )
    found = await _uses(session, "channel_account", mailboxes)
    found += [
        Use("triage_rule", rule.id, rule.name)
        for rule in await _rules(session)
        if rule.then.get("queue_id") == queue_id
    ]
    others = (await session.scalars(select(Queue).where(Queue.id != queue_id).order_by(Queue.name_key))).all()
    found += [Use("queue", other.id, other.name) for other in others if _leads_to(other, queue_id)]
    codes = (await session.scalars(select(WrapUpCode))).all()
    found += [Use("wrap_up_code", code.id, code.name["en"]) for code in codes if queue_id in code.queue_ids]
    found += await _uses(session, "interaction", handled)
    found += await _uses(session, "ticket", owed)
    found += await _uses(session, "interaction", offered.where(Offer.queue_id == queue_id))
    return found


def _leads_to(queue: Queue, queue_id: str) -> bool:
    """Whether work of this queue may go on to that one by itself."""
    steps = {step["queue_id"] for step in queue.overflow}
    return queue_id in {*steps, queue.full_queue_id, queue.closed_queue_id}


async def account_uses(session: AsyncSession, account_id: str) -> list[Use]:
    """What keeps an account: rules that name it, and everything that ever came in or went out (it is switched off instead)."""
    spoken = select(Conversation.id, Conversation.subject).where(Conversation.account_id == account_id)
    came = select(Inbound.id, Inbound.state).where(Inbound.account_id == account_id)
    found = [
        Use("triage_rule", rule.id, rule.name)
        for rule in await _rules(session)
        if account_id in rule.when.get("account_ids", [])
    ]
    found += await _uses(session, "conversation", spoken)
    found += await _uses(session, "inbound", came)
    return found


@routes.delete("/skills/{skill_id}", allow="settings.write", errors=[Conflict])
async def delete_skill(context: Context, skill_id: str) -> None:
    """Delete a skill that nobody has and nothing asks for."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        skill = await changes.held(session, Skill, skill_id, edit)
        changes.refuse_if_used(await skill_uses(session, skill_id))
        await session.delete(skill)
        changes.deleted(session, edit, "skill", skill_id, {"name": skill.name, "kind": skill.kind})

    await context.database.write(unit)


@routes.delete("/queues/{queue_id}", allow="settings.write", errors=[Conflict])
async def delete_queue(context: Context, queue_id: str) -> None:
    """Delete a queue that never handled anything and that nothing names; others can be switched off."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        queue = await changes.held(session, Queue, queue_id, edit)
        changes.refuse_if_used(await queue_uses(session, queue_id))
        await session.delete(queue)
        changes.deleted(session, edit, "queue", queue_id, {"name": queue.name})
        tell_router(session, InputKind.QUEUE, queue_id, at=edit.at)

    await context.database.write(unit)


@routes.delete("/channel-accounts/{account_id}", allow="settings.write", errors=[Conflict])
async def delete_channel_account(context: Context, account_id: str) -> None:
    """Delete an account that never carried anything and that no rule names; others can be switched off."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        account = await changes.held(session, ChannelAccount, account_id, edit)
        changes.refuse_if_used(await account_uses(session, account_id))
        await session.delete(account)
        changes.deleted(
            session, edit, "channel_account", account_id, {"name": account.name, "address": account.address}
        )
        notes(session).bells.add(accounts.BELL)

    await context.database.write(unit)
