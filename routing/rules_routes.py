"""HTTP: triage rules, the ordered list of which the first match wins."""

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.agents.models import Skill
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount
from contact_center.queues.models import Queue
from contact_center.routing_input import InputKind, tell_router
from contact_center.web import Change, Context, Model, Page, Paged, Routes
from contact_center.web.fields import Level, Name, Position
from contact_center.web.models import Ident, Text
from contact_center.web.paging import paged
from routing.models import TriageRule

routes = Routes("settings")
Word = Annotated[Text, Field(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=200)]


class When(Model):
    """All given conditions must hold; within one, any entry suffices. Nothing given matches everything.

    `senders` are addresses or `@domains`; `keyword_in` says where keywords are looked for.
    """

    account_ids: Annotated[list[Ident], Field(max_length=200)] = []
    languages: Annotated[list[Annotated[Text, Field(min_length=2, max_length=20)]], Field(max_length=50)] = []
    keywords: Words = []
    keyword_in: Literal["subject", "any"] = "any"
    senders: Words = []


class RuleSkill(Model):
    """A skill that the interaction asks beyond the queue's own."""

    skill_id: Ident
    level: Level = 1


class Then(Model):
    """Where a match goes: the queue, its head start, and further skills."""

    queue_id: Ident
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    skills: Annotated[list[RuleSkill], Field(max_length=50)] = []


class RuleView(Model):
    """A triage rule."""

    id: str
    name: str
    position: int
    enabled: bool
    when: When
    then: Then
    version: int


class RuleNew(Model):
    """A rule to be made."""

    name: Name
    position: Position = 0
    enabled: bool = True
    when: When = When()
    then: Then


class RuleChange(Change):
    """What to change of it; `when` and `then` are replaced whole, null for `when` matches everything."""

    clears = {"when": None}

    name: Name | None = None
    position: Position | None = None
    enabled: bool | None = None
    when: When | None = None
    then: Then | None = None


def view(rule: TriageRule) -> RuleView:
    """The row as people see it."""
    return RuleView.model_validate({name: getattr(rule, name) for name in RuleView.model_fields})


async def _check(session: AsyncSession, when: When | None, then: Then | None) -> None:
    """Everything that the rule names must exist."""
    if when is not None:
        await changes.all_known(session, ChannelAccount, when.account_ids, "when.account_ids")
    if then is not None:
        await changes.all_known(session, Queue, [then.queue_id], "then.queue_id")
        await changes.all_known(session, Skill, [skill.skill_id for skill in then.skills], "then.skills")


@routes.get("/triage-rules", allow="settings.read")
async def list_triage_rules(context: Context, query: Page) -> Paged[RuleView]:
    """All rules, in the order in which they are tried."""
    async with context.database.read() as session:
        rows, cursor = await paged(
            session, select(TriageRule), TriageRule.position, TriageRule.id, page=query, descending=False
        )
    return Paged[RuleView](items=[view(row) for row in rows], next_cursor=cursor)


@routes.post("/triage-rules", allow="settings.write")
async def create_triage_rule(context: Context, body: RuleNew) -> RuleView:
    """Make a rule."""
    edit = Edit.of(context)
    values: dict[str, Any] = body.model_dump(mode="json")

    async def unit(session: AsyncSession) -> RuleView:
        await _check(session, body.when, body.then)
        rule = TriageRule(id=new_id(), version=1, **values)
        session.add(rule)
        changes.created(session, edit, "triage_rule", rule.id, values)
        tell_router(session, InputKind.SETTINGS, None, at=edit.at)
        return view(rule)

    return await context.database.write(unit)


@routes.patch("/triage-rules/{rule_id}", allow="settings.write")
async def change_triage_rule(context: Context, rule_id: str, body: RuleChange) -> RuleView:
    """Change a rule."""
    edit = Edit.of(context)
    when = When() if "when" in body.model_fields_set and body.when is None else body.when
    parts = {"when": when, "then": body.then}
    values = body.given(*parts) | {
        name: part.model_dump(mode="json") for name, part in parts.items() if part is not None
    }

    async def unit(session: AsyncSession) -> RuleView:
        await _check(session, when, body.then)
        rule = await changes.held(session, TriageRule, rule_id, edit)
        if changes.changed(session, edit, rule, "triage_rule", changes.assign(rule, values)):
            tell_router(session, InputKind.SETTINGS, None, at=edit.at)
        return view(rule)

    return await context.database.write(unit)


@routes.delete("/triage-rules/{rule_id}", allow="settings.write")
async def delete_triage_rule(context: Context, rule_id: str) -> None:
    """Delete a rule."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        rule = await changes.held(session, TriageRule, rule_id, edit)
        await session.delete(rule)
        changes.deleted(
            session, edit, "triage_rule", rule_id, view(rule).model_dump(mode="json", exclude={"id", "version"})
        )
        tell_router(session, InputKind.SETTINGS, None, at=edit.at)

    await context.database.write(unit)
