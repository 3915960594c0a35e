"""Reads of articles as they are shown. `writes` says whether the caller may write: only they see what is not published."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.models import User
from contact_center.errors import NotFound
from contact_center.web.paging import paged
from contact_center.web.refs import ref
from kb import shapes
from kb.models import Article, ArticleLink, ArticleRevision, ArticleText
from kb.states import ARTICLE, ArticleEvent, ArticleState, Audience

PUBLISHED = ArticleState.PUBLISHED.value


async def article_of(
    session: AsyncSession, article_id: str, *, writes: bool, everyone: bool = False
) -> shapes.ArticleView:
    """One article; raises `NotFound`, also for what this caller may not read (`everyone`: who has no sign-in)."""
    article = await session.get(Article, article_id)
    if article is None or not (writes or article.state == PUBLISHED):
        raise NotFound
    if everyone and article.audience != Audience.EVERYONE.value:
        raise NotFound
    shown = ArticleText.revision_id if writes else ArticleText.published_id
    rows = await session.execute(
        select(ArticleRevision, ArticleText.published_id)
        .join(ArticleText, ArticleRevision.id == shown)
        .where(ArticleText.article_id == article_id)
        .order_by(ArticleText.language)
    )
    state = ArticleState(article.state)
    return shapes.ArticleView(
        id=article.id,
        category=article.category,
        state=state,
        audience=Audience(article.audience),
        texts={row.language: _text(row, published_id) for row, published_id in rows},
        created_at=article.created_at,
        updated_at=article.updated_at,
        published_at=article.published_at,
        can=_can(state, writes=writes),
        version=article.version,
    )


def _text(row: ArticleRevision, published_id: str | None) -> shapes.TextView:
    return shapes.TextView(
        title=row.title,
        html=row.html,
        text=row.text,
        revision=row.number,
        published=row.id == published_id,
        at=row.at,
    )


def _can(state: ArticleState, *, writes: bool) -> shapes.ArticleCan:
    def may(event: ArticleEvent) -> bool:
        return writes and ARTICLE.allows(state, event)

    return shapes.ArticleCan(
        change=writes and state is not ArticleState.ARCHIVED,
        publish=may(ArticleEvent.PUBLISHED),
        unpublish=may(ArticleEvent.UNPUBLISHED),
        archive=may(ArticleEvent.ARCHIVED),
        restore=may(ArticleEvent.RESTORED),
    )


async def lines(
    session: AsyncSession, query: shapes.ArticleQuery, *, writes: bool
) -> tuple[list[shapes.ArticleLine], str | None]:
    """One page of articles, the last changed first, and the cursor of the next."""
    rows, cursor = await paged(session, _listed(query, writes=writes), Article.updated_at, Article.id, page=query)
    titles = await _titles(session, [row.id for row in rows], writes=writes)
    return [_line(row, titles.get(row.id, {})) for row in rows], cursor


def _listed(query: shapes.ArticleQuery, *, writes: bool) -> Select[Article]:
    statement = select(Article)
    if not writes:
        statement = statement.where(Article.state == PUBLISHED)
    if query.state is not None:
        statement = statement.where(Article.state == query.state.value)
    if query.lang is not None:
        held = select(ArticleText.article_id).where(ArticleText.language == query.lang)
        if not writes:
            held = held.where(ArticleText.published_id.is_not(None))
        statement = statement.where(Article.id.in_(held))
    return statement


async def _titles(session: AsyncSession, article_ids: Sequence[str], *, writes: bool) -> dict[str, dict[str, str]]:
    """article id -> language -> title."""
    shown = ArticleText.revision_id if writes else ArticleText.published_id
    rows = await session.execute(
        select(ArticleText.article_id, ArticleText.language, ArticleRevision.title)
        .join(ArticleRevision, ArticleRevision.id == shown)
        .where(ArticleText.article_id.in_(article_ids))
        .order_by(ArticleText.language)
    )
    found: dict[str, dict[str, str]] = {}
    for article_id, language, title in rows:
        found.setdefault(article_id, {})[language] = title
    return found


def _line(row: Article, titles: dict[str, str]) -> shapes.ArticleLine:
    return shapes.ArticleLine(
        id=row.id,
        category=row.category,
        state=ArticleState(row.state),
        audience=Audience(row.audience),
        titles=titles,
        updated_at=row.updated_at,
        published_at=row.published_at,
        version=row.version,
    )


async def revisions_of(session: AsyncSession, article_id: str) -> list[shapes.RevisionView]:
    """Everything that was ever saved, newest first; raises `NotFound`."""
    rows = await session.execute(
        select(ArticleRevision, ArticleText, User.name)
        .join(
            ArticleText,
            (ArticleText.article_id == ArticleRevision.article_id) & (ArticleText.language == ArticleRevision.language),
        )
        .outerjoin(User, User.id == ArticleRevision.author_id)
        .where(ArticleRevision.article_id == article_id)
        .order_by(ArticleRevision.at.desc(), ArticleRevision.id.desc())
    )
    found = [
        shapes.RevisionView(
            id=row.id,
            language=row.language,
            number=row.number,
            title=row.title,
            html=row.html,
            author=ref(row.author_id, name),
            at=row.at,
            newest=row.id == place.revision_id,
            published=row.id == place.published_id,
        )
        for row, place, name in rows
    ]
    if not found:
        raise NotFound
    return found


async def links_of(session: AsyncSession, conversation_id: str, *, writes: bool) -> list[shapes.LinkView]:
    """The articles of a conversation, the newest link first; what the caller may not read is left out."""
    statement = (
        select(ArticleLink, Article, User.name)
        .join(Article, Article.id == ArticleLink.article_id)
        .outerjoin(User, User.id == ArticleLink.linked_by)
        .where(ArticleLink.conversation_id == conversation_id)
        .order_by(ArticleLink.at.desc(), ArticleLink.article_id)
    )
    rows = (await session.execute(statement if writes else statement.where(Article.state == PUBLISHED))).all()
    titles = await _titles(session, [article.id for _, article, _ in rows], writes=writes)
    return [
        shapes.LinkView(
            **_line(article, titles.get(article.id, {})).model_dump(),
            linked_by=ref(made.linked_by, name),
            linked_at=made.at,
        )
        for made, article, name in rows
    ]
