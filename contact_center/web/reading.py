"""From an aiohttp request to validated values. What a client gets wrong ends here as a `Problem` with its field."""

from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contact_center import ids
from contact_center.errors import BadRequest, NotFound, TooLarge, UnsupportedMedia
from contact_center.web import problems
from contact_center.web.routes import Operation

JSON = "application/json"
UPLOAD = "multipart/form-data"


def path_values(request: web.Request, operation: Operation) -> dict[str, str]:
    """The path's parameters. What is no identifier of ours names nothing: 404."""
    found: dict[str, str] = {}
    for name in operation.parameters:
        value = request.match_info[name]
        if "\x00" in value or len(value) > 500 or (name.endswith("id") and not ids.is_id(value)):
            raise NotFound
        found[name] = value
    return found


def query_values(request: web.Request, model: type[BaseModel], language: str) -> BaseModel:
    """The query string as `model`; list fields may be repeated, others may not."""
    given: dict[str, Any] = {}
    lists = _list_names(model)
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        if any("\x00" in value for value in values):
            raise problems.wrong(name, "nul", language)
        if name in lists:
            given[name] = values
        elif len(values) > 1:
            raise problems.wrong(name, "duplicate", language)
        else:
            given[name] = values[0]
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise problems.invalid(_errors(error), language) from None


def _list_names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items() if _is_list(field.annotation)}


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_list(part) for part in get_args(annotation))
    return (get_origin(annotation) or annotation) in (list, tuple, set, frozenset)


async def body_bytes(request: web.Request, operation: Operation, *, limit: int) -> bytes:
    """The raw body: checked for kind and size, empty when the operation can do without one."""
    if operation.body is None or operation.uploads:
        return b""
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(params={"limit": limit})
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge(params={"limit": limit}) from None
    if not raw and not body_needed(operation.body):
        return raw
    if request.content_type != JSON:
        raise UnsupportedMedia(params={"expected": JSON})
    return raw


def body_needed(model: type[BaseModel]) -> bool:
    """False when every field may be left out: then the whole body may."""
    return any(field.is_required() for field in model.model_fields.values())


def body_value(raw: bytes, model: type[BaseModel], language: str) -> BaseModel:
    """The body as `model`: JSON types are taken strictly, NUL anywhere is refused with its place."""
    raw = raw or b"{}"
    if b"\\u0000" in raw:
        _refuse_nul(raw, language)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        found = _errors(error)
        if found and found[0]["type"] == "json_invalid":
            raise BadRequest("malformed_json") from None
        raise problems.invalid(found, language) from None


def _errors(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False)


def _refuse_nul(raw: bytes, language: str) -> None:
    """Find the string that holds NUL (the bytes may also be an escaped backslash before u0000, which is harmless)."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest("malformed_json") from None
    place = _nul_place(value, ())
    if place is not None:
        raise problems.wrong(".".join(place).replace("\x00", "\N{REPLACEMENT CHARACTER}") or "body", "nul", language)


def _nul_place(value: object, path: tuple[str, ...]) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return path if "\x00" in value else None
    if isinstance(value, list):
        children: Mapping[Any, object] = dict(enumerate(value))
    elif isinstance(value, dict):
        children = value
    else:
        return None
    for key, child in children.items():
        here = (*path, str(key))
        if "\x00" in str(key) or (here := _nul_place(child, here) or ()):
            return here
    return None
