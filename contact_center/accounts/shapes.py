"""The JSON of accounts: what sign-in, users, teams, tokens and the audit log look like from outside."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from contact_center.accounts.models import ApiToken, Team, User
from contact_center.accounts.permissions import Role
from contact_center.web import Change, Ident, Model, Page, Principal, Reach, Text, Time
from contact_center.web.fields import Name
from contact_center.web.refs import Ref

Language = Literal["en", "zh-CN"]
Theme = Literal["system", "light", "dark"]
Email = Annotated[
    Text,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f<>,;]{1,64}@[^@\s\x00-\x1f\x7f<>,;]{1,189}$"
    ),
    Field(examples=["alice@example.org"]),
]
Secret = Annotated[Text, Field(min_length=1, max_length=200)]
Preferences = Annotated[dict[Annotated[Text, Field(max_length=60)], Any], Field(max_length=100)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=3)]


class Me(Model):
    """The signed-in user; `agent` is their AgentState (see /agents), null for those who take no work."""

    id: str
    email: str
    name: str
    language: Language
    theme: Theme
    roles: list[Role]
    permissions: dict[str, Reach]
    agent: dict[str, Any] | None
    preferences: dict[str, Any]
    version: int


class SessionView(Model):
    """What a browser needs after signing in: send `csrf_token` back as X-CSRF-Token with every change."""

    csrf_token: str
    user: Me


class Credentials(Model):
    """Address and password."""

    email: Annotated[Text, Field(min_length=1, max_length=254)]
    password: Secret


class MeChange(Change):
    """What one may change about oneself; null for `preferences` forgets them all."""

    clears = {"preferences": {}}

    name: Name | None = None
    language: Language | None = None
    theme: Theme | None = None
    preferences: Preferences | None = None


class PasswordChange(Model):
    """The present password and the new one."""

    current: Secret
    new: Secret


class ResetRequest(Model):
    """Whose password is to be reset."""

    email: Annotated[Text, Field(min_length=1, max_length=254)]


class ResetConfirm(Model):
    """The token from the mailed link, and the password to set."""

    token: Annotated[Text, Field(min_length=1, max_length=300)]
    password: Secret


class Accepted(Model):
    """Taken; nothing more is said, whoever asked."""

    accepted: Literal[True] = True


class UserView(Model):
    """A user as administrators see them; `invited` until the first password is set."""

    id: str
    email: str
    name: str
    language: Language
    roles: list[Role]
    active: bool
    invited: bool
    last_seen_at: Time | None
    agent_id: str | None
    version: int


class UserQuery(Page):
    """Users by part of their name or address."""

    q: Annotated[Text, Field(max_length=100, description="Part of the name or address")] | None = None
    active: Annotated[bool, Field(description="Only those who may, or may no longer, sign in")] | None = None


class UserNew(Model):
    """A user to be invited by mail."""

    email: Email
    name: Name
    roles: Roles
    language: Language = "en"


class UserChange(Change):
    """What to change of a user."""

    name: Name | None = None
    roles: Roles | None = None
    active: bool | None = None
    language: Language | None = None


class RoleView(Model):
    """A role and how far each of its permissions reaches."""

    id: Role
    name: str
    permissions: dict[str, Reach]


class TeamView(Model):
    """Who looks after which queues together."""

    id: str
    name: str
    queue_ids: list[str]
    user_ids: list[str]
    version: int


class TeamNew(Model):
    """A team to be made."""

    name: Name
    queue_ids: Annotated[list[Ident], Field(max_length=500)] = []
    user_ids: Annotated[list[Ident], Field(max_length=2000)] = []


class TeamChange(Change):
    """What to change of it; lists replace the former ones."""

    name: Name | None = None
    queue_ids: Annotated[list[Ident], Field(max_length=500)] | None = None
    user_ids: Annotated[list[Ident], Field(max_length=2000)] | None = None


class TokenView(Model):
    """An API token; the secret itself was shown once."""

    id: str
    name: str
    scopes: list[str]
    owner: Ref
    created_at: Time
    expires_at: Time | None


class TokenMade(TokenView):
    """A new token: `token` is shown this once."""

    token: str


class TokenNew(Model):
    """`scopes` are names of permissions; what the owner may not do, the token may not either."""

    name: Name
    scopes: Annotated[list[Annotated[Text, Field(max_length=60)]], Field(min_length=1, max_length=100)]
    expires_at: Time | None = None


class TokenQuery(Page):
    """Own tokens, or those of everybody."""

    owner: Annotated[Literal["me", "all"], Field(description="all needs the right to see others' tokens")] = "me"


class AuditView(Model):
    """One change: `changes` maps fields to [before, after]."""

    id: str
    at: Time
    actor: Ref | None
    action: str
    object_type: str
    object_id: str
    changes: dict[str, list[Any]]
    ip: str


class AuditQuery(Page):
    """By what was changed, by who changed it, and by when."""

    object: Annotated[Ident, Field(description="Id of what was changed")] | None = None
    object_type: Annotated[Text, Field(max_length=40)] | None = None
    actor: Annotated[Ident, Field(description="Id of the user who changed it")] | None = None
    action: Annotated[Text, Field(max_length=60)] | None = None


def me_of(user: User, principal: Principal, agent: dict[str, Any] | None) -> Me:
    """The user about themselves."""
    return Me(
        id=user.id,
        email=user.email,
        name=user.name,
        language=language_of(user),
        theme=user.theme if user.theme in ("light", "dark") else "system",
        roles=roles_of(user),
        permissions=dict(principal.permissions),
        agent=agent,
        preferences=user.preferences,
        version=user.version,
    )


def user_of(user: User, agent_id: str | None) -> UserView:
    """The user as administrators see them."""
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        language=language_of(user),
        roles=roles_of(user),
        active=user.active,
        invited=user.password_hash is None,
        last_seen_at=user.last_seen_at,
        agent_id=agent_id,
        version=user.version,
    )


def team_of(team: Team, queue_ids: list[str], user_ids: list[str]) -> TeamView:
    """The team with its queues and people."""
    return TeamView(id=team.id, name=team.name, queue_ids=queue_ids, user_ids=user_ids, version=team.version)


def token_of(token: ApiToken, owner: str) -> TokenView:
    """The token without its secret."""
    return TokenView(
        id=token.id,
        name=token.name,
        scopes=token.scopes,
        owner=Ref(id=token.user_id, name=owner),
        created_at=token.created_at,
        expires_at=token.expires_at,
    )


def language_of(user: User) -> Language:
    """The user's language, of those we ship."""
    return "zh-CN" if user.language == "zh-CN" else "en"


def roles_of(user: User) -> list[Role]:
    """The user's roles in the order of the declaration."""
    return [role for role in Role if role.value in user.roles]
