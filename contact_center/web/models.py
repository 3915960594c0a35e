"""The shapes that requests and answers are made of: pydantic bases, paging, downloads."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from contact_center import ids

T = TypeVar("T")
_EARLIEST, _LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def no_nul(text: str) -> str:
    """The text, which has no NUL: PostgreSQL cannot store one."""
    if "\x00" in text:
        raise PydanticCustomError("nul", "must not contain the NUL character")
    return text


def _in_utc(at: datetime) -> datetime:
    """In UTC; the two days at the ends of the calendar are refused, where a time zone would leave it."""
    if not _EARLIEST <= at <= _LATEST:
        raise PydanticCustomError("time_out_of_range", "is too far in the past or the future")
    return at.astimezone(UTC)


def _identifier(text: str) -> str:
    if not ids.is_id(text):
        raise PydanticCustomError("identifier", "must be an identifier")
    return text


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Text = Annotated[str, AfterValidator(no_nul)]
"""A string from outside: PostgreSQL cannot store NUL, so it is refused on both engines."""

_DateTimeText = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Time = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    PlainSerializer(_rfc3339, return_type=_DateTimeText, when_used="json"),
]
"""A point in time: aware, written RFC 3339 in UTC."""

Ident = Annotated[
    str,
    AfterValidator(_identifier),
    Field(json_schema_extra={"format": "uuid", "pattern": ids.PATTERN, "examples": [ids.EXAMPLE]}),
]
"""One of our identifiers in a body or a query: a UUIDv7 in canonical text."""

Count = Annotated[int, Field(ge=0, le=2_147_483_647)]
"""A whole number that fits every column on both engines."""


class Model(BaseModel):
    """Base of all request and answer bodies: unknown fields are refused, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class Change(Model):
    """Body of a PATCH: what is left out stays as it is. Null clears the fields of `clears` (to the value given there), and is
    refused for all others; the API's description says the same.
    """

    clears: ClassVar[Mapping[str, object]] = {}

    @field_validator("*")
    @classmethod
    def _null_only_clears(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.field_name not in cls.clears:
            raise PydanticCustomError("not_null", "must not be null")
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        for name, found in handler.resolve_ref_schema(schema).get("properties", {}).items():
            found.pop("default", None)
            if name not in cls.clears and (choices := found.pop("anyOf", None)):
                kept = [choice for choice in choices if choice != {"type": "null"}]
                found.update(kept[0] if len(kept) == 1 else {"anyOf": kept})
        return schema

    def given(self, *leave: str) -> dict[str, Any]:
        """The fields that were sent, but for those to `leave`, as plain values; a cleared one has its empty value."""
        carried = self.model_dump(exclude=set(leave), exclude_unset=True, by_alias=True)
        return {name: copy(self.clears[name]) if value is None else value for name, value in carried.items()}


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
class Encoded(Generic[T]):
    """An answer whose JSON the handler has made already (a hot list that the database builds); `T` documents it."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes going out: `inline` only for types that a browser shows safely; everything else is saved as a file."""

    content: bytes
    media_type: str
    name: str = ""
    inline: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
