"""HTTP: canned replies, as settings. What they become in a conversation is asked of the conversation (workspace)."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.canned.filling import unknown_variables
from contact_center.canned.models import CannedReply
from contact_center.db import fold
from contact_center.errors import Invalid
from contact_center.ids import new_id
from contact_center.queues.models import Queue
from contact_center.web import Context, Page, Paged, Routes
from contact_center.web.fields import Name, Position
from contact_center.web.models import Change, Ident, Model, no_nul
from contact_center.web.paging import paged

routes = Routes("settings")


def _one_word(shortcut: str) -> str:
    if "/" in shortcut or any(character.isspace() for character in shortcut):
        raise PydanticCustomError("shortcut", "must be one word without a slash")
    return shortcut


def _known_variables(text: str) -> str:
    if unknown_variables(text):
        raise PydanticCustomError("unknown_variable", "asks for something that nobody can fill in")
    return text


QueueIds = Annotated[list[Ident], Field(max_length=200)]
Shortcut = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    AfterValidator(no_nul),
    AfterValidator(_one_word),
]
"""What is typed after the slash."""
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=20_000),
    AfterValidator(no_nul),
    AfterValidator(_known_variables),
]


class Texts(Model):
    """The same answer in the languages that we ship; at least one is written."""

    model_config = ConfigDict(populate_by_name=True)

    en: Words = ""
    zh_cn: Annotated[Words, Field(alias="zh-CN")] = ""

    @model_validator(mode="after")
    def _some(self) -> "Texts":
        if not self.en and not self.zh_cn:
            raise PydanticCustomError("empty", "must not be empty")
        return self

    def written(self) -> dict[str, str]:
        """Language -> text, without the empty ones: that is how they are stored."""
        return {language: text for language, text in self.model_dump(by_alias=True).items() if text}


class ReplyView(Model):
    """A canned reply; no `queue_ids` means every queue."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    shortcut: str
    texts: dict[str, str]
    queue_ids: list[str]
    active: bool
    position: int
    version: int


class ReplyNew(Model):
    """A canned reply to be made. `{{customer.name}}` and its like are filled when it is used."""

    name: Name
    shortcut: Shortcut
    texts: Texts
    queue_ids: QueueIds = []
    active: bool = True
    position: Position = 0


class ReplyChange(Change):
    """What to change of it; null for `queue_ids` means every queue."""

    clears = {"queue_ids": []}

    name: Name | None = None
    shortcut: Shortcut | None = None
    texts: Texts | None = None
    queue_ids: QueueIds | None = None
    active: bool | None = None
    position: Position | None = None


def _taken() -> Invalid:
    return changes.name_taken("shortcut")


@routes.get("/canned-replies", allow="choices.read")
async def list_canned_replies(context: Context, query: Page) -> Paged[ReplyView]:
    """All of them, in their order, with their places unfilled."""
    async with context.database.read() as session:
        rows, cursor = await paged(
            session, select(CannedReply), CannedReply.position, CannedReply.id, page=query, descending=False
        )
    return Paged[ReplyView](items=[ReplyView.model_validate(row) for row in rows], next_cursor=cursor)


@routes.post("/canned-replies", allow="settings.write")
async def create_canned_reply(context: Context, body: ReplyNew) -> ReplyView:
    """Keep an answer ready."""
    edit = Edit.of(context)
    values = {**body.model_dump(), "texts": body.texts.written()}

    async def unit(session: AsyncSession) -> ReplyView:
        await changes.all_known(session, Queue, body.queue_ids, "queue_ids")
        reply = CannedReply(id=new_id(), version=1, shortcut_key=fold(body.shortcut), **values)
        session.add(reply)
        await changes.flush_unique(session, _taken)
        changes.created(session, edit, "canned_reply", reply.id, values)
        return ReplyView.model_validate(reply)

    return await context.database.write(unit)


@routes.patch("/canned-replies/{canned_reply_id}", allow="settings.write")
async def change_canned_reply(context: Context, canned_reply_id: str, body: ReplyChange) -> ReplyView:
    """Change it; conversations that it was used in keep what was written."""
    edit = Edit.of(context)
    values = body.given()
    if body.texts is not None:
        values["texts"] = body.texts.written()

    async def unit(session: AsyncSession) -> ReplyView:
        await changes.all_known(session, Queue, body.queue_ids or [], "queue_ids")
        reply = await changes.held(session, CannedReply, canned_reply_id, edit)
        differing = changes.assign(reply, values)
        reply.shortcut_key = fold(reply.shortcut)
        await changes.flush_unique(session, _taken)
        changes.changed(session, edit, reply, "canned_reply", differing)
        return ReplyView.model_validate(reply)

    return await context.database.write(unit)


@routes.delete("/canned-replies/{canned_reply_id}", allow="settings.write")
async def delete_canned_reply(context: Context, canned_reply_id: str) -> None:
    """Throw it away; nothing refers to it."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        reply = await changes.held(session, CannedReply, canned_reply_id, edit)
        await session.delete(reply)
        changes.deleted(
            session, edit, "canned_reply", canned_reply_id, {"name": reply.name, "shortcut": reply.shortcut}
        )

    await context.database.write(unit)
