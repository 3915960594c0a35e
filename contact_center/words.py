"""Words by which people find things again: one meaning of "found", kept as a key to check and as rows to look up.

A *key* is folded text with its words set apart by single spaces, one at either end. A term finds what has a word beginning
with it; in scripts written without spaces, what contains it anywhere. `search_word` only proposes (see decision 0009): the key
decides. Whoever changes a key calls `replace` in the same transaction, or searching loses the thing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, fold

WORD_AT_MOST = 24
"""Characters of a word that are looked up; what follows them is checked in the key."""
TERMS_AT_MOST = 8
SUFFIX_AT_LEAST = 4
# Written without spaces: Thai to Myanmar, Khmer, kana, Han (all planes), Hangul.
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_DENSE}]+|[^\W_{_DENSE}]+")
_IS_DENSE = re.compile(f"[{_DENSE}]")


class SearchWord(Base):
    """A word, or a pair of characters, of a conversation or a customer; as UTF-8, which both engines order alike."""

    __tablename__ = "search_word"
    __table_args__ = {"sqlite_with_rowid": False}
    word: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    owner_id: Mapped[str] = mapped_column(Id, primary_key=True)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: `piece` must stand in the key; what it finds has a looked-up word within every range."""

    piece: str
    ranges: tuple[tuple[bytes, bytes], ...]


def key_of(*texts: str) -> str:
    """The key of these texts together; a single space when they hold no word."""
    words = dict.fromkeys(run for one in texts for run in _RUN.findall(fold(one)))
    return f" {' '.join(words)} " if words else " "


def endings(digits: str) -> Iterable[str]:
    """A number as whoever has only its last digits, or leaves out its country, would type it."""
    plain = "".join(one for one in digits if one.isdigit())
    return (plain[start:] for start in range(max(1, len(plain) - SUFFIX_AT_LEAST + 1)))


def terms_of(query: str) -> list[Term]:
    """The terms of a query, at most `TERMS_AT_MOST`; none when it holds no word."""
    runs = dict.fromkeys(_RUN.findall(fold(query)))
    return [_term(run) for run in list(runs)[:TERMS_AT_MOST]]


def _term(run: str) -> Term:
    if not _IS_DENSE.match(run):
        return Term(f" {run}", (_range(run[:WORD_AT_MOST], exact=False),))
    if len(run) == 1:
        return Term(run, (_range(run, exact=False),))
    return Term(run, tuple(_range(pair, exact=True) for pair in dict.fromkeys(_pairs(run))))


def _range(word: str, *, exact: bool) -> tuple[bytes, bytes]:
    """From and up to, the second excluded: no UTF-8 text holds the byte FF, and no word the byte 00."""
    low = word.encode()
    return low, low + (b"\x00" if exact else b"\xff")


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def looked_up(key: str) -> set[bytes]:
    """What stands in `search_word` for a thing with this key."""
    found: set[str] = set()
    for run in key.split():
        if _IS_DENSE.match(run):
            found.update(_pairs(run))
            found.add(run[-1])  # a single character is looked up as the beginning of a pair; the last begins none
        else:
            found.add(run[:WORD_AT_MOST])
    return {word.encode() for word in found}


async def add(session: AsyncSession, keys: Mapping[str, str]) -> None:
    """Make new things findable: owner's id -> key."""
    await _insert(session, [(word, owner) for owner, key in keys.items() for word in sorted(looked_up(key))])


async def replace(session: AsyncSession, owner_id: str, *, old: str, new: str) -> None:
    """The key of a thing has changed."""
    before, after = looked_up(old), looked_up(new)
    gone = [{"word": word, "owner_id": owner_id} for word in sorted(before - after)]
    if gone:
        await session.execute(_DELETE, gone)
    await _insert(session, [(word, owner_id) for word in sorted(after - before)])


_OWNER = bindparam("owner_id", type_=Id)
_DELETE = text("DELETE FROM search_word WHERE word = :word AND owner_id = :owner_id").bindparams(_OWNER)
_INSERT = text("INSERT INTO search_word (word, owner_id) VALUES (:word, :owner_id) ON CONFLICT DO NOTHING").bindparams(
    _OWNER
)
# A statement of two arrays costs the process a fraction of what a list of rows costs it.
_INSERT_ARRAYS = text(
    "INSERT INTO search_word (word, owner_id)"
    " SELECT * FROM unnest(CAST(:words AS bytea[]), CAST(:owners AS uuid[])) ON CONFLICT DO NOTHING"
)


async def _insert(session: AsyncSession, rows: list[tuple[bytes, str]]) -> None:
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        values: dict[str, Any] = {"words": [word for word, _ in rows], "owners": [owner for _, owner in rows]}
        await session.execute(_INSERT_ARRAYS, values)
    else:
        await session.execute(_INSERT, [{"word": word, "owner_id": owner} for word, owner in rows])
