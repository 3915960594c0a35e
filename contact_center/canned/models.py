"""The table of canned replies: one row holds the same answer in every language that it was written in."""

from sqlalchemy import BigInteger, Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Json, id_column


class CannedReply(Base):
    """An answer kept ready. `shortcut` is what one types after `/`; `queue_ids` empty means every queue."""

    __tablename__ = "canned_reply"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    shortcut: Mapped[str] = mapped_column(String(40))
    shortcut_key: Mapped[str] = mapped_column(String(80), unique=True)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    """Language -> text; never empty."""
    queue_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
