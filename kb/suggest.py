"""Articles that may answer what somebody wrote, although nobody shaped it as a query: any word counts, rare ones more.

`rank` is BM25 with words either there or not (Robertson and Zaragoza, 2009, with term frequency 1), since `article_word` holds
sets. What the asked text shares with an article is told as `match`, so that a person sees how far to trust it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import i18n, words
from kb.models import Article, ArticleRevision, ArticleText, ArticleWord
from kb.search import hit_of, readable
from kb.shapes import Suggestion

ASKED_AT_MOST = 2_000
"""Characters of the text that are looked at."""
WORDS_AT_MOST = 32
"""Words that are weighed: the rarest of those that any article has."""
IN_TITLE = 1.0
"""A word of the title counts this many times more."""
LENGTH_WEIGHT = 0.3
"""How much a text of the usual length is held back; longer ones more, since they hold more words anyway."""
MATCH_AT_LEAST = 0.12
CANDIDATES_AT_MOST = 500
"""Texts that are ranked: those with the most of the words."""
# Said in every question and hence no sign of what it is about.
_EVERYDAY = frozenset(
    "a about after all also am an and any are as at be because been before but by can could dear did do does for from get got had "
    "has have hello help hi how i if in is it its just know like me my need no not now of on one or our please regards so some "
    "thank thanks that the their them then there they this to up us want was we were what when where which who why will with "
    "would you your 你们 我们 您好 你好 请问 什么 怎么 怎样 如何 可以 这个 那个 谢谢 是否 没有 不能 一下 为什 的是 我的 了吗 能否".split()
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A revision with its score, and the share (0 to 1) of the asked words' weight that it has."""

    revision_id: str
    score: float
    match: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a revision: which of the asked words stand in it, which in its title, and its length in characters."""

    words: Collection[bytes]
    in_title: Collection[bytes]
    length: int


def asked_words(text: str) -> set[bytes]:
    """The words of a text by which it is compared, without those that everybody says."""
    key = words.key_of(text[:ASKED_AT_MOST])
    return {word for word in words.looked_up(key) if len(said := word.decode()) > 1 and said not in _EVERYDAY}


def rank(
    candidates: Mapping[str, Candidate], frequency: Mapping[bytes, int], total: int, *, unknown: int = 0
) -> list[Ranked]:
    """The candidates, the best first. `frequency`: word -> how many of the `total` texts have it; `unknown`: words in none."""

    def weighs(held: int) -> float:
        return math.log(1 + (total - held + 0.5) / (held + 0.5))

    weight = {word: weighs(held) for word, held in frequency.items()}
    # What nobody wrote about lowers every match, yet a long letter with one clear question is still about that question.
    whole = sum(weight.values()) + min(unknown, len(frequency)) * weighs(0)
    if not candidates or not whole:
        return []
    usual = sum(one.length for one in candidates.values()) / len(candidates)
    found = []
    for revision_id, one in candidates.items():
        plain = sum(weight[word] for word in one.words)
        score = (plain + IN_TITLE * sum(weight[word] for word in one.in_title)) / (
            1 + LENGTH_WEIGHT * (1 + one.length / max(usual, 1)) / 2
        )
        found.append(Ranked(revision_id, score, plain / whole))
    return sorted(found, key=lambda each: (-each.score, each.revision_id))


async def suggest(
    session: AsyncSession, text: str, *, wanted: str, limit: int, everyone: bool = False
) -> Sequence[Suggestion]:
    """At most `limit` published articles, the best first, each once; `everyone`: only what anybody may read."""
    asked = asked_words(text)
    if not asked:
        return []
    visible = readable(everyone=everyone)
    held = await _frequency(session, asked, visible)
    if not held:
        return []
    frequency = dict(sorted(held.items(), key=lambda one: (one[1], one[0]))[:WORDS_AT_MOST])
    published = select(func.count()).select_from(ArticleText).join(Article, Article.id == ArticleText.article_id)
    total = await session.scalar(published.where(ArticleText.published_id.is_not(None), *visible)) or 0
    candidates, rows = await _candidates(session, frequency, visible)
    taken: dict[str, Suggestion] = {}
    for one in rank(candidates, frequency, total, unknown=len(asked) - len(held)):
        article, revision = rows[one.revision_id]
        if one.match < MATCH_AT_LEAST or (article.id in taken and revision.language != i18n.normal(wanted)):
            continue
        hit = hit_of(article, revision, ())
        taken[article.id] = Suggestion(**hit.model_dump(), match=round(one.match, 2))
    return list(taken.values())[:limit]


async def _frequency(
    session: AsyncSession, asked: Collection[bytes], visible: Iterable[ColumnElement[bool]]
) -> dict[bytes, int]:
    """word -> in how many texts it stands; only those that stand anywhere."""
    statement = (
        select(ArticleWord.word, func.count())
        .join(ArticleText, ArticleText.published_id == ArticleWord.revision_id)
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleWord.word.in_(sorted(asked)), *visible)
        .group_by(ArticleWord.word)
    )
    return {word: count for word, count in await session.execute(statement)}


async def _candidates(
    session: AsyncSession, frequency: Mapping[bytes, int], visible: Iterable[ColumnElement[bool]]
) -> tuple[dict[str, Candidate], dict[str, tuple[Article, ArticleRevision]]]:
    """Every readable text with one of the words, and its rows."""
    held: defaultdict[str, set[bytes]] = defaultdict(set)
    statement = (
        select(ArticleWord.revision_id, ArticleWord.word)
        .join(ArticleText, ArticleText.published_id == ArticleWord.revision_id)
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleWord.word.in_(sorted(frequency)), *visible)
    )
    for revision_id, word in await session.execute(statement):
        held[revision_id].add(word)
    best = [
        revision_id
        for revision_id, _ in Counter({one: len(had) for one, had in held.items()}).most_common(CANDIDATES_AT_MOST)
    ]
    found = await session.execute(
        select(Article, ArticleRevision)
        .join(ArticleRevision, ArticleRevision.article_id == Article.id)
        .where(ArticleRevision.id.in_(best))
    )
    rows = {revision.id: (article, revision) for article, revision in found}
    candidates = {
        one: Candidate(held[one], held[one] & words.looked_up(row.title_key), len(row.text))
        for one, (_, row) in rows.items()
    }
    return candidates, rows
