"""Finding conversations in a worklist by what people remember: a name, an address, words of the subject, a number.

Every term must be found in the subject or at the customer (`contact_center.words` says what finding means); a query that is a
number finds the ticket of that number too. Two ways, one meaning: what finds little is looked up and then sorted; what finds
much is met soon, so the list is walked in its own order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, TextClause, bindparam, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import clock
from contact_center.db import Database, Id, UtcDateTime, fold
from contact_center.web import paging
from contact_center.words import Term, terms_of
from contact_center.workspace.items import items_json
from contact_center.workspace.worklist import (
    KEYS,
    Found,
    Listed,
    Range,
    Shape,
    Wanted,
    bound,
    conditions,
    page_of,
)

LITTLE = 1000
"""Finding so many things or fewer, a term is looked up."""
REMEMBERED_SECONDS, REMEMBERED_AT_MOST = 60.0, 500
NOTHING = (b"", b"")
_NUMBER = re.compile(r"(#?)([0-9]{1,12})")
Bounds = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: every term, or the ticket of this number; written with `#` a number is a ticket's only."""

    terms: tuple[Term, ...]
    number: int | None

    def values(self) -> dict[str, Any]:
        """The values of the conditions that `Found` writes."""
        named: dict[str, Any] = {f"t{at}": term.piece for at, term in enumerate(self.terms)}
        return named if self.number is None else {**named, "number": self.number}


def query_of(asked: str) -> Query:
    """What was typed, taken apart."""
    number = _NUMBER.fullmatch(fold(asked))
    if number is None:
        return Query(tuple(terms_of(asked)), None)
    return Query(() if number[1] else tuple(terms_of(asked)), int(number[2]))


class Searching:
    """Pages of what is found; `little` (at most `LITTLE`) parts the two ways.

    Terms that find much are remembered for a moment: the next page of a search, and somebody else's search of the same words,
    need not count again. Remembered too long they would only be found the other way.
    """

    def __init__(self, *, little: int = LITTLE) -> None:
        self._little = little
        self._find_much: dict[tuple[Term, ...], float] = {}

    async def page(
        self, database: Database, want: Wanted, asked: str, *, user_id: str, limit: int, cursor: str | None
    ) -> Listed:
        """One page of what is found in this worklist, newest first."""
        query = query_of(asked)
        if not want.ranges() or not (query.terms or query.number is not None):
            return Listed([], [], None)
        if self._find_much.get(query.terms, 0.0) <= clock.monotonic():
            async with database.read() as session:
                bounds = await _rarest(session, query, self._little) if query.terms else NOTHING
                if bounds is not None:
                    return await _selected(session, want, query, bounds, user_id=user_id, limit=limit, cursor=cursor)
            self._remember(query.terms)
        found = Found(len(query.terms), query.number is not None)
        async with database.read(planned_once=True) as session:
            return await page_of(
                session, want, user_id=user_id, limit=limit, cursor=cursor, found=found, more=query.values()
            )

    def _remember(self, terms: tuple[Term, ...]) -> None:
        if len(self._find_much) >= REMEMBERED_AT_MOST:
            self._find_much.clear()
        self._find_much[terms] = clock.monotonic() + REMEMBERED_SECONDS


async def _rarest(session: AsyncSession, query: Query, little: int) -> Bounds | None:
    """The range of words that proposes least; None when each proposes more than `little`."""
    every = [bounds for term in query.terms for bounds in term.ranges][:16]
    values = {f"{name}{at}": value for at, pair in enumerate(every) for name, value in zip("lh", pair, strict=True)}
    row = (await session.execute(_count_text(len(every)), values)).one()
    fewest, at = min((count, at) for at, count in enumerate(row))
    return every[at] if fewest <= little else None


@cache
def _count_text(ranges: int) -> TextClause:
    parts = (
        f"(SELECT count(*) FROM (SELECT 1 FROM search_word WHERE word >= :l{at} AND word < :h{at}"
        f" ORDER BY word LIMIT {LITTLE + 1}) AS r{at})"  # in order, or PostgreSQL hopes to meet a frequent word by chance
        for at in range(ranges)
    )
    types = [bindparam(f"{name}{at}", type_=LargeBinary) for at in range(ranges) for name in "lh"]
    return text(f"SELECT {', '.join(parts)}").bindparams(*types)


async def _selected(
    session: AsyncSession,
    want: Wanted,
    query: Query,
    bounds: Bounds,
    *,
    user_id: str,
    limit: int,
    cursor: str | None,
) -> Listed:
    """Take what `bounds` propose; keep what is found and lies within the worklist; sort, cut."""
    ranges = want.ranges()
    values: dict[str, Any] = {**query.values(), "rows": limit + 1, "low": bounds[0], "high": bounds[1]}
    for number, one in enumerate(ranges):
        values.update(one.values(number))
    if want.channel is not None:
        values["channel"] = want.channel
    if cursor is not None:
        values["at"], values["id"] = paging.decode(cursor, KEYS)
    found = Found(len(query.terms), query.number is not None)
    dialect = session.get_bind().dialect.name
    statement = _text(dialect, _shapes(ranges), found, want.channel is not None, cursor is not None)
    rows = (await session.execute(statement, values)).all()
    shown = rows[:limit]
    following = paging.encode((shown[-1].last_message_at, shown[-1].id)) if len(rows) > limit else None
    ids = [row.id for row in shown]
    return Listed(await items_json(session, ids, user_id=user_id), ids, following)


def _shapes(ranges: Sequence[Range]) -> tuple[Shape, ...]:
    return tuple(one.shape() for one in ranges)


@cache
def _text(
    dialect: str,
    shapes: tuple[Shape, ...],
    found: Found,
    channel: bool,
    after: bool,
) -> Any:
    within = " OR ".join(f"({' AND '.join(conditions(shape, at)) or '1 = 1'})" for at, shape in enumerate(shapes))
    where = [f"({within})", found.condition(dialect)]
    where += ["(last_message_at, id) < (:at, :id)"] if after else []
    where += ["channel = :channel"] if channel else []
    statement = bound(
        f"SELECT last_message_at, id FROM {_proposed(found)} WHERE {' AND '.join(where)}"
        " ORDER BY last_message_at DESC, id DESC LIMIT :rows",
        shapes,
    ).bindparams(bindparam("low", type_=LargeBinary), bindparam("high", type_=LargeBinary))
    if after:
        statement = statement.bindparams(bindparam("at", type_=UtcDateTime), bindparam("id", type_=Id))
    return statement.columns(column("last_message_at", UtcDateTime), column("id", Id))


def _proposed(found: Found) -> str:
    """The conversations that the words, or the number, propose."""
    owners = f"SELECT owner_id FROM search_word WHERE word >= :low AND word < :high LIMIT {LITTLE}"
    ways = [f"id IN ({owners})", f"customer_id IN ({owners})"]
    if found.number:
        ways.append("customer_id IN (SELECT customer_id FROM ticket WHERE number = :number)")
    ids = " UNION ".join(f"SELECT id AS proposed_id FROM conversation WHERE {way}" for way in ways)
    return f"({ids}) AS p JOIN conversation ON conversation.id = p.proposed_id"
