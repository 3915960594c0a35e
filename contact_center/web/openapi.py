"""The OpenAPI 3.1 document, made from the same declarations that validate and answer: it cannot lag behind."""

import functools
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from contact_center import errors, i18n, ids
from contact_center.web import problems, reading
from contact_center.web.models import Download
from contact_center.web.routes import PUBLIC, SIGNED_IN, Operation

Schema = dict[str, Any]
Shape = Any  # pydantic names it by a class that it does not export
Places = Mapping[tuple[Shape, JsonSchemaMode], Schema]
VERSION = "3.1.0"
_REF = "#/components/schemas/{model}"


def document(operations: Sequence[Operation], *, server: str = "/", version: str = "1") -> Schema:
    """The whole document; `server` is the base address that clients use."""
    schemas, places = _schemas(operations)
    paths: dict[str, Schema] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, places, schemas)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Contact center",
            "version": version,
            "description": "Ids are UUIDv7, times RFC 3339 in UTC, errors RFC 9457 with a stable `code`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in sorted({operation.tag for operation in operations})],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "cc_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _schemas(operations: Sequence[Operation]) -> tuple[dict[str, Schema], Places]:
    wanted: dict[tuple[Shape, JsonSchemaMode], None] = {(problems.ProblemBody, "serialization"): None}
    for operation in operations:
        for asked in (operation.body, operation.query):
            if asked is not None:
                wanted[asked, "validation"] = None
        if operation.answer is not None and issubclass(operation.answer, BaseModel):
            wanted[operation.answer, "serialization"] = None
    places, definitions = models_json_schema(list(wanted), by_alias=True, ref_template=_REF)
    return dict(definitions.get("$defs", {})), places


def _operation(operation: Operation, places: Places, schemas: Mapping[str, Schema]) -> Schema:
    parameters = [_path_parameter(name) for name in operation.parameters]
    if operation.query is not None:
        parameters += _query_parameters(_resolved(places[operation.query, "validation"], schemas))
    parameters += _header_parameters(operation)
    made: Schema = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _permission_line(operation),
        "parameters": parameters,
        "responses": _responses(operation, places),
        "security": [] if operation.permission == PUBLIC else _security(operation),
        "x-permission": operation.permission,
    }
    if operation.uploads:
        made["requestBody"] = {"required": True, "content": {reading.UPLOAD: {"schema": _UPLOAD}}}
    elif operation.body is not None:
        content = {reading.JSON: {"schema": places[operation.body, "validation"]}}
        made["requestBody"] = {"required": reading.body_needed(operation.body), "content": content}
    return made


_UPLOAD: Schema = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}


def _permission_line(operation: Operation) -> str:
    if operation.permission == PUBLIC:
        return "Needs no sign-in."
    if operation.permission == SIGNED_IN:
        return "Needs a sign-in."
    return f"Needs the permission `{operation.permission}`."


def _security(operation: Operation) -> list[Schema]:
    session: Schema = {"session": []} if operation.method == "GET" else {"session": [], "csrf": []}
    return [session] if operation.permission == SIGNED_IN else [session, {"token": []}]


def _path_parameter(name: str) -> Schema:
    if not name.endswith("id"):
        free = {"type": "string", "minLength": 1, "maxLength": 500}
        return {"name": name, "in": "path", "required": True, "schema": free}
    schema = {"type": "string", "format": "uuid", "pattern": ids.PATTERN}
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": ids.EXAMPLE}


def _query_parameters(schema: Schema) -> list[Schema]:
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": found.get("description", found.get("title", name)),
            "schema": _without_null(found),
        }
        for name, found in schema.get("properties", {}).items()
    ]


def _without_null(schema: Schema) -> Schema:
    """A query parameter that is not sent has no value; there is no way to send null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    left_out = {"anyOf", "title", "description"} | ({"default"} if schema.get("default", "") is None else set())
    rest = {key: value for key, value in schema.items() if key not in left_out}
    if not choices:
        return rest
    return {**choices[0], **rest} if len(choices) == 1 else {"anyOf": choices, **rest}


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return schemas[reference.rsplit("/", 1)[-1]] if isinstance(reference, str) else schema


def _header_parameters(operation: Operation) -> list[Schema]:
    found: list[Schema] = []
    if operation.idempotent:
        found.append(
            _header("Idempotency-Key", "Sent again with the same request, gets the same answer for a day", 255)
        )
    if operation.method == "PATCH":
        found.append({**_header("If-Match", "The version to change, in quotes", 25), "example": '"7"'})
    return found


def _header(name: str, description: str, longest: int) -> Schema:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def error_classes(operation: Operation) -> list[type[errors.Problem]]:
    """Every refusal this operation may answer: its own, and those that follow from its kind."""
    found: set[type[errors.Problem]] = {errors.BadRequest, errors.TooMany, errors.Unavailable, *operation.errors}
    if operation.permission != PUBLIC:
        found |= {errors.NotSignedIn, errors.Forbidden}
    if operation.parameters:
        found.add(errors.NotFound)
    if operation.query is not None:
        found.add(errors.Invalid)
    if operation.body is not None or operation.uploads:
        found |= {errors.TooLarge, errors.UnsupportedMedia, errors.Invalid}
    if operation.idempotent:
        found |= {errors.Conflict, errors.Invalid}
    if operation.method == "PATCH":
        found.add(errors.StaleVersion)
    return sorted(found, key=lambda one: (one.status, one.code))


def _responses(operation: Operation, places: Places) -> Schema:
    found: Schema = {str(status): _success(operation, status, places) for status in operation.statuses}
    problem = {problems.MEDIA_TYPE: {"schema": places[problems.ProblemBody, "serialization"]}}
    for one in error_classes(operation):
        made: Schema = {"description": i18n.text(i18n.DEFAULT, f"problem.{one.code}.title"), "content": problem}
        if one.status in (429, 503):
            made["headers"] = {"Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}}}
        found.setdefault(str(one.status), made)
    return found


def _success(operation: Operation, status: int, places: Places) -> Schema:
    made: Schema = {"description": HTTPStatus(status).phrase}
    if status == 204 or operation.answer is None:
        return made
    if issubclass(operation.answer, Download):
        made["content"] = {operation.media_type: {}}
        return made
    made["content"] = {reading.JSON: {"schema": places[operation.answer, "serialization"]}}
    if "version" in operation.answer.model_fields:
        made["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match"}}
    return made


class Reference:
    """Serves the document and its readable page."""

    def __init__(self, operations: Sequence[Operation], *, server: str) -> None:
        self._operations = operations
        self._server = server

    @functools.cached_property
    def raw(self) -> bytes:
        """The document as JSON, made once."""
        return orjson.dumps(document(self._operations, server=self._server))

    def add_to(self, app: web.Application) -> None:
        """Serve /openapi.json; `docs_page` adds the page."""
        app.router.add_get("/openapi.json", self.serve)

    async def serve(self, _: web.Request) -> web.Response:
        """The document."""
        return web.Response(body=self.raw, content_type="application/json", headers={"Cache-Control": "no-cache"})
