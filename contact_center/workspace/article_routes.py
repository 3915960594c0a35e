"""HTTP: the articles of one conversation. Here and not in `kb`, because who sees a conversation is the workspace's to say."""

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.changes import Edit
from contact_center.errors import Forbidden, Invalid, NotFound
from contact_center.web import Context, Routes
from contact_center.workspace.reading import asked_in
from contact_center.workspace.visibility import SEE, WRITE, visible
from kb import actions, queries
from kb.routes import writes
from kb.shapes import LinkNew, Links, Suggestions, SuggestQuery
from kb.suggest import suggest

routes = Routes("conversations")
SUGGESTED_AT_MOST = 5


@routes.get("/conversations/{conversation_id}/articles", allow=SEE, errors=[NotFound])
async def list_conversation_articles(context: Context, conversation_id: str) -> Links:
    """The articles that were linked here."""
    async with context.database.read() as session:
        await visible(session, context, conversation_id)
        return Links(items=await queries.links_of(session, conversation_id, writes=writes(context)))


@routes.get("/kb/suggest", allow=SEE, errors=[NotFound])
async def suggest_articles(context: Context, query: SuggestQuery) -> Suggestions:
    """Published articles that may answer what the customer wrote here, the best first."""
    async with context.database.read() as session:
        await visible(session, context, query.conversation)
        asked = await asked_in(session, query.conversation)
        found = await suggest(session, asked, wanted=context.language, limit=SUGGESTED_AT_MOST)
    return Suggestions(items=list(found))


@routes.post(
    "/conversations/{conversation_id}/articles", allow=WRITE, status=200, errors=[NotFound, Forbidden, Invalid]
)
async def link_article(context: Context, conversation_id: str, body: LinkNew) -> Links:
    """Link a published article; linking it again changes nothing."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> Links:
        await visible(session, context, conversation_id, lock=True)
        await actions.link(session, conversation_id, body.article_id, edit=edit)
        return Links(items=await queries.links_of(session, conversation_id, writes=writes(context)))

    return await context.database.write(unit)


@routes.delete("/conversations/{conversation_id}/articles/{article_id}", allow=WRITE, errors=[NotFound, Forbidden])
async def unlink_article(context: Context, conversation_id: str, article_id: str) -> None:
    """Take the link away."""

    async def unit(session: AsyncSession) -> None:
        await visible(session, context, conversation_id, lock=True)
        await actions.unlink(session, conversation_id, article_id)

    await context.database.write(unit)
