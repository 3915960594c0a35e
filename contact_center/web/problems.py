"""Every error that leaves the house: `Problem` -> RFC 9457 in the caller's language. Never a stack trace."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, Field
from pydantic_core import ErrorDetails

from contact_center import errors, i18n

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One wrong field: its dotted path and a sentence."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """The body of every error (RFC 9457). `code` is stable; `title` and `detail` are in the caller's language."""

    type: str = Field(examples=["/docs#problem-not_found"])
    title: str
    status: int
    code: str = Field(examples=["not_found"])
    detail: str
    errors: list[FieldProblem] | None = Field(default=None, exclude_if=lambda found: found is None)
    current: dict[str, Any] | None = Field(default=None, exclude_if=lambda found: found is None)


def response(problem: errors.Problem, language: str) -> web.Response:
    """The answer for a problem, headers included."""
    headers: dict[str, str] = {"Content-Language": language, "Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == errors.NotSignedIn.status:
        headers["WWW-Authenticate"] = 'Bearer realm="contact-center"'
    return plain(problem.status, problem.code, language, problem=problem, headers=headers)


def plain(
    status: int,
    code: str,
    language: str,
    *,
    problem: errors.Problem | None = None,
    params: Mapping[str, str | int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """A problem+json answer with this status and code; texts come from the catalogue."""
    given: dict[str, str | int] = {**(problem.params if problem else {}), **(params or {})}
    if problem is not None and problem.retry_after is not None:
        given.setdefault("count", problem.retry_after)
    named = code if i18n.has(f"problem.{code}.title") else type(problem).code if problem else code
    body: dict[str, Any] = {
        "type": f"/docs#problem-{code}",
        "title": i18n.text(language, f"problem.{named}.title", **given),
        "status": status,
        "code": code,
        "detail": i18n.text(language, f"problem.{named}.detail", **given),
    }
    if problem is not None and problem.errors:
        body["errors"] = [{"field": found.field, "message": _said(found.message, language)} for found in problem.errors]
    if problem is not None and problem.current is not None:
        body["current"] = problem.current
    return web.Response(body=orjson.dumps(body), status=status, content_type=MEDIA_TYPE, headers=headers)


def invalid(found: Iterable[ErrorDetails], language: str, *, prefix: str = "") -> errors.Invalid:
    """pydantic's complaints as one `Invalid` naming each field in the caller's language."""
    return errors.Invalid(errors=[errors.FieldError(_path(one, prefix), _message(one, language)) for one in found])


def wrong(field: str, key: str, language: str, **params: str | int) -> errors.Invalid:
    """One wrong field, with the catalogue's text `validation.<key>`."""
    return errors.Invalid(errors=[errors.FieldError(field, i18n.text(language, f"validation.{key}", **params))])


def _said(message: str, language: str) -> str:
    """A message may be the key of a text, for those who do not know the caller's language."""
    return i18n.text(language, message) if i18n.has(message) else message


def _path(found: ErrorDetails, prefix: str) -> str:
    return ".".join([prefix, *map(str, found["loc"])] if prefix else map(str, found["loc"])) or "body"


def _kind(found: ErrorDetails) -> str:
    """pydantic's name of the fault. A text with a check of ours in front of its length is no text to pydantic any more."""
    kind, about = found["type"], found.get("ctx") or {}
    if kind in ("too_short", "too_long") and isinstance(found["input"], str):
        kind = f"string_{kind}"
    return "empty" if kind == "string_too_short" and about.get("min_length") == 1 else kind


def _message(found: ErrorDetails, language: str) -> str:
    key = f"validation.{_kind(found)}"
    if not i18n.has(key):
        return found["msg"] if language == i18n.DEFAULT else i18n.text(language, "validation.other")
    params: dict[str, Any] = dict(found.get("ctx") or {})
    if "count" not in params:
        limit = params.get("max_length", params.get("min_length"))
        params["count"] = limit if isinstance(limit, int) else 0
    shown = {name: value for name, value in params.items() if isinstance(value, (str, int, float))}
    return i18n.text(language, key, **shown)
