"""HTTP of the knowledge base: writing, publishing, searching. Links to conversations are the workspace's, which knows who
sees them. Whoever may only read gets what is published, never a draft.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.changes import Edit
from contact_center.errors import Conflict, Forbidden, Invalid, NotFound
from contact_center.web import Context, Paged, Routes
from kb import actions, queries, shapes
from kb.actions import Draft
from kb.search import search
from kb.states import ArticleEvent

READ = "kb.read"
WRITE = "kb.write"
routes = Routes("knowledge")


def writes(context: Context) -> bool:
    """Whether this caller may write articles, and so see what is not published."""
    return context.principal.reach(WRITE) is not None


def _drafts(texts: shapes.Texts | None) -> Mapping[str, Draft]:
    written = {} if texts is None else texts.written()
    return {language: Draft(text.title, text.html) for language, text in written.items()}


@routes.get("/articles", allow=READ)
async def list_articles(context: Context, query: shapes.ArticleQuery) -> Paged[shapes.ArticleLine]:
    """Articles, the last changed first."""
    async with context.database.read() as session:
        items, cursor = await queries.lines(session, query, writes=writes(context))
    return Paged[shapes.ArticleLine](items=items, next_cursor=cursor)


@routes.get("/articles/{article_id}", allow=READ, errors=[NotFound])
async def get_article(context: Context, article_id: str) -> shapes.ArticleView:
    """One article with its texts."""
    async with context.database.read() as session:
        return await queries.article_of(session, article_id, writes=writes(context))


@routes.get("/articles/{article_id}/revisions", allow=WRITE, errors=[NotFound])
async def list_article_revisions(context: Context, article_id: str) -> shapes.Revisions:
    """Everything that was ever saved of it."""
    async with context.database.read() as session:
        return shapes.Revisions(items=await queries.revisions_of(session, article_id))


@routes.post("/articles", allow=WRITE, errors=[Invalid])
async def create_article(context: Context, body: shapes.ArticleNew) -> shapes.ArticleView:
    """Begin an article as a draft."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> shapes.ArticleView:
        article_id = await actions.begin(
            session, _drafts(body.texts), category=body.category, audience=body.audience, edit=edit
        )
        return await queries.article_of(session, article_id, writes=True)

    return await context.database.write(unit)


@routes.patch("/articles/{article_id}", allow=WRITE, errors=[NotFound, Conflict, Invalid])
async def change_article(context: Context, article_id: str, body: shapes.ArticleChange) -> shapes.ArticleView:
    """Write on; readers go on seeing what is published until it is published again."""
    edit = Edit.of(context)
    about = body.model_dump(include={"category", "audience"}, exclude_none=True, mode="json")

    async def unit(session: AsyncSession) -> shapes.ArticleView:
        await actions.revise(session, article_id, _drafts(body.texts), about=about, edit=edit)
        return await queries.article_of(session, article_id, writes=True)

    return await context.database.write(unit)


async def _moved(context: Context, article_id: str, event: ArticleEvent) -> shapes.ArticleView:
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> shapes.ArticleView:
        await actions.move(session, article_id, event, edit=edit)
        return await queries.article_of(session, article_id, writes=True)

    return await context.database.write(unit)


@routes.post("/articles/{article_id}/publish", allow=WRITE, status=200, errors=[NotFound, Conflict])
async def publish_article(context: Context, article_id: str) -> shapes.ArticleView:
    """Let everybody read its newest texts."""
    return await _moved(context, article_id, ArticleEvent.PUBLISHED)


@routes.post("/articles/{article_id}/unpublish", allow=WRITE, status=200, errors=[NotFound, Conflict])
async def unpublish_article(context: Context, article_id: str) -> shapes.ArticleView:
    """Make it a draft again."""
    return await _moved(context, article_id, ArticleEvent.UNPUBLISHED)


@routes.post("/articles/{article_id}/archive", allow=WRITE, status=200, errors=[NotFound, Conflict])
async def archive_article(context: Context, article_id: str) -> shapes.ArticleView:
    """Put it away; its revisions are kept."""
    return await _moved(context, article_id, ArticleEvent.ARCHIVED)


@routes.post("/articles/{article_id}/restore", allow=WRITE, status=200, errors=[NotFound, Conflict])
async def restore_article(context: Context, article_id: str) -> shapes.ArticleView:
    """Bring it back from the archive, as a draft."""
    return await _moved(context, article_id, ArticleEvent.RESTORED)


@routes.get("/kb/search", allow=READ, errors=[Forbidden])
async def search_articles(context: Context, query: shapes.SearchQuery) -> shapes.Hits:
    """Articles by words, the best first."""
    if query.drafts and not writes(context):
        raise Forbidden
    async with context.database.read() as session:
        found = await search(
            session,
            query.q,
            wanted=query.lang or context.language,
            language=query.lang,
            drafts=query.drafts,
            limit=query.limit,
        )
    return shapes.Hits(items=found)
