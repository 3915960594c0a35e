"""Who is calling and what the handler may use: no container, only the few things every handler needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from aiohttp import web

from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.errors import BadRequest, Forbidden, NotSignedIn

ADDRESS = web.RequestKey("address", str)
LANGUAGE = web.RequestKey("language", str)
CORRELATION = web.RequestKey("correlation", str)


class Reach(StrEnum):
    """How far a permission reaches; later ones include the earlier."""

    OWN = "own"
    QUEUES = "queues"
    TEAMS = "teams"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user or an API token. `permissions` maps names of the one declaration in accounts to their reach."""

    user_id: str
    name: str
    language: str
    roles: frozenset[str]
    permissions: Mapping[str, Reach]
    agent_id: str | None = None
    queue_ids: frozenset[str] = frozenset()
    """Queues whose work this principal sees: an agent's own, a supervisor's teams'. Not asked when the reach is ALL."""
    session_id: str | None = None
    token_id: str | None = None
    csrf_token: str | None = None

    def reach(self, permission: str) -> Reach | None:
        """How far the permission reaches for this principal; None when it is not granted."""
        return self.permissions.get(permission)


class Authenticator(Protocol):
    """Implemented by accounts, injected by main."""

    async def authenticate(self, request: web.Request) -> Principal | None:
        """The caller, or None when nobody valid is signed in. Raises `NotSignedIn` for a token that is no good."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """One request, authenticated and translated."""

    request: web.Request
    database: Database
    clock: Clock
    language: str
    maybe_principal: Principal | None
    permission: str = ""
    upload_limit: int = 0

    @property
    def principal(self) -> Principal:
        """The caller; only routes that need no sign-in may find nobody here."""
        if self.maybe_principal is None:
            raise NotSignedIn
        return self.maybe_principal

    @property
    def reach(self) -> Reach:
        """How far this operation's permission reaches for the caller."""
        reach = self.principal.reach(self.permission)
        if reach is None:
            raise Forbidden
        return reach

    @property
    def now(self) -> datetime:
        """Product time."""
        return self.clock.now()

    @property
    def if_match(self) -> int | None:
        """The version the caller believes to change (If-Match: "7"), None when not sent."""
        given = self.request.headers.get("If-Match")
        if given is None or given.strip() == "*":
            return None
        bare = given.strip().removeprefix("W/").strip('"')
        if not bare.isascii() or not bare.isdigit() or len(bare) > 18:
            raise BadRequest("bad_if_match")
        return int(bare)

    @property
    def address(self) -> str:
        """The caller's network address, proxies considered by the middleware."""
        return self.request.get(ADDRESS) or self.request.remote or ""
