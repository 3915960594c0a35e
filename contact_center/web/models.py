"""The shapes that requests and answers are made of: pydantic bases, paging, downloads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

T = TypeVar("T")


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Text = Annotated[str, AfterValidator(_no_nul)]
"""A string from outside: PostgreSQL cannot store NUL, so it is refused on both engines."""

Time = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]
"""A point in time: aware, written RFC 3339 in UTC."""


class Model(BaseModel):
    """Base of all request and answer bodies: unknown fields are refused, instances are frozen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, ser_json_timedelta="float", json_schema_serialization_defaults_required=True
    )


class Query(BaseModel):
    """Base of all query strings: unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Query):
    """Keyset paging: `cursor` is opaque, taken from the previous answer."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many items at most")] = 50
    cursor: Annotated[Text, Field(max_length=500, description="next_cursor of the page before")] | None = None


class Paged(Model, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """An answer whose status or headers are chosen at run time; the statuses are declared on the route."""

    body: T
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes going out: `inline` only for types that a browser shows safely; everything else is saved as a file."""

    content: bytes
    media_type: str
    name: str = ""
    inline: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
