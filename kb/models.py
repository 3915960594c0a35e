"""Tables of the knowledge base. A revision never changes: an article's text in a language points at its newest and at the
one that is read, so writing on disturbs no reader until somebody publishes again.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, UtcDateTime, id_column


class Article(Base):
    """An entry of the knowledge base; its texts by language are `ArticleText`."""

    __tablename__ = "article"
    __table_args__ = (Index("ix_article_updated", "updated_at", "id"),)
    id: Mapped[str] = id_column()
    category: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(20))
    audience: Mapped[str] = mapped_column(String(10))
    created_by: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class ArticleRevision(Base):
    """What somebody saved in one language; `number` counts within article and language. Keys as in `contact_center.words`."""

    __tablename__ = "article_revision"
    __table_args__ = (UniqueConstraint("article_id", "language", "number", name="uq_article_revision_number"),)
    id: Mapped[str] = id_column()
    article_id: Mapped[str] = mapped_column(Id, ForeignKey("article.id"))
    language: Mapped[str] = mapped_column(String(10))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    """Sanitised before it is stored."""
    text: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text)
    body_key: Mapped[str] = mapped_column(Text)
    author_id: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ArticleText(Base):
    """An article in one language: the newest revision, and the published one (null while nobody may read it)."""

    __tablename__ = "article_text"
    article_id: Mapped[str] = mapped_column(Id, ForeignKey("article.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    revision_id: Mapped[str] = mapped_column(Id, ForeignKey("article_revision.id"), index=True)
    published_id: Mapped[str | None] = mapped_column(Id, ForeignKey("article_revision.id"), index=True)


class ArticleWord(Base):
    """A word, or a pair of characters, of a revision that is the newest or the published one of its language."""

    __tablename__ = "article_word"
    __table_args__ = (Index("ix_article_word_revision", "revision_id"), {"sqlite_with_rowid": False})
    word: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    revision_id: Mapped[str] = mapped_column(Id, ForeignKey("article_revision.id"), primary_key=True)


class ArticleLink(Base):
    """That an article was found to belong to a conversation, and by whom."""

    __tablename__ = "article_link"
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), primary_key=True)
    article_id: Mapped[str] = mapped_column(Id, ForeignKey("article.id"), primary_key=True, index=True)
    linked_by: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
