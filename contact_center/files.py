"""Stored files, addressed by the SHA-256 of their content. Written durably (fsync, rename, fsync folder) before the commit
that names them, so a committed row never points at nothing.
"""

import asyncio
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, UtcDateTime, id_column
from contact_center.ids import new_id

SAFE_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/ogg", "audio/wav"})


class FileRow(Base):
    """One named file: its content is found by `sha256`; `uploaded_by` is the user who may use it before it is attached."""

    __tablename__ = "file"
    id: Mapped[str] = id_column()
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    uploaded_by: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where content went: its digest and size in bytes."""

    sha256: str
    size: int


class FileStore:
    """A folder shared by all nodes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    async def put(self, content: bytes) -> Stored:
        """Store `content` durably; storing the same twice keeps one copy."""
        return await asyncio.to_thread(self._put, content)

    async def put_all(self, contents: list[bytes]) -> list[Stored]:
        """Store several in one go, in order."""
        return await asyncio.to_thread(lambda: [self._put(content) for content in contents])

    async def get(self, sha256: str) -> bytes:
        """The content; raises FileNotFoundError when it is not there."""
        return await asyncio.to_thread(self.path(sha256).read_bytes)

    def path(self, sha256: str) -> Path:
        """Where the content with this digest lies."""
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise FileNotFoundError(sha256)
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _put(self, content: bytes) -> Stored:
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{new_id()}")
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
            for folder in (target.parent, target.parent.parent, self._root):
                _sync_folder(folder)
        return Stored(digest, len(content))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
