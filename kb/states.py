"""What may follow what for articles: the only place that knows. Nothing is deleted: what is no longer wanted is archived."""

from enum import StrEnum

from contact_center.machine import Machine


class ArticleState(StrEnum):
    """Where an article stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Audience(StrEnum):
    """Who may read an article once it is published."""

    AGENTS = "agents"
    EVERYONE = "everyone"


class ArticleEvent(StrEnum):
    """What can happen to it."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    ARCHIVED = "archived"
    RESTORED = "restored"


S = ArticleState
ARTICLE = Machine[ArticleState, ArticleEvent](
    {
        # Published again, its newest texts take the place of those that are read now.
        ArticleEvent.PUBLISHED: ((S.DRAFT, S.PUBLISHED), S.PUBLISHED),
        ArticleEvent.UNPUBLISHED: ((S.PUBLISHED,), S.DRAFT),
        ArticleEvent.ARCHIVED: ((S.DRAFT, S.PUBLISHED), S.ARCHIVED),
        ArticleEvent.RESTORED: ((S.ARCHIVED,), S.DRAFT),
    }
)
