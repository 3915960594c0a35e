"""A work item as JSON made by the database: one shape, written once, rendered for both engines.

Building fifty items out of rows costs the web process several times what the query costs the database, and the worklist is
what every screen asks for all day. So the shape below is SQL; `shapes.WorkItem` documents it, and a test holds the two
together. What belongs to the reader needs `:me`; viewers live in memory and are added afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

PERSONAL = ("unread", "has_draft")


@dataclass(frozen=True, slots=True)
class Id:
    """A UUID column."""

    column: str


@dataclass(frozen=True, slots=True)
class Time:
    """A point in time, written RFC 3339 in UTC with microseconds."""

    column: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition."""

    condition: str


@dataclass(frozen=True, slots=True)
class When:
    """An object, or null unless the condition holds."""

    condition: str
    shape: "Shape"


Part = str | Id | Time | Flag | When | Mapping[str, "Part"]
Shape = Mapping[str, Part]
EMPTY_LIST = "empty list"


def _ref(identifier: str, name: str) -> When:
    return When(f"{identifier} IS NOT NULL", {"id": Id(identifier), "name": f"coalesce({name}, '')"})


_UNREAD = """(SELECT count(*) FROM message m WHERE m.conversation_id = c.id AND m.kind = 'message' AND m.direction = 'in'
 AND (r.read_at IS NULL OR m.at > r.read_at))"""
_DRAFT = "EXISTS (SELECT 1 FROM draft d WHERE d.conversation_id = c.id AND d.user_id = :me)"
_PHASE = """CASE WHEN i.state = 'assigned' THEN (SELECT a.state FROM assignment a WHERE a.interaction_id = i.id
 AND a.role = 'primary' AND a.ended_at IS NULL ORDER BY a.at DESC, a.id DESC LIMIT 1) END"""
_SNOOZED = "c.attention = 'snoozed'"

ITEM: Shape = {
    "id": Id("c.id"),
    "version": "c.version",
    "customer": {"id": Id("u.id"), "name": "u.name", "vip": Flag("u.vip"), "version": "u.version"},
    "channel": "c.channel",
    "subject": "c.subject",
    "preview": {
        "direction": "c.preview_direction",
        "text": "c.preview",
        "author": When(
            "c.preview_direction = 'in' OR c.preview_author_id IS NOT NULL",
            {
                "id": Id("CASE WHEN c.preview_direction = 'in' THEN u.id ELSE c.preview_author_id END"),
                "name": "CASE WHEN c.preview_direction = 'in' THEN u.name ELSE coalesce(w.name, '') END",
            },
        ),
    },
    "last_message_at": Time("c.last_message_at"),
    "unread": _UNREAD,
    "group": f"CASE WHEN {_SNOOZED} THEN 'waiting' ELSE c.attention END",
    "interaction": When(
        "i.id IS NOT NULL",
        {
            "id": Id("i.id"),
            "state": "i.state",
            "version": "i.version",
            "queue": _ref("i.queue_id", "q.name"),
            "agent": _ref("i.agent_id", "g.name"),
            "phase": _PHASE,
            "queued_at": Time("i.queued_at"),
            "priority": "i.priority",
        },
    ),
    "ticket": When(
        "t.id IS NOT NULL",
        {
            "id": Id("t.id"),
            "number": "t.number",
            "status": "t.status",
            "waiting_for": "t.waiting_for",
            "waiting_until": Time("t.waiting_until"),
            "version": "t.version",
        },
    ),
    "next_due": When(_SNOOZED, {"kind": "'snooze'", "at": Time("c.snoozed_until")}),
    "has_draft": Flag(_DRAFT),
    "failed_send": Flag("c.failed_send"),
    "snoozed_until": Time(f"CASE WHEN {_SNOOZED} THEN c.snoozed_until END"),
    "viewers": EMPTY_LIST,
}
JOINS = """
JOIN customer u ON u.id = c.customer_id
LEFT JOIN agent w ON w.user_id = c.preview_author_id
LEFT JOIN interaction i ON i.id = c.interaction_id
LEFT JOIN queue q ON q.id = i.queue_id
LEFT JOIN agent g ON g.id = i.agent_id
LEFT JOIN ticket t ON t.id = c.ticket_id"""
READ_MARK = "\nLEFT JOIN read_mark r ON r.conversation_id = c.id AND r.user_id = :me"


@cache
def item_json(dialect: str, *, personal: bool) -> str:
    """The SQL expression of one item as JSON text; `personal` with what belongs to the user `:me`."""
    shape = ITEM if personal else {key: part for key, part in ITEM.items() if key not in PERSONAL}
    return f"CAST({_POSTGRESQL.object(shape)} AS TEXT)" if dialect == "postgresql" else _SQLITE.object(shape)


class _Postgresql:
    """How PostgreSQL builds JSON. Colons are escaped: elsewhere in the statement they begin a parameter."""

    function = "json_build_object"
    empty = "CAST('[]' AS JSON)"

    def object(self, shape: Shape) -> str:
        pairs = (f"'{key}', {self.part(part)}" for key, part in shape.items())
        return f"{self.function}({', '.join(pairs)})"

    def part(self, part: Part) -> str:
        if isinstance(part, Id):
            return self.identifier(part.column)
        if isinstance(part, Time):
            return self.time(part.column)
        if isinstance(part, Flag):
            return self.flag(part.condition)
        if isinstance(part, When):
            return self.when(part)
        if isinstance(part, str):
            return self.empty if part == EMPTY_LIST else part
        return self.object(part)

    def identifier(self, column: str) -> str:
        return column

    def time(self, column: str) -> str:
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24\\:MI\\:SS.US\"Z\"')"

    def flag(self, condition: str) -> str:
        return condition

    def when(self, part: When) -> str:
        return f"CASE WHEN {part.condition} THEN {self.object(part.shape)} END"


class _Sqlite(_Postgresql):
    """How SQLite does: UUIDs are 32 hexadecimal digits there, times are text, truth is a number."""

    function = "json_object"
    empty = "json('[]')"

    def identifier(self, column: str) -> str:
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        return " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in parts)

    def time(self, column: str) -> str:
        return f"replace({column}, ' ', 'T') || 'Z'"

    def flag(self, condition: str) -> str:
        return f"json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)"

    def when(self, part: When) -> str:
        # Outside a function's own argument a JSON value is mere text to SQLite; json() makes it JSON again.
        return f"json(CASE WHEN {part.condition} THEN {self.object(part.shape)} ELSE 'null' END)"


_POSTGRESQL, _SQLITE = _Postgresql(), _Sqlite()
