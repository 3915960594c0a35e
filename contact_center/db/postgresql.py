"""Engines for PostgreSQL: every statement has an end, and no error carries what belongs to people."""

import orjson
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contact_center.db.sqlite import dumps

ANSWER_LATE = 5.0
"""Seconds beyond its statement timeout that PostgreSQL is waited for: a server behind a cut line sends nothing at all."""


def postgresql_engine(
    url: str, *, size: int, pool_timeout: float, statement_timeout: float, plan_once: bool = False
) -> AsyncEngine:
    """An engine of `size` connections, times in seconds; with `plan_once` they plan a statement once, whatever its values."""
    engine = create_async_engine(
        url,
        json_serializer=dumps,
        json_deserializer=orjson.loads,
        pool_size=size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_pre_ping=False,
        hide_parameters=True,  # they are names and texts of people, and errors reach logs
        connect_args={
            "timeout": 5,
            "command_timeout": statement_timeout + ANSWER_LATE,
            "server_settings": {
                "statement_timeout": str(int(statement_timeout * 1000)),
                "application_name": "contact-center",
                "timezone": "UTC",
                **({"plan_cache_mode": "force_generic_plan"} if plan_once else {}),
            },
        },
    )
    event.listen(engine.sync_engine, "handle_error", _forget_values)
    return engine


def _forget_values(context: ExceptionContext) -> None:
    """PostgreSQL's detail quotes the key that a row broke: somebody's address, and errors reach logs."""
    error: BaseException | None = context.sqlalchemy_exception or context.original_exception
    while error is not None:
        error.args = tuple(part.split("\nDETAIL:")[0] if isinstance(part, str) else part for part in error.args)
        if isinstance(getattr(error, "detail", None), str):
            setattr(error, "detail", None)  # noqa: B010  # asyncpg's errors have it, Python's own have not
        error = error.__cause__ or (error.orig if isinstance(error, DBAPIError) else None)
