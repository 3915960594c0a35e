"""HTTP of API tokens: made once, shown once, never worth more than their owner."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import tokens
from contact_center.accounts import changes, sessions
from contact_center.accounts.changes import Edit
from contact_center.accounts.models import ApiToken, User
from contact_center.accounts.permissions import PERMISSIONS
from contact_center.accounts.shapes import TokenMade, TokenNew, TokenQuery, TokenView, token_of
from contact_center.errors import FieldError, Forbidden, Invalid, NotFound
from contact_center.ids import new_id
from contact_center.web import Context, Paged, Routes, paged

OWN, OTHERS = "tokens.own", "tokens.others"
PREFIX = "cct_"
routes = Routes("api-tokens")


@routes.get("/api-tokens", allow=OWN)
async def list_api_tokens(context: Context, query: TokenQuery) -> Paged[TokenView]:
    """Tokens that still work or have run out, newest first; revoked ones are gone."""
    if query.owner == "all" and context.principal.reach(OTHERS) is None:
        raise Forbidden
    statement = select(ApiToken, User.name).join(User, User.id == ApiToken.user_id).where(ApiToken.revoked_at.is_(None))
    if query.owner == "me":
        statement = statement.where(ApiToken.user_id == context.principal.user_id)
    async with context.database.read() as session:
        rows, cursor = await paged(session, statement, ApiToken.id, page=query)
    return Paged[TokenView](items=[token_of(token, owner) for token, owner in rows], next_cursor=cursor)


@routes.post("/api-tokens", allow=OWN)
async def create_api_token(context: Context, body: TokenNew) -> TokenMade:
    """Make a token for oneself; the answer shows it this once."""
    secret, edit, principal = PREFIX + tokens.opaque(), Edit.of(context), context.principal
    _check(context, body)
    token = ApiToken(
        id=new_id(),
        user_id=principal.user_id,
        name=body.name,
        token_hash=tokens.hashed(secret),
        scopes=sorted(set(body.scopes)),
        created_at=edit.at,
        expires_at=body.expires_at,
    )

    async def unit(session: AsyncSession) -> None:
        session.add(token)
        changes.created(session, edit, "api_token", token.id, {"name": token.name, "scopes": token.scopes})

    await context.database.write(unit)
    return TokenMade(**token_of(token, principal.name).model_dump(), token=secret)


@routes.delete("/api-tokens/{token_id}", allow=OWN)
async def revoke_api_token(context: Context, token_id: str) -> None:
    """Revoke a token; it stops working at once."""
    edit, principal = Edit.of(context), context.principal

    async def unit(session: AsyncSession) -> None:
        token = await changes.held(session, ApiToken, token_id)
        others = token.user_id != principal.user_id
        if token.revoked_at is not None or (others and principal.reach(OTHERS) is None):
            raise NotFound
        token.revoked_at = edit.at
        changes.deleted(session, edit, "api_token", token.id, {"name": token.name, "scopes": token.scopes})
        sessions.rights_changed(session)

    await context.database.write(unit)


def _check(context: Context, body: TokenNew) -> None:
    """Scopes must be permissions that the caller has now; a token made by a token gets no more than that one."""
    for position, scope in enumerate(body.scopes):
        if scope not in PERMISSIONS:
            raise Invalid(errors=[FieldError(f"scopes.{position}", "validation.unknown_scope")])
        if context.principal.reach(scope) is None:
            raise Invalid(errors=[FieldError(f"scopes.{position}", "validation.scope_not_held")])
    if body.expires_at is not None and body.expires_at <= context.now:
        raise Invalid(errors=[FieldError("expires_at", "validation.in_the_past")])
