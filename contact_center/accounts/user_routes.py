"""HTTP of users and roles, for administrators."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import actions
from contact_center.accounts.authentication import Accounts
from contact_center.accounts.changes import Edit
from contact_center.accounts.models import User
from contact_center.accounts.permissions import PERMISSIONS, Role
from contact_center.accounts.profiles import Profiles
from contact_center.accounts.sessions import Ended
from contact_center.accounts.shapes import RoleView, UserChange, UserNew, UserQuery, UserView, user_of
from contact_center.db import fold
from contact_center.errors import Conflict, NotFound
from contact_center.i18n import text
from contact_center.web import Context, Page, Paged, Routes, paged


class Users:
    """Handlers of /users and /roles."""

    def __init__(self, accounts: Accounts, profiles: Profiles) -> None:
        self._accounts, self._profiles = accounts, profiles

    def routes(self) -> Routes:
        """The declared operations."""
        routes = Routes("users")
        routes.get("/users", allow="users.read")(self.list_users)
        routes.post("/users", allow="users.manage")(self.create_user)
        routes.get("/users/{user_id}", allow="users.read")(self.get_user)
        routes.patch("/users/{user_id}", allow="users.manage", errors=[Conflict])(self.change_user)
        routes.post("/users/{user_id}/invite", allow="users.manage", status=200, errors=[Conflict])(self.invite_user)
        routes.get("/roles", allow="users.read")(self.list_roles)
        return routes

    async def list_users(self, context: Context, query: UserQuery) -> Paged[UserView]:
        """Users by name."""
        statement = select(User)
        if query.q:
            part = fold(query.q)
            statement = statement.where(
                or_(User.email_key.contains(part, autoescape=True), User.name_key.contains(part, autoescape=True))
            )
        if query.active is not None:
            statement = statement.where(User.active == query.active)
        async with context.database.read() as session:
            rows, cursor = await paged(session, statement, User.email_key, User.id, page=query, descending=False)
            agents = await self._profiles.agents_of(session, [row.id for row in rows])
        return Paged[UserView](items=[user_of(row, agents.get(row.id)) for row in rows], next_cursor=cursor)

    async def create_user(self, context: Context, body: UserNew) -> UserView:
        """Make a user and invite them by mail."""
        edit = Edit.of(context)

        async def unit(session: AsyncSession) -> UserView:
            user = await actions.make_user(
                session,
                edit,
                self._profiles,
                email=body.email,
                name=body.name,
                roles=[role.value for role in body.roles],
                language=body.language,
            )
            return await self._view(session, user)

        return await context.database.write(unit)

    async def get_user(self, context: Context, user_id: str) -> UserView:
        """One user."""
        async with context.database.read() as session:
            user = await session.get(User, user_id)
            if user is None:
                raise NotFound
            return await self._view(session, user)

    async def change_user(self, context: Context, user_id: str, body: UserChange) -> UserView:
        """Change a user. Who is deactivated is signed out everywhere, their tokens stop working."""
        edit, values = Edit.of(context), body.given()

        async def unit(session: AsyncSession) -> tuple[UserView, Sequence[Ended]]:
            user, ended = await actions.change_user(session, edit, self._profiles, user_id, values)
            return await self._view(session, user), ended

        view, ended = await context.database.write(unit)
        self._accounts.ends.tell(ended)
        return view

    async def invite_user(self, context: Context, user_id: str) -> UserView:
        """Mail the invitation again."""
        edit = Edit.of(context)

        async def unit(session: AsyncSession) -> UserView:
            return await self._view(session, await actions.invite_again(session, edit, user_id))

        return await context.database.write(unit)

    async def list_roles(self, context: Context, query: Page) -> Paged[RoleView]:
        """The roles and what they may do."""
        roles = [
            RoleView(
                id=role,
                name=text(context.language, f"role.{role.value}"),
                permissions={name: grants[role] for name, grants in PERMISSIONS.items() if role in grants},
            )
            for role in Role
        ]
        return Paged[RoleView](items=roles)

    async def _view(self, session: AsyncSession, user: User) -> UserView:
        agents = await self._profiles.agents_of(session, [user.id])
        return user_of(user, agents.get(user.id))
