"""HTTP: trying triage rules on a made-up message, with the very function that triages."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from contact_center.agents.models import Skill
from contact_center.errors import Conflict, FieldError, Invalid
from contact_center.interactions.models import ChannelAccount
from contact_center.queues.models import Queue
from contact_center.web import Context, Model, Routes, Text
from contact_center.web.models import Ident
from contact_center.web.refs import Ref
from routing.triage import Facts, decide
from routing.triage_job import read_house

routes = Routes("settings")


class Sample(Model):
    """A message as triage sees it."""

    account_id: Ident
    sender: Annotated[Text, Field(max_length=320)] = ""
    subject: Annotated[Text, Field(max_length=500)] = ""
    text: Annotated[Text, Field(max_length=20_000)] = ""
    language: Annotated[Text, Field(max_length=20)] | None = None


class SampleSkill(Model):
    """A skill that would be asked."""

    skill_id: str
    name: str
    level: int


class Tried(Model):
    """What would become of it; `rule` null: no rule matched, the account's default queue or the first one took it."""

    rule: Ref | None
    queue: Ref
    priority: int
    skills: list[SampleSkill]


@routes.post("/triage-rules/try", allow="settings.read", status=200, errors=[Invalid, Conflict])
async def try_triage_rules(context: Context, body: Sample) -> Tried:
    """Where such a message would go. Changes nothing."""
    async with context.database.read() as session:
        account = await session.get(ChannelAccount, body.account_id)
        if account is None:
            raise Invalid(errors=[FieldError("account_id", "validation.unknown")])
        facts = Facts(
            account_id=account.id,
            sender=body.sender,
            subject=body.subject,
            text=body.text,
            language=body.language,
            default_queue_id=account.default_queue_id,
        )
        outcome = decide(facts, await read_house(session, context.now))
        if outcome is None:
            raise Conflict("no_queue")
        queue = await session.get_one(Queue, outcome.queue_id)
        levels = {skill["skill_id"]: skill["level"] for skill in outcome.skills}
        named = await session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(levels)).order_by(Skill.name_key))
        rule = outcome.rule
        return Tried(
            rule=Ref(id=rule.id, name=rule.name) if rule else None,
            queue=Ref(id=queue.id, name=queue.name),
            priority=outcome.priority,
            skills=[SampleSkill(skill_id=row.id, name=row.name, level=levels[row.id]) for row in named],
        )
