"""HTTP of teams: which people look after which queues. A supervisor in a team sees the work of its queues only."""

from collections.abc import Iterable, Sequence

from sqlalchemy import column, delete, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes, sessions
from contact_center.accounts.changes import Edit
from contact_center.accounts.models import Team, TeamMember, TeamQueue, User
from contact_center.accounts.shapes import TeamChange, TeamNew, TeamView, team_of
from contact_center.db import fold
from contact_center.errors import NotFound
from contact_center.ids import new_id
from contact_center.web import Context, Page, Paged, Routes, paged

routes = Routes("teams")
_QUEUES = table("queue", column("id", TeamQueue.queue_id.type))
"""The queues' table by name: queues stand above accounts."""


@routes.get("/teams", allow="users.read")
async def list_teams(context: Context, query: Page) -> Paged[TeamView]:
    """All teams, by name."""
    async with context.database.read() as session:
        rows, cursor = await paged(session, select(Team), Team.name_key, Team.id, page=query, descending=False)
        return Paged[TeamView](items=await _views(session, rows), next_cursor=cursor)


@routes.get("/teams/{team_id}", allow="users.read")
async def get_team(context: Context, team_id: str) -> TeamView:
    """One team."""
    async with context.database.read() as session:
        team = await session.get(Team, team_id)
        if team is None:
            raise NotFound
        return (await _views(session, [team]))[0]


@routes.post("/teams", allow="users.manage")
async def create_team(context: Context, body: TeamNew) -> TeamView:
    """Make a team."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> TeamView:
        team = Team(id=new_id(), name=body.name, name_key=fold(body.name))
        session.add(team)
        await changes.flush_unique(session, changes.name_taken)
        await _set_queues(session, team.id, body.queue_ids)
        await _set_members(session, team.id, body.user_ids)
        changes.created(session, edit, "team", team.id, body.model_dump())
        sessions.rights_changed(session)
        return (await _views(session, [team]))[0]

    return await context.database.write(unit)


@routes.patch("/teams/{team_id}", allow="users.manage")
async def change_team(context: Context, team_id: str, body: TeamChange) -> TeamView:
    """Rename a team, replace its queues or its people."""
    edit, values = Edit.of(context), body.given()

    async def unit(session: AsyncSession) -> TeamView:
        team = await changes.held(session, Team, team_id, edit)
        before = (await _views(session, [team]))[0]
        differing = changes.assign(team, {"name": values["name"]} if "name" in values else {})
        for field, setter in (("queue_ids", _set_queues), ("user_ids", _set_members)):
            if field in values and sorted(values[field]) != getattr(before, field):
                differing[field] = (getattr(before, field), sorted(set(values[field])))
                await setter(session, team.id, values[field])
        if changes.changed(session, edit, team, "team", differing):
            team.name_key = fold(team.name)
            await changes.flush_unique(session, changes.name_taken)
            sessions.rights_changed(session)
        return (await _views(session, [team]))[0]

    return await context.database.write(unit)


@routes.delete("/teams/{team_id}", allow="users.manage")
async def delete_team(context: Context, team_id: str) -> None:
    """Dissolve a team; its people and queues stay. Its supervisors see what their other teams see, or everything."""
    edit = Edit.of(context)

    async def unit(session: AsyncSession) -> None:
        team = await changes.held(session, Team, team_id, edit)
        changes.deleted(session, edit, "team", team.id, {"name": team.name})
        await session.delete(team)
        sessions.rights_changed(session)

    await context.database.write(unit)


async def _views(session: AsyncSession, teams: Sequence[Team]) -> list[TeamView]:
    """The teams with their queues and people, two statements for all."""
    wanted = [team.id for team in teams]
    queues: dict[str, list[str]] = {identifier: [] for identifier in wanted}
    people: dict[str, list[str]] = {identifier: [] for identifier in wanted}
    for team_id, queue_id in await session.execute(
        select(TeamQueue.team_id, TeamQueue.queue_id).where(TeamQueue.team_id.in_(wanted)).order_by(TeamQueue.queue_id)
    ):
        queues[team_id].append(queue_id)
    for team_id, user_id in await session.execute(
        select(TeamMember.team_id, TeamMember.user_id)
        .where(TeamMember.team_id.in_(wanted))
        .order_by(TeamMember.user_id)
    ):
        people[team_id].append(user_id)
    return [team_of(team, queues[team.id], people[team.id]) for team in teams]


async def _set_queues(session: AsyncSession, team_id: str, queue_ids: Iterable[str]) -> None:
    wanted = sorted(set(queue_ids))
    known = await session.scalar(select(func.count()).select_from(_QUEUES).where(_QUEUES.c.id.in_(wanted)))
    if known != len(wanted):
        raise changes.unknown("queue_ids")
    await session.execute(delete(TeamQueue).where(TeamQueue.team_id == team_id))
    session.add_all(TeamQueue(team_id=team_id, queue_id=queue_id) for queue_id in wanted)
    await session.flush()


async def _set_members(session: AsyncSession, team_id: str, user_ids: Iterable[str]) -> None:
    wanted = sorted(set(user_ids))
    await changes.all_known(session, User, wanted, "user_ids")
    await session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
    session.add_all(TeamMember(team_id=team_id, user_id=user_id) for user_id in wanted)
    await session.flush()
