"""The visitor: who sits behind a browser on a site. The row is the secret-holder's place, not a person's record: what makes
a visitor somebody is the Identity under the same key, and `key` is also the name of the visitor's conversation.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, UtcDateTime, id_column


class ChatVisitor(Base):
    """`key` is `visitor:{id}` (anonymous) or `user:{subject}` (the site signed for them); `email` is what they said."""

    __tablename__ = "chat_visitor"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_chat_visitor_gone", "gone_at"),
    )
    id: Mapped[str] = id_column()
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("channel_account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(20), default="en")
    page: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last tab closed; None while one is open."""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The time of the newest of our messages that was read."""
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The time of the newest of our messages that followed them by mail."""
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def verified(self) -> bool:
        """True when the site signed for this visitor."""
        return self.key.startswith(USER)


VISITOR, USER = "visitor:", "user:"
