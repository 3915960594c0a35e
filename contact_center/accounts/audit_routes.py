"""HTTP of the audit log: read only, newest first."""

from sqlalchemy import select

from contact_center.accounts.models import AuditRow, User
from contact_center.accounts.shapes import AuditQuery, AuditView
from contact_center.web import Context, Paged, Routes, paged
from contact_center.web.refs import ref

routes = Routes("audit")


@routes.get("/audit-log", allow="audit.read")
async def list_audit(context: Context, query: AuditQuery) -> Paged[AuditView]:
    """Every change of settings and rights: who, what, from where, before and after."""
    statement = select(AuditRow, User.name).outerjoin(User, User.id == AuditRow.actor_id)
    for column, wanted in (
        (AuditRow.object_id, query.object),
        (AuditRow.object_type, query.object_type),
        (AuditRow.actor_id, query.actor),
        (AuditRow.action, query.action),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    async with context.database.read() as session:
        rows, cursor = await paged(session, statement, AuditRow.at, AuditRow.id, page=query)
    return Paged[AuditView](items=[_view(row, name) for row, name in rows], next_cursor=cursor)


def _view(row: AuditRow, name: str | None) -> AuditView:
    return AuditView(
        id=row.id,
        at=row.at,
        actor=ref(row.actor_id, name),
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        changes=row.changes,
        ip=row.ip,
    )
