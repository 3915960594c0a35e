"""The verbs of articles: write, publish, unpublish, archive, restore, link. Every one locks the article first.

Words stand in `article_word` for the newest and the published revision of a language only: `_index` and `_forget` keep it so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, words
from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.errors import Conflict, FieldError, Invalid
from contact_center.html import sanitise, to_text
from contact_center.ids import new_id
from kb.models import Article, ArticleLink, ArticleRevision, ArticleText, ArticleWord
from kb.states import ARTICLE, ArticleEvent, ArticleState, Audience

KIND = "article"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody writes in one language: a title and HTML from outside."""

    title: str
    html: str


async def begin(
    session: AsyncSession, drafts: Mapping[str, Draft], *, category: str, audience: Audience, edit: Edit
) -> str:
    """Begin an article with what is written in each language; returns its id. Raises `Invalid` for a body without a word."""
    article = Article(
        id=new_id(),
        category=category,
        state=ArticleState.DRAFT.value,
        audience=audience.value,
        created_by=edit.actor.id,
        created_at=edit.at,
        updated_at=edit.at,
        version=1,
    )
    session.add(article)
    await session.flush()
    for language, draft in drafts.items():
        await _save(session, article.id, language, draft, edit=edit)
    _remember(session, article.id, None, ArticleState.DRAFT, cause="begun", edit=edit)
    said: dict[str, tuple[object, object]] = {f"title.{one}": (None, draft.title) for one, draft in drafts.items()}
    changes.note(
        session,
        edit,
        f"{KIND}.created",
        KIND,
        article.id,
        {"category": (None, category), "audience": (None, audience.value), **said},
    )
    return article.id


async def revise(
    session: AsyncSession, article_id: str, drafts: Mapping[str, Draft], *, about: Mapping[str, str], edit: Edit
) -> None:
    """Save what differs, each language as a revision; nothing when nothing does. `about`: its category, its audience. Raises `StaleVersion`, `Conflict` when archived."""
    article = await changes.held(session, Article, article_id, edit)
    if article.state == ArticleState.ARCHIVED.value:
        raise _moved(article)
    differing = changes.assign(article, about)
    for language, draft in drafts.items():
        number = await _save(session, article_id, language, draft, edit=edit)
        if number is not None:
            differing[f"revision.{language}"] = (number - 1 or None, number)
    if differing:
        article.version += 1
        article.updated_at = edit.at
        changes.note(session, edit, f"{KIND}.changed", KIND, article_id, differing)
        await session.flush()


async def move(session: AsyncSession, article_id: str, event: ArticleEvent, *, edit: Edit) -> None:
    """Take it through a step. Raises `StaleVersion`, and `Conflict` with the present state when that does not allow it.

    A step whose outcome holds already changes nothing: a button pressed twice does no harm.
    """
    article = await changes.held(session, Article, article_id, edit)
    before = ArticleState(article.state)
    if await _holds(session, article, event):
        return
    if not ARTICLE.allows(before, event):
        raise _moved(article)
    after = ARTICLE.after(before, event)
    article.state, article.updated_at, article.version = after.value, edit.at, article.version + 1
    shown = after is ArticleState.PUBLISHED
    article.published_at = edit.at if shown else None
    await session.flush()
    await session.execute(
        update(ArticleText)
        .where(ArticleText.article_id == article_id)
        .values(published_id=ArticleText.revision_id if shown else None)
        .execution_options(synchronize_session=False)
    )
    await _forget(session, article_id)
    _remember(session, article_id, before, after, cause=event.value, edit=edit)
    changes.note(session, edit, f"{KIND}.{event.value}", KIND, article_id, {"state": (before.value, after.value)})


