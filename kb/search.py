"""Finding articles by words: every term in the title or the body, titles before bodies (`contact_center.words` says what a
term finds). `article_word` only proposes; the keys of the revision decide.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from contact_center import i18n
from contact_center.words import Term, terms_of
from kb.models import Article, ArticleRevision, ArticleText, ArticleWord
from kb.shapes import Hit
from kb.states import ArticleState, Audience

EXCERPT = 160
BEFORE = 40
"""Characters of an excerpt that stand before the word that was found."""


async def search(
    session: AsyncSession,
    asked: str,
    *,
    wanted: str,
    language: str | None,
    limit: int,
    drafts: bool = False,
    everyone: bool = False,
) -> list[Hit]:
    """The best `limit` articles, each once. `language`: only in this one; `wanted`: shown in this one where both are found.

    With `drafts` the newest texts, not the published ones; see `readable`. Nothing for a query without a word.
    """
    terms = terms_of(asked)
    if not terms:
        return []
    shown = ArticleText.revision_id if drafts else ArticleText.published_id
    in_title = and_(*(_has(ArticleRevision.title_key, term) for term in terms))
    statement = (
        select(Article, ArticleRevision)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(ArticleRevision, ArticleRevision.id == shown)
        .where(*readable(drafts=drafts, everyone=everyone), *(_found(term) for term in terms))
        .order_by(
            case((in_title, 0), else_=1),
            case((ArticleRevision.language == i18n.normal(wanted), 0), else_=1),
            Article.updated_at.desc(),
            Article.id,
        )
        .limit(limit * len(i18n.LANGUAGES))
    )
    if language is not None:
        statement = statement.where(ArticleRevision.language == language)
    rows = (await session.execute(statement)).all()
    return _each_once(rows, terms, wanted=i18n.normal(wanted))[:limit]


def readable(*, drafts: bool = False, everyone: bool = False) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Article`: published (with `drafts` all that is not archived), and with `everyone` not kept to agents."""
    if drafts:
        return (Article.state != ArticleState.ARCHIVED.value,)
    public = (Article.audience == Audience.EVERYONE.value,) if everyone else ()
    return (Article.state == ArticleState.PUBLISHED.value, *public)


def _has(key: InstrumentedAttribute[str], term: Term) -> ColumnElement[bool]:
    return key.contains(term.piece, autoescape=True)


def _found(term: Term) -> ColumnElement[bool]:
    """Proposed by the words of each range, and standing in a key."""
    proposed = [
        ArticleRevision.id.in_(select(ArticleWord.revision_id).where(ArticleWord.word >= low, ArticleWord.word < high))
        for low, high in term.ranges
    ]
    return and_(*proposed, or_(_has(ArticleRevision.title_key, term), _has(ArticleRevision.body_key, term)))


def _each_once(rows: Sequence[Row[Article, ArticleRevision]], terms: Sequence[Term], *, wanted: str) -> list[Hit]:
    """In order of the best place; found in both languages, an article is shown in the wanted one."""
    best: dict[str, tuple[Article, ArticleRevision]] = {}
    for article, revision in rows:
        if article.id not in best or revision.language == wanted:
            best[article.id] = (article, revision)
    return [hit_of(article, revision, terms) for article, revision in best.values()]


def hit_of(article: Article, revision: ArticleRevision, terms: Sequence[Term]) -> Hit:
    """How a text that was found is shown."""
    return Hit(
        id=article.id,
        language=revision.language,
        title=revision.title,
        excerpt=excerpt(revision.text, terms),
        category=article.category,
        state=ArticleState(article.state),
        audience=Audience(article.audience),
        updated_at=article.updated_at,
    )


def excerpt(text: str, terms: Sequence[Term]) -> str:
    """A piece of the text around the first term that stands in it, white space made single, cut ends marked."""
    flat = " ".join(text.split())
    lowered = flat.lower()
    places = [at for term in terms if (at := lowered.find(term.piece.strip())) >= 0]
    start = max(0, min(places, default=0) - BEFORE)
    end = start + EXCERPT
    return ("…" if start else "") + flat[start:end].strip() + ("…" if end < len(flat) else "")
