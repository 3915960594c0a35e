"""Bodies that pass validation: the least that an operation's own schema asks for, ids taken from the world's objects."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

GIVEN: Mapping[str, Mapping[str, Any]] = {
    # operation -> fields that the schema alone cannot tell
    "POST /conversations/{conversation_id}/messages": {"kind": "note", "then": "stay", "text": "seen"},
    "PUT /conversations/{conversation_id}/draft": {"mode": "note"},
    "POST /interactions/{interaction_id}/transfer": {"queue_id": "<queue_id>"},
    "POST /canned-replies": {"shortcut": "thanks", "texts": {"en": "Thank you"}},
    "POST /articles": {"texts": {"en": {"title": "Sizes", "html": "<p>They run small.</p>"}}},
    "POST /business-hours": {"time_zone": "Asia/Shanghai"},
    "POST /conversations": {"to": [{"value": "someone@example.org", "name": ""}]},
}
VARIANTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    # operation -> column of the contract's table -> body: one operation, more than one right
    "PATCH /customers/{customer_id}": {"customer notes": {"note": "asks for Sue"}, "customers": {"name": "Renamed"}},
}
OBJECTS: Mapping[str, Mapping[str, str]] = {
    # operation -> path parameter -> which of the world's objects, where the name alone is not enough
    f"POST /messages/{{message_id}}/{verb}": {"message_id": "outgoing_id"}
    for verb in ("retry", "discard", "undo")
}
QUERIES: Mapping[str, str] = {
    "DELETE /conversations/{conversation_id}/draft": "?mode=note",
    "GET /conversations/{conversation_id}/search": "?q=text",
    "GET /kb/search": "?q=text",
    "GET /kb/suggest": "?conversation={conversation_id}",
}


def given(named: str, ids: Mapping[str, str], *, column: str | None = None) -> dict[str, Any]:
    """The fields written down here for an operation, `<name>` standing for the world's id of that name."""
    fields = VARIANTS[named][column] if column is not None else GIVEN.get(named, {})
    return {name: ids.get(value[1:-1], value) if isinstance(value, str) else value for name, value in fields.items()}


def minimal(schema: Schema, schemas: Mapping[str, Schema], ids: Mapping[str, str], *, name: str = "") -> Any:
    """A value that the schema accepts; a field named like one of `ids` gets that id."""
    schema = resolved(schema, schemas)
    if name in ids:
        return ids[name]
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return minimal_object(schema, schemas, ids)
    if kind == "array":
        least = range(schema.get("minItems", 0))
        return [minimal(schema.get("items", {}), schemas, ids, name=name.removesuffix("s")) for _ in least]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    return False if kind == "boolean" else text(schema, name)


def minimal_object(schema: Schema, schemas: Mapping[str, Schema], ids: Mapping[str, str]) -> dict[str, Any]:
    """The required fields only."""
    fields = schema.get("properties", {})
    return {name: minimal(fields[name], schemas, ids, name=name) for name in schema.get("required", ())}


def resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """References and optional parts followed."""
    if "$ref" in schema:
        return resolved(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "anyOf" in schema:
        return resolved(next(part for part in schema["anyOf"] if part.get("type") != "null"), schemas)
    if "allOf" in schema:
        return resolved(schema["allOf"][0], schemas)
    return schema


def text(schema: Schema, name: str) -> str:
    """A text that passes the usual patterns of a field of this name."""
    if schema.get("format") == "date-time":
        return "2099-01-01T00:00:00Z"
    if name in ("email", "address"):
        return "someone@example.org"
    if str(schema.get("pattern", "")).startswith("^("):
        return str(schema["pattern"])[2:].partition("|")[0].rstrip(")$")
    return f"{name or 'text'} of the test"[: schema.get("maxLength", 100)].ljust(schema.get("minLength", 0), "x")
