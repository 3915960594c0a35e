"""HTTP: the canned replies of one conversation, filled for it. The texts themselves are settings (`contact_center/canned`)."""

from contact_center.canned.queries import filled_for
from contact_center.errors import NotFound
from contact_center.web import Context, Routes
from contact_center.web.models import Model
from contact_center.workspace.visibility import SEE, visible

routes = Routes("conversations")


class FilledReply(Model):
    """A canned reply ready for this conversation; `missing` names the variables that have no value here, marked in the text."""

    id: str
    name: str
    shortcut: str
    language: str
    text: str
    missing: list[str]


class FilledReplies(Model):
    """All that this conversation may use."""

    items: list[FilledReply]
    next_cursor: str | None = None


@routes.get("/conversations/{conversation_id}/canned-replies", allow=SEE, errors=[NotFound])
async def list_filled_replies(context: Context, conversation_id: str) -> FilledReplies:
    """The canned replies of its queue, in its language, filled with its names and numbers."""
    async with context.database.read() as session:
        conversation = await visible(session, context, conversation_id)
        found = await filled_for(session, conversation, agent_name=context.principal.name)
    return FilledReplies(
        items=[
            FilledReply(
                id=reply.id,
                name=reply.name,
                shortcut=reply.shortcut,
                language=filled.language,
                text=filled.text,
                missing=list(filled.missing),
            )
            for reply, filled in found
        ]
    )
