"""Bodies and answers of the knowledge base."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from contact_center.web.models import Change, Ident, Model, Page, Query, Text, Time, no_nul
from contact_center.web.refs import Ref
from kb.states import ArticleState, Audience

Language = Literal["en", "zh-CN"]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(no_nul)]
Category = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(no_nul)]
Html = Annotated[Text, Field(min_length=1, max_length=200_000)]


class Written(Model):
    """What an article says in one language; the HTML is made harmless before it is stored."""

    title: Title
    html: Html


class Texts(Model):
    """The languages that are written now; those left out stay as they are."""

    model_config = ConfigDict(populate_by_name=True)

    en: Written | None = None
    zh_cn: Annotated[Written | None, Field(alias="zh-CN")] = None

    @model_validator(mode="after")
    def _some(self) -> "Texts":
        if self.en is None and self.zh_cn is None:
            raise PydanticCustomError("empty", "must not be empty")
        return self

    def written(self) -> dict[str, Written]:
        """Language -> what was written in it."""
        both = {"en": self.en, "zh-CN": self.zh_cn}
        return {language: text for language, text in both.items() if text is not None}


class ArticleNew(Model):
    """An article to be begun; nobody but those who write sees it until it is published."""

    category: Category = ""
    audience: Audience = Audience.AGENTS
    texts: Texts


class ArticleChange(Change):
    """What to change of it. Each language that is named and differs becomes a revision."""

    category: Category | None = None
    audience: Audience | None = None
    texts: Texts | None = None


class ArticleQuery(Page):
    """Narrowing of the list; whoever may not write sees published ones only."""

    state: ArticleState | None = None
    lang: Language | None = None


class SearchQuery(Query):
    """`drafts`: also what is not published, for those who may write."""

    q: Annotated[Text, Field(max_length=200)]
    lang: Language | None = None
    drafts: bool = False
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class TextView(Model):
    """An article in one language; `published`: whether this is what readers get."""

    title: str
    html: str
    text: str
    revision: int
    published: bool
    at: Time


class ArticleCan(Model):
    """What the caller may do with it now."""

    change: bool
    publish: bool
    unpublish: bool
    archive: bool
    restore: bool


class ArticleView(Model):
    """An article with its texts by language: the newest for those who write, the published for everybody else."""

    id: str
    category: str
    state: ArticleState
    audience: Audience
    texts: dict[str, TextView]
    created_at: Time
    updated_at: Time
    published_at: Time | None
    can: ArticleCan
    version: int


class ArticleLine(Model):
    """An article in a list; `titles` by language."""

    id: str
    category: str
    state: ArticleState
    audience: Audience
    titles: dict[str, str]
    updated_at: Time
    published_at: Time | None
    version: int


class Hit(Model):
    """An article that was found, in the language that it is shown in; `excerpt` is plain text."""

    id: str
    language: str
    title: str
    excerpt: str
    category: str
    state: ArticleState
    audience: Audience
    updated_at: Time


class Hits(Model):
    """The best first, titles before bodies; each article once."""

    items: list[Hit]
    next_cursor: str | None = None


class Suggestion(Hit):
    """An article that may answer; `match`: the share of what was asked that stands in it, rare words counting more."""

    match: float


class Suggestions(Model):
    """The best first, each article once."""

    items: list[Suggestion]
    next_cursor: str | None = None


class SuggestQuery(Query):
    """The conversation for which articles are wanted."""

    conversation: Ident


class RevisionView(Model):
    """What was saved once; `newest` and `published` say where it stands today."""

    id: str
    language: str
    number: int
    title: str
    html: str
    author: Ref | None
    at: Time
    newest: bool
    published: bool


class Revisions(Model):
    """All revisions, newest first."""

    items: list[RevisionView]
    next_cursor: str | None = None


class LinkNew(Model):
    """The article that belongs to the conversation."""

    article_id: Ident


class LinkView(ArticleLine):
    """A linked article, when and by whom; one that is no longer published says so by its state."""

    linked_by: Ref | None
    linked_at: Time


class Links(Model):
    """The articles of one conversation, the newest link first."""

    items: list[LinkView]
    next_cursor: str | None = None
