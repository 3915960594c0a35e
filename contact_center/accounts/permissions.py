"""THE declaration of who may do what: every permission by name, and how far it reaches for each role.

Routes name one of these; socket events and file downloads are declared here too. What is not declared does not exist.
OWN: oneself. QUEUES: work of own queues. TEAMS: work of own teams' queues. ALL: everything.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from contact_center.web import SIGNED_IN, Reach


class Role(StrEnum):
    """What a user is; several may be held."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


Grants = Mapping[Role, Reach]
_AGENT, _SUPERVISOR, _ADMIN = Role.AGENT, Role.SUPERVISOR, Role.ADMIN
_WORK: Grants = {_AGENT: Reach.QUEUES, _SUPERVISOR: Reach.TEAMS, _ADMIN: Reach.ALL}
_SELF: Grants = {_AGENT: Reach.OWN, _SUPERVISOR: Reach.OWN, _ADMIN: Reach.OWN}
_EVERYBODY: Grants = {_AGENT: Reach.ALL, _SUPERVISOR: Reach.ALL, _ADMIN: Reach.ALL}
_LEADERS: Grants = {_SUPERVISOR: Reach.ALL, _ADMIN: Reach.ALL}
_OTHERS_WORK: Grants = {_SUPERVISOR: Reach.TEAMS, _ADMIN: Reach.ALL}
_ADMINS: Grants = {_ADMIN: Reach.ALL}

PERMISSIONS: Mapping[str, Grants] = {
    # own queues' work, other queues' work
    "conversations.read": _WORK,
    "conversations.write": _WORK,
    "interactions.read": _WORK,
    "interactions.write": _WORK,
    "interactions.create": _WORK,
    "tickets.read": _WORK,
    "tickets.write": _WORK,
    "complaints.read": _WORK,
    "complaints.write": _WORK,
    "callbacks.read": _WORK,
    "callbacks.write": _WORK,
    "recordings.read": _WORK,
    "messages.raw": _WORK,
    "files.read": _WORK,
    "files.write": _WORK,
    "offers.own": _SELF,
    # presence
    "presence.own": _SELF,
    "presence.others": _OTHERS_WORK,
    # customers, knowledge base, search: an agent sees the customers of visible work and writes notes
    "customers.read": {_AGENT: Reach.QUEUES, _SUPERVISOR: Reach.ALL, _ADMIN: Reach.ALL},
    "customers.write": _LEADERS,
    "customers.notes": {_AGENT: Reach.QUEUES, _SUPERVISOR: Reach.ALL, _ADMIN: Reach.ALL},
    "kb.read": _EVERYBODY,
    "kb.write": _LEADERS,
    "search": _WORK,
    # queue and agent figures
    "queues.live": _WORK,
    "agents.read": _WORK,
    "reports.read": _WORK,
    # settings; `choices.read` is what everybody picks from: skills, queues' names, wrap-up codes, presence reasons
    "choices.read": _EVERYBODY,
    "settings.read": _LEADERS,
    "settings.write": _ADMINS,
    "parked.read": _LEADERS,
    "parked.replay": _ADMINS,
    # users, roles, audit, tokens of others
    "users.read": _ADMINS,
    "users.manage": _ADMINS,
    "audit.read": _ADMINS,
    "tokens.others": _ADMINS,
    # oneself
    "tokens.own": _SELF,
    "notifications.own": _SELF,
}

CLIENT_EVENTS: Mapping[str, str] = {
    "join": "conversations.read",
    "leave": SIGNED_IN,
    "typing": "conversations.write",
    "viewing": "conversations.read",
    "heartbeat": "presence.own",
}
"""What a staff client sends on /agent -> the permission that its sender needs."""

SERVER_EVENTS: Mapping[str, str] = {
    "offer.made": "offers.own",
    "offer.withdrawn": "offers.own",
    "conversation.updated": "conversations.read",
    "interaction.updated": "interactions.read",
    "message.created": "conversations.read",
    "message.delivery": "conversations.read",
    "customer.changed": "customers.read",
    "typing": "conversations.read",
    "viewers": "conversations.read",
    "presence.updated": "agents.read",
    "queue.updated": "queues.live",
    "call.updated": "offers.own",
    "worklist.updated": "conversations.read",
    "settings.updated": "settings.read",
    "notification": "notifications.own",
    "session.ended": SIGNED_IN,
    "closing": SIGNED_IN,
}
"""What the server sends on /agent -> the permission that its receivers have."""

WALL_EVENTS: Mapping[str, str] = {"snapshot": "queues.live", "delta": "queues.live", "session.ended": SIGNED_IN}
"""What goes over /wallboard -> the permission of its receivers; `snapshot` is also what a client asks for."""

_ORDER = tuple(Reach)


def wider(one: Reach | None, other: Reach) -> Reach:
    """The wider of two reaches."""
    return other if one is None or _ORDER.index(other) > _ORDER.index(one) else one


def of_roles(roles: Iterable[str]) -> dict[str, Reach]:
    """What somebody with these roles may do: permission -> widest reach. Unknown roles grant nothing."""
    held = {role for role in Role if role.value in set(roles)}
    granted: dict[str, Reach] = {}
    for name, grants in PERMISSIONS.items():
        for role in held & grants.keys():
            granted[name] = wider(granted.get(name), grants[role])
    return granted


def within(granted: Mapping[str, Reach], scopes: Collection[str]) -> dict[str, Reach]:
    """What is left for a token: its scopes, never more than its owner."""
    return {name: reach for name, reach in granted.items() if name in scopes}
