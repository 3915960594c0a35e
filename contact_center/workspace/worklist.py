"""Which conversations stand on one page of a worklist, and the figures of its tabs.

Speed rests on one idea: the caller's sight and the wanted groups are taken apart into *ranges* of an index that is
already in the right order (queue or agent, group, time), each range gives its first rows, and their union is cut again.
So a page costs the same at the top, deep down, and for filters that match little. Where no group is asked for, that is many
ranges: then the newest rows of the whole list are tried first. Statements are text, made once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Text, TextClause, TextualSelect, bindparam, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.channel import ChannelKind
from contact_center.db import Id, UtcDateTime
from contact_center.interactions.models import Conversation
from contact_center.web import paging
from contact_center.workspace.item_sql import JOINS, READ_MARK, item_json
from contact_center.workspace.shapes import Group, View
from contact_center.workspace.visibility import Sight

SNOOZED = "snoozed"
OPEN = (Group.NOW.value, Group.TODAY.value, Group.WAITING.value)
EVERY = (*OPEN, Group.DONE.value, SNOOZED)
COUNTED_AT_MOST = 1000
RECENT, MANY_RANGES = 1500, 4
"""With more ranges, which together hold every group, a page is first looked for among so many rows of the whole list."""
CHANNELS = frozenset(kind.value for kind in ChannelKind)
_TABLE = Conversation.__table__
KEYS = (_TABLE.c.last_message_at, _TABLE.c.id)
NEWEST, OLDEST = "ORDER BY last_message_at DESC, id DESC", "ORDER BY last_message_at, id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A worklist as asked for, in the terms of the query: `groups` empty means every one."""

    seen: Sight
    groups: tuple[str, ...]
    mine: str | None = None
    unassigned: bool = False
    channel: str | None = None
    queue: str | None = None

    def ranges(self, *, disjoint: bool = False) -> tuple["Range", ...]:
        """The index ranges that together hold exactly the wanted rows; `disjoint`: each row in one of them only."""
        return tuple(one for group in self.groups or (None,) for one in self._of(group, disjoint))

    def _of(self, group: str | None, disjoint: bool) -> Iterator["Range"]:
        if self.mine is not None:
            yield Range(group, agent=self.mine, queue=self.queue)
        elif self.queue is not None and self.seen.covers(self.queue, None):
            yield Range(group, queue=self.queue, unassigned=self.unassigned)
        elif self.queue is not None:
            if self.seen.agent_id is not None and not self.unassigned:
                yield Range(group, agent=self.seen.agent_id, queue=self.queue)
        elif self.seen.everything:
            yield Range(group, unassigned=self.unassigned)
        else:
            for queue in self.seen.queue_ids:
                yield Range(group, queue=queue, unassigned=self.unassigned)
            if self.seen.agent_id is not None and not self.unassigned:
                yield Range(group, agent=self.seen.agent_id, elsewhere=self.seen.queue_ids if disjoint else ())


@dataclass(frozen=True, slots=True)
class Range:
    """One range: of a queue, of an agent (in a queue, or in none of `elsewhere`), or of all; group None is every."""

    group: str | None
    queue: str | None = None
    agent: str | None = None
    unassigned: bool = False
    elsewhere: tuple[str, ...] = ()

    def shape(self) -> "Shape":
        """What the statement's text depends on. The group stands in it: how many rows a group has decides how it is read,
        and where a parameter decides that, PostgreSQL plans the statement anew each time.
        """
        return (
            self.group,
            self.queue is not None,
            self.agent is not None,
            self.unassigned,
            len(self.elsewhere),
        )

    def values(self, number: int) -> Iterator[tuple[str, Any]]:
        """The values of this range, the `number`th of its statement."""
        yield from ((f"q{number}", self.queue),) if self.queue is not None else ()
        yield from ((f"a{number}", self.agent),) if self.agent is not None else ()
        yield from ((f"e{number}x{i}", queue) for i, queue in enumerate(self.elsewhere))


def wanted(view: View, seen: Sight, *, group: Group | None, channel: str | None, queue: str | None) -> Wanted | None:
    """What a view means for somebody with this sight; None when it can hold nothing for them."""
    if channel is not None and channel not in CHANNELS:
        return None
    groups: tuple[str, ...] = (group.value,) if group is not None else EVERY if view is View.ALL else OPEN
    if view is View.SNOOZED:
        groups = (SNOOZED,)
    elif groups == EVERY and seen.everything and queue is None:
        groups = ()
    if view is View.MINE:
        return Wanted(seen, groups, mine=seen.agent_id, channel=channel, queue=queue) if seen.agent_id else None
    if view is View.TEAM and not seen.everything:
        seen = Sight(False, seen.queue_ids)
    return Wanted(seen, groups, unassigned=view is View.UNASSIGNED, channel=channel, queue=queue)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: the items as JSON texts, the ids of their conversations, the cursor of the next page."""

    items: list[str]
    ids: list[str]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A search: so many terms `:t0`, `:t1`... to be found in the keys, or the ticket numbered `:number`."""

    terms: int
    number: bool

    def condition(self, dialect: str) -> str:
        """Its SQL over `conversation`.

        Written so that PostgreSQL expects many rows (it reckons a third for a bare function), and hence reads on in order.
        """
        at = "strpos" if dialect == "postgresql" else "instr"
        customer = "(SELECT u.search_key FROM customer u WHERE u.id = conversation.customer_id)"
        every = " AND ".join(
            f"({at}(subject_key, :t{one}) > 0 OR {at}({customer}, :t{one}) > 0)" for one in range(self.terms)
        )
        ticket = "ticket_id = (SELECT k.id FROM ticket k WHERE k.number = :number)"
        return f"({' OR '.join(part for part in (every, ticket if self.number else '') if part)})"


