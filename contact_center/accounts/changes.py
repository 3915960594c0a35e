"""How a settings row is changed, the same for every kind: the version compared, only what differs written, one audit row.

The one thing to know: an edit that changes nothing leaves no trace and keeps the version.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events
from contact_center.accounts import audit
from contact_center.clock import to_micros
from contact_center.db import Base
from contact_center.errors import Conflict, FieldError, Invalid, NotFound, StaleVersion
from contact_center.history import Actor, user
from contact_center.web import Context

T = TypeVar("T", bound=Base)
Changes = dict[str, tuple[object, object]]
SHOWN_USERS = 20
ROOM = "settings"
"""Who has a settings screen hears here that something changed: its kind and id, no more."""
NOT_SETTINGS = frozenset({"user", "team", "api_token"})
"""Kinds that only administrators may know of: their screens ask again themselves."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changes settings, from where, when, and which version they believe to change (None: any)."""

    actor: Actor
    address: str
    at: datetime
    version: int | None = None

    @classmethod
    def of(cls, context: Context) -> Self:
        """The edit that this request makes."""
        return cls(user(context.principal.user_id), context.address, context.now, context.if_match)


@dataclass(frozen=True, slots=True)
class Use:
    """Something that still uses what is to be deleted."""

    type: str
    id: str
    name: str


async def held(session: AsyncSession, table: type[T], identifier: str, edit: Edit | None = None) -> T:
    """The row, locked for this transaction and of the version that the edit expects; `NotFound`, `StaleVersion`."""
    row = await session.get(table, identifier, with_for_update=True)
    if row is None:
        raise NotFound
    version = getattr(row, "version", None)
    if edit is not None and edit.version is not None and edit.version != version:
        raise StaleVersion(current={"id": identifier, "version": version})
    return row


def assign(row: Base, values: Mapping[str, object]) -> Changes:
    """Set the columns; returns {column: (before, after)} of those that differ."""
    changes: Changes = {}
    for name, after in values.items():
        before = getattr(row, name)
        if before != after:
            setattr(row, name, after)
            changes[name] = (before, after)
    return changes


def changed(session: AsyncSession, edit: Edit, row: Base, kind: str, changes: Changes) -> bool:
    """Raise the row's version and record the audit row; False when there was nothing to change."""
    if not changes:
        return False
    row.version += 1  # type: ignore[attr-defined]
    _announce(session, edit, kind, row.id)  # type: ignore[attr-defined]
    note(session, edit, f"{kind}.changed", kind, row.id, changes)  # type: ignore[attr-defined]
    return True


def created(session: AsyncSession, edit: Edit, kind: str, identifier: str, values: Mapping[str, object]) -> None:
    """The audit row of something new."""
    _announce(session, edit, kind, identifier)
    note(session, edit, f"{kind}.created", kind, identifier, {name: (None, value) for name, value in values.items()})


def deleted(session: AsyncSession, edit: Edit, kind: str, identifier: str, values: Mapping[str, object]) -> None:
    """The audit row of something that is gone."""
    _announce(session, edit, kind, identifier)
    note(session, edit, f"{kind}.deleted", kind, identifier, {name: (value, None) for name, value in values.items()})


def _announce(session: AsyncSession, edit: Edit, kind: str, identifier: str) -> None:
    """`settings.updated`; its version is the moment, because a kind may have none and a deleted thing keeps none."""
    if kind not in NOT_SETTINGS:
        events.record(
            session,
            "settings.updated",
            entity=kind,
            entity_id=identifier,
            version=to_micros(edit.at),
            rooms=[ROOM],
            at=edit.at,
        )


def note(session: AsyncSession, edit: Edit, action: str, kind: str, identifier: str, changes: Changes) -> None:
    """One audit row in the words of this module."""
    audit.record(
        session,
        actor=edit.actor,
        action=action,
        object_type=kind,
        object_id=identifier,
        changes=changes,
        address=edit.address,
        at=edit.at,
    )


def refuse_if_used(uses: Sequence[Use]) -> None:
    """409 `in_use` naming the first users, when there are any."""
    if uses:
        shown = [{"type": use.type, "id": use.id, "name": use.name} for use in uses[:SHOWN_USERS]]
        raise Conflict("in_use", current={"used_by": shown})


async def flush_unique(session: AsyncSession, problem: Callable[[], Exception]) -> None:
    """Write what is pending now; a broken unique key becomes the problem that the person can understand."""
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        raise problem() from error


def name_taken(field: str = "name") -> Invalid:
    """422: there is one of this name already."""
    return Invalid(errors=[FieldError(field, "validation.taken")])


def unknown(field: str) -> Invalid:
    """422: the field names something that does not exist."""
    return Invalid(errors=[FieldError(field, "validation.unknown")])


async def all_known(session: AsyncSession, table: type[Base], identifiers: Iterable[str | None], field: str) -> None:
    """Raises `Invalid` for `field` unless every identifier (None excepted) is one of the table's."""
    wanted = {identifier for identifier in identifiers if identifier is not None}
    if wanted:
        key = table.__table__.c.id
        found = await session.scalar(select(func.count()).select_from(table).where(key.in_(wanted)))
        if found != len(wanted):
            raise unknown(field)