async def link(session: AsyncSession, conversation_id: str, article_id: str, *, edit: Edit) -> None:
    """Say that a published article belongs to a conversation that the caller has locked; saying it again changes nothing."""
    article = await session.get(Article, article_id)
    if article is None or article.state != ArticleState.PUBLISHED.value:
        raise changes.unknown("article_id")
    if await session.get(ArticleLink, (conversation_id, article_id)) is None:
        session.add(
            ArticleLink(conversation_id=conversation_id, article_id=article_id, linked_by=edit.actor.id, at=edit.at)
        )
        await session.flush()


async def unlink(session: AsyncSession, conversation_id: str, article_id: str) -> None:
    """Take the link away, if there is one."""
    await session.execute(
        delete(ArticleLink).where(ArticleLink.conversation_id == conversation_id, ArticleLink.article_id == article_id)
    )


async def _save(session: AsyncSession, article_id: str, language: str, draft: Draft, *, edit: Edit) -> int | None:
    """Keep a revision and make it the newest; returns its number, None when it says what the newest says already."""
    html = sanitise(draft.html, images=True)
    text = to_text(html)
    if not text:
        raise Invalid(errors=[FieldError(f"texts.{language}.html", "validation.empty")])
    place = await session.get(ArticleText, (article_id, language))
    newest = None if place is None else await session.get(ArticleRevision, place.revision_id)
    if newest is not None and (newest.title, newest.html) == (draft.title, html):
        return None
    revision = ArticleRevision(
        id=new_id(),
        article_id=article_id,
        language=language,
        number=1 if newest is None else newest.number + 1,
        title=draft.title,
        html=html,
        text=text,
        title_key=words.key_of(draft.title),
        body_key=words.key_of(text),
        author_id=edit.actor.id,
        at=edit.at,
    )
    session.add(revision)
    await session.flush()
    if place is None:
        session.add(ArticleText(article_id=article_id, language=language, revision_id=revision.id))
    else:
        place.revision_id = revision.id
    await _index(session, revision)
    await session.flush()
    await _forget(session, article_id)
    return revision.number


async def _index(session: AsyncSession, revision: ArticleRevision) -> None:
    found = words.looked_up(revision.title_key) | words.looked_up(revision.body_key)
    if found:
        rows = [{"word": word, "revision_id": revision.id} for word in sorted(found)]
        await session.execute(insert(ArticleWord), rows)


async def _forget(session: AsyncSession, article_id: str) -> None:
    """Drop the words of revisions that are neither the newest nor published."""
    of_article = ArticleText.article_id == article_id
    newest = select(ArticleText.revision_id).where(of_article)
    published = select(ArticleText.published_id).where(of_article, ArticleText.published_id.is_not(None))
    revisions = select(ArticleRevision.id).where(
        ArticleRevision.article_id == article_id,
        ArticleRevision.id.not_in(newest),
        ArticleRevision.id.not_in(published),
    )
    await session.execute(
        delete(ArticleWord).where(ArticleWord.revision_id.in_(revisions)).execution_options(synchronize_session=False)
    )


async def _holds(session: AsyncSession, article: Article, event: ArticleEvent) -> bool:
    """Whether the step's outcome is there already; published anew is a step while a newer text waits."""
    if event is ArticleEvent.PUBLISHED and article.state == ArticleState.PUBLISHED.value:
        waiting = select(func.count()).where(
            ArticleText.article_id == article.id,
            ArticleText.published_id.is_distinct_from(ArticleText.revision_id),
        )
        return not await session.scalar(waiting)
    return event is ArticleEvent.ARCHIVED and article.state == ArticleState.ARCHIVED.value


def _moved(article: Article) -> Conflict:
    return Conflict("article_moved", current={"state": article.state, "version": article.version})


def _remember(
    session: AsyncSession,
    article_id: str,
    before: ArticleState | None,
    after: ArticleState,
    *,
    cause: str,
    edit: Edit,
) -> None:
    history.append(
        session,
        entity=KIND,
        entity_id=article_id,
        before=before.value if before else None,
        after=after.value,
        at=edit.at,
        actor=edit.actor,
        cause=cause,
    )