async def page_of(
    session: AsyncSession,
    want: Wanted,
    *,
    user_id: str,
    limit: int,
    cursor: str | None,
    found: Found | None = None,
    more: Mapping[str, Any] | None = None,
    oldest: bool = False,
) -> Listed:
    """One page of work items as this user sees them, the newest first or the `oldest`; with `found` those only, its values in
    `more`.

    `session` should be one that plans once: for its values alone PostgreSQL would plan a page's statement again and again, for
    longer than reading the page takes.
    """
    ranges = want.ranges()
    if not ranges:
        return Listed([], [], None)
    values: dict[str, Any] = {"me": user_id, **(more or {})}
    if cursor is not None:
        values["at"], values["id"] = paging.decode(cursor, KEYS)
    kind = _Kind(session.get_bind().dialect.name, want.channel, cursor is not None, found, limit + 1, oldest)
    if not oldest and len(ranges) > MANY_RANGES and set(want.groups) == set(EVERY):
        recent = await _page(session, kind, replace(want, groups=()).ranges(), values, recent=True)
        if recent.next_cursor is not None or await _tried_all(session, kind, values):
            return recent  # of a full page too: what is older than the rows tried cannot belong to it
    return await _page(session, kind, ranges, values)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the text of a page's statement depends on, beside its ranges: `after` a cursor, how many `rows`.

    The channel stands in it as groups do: one of `ChannelKind`, never what somebody typed.
    """

    dialect: str
    channel: str | None
    after: bool
    found: Found | None
    rows: int
    oldest: bool = False

    def order(self, table: str = "") -> str:
        """How its rows are sorted; the index is read from its other end."""
        return (
            (OLDEST if self.oldest else NEWEST)
            .replace("last_message_at", f"{table}last_message_at")
            .replace(" id", f" {table}id")
        )

    def where(self) -> Iterator[str]:
        """The parts of WHERE that are the same in every range."""
        yield from self.place()
        if self.found is not None:
            yield self.found.condition(self.dialect)

    def place(self) -> Iterator[str]:
        """Those of the channel and the cursor."""
        if self.channel is not None:
            yield f"channel = '{self.channel}'"
        if self.after:
            yield f"(last_message_at, id) {'>' if self.oldest else '<'} (:at, :id)"


async def _page(
    session: AsyncSession, kind: _Kind, ranges: Sequence[Range], values: Mapping[str, Any], *, recent: bool = False
) -> Listed:
    named = dict(pair for number, one in enumerate(ranges) for pair in one.values(number))
    statement = _page_text(kind, tuple(one.shape() for one in ranges), recent)
    rows = (await session.execute(statement, {**values, **named})).all()
    shown = rows[: kind.rows - 1]
    following = paging.encode((shown[-1].last_message_at, shown[-1].id)) if len(rows) == kind.rows else None
    return Listed([row.item for row in shown], [row.id for row in shown], following)


async def _tried_all(session: AsyncSession, kind: _Kind, values: Mapping[str, Any]) -> bool:
    """Whether the rows that `_among_recent` tries are all there are."""
    named = {name: values[name] for name in ("at", "id") if kind.after}
    return (await session.execute(_next_text(kind), named)).first() is None


Figures = Sequence[tuple[str, str, int]]
"""(group, channel, how many), of the open groups."""


async def figures(session: AsyncSession, want: Wanted) -> Figures:
    """How many items of this worklist each open group holds on each channel, whatever group and channel are asked for."""
    counted = Wanted(want.seen, OPEN, want.mine, want.unassigned, None, want.queue)
    ranges = counted.ranges(disjoint=True)
    if not ranges:
        return ()
    values: dict[str, Any] = {}
    for number, one in enumerate(ranges):
        values.update(one.values(number))
    rows = await session.execute(_count_text(tuple(one.shape() for one in ranges)), values)
    return [(row.attention, row.channel, row.n) for row in rows]


def totals(found: Figures, *, group: str | None, channel: str | None) -> tuple[dict[str, int], dict[str, int]]:
    """The figures of the group tabs (within the channel) and of the channel chips (within the group), capped."""
    groups = dict.fromkeys(OPEN, 0)
    channels: dict[str, int] = {}
    for one_group, one_channel, count in found:
        if channel in (None, one_channel):
            groups[one_group] = min(COUNTED_AT_MOST, groups[one_group] + count)
        if group in (None, one_group):
            channels[one_channel] = min(COUNTED_AT_MOST, channels.get(one_channel, 0) + count)
    return groups, channels


Shape = tuple[str | None, bool, bool, bool, int]


def conditions(shape: Shape, number: int) -> Iterator[str]:
    """The WHERE parts of one range. Equality first, in the order of the index that serves it."""
    group, queue, agent, unassigned, elsewhere = shape
    if queue:
        yield f"queue_id = :q{number}"
    if agent:
        yield f"agent_id = :a{number}"
    if unassigned:
        yield "agent_id IS NULL"
    if group is not None:
        yield f"attention = '{group}'"
    if elsewhere:
        names = ", ".join(f":e{number}x{i}" for i in range(elsewhere))
        yield f"(queue_id IS NULL OR queue_id NOT IN ({names}))"


def bound(sql: str, shapes: Sequence[Shape]) -> TextClause:
    """The text with the types of its identifiers."""
    ids: list[str] = []
    for number, (_, queue, agent, _, elsewhere) in enumerate(shapes):
        ids += [f"q{number}"] if queue else []
        ids += [f"a{number}"] if agent else []
        ids += [f"e{number}x{i}" for i in range(elsewhere)]
    return text(sql).bindparams(*(bindparam(name, type_=Id) for name in ids))


@cache
def _page_text(kind: _Kind, shapes: tuple[Shape, ...], recent: bool) -> TextualSelect:
    """`kind.rows` stands in the text: with a parameter in its place PostgreSQL plans the statement anew each time."""
    page = _among_recent(kind, shapes) if recent else _from_ranges(kind, shapes)
    statement = bound(
        f"SELECT {item_json(kind.dialect, personal=True)}, p.last_message_at, p.id FROM ({page}) AS p"
        f" JOIN conversation c ON c.id = p.id {JOINS}{READ_MARK} {kind.order('p.')}",
        shapes,
    ).bindparams(bindparam("me", type_=Id))
    if kind.after:
        statement = statement.bindparams(*_cursor_types())
    return statement.columns(column("item", Text), column("last_message_at", UtcDateTime), column("id", Id))


def _from_ranges(kind: _Kind, shapes: Sequence[Shape]) -> str:
    first = f"{kind.order()} LIMIT {kind.rows}"
    parts = []
    for number, shape in enumerate(shapes):
        where = " AND ".join([*conditions(shape, number), *kind.where()])
        condition = f" WHERE {where}" if where else ""
        parts.append(f"SELECT * FROM (SELECT last_message_at, id FROM conversation{condition} {first}) AS r{number}")
    # UNION, not UNION ALL: a row may lie in the range of a queue and in that of its agent.
    return f"{' UNION '.join(parts)} {first}"


def _among_recent(kind: _Kind, shapes: Sequence[Shape]) -> str:
    rows = f"(SELECT * FROM conversation{_recent(kind)} LIMIT {RECENT}) AS conversation"
    within = " OR ".join(
        f"({' AND '.join(conditions(shape, number)) or '1 = 1'})" for number, shape in enumerate(shapes)
    )
    where = " AND ".join([f"({within})", *kind.where()])
    return f"SELECT last_message_at, id FROM {rows} WHERE {where} {NEWEST} LIMIT {kind.rows}"


def _recent(kind: _Kind) -> str:
    """The whole list in order: of the channel, after the cursor. The index `ix_conversation_channel` serves a rare channel."""
    where = " AND ".join(kind.place())
    return f"{f' WHERE {where}' if where else ''} {NEWEST}"


@cache
def _next_text(kind: _Kind) -> TextClause:
    statement = text(f"SELECT 1 FROM conversation{_recent(kind)} LIMIT 1 OFFSET {RECENT}")
    return statement.bindparams(*_cursor_types()) if kind.after else statement


def _cursor_types() -> tuple[BindParameter[Any], ...]:
    return bindparam("at", type_=UtcDateTime), bindparam("id", type_=Id)


@cache
def _count_text(shapes: tuple[Shape, ...]) -> TextClause:
    parts = []
    for number, shape in enumerate(shapes):
        condition = " AND ".join(conditions(shape, number))
        parts.append(
            f"SELECT attention, channel, count(*) AS n FROM (SELECT attention, channel FROM conversation"
            f" WHERE {condition} LIMIT {COUNTED_AT_MOST}) AS r{number} GROUP BY attention, channel"
        )
    return bound(" UNION ALL ".join(parts), shapes)
