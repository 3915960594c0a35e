"""Who may do what, written down from the public contract's table and from nothing else: not from the handlers, not from the
declaration that is being tested. Every operation falls under one row here, or the test fails.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What the table speaks of."""

    SEE = "see"
    DO = "do"


class Caller(StrEnum):
    """Who knocks. `team_supervisor` is in a team that looks after the agent's own queue."""

    NONE = "none"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    TEAM_SUPERVISOR = "team_supervisor"
    ADMIN = "admin"
    READ_TOKEN = "read_token"


class Side(StrEnum):
    """Whose work: of the agent's own queue, or of another."""

    OWN = "own"
    FOREIGN = "foreign"


class Answer(StrEnum):
    """What is expected."""

    ALLOWED = "allowed"
    NOT_SIGNED_IN = "401"
    FORBIDDEN = "403"
    HIDDEN = "404"


Verbs = frozenset[Verb]
NOTHING: Verbs = frozenset()
SEES: Verbs = frozenset({Verb.SEE})
ALL: Verbs = frozenset({Verb.SEE, Verb.DO})


@dataclass(frozen=True, slots=True)
class Rights:
    """A cell of the table: on own queues' work, and on others'."""

    own: Verbs
    foreign: Verbs

    @property
    def anywhere(self) -> Verbs:
        return self.own | self.foreign


def everywhere(verbs: Verbs) -> Rights:
    """The same on both sides."""
    return Rights(verbs, verbs)


Row = Mapping[Caller, Rights]
OWN_ONLY = Rights(ALL, NOTHING)


def row(agent: Rights, supervisor: Rights, admin: Rights, *, token: Rights, team: Rights | None = None) -> Row:
    """One column of the contract's table, as a row here."""
    return {
        Caller.AGENT: agent,
        Caller.SUPERVISOR: supervisor,
        Caller.TEAM_SUPERVISOR: team or supervisor,
        Caller.ADMIN: admin,
        Caller.READ_TOKEN: token,
    }


NONE, SEE, FULL = everywhere(NOTHING), everywhere(SEES), everywhere(ALL)

TABLE: Mapping[str, Row] = {
    # column: agent, supervisor, admin; a read token has an administrator's scopes for reading
    "work": row(OWN_ONLY, FULL, FULL, team=OWN_ONLY, token=SEE),
    "customers": row(Rights(SEES, NOTHING), FULL, FULL, token=SEE),
    "customer notes": row(OWN_ONLY, FULL, FULL, token=SEE),
    "own presence": row(FULL, FULL, FULL, token=NONE),
    "others' presence": row(NONE, FULL, FULL, team=OWN_ONLY, token=NONE),
    "own offers": row(OWN_ONLY, OWN_ONLY, OWN_ONLY, token=NONE),
    "figures": row(Rights(SEES, NOTHING), SEE, SEE, team=Rights(SEES, NOTHING), token=SEE),
    "knowledge": row(SEE, FULL, FULL, token=SEE),
    "drafts": row(NONE, FULL, FULL, token=NONE),
    "choices": row(SEE, SEE, FULL, token=SEE),
    "settings": row(NONE, SEE, FULL, token=SEE),
    "people": row(NONE, NONE, FULL, token=SEE),
    "oneself": row(FULL, FULL, FULL, token=NONE),
    "own tokens": row(OWN_ONLY, OWN_ONLY, FULL, token=NONE),
    "own files": row(FULL, FULL, FULL, token=NONE),
}
PUBLIC = "public"
PERSONAL = ("own offers", "own tokens")
"""Here an object belongs to one person: the own one to the agent, not to anybody else."""

SCOPES = (
    "conversations.read",
    "complaints.read",
    "interactions.read",
    "messages.raw",
    "files.read",
    "customers.read",
    "kb.read",
    "search",
    "agents.read",
    "queues.live",
    "reports.read",
    "choices.read",
    "settings.read",
    "parked.read",
    "users.read",
    "audit.read",
)
"""What the read token names."""

RULES: tuple[tuple[str, str], ...] = (
    # (method and path, column); the first that fits counts
    (r"(POST) /session|POST /password-reset(/confirm)?", PUBLIC),
    (r"\w+ /(session|me)(/.*)?", "oneself"),
    (r"\w+ /api-tokens(/.*)?", "own tokens"),
    (r"PUT /agents/me/presence", "own presence"),
    (r"PUT /agents/{agent_id}/presence", "others' presence"),
    (r"GET /(agents|queues/live|reports|survey-responses|wallboard)(/.*)?", "figures"),
    (r"PATCH /agents/{agent_id}", "settings"),
    (r"\w+ /(offers|calls)(/.*)?", "own offers"),
    (r"POST /files", "own files"),
    (r"\w+ /(conversations|messages|interactions|files|tickets)(/.*)?", "work"),
    (r"\w+ /complaints(/.*)?|GET /customers/{customer_id}/complaints", "work"),
    (r"\w+ /customers(/.*)?", "customers"),
    (r"GET /articles/{article_id}/revisions", "drafts"),  # what nobody published is for those who write
    (r"\w+ /(articles|kb)(/.*)?", "knowledge"),
    (r"GET /channel-accounts", "choices"),  # who writes first picks the sender; an agent sees no settings there
    (r"\w+ /(queues|skills|wrap-up-codes|presence-reasons|canned-replies|complaint-categories)(/.*)?", "choices"),
    (r"\w+ /(surveys|triage-rules|business-hours|channel-accounts|parked)(/.*)?", "settings"),
    (r"\w+ /(users|roles|teams|audit-log)(/.*)?", "people"),
)
READING = (
    # what changes nothing for others although it is no GET
    r"(POST|DELETE) /conversations/{conversation_id}/read",
    r"POST /triage-rules/try",
)


def column_of(method: str, path: str) -> str | None:
    """The column of an operation, None when nobody thought of it."""
    named = f"{method} {path.removeprefix('/api/v1')}"
    return next((column for pattern, column in RULES if re.fullmatch(pattern, named)), None)


def verb_of(method: str, path: str) -> Verb:
    """Whether the operation reads or acts."""
    named = f"{method} {path.removeprefix('/api/v1')}"
    reads = method == "GET" or any(re.fullmatch(pattern, named) for pattern in READING)
    return Verb.SEE if reads else Verb.DO


def expected(method: str, path: str, caller: Caller, side: Side, *, column: str | None = None) -> frozenset[Answer]:
    """What the contract allows as answer to this caller for this operation on an object of this side.

    What one may not see is hidden; what one sees and may not do is forbidden. Who may not do it anywhere may be told so
    without a look at the object: that gives nothing away either.
    """
    column = column or column_of(method, path)
    if column is None:
        raise LookupError(f"{method} {path} is in no row of the table")
    if column == PUBLIC:
        return frozenset({Answer.ALLOWED})
    if caller is Caller.NONE:
        return frozenset({Answer.NOT_SIGNED_IN})
    rights, verb = TABLE[column][caller], verb_of(method, path)
    if column in PERSONAL and caller is not Caller.AGENT and "{" in path:
        side = Side.FOREIGN
    here = rights.own if side is Side.OWN else rights.foreign
    if verb in here:
        return frozenset({Answer.ALLOWED})
    seen, nowhere = Verb.SEE in here, verb not in rights.anywhere
    if seen or (nowhere and side is Side.OWN):
        return frozenset({Answer.FORBIDDEN})
    return frozenset({Answer.HIDDEN, Answer.FORBIDDEN} if nowhere else {Answer.HIDDEN})
