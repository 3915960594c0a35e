"""Keyset paging: a cursor is the sort key of the last row shown, so a growing list neither skips nor repeats.

Cursors are opaque to clients but carry no rights: each page's query checks them again, so they need no signature.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, String, Uuid, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from contact_center import clock, ids
from contact_center.db import UtcDateTime
from contact_center.errors import FieldError, Invalid
from contact_center.web.models import Page

Selected = Select[*tuple[Any, ...]]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


async def paged(
    session: AsyncSession, statement: Selected, *keys: Column, page: Page, descending: bool = True
) -> tuple[list[Any], str | None]:
    """One page of `statement` ordered by `keys` (none nullable, the last unique), and the cursor of the next page.

    Rows come as the statement has them: the entity itself when it selects one thing, else the tuple. Raises `Invalid`
    for a cursor that is not of this list.
    """
    single = len(statement.column_descriptions) == 1
    ordered = keyset(statement, *keys, cursor=page.cursor, descending=descending)
    rows = (await session.execute(ordered.add_columns(*keys).limit(page.limit + 1))).all()
    shown = [row[0] if single else tuple(row)[: -len(keys)] for row in rows[: page.limit]]
    more = len(rows) > page.limit
    return shown, encode(tuple(rows[page.limit - 1])[-len(keys) :]) if more else None


def keyset(statement: Selected, *keys: Column, cursor: str | None, descending: bool = True) -> Selected:
    """`statement` ordered by `keys`, beginning after `cursor`; row values compared, so that an index serves."""
    statement = statement.order_by(*(key.desc() if descending else key.asc() for key in keys))
    if cursor is None:
        return statement
    values = decode(cursor, keys)
    bound = tuple_(*(literal(value, key.type) for value, key in zip(values, keys, strict=True)))
    return statement.where(tuple_(*keys) < bound if descending else tuple_(*keys) > bound)


def encode(values: Sequence[Any]) -> str:
    """Sort-key values (str, int, bool, aware datetime) as an opaque cursor."""
    plain = [clock.to_micros(value) if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).rstrip(b"=").decode()


def decode(cursor: str, keys: Sequence[Column]) -> list[Any]:
    """The values back, checked against the types of `keys`; raises `Invalid` naming `cursor`."""
    try:
        values = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(keys):
            raise ValueError("not of this list")
        return [_checked(value, key) for value, key in zip(values, keys, strict=True)]
    except (ValueError, binascii.Error, OverflowError):
        raise Invalid("invalid_cursor", errors=[FieldError("cursor", "validation.cursor")]) from None


def _checked(value: object, key: Column) -> Any:
    """The value as the column wants it; ValueError when it cannot be one of its."""
    if isinstance(key.type, UtcDateTime):
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("not a time")
        return clock.from_micros(value)
    if isinstance(key.type, Uuid):
        if not isinstance(value, str) or not ids.is_id(value):
            raise ValueError("not an identifier")
        return value
    if isinstance(key.type, String):
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError("not a text")
        return value
    if not isinstance(value, int) or not -(2**31) <= value < 2**31:
        raise ValueError("not a number")
    return value
