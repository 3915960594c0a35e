"""The audit log: one row for every change of settings and rights, written with the change. No secret gets into it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.models import AuditRow
from contact_center.db import notes
from contact_center.history import Actor
from contact_center.ids import new_id


def record(
    session: AsyncSession,
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: str,
    changes: Mapping[str, tuple[object, object]],
    address: str,
    at: datetime,
) -> None:
    """Write one row with this unit's commit; `changes` maps fields to (before, after), values as JSON has them.

    `actor` is a user, or the system itself (also the operator at the command line); `address` is the caller's.
    """
    row = {
        "id": new_id(),
        "at": at,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "changes": {field: [before, after] for field, (before, after) in changes.items()},
        "ip": address[:50],
    }
    notes(session).append(AuditRow, row)
