"""/docs: the OpenAPI document as a page that needs no script and nothing from elsewhere."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contact_center import i18n
from contact_center.i18n import LANGUAGES, catalogue
from contact_center.web.middleware import language_of
from contact_center.web.openapi import Reference

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_TEMPLATES = i18n.FOLDER.parent / "templates"


class DocsPage:
    """Serves the readable reference, rendered once per language."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._pages: dict[str, bytes] = {}
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def add_to(self, app: web.Application) -> None:
        """Serve /docs; `?lang=` overrides the browser's wish."""
        app.router.add_get("/docs", self.serve)

    async def serve(self, request: web.Request) -> web.Response:
        """The page."""
        asked = request.query.get("lang", "")
        language = asked if asked in LANGUAGES else language_of(request)
        if language not in self._pages:
            self._pages[language] = self._render(language).encode()
        headers = {"Content-Security-Policy": _POLICY, "Content-Language": language, "Cache-Control": "no-cache"}
        return web.Response(body=self._pages[language], content_type="text/html", charset="utf-8", headers=headers)

    def _render(self, language: str) -> str:
        document = orjson.loads(self._reference.raw)
        return self._environment.get_template("api_docs.html").render(
            t=partial(i18n.text, language),
            language=language,
            languages=LANGUAGES,
            groups=_by_tag(document),
            schemas=document["components"]["schemas"],
            problems=_problem_codes(),
            shape=shape,
        )


def _by_tag(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append({"method": method.upper(), "path": path, **operation})
    return dict(sorted(groups.items()))


def _problem_codes() -> list[str]:
    found = (re.fullmatch(r"problem\.(\w+)\.title", key) for key in catalogue(i18n.DEFAULT))
    return sorted(match[1] for match in found if match)


def shape(schema: Mapping[str, Any]) -> str:
    """One line that says what a schema is: `string (date-time)`, `Customer`, `list of Message`, `text | null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(shape(choice) for choice in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " | ".join(f'"{value}"' for value in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{shape(schema.get('items', {}))}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{…: {shape(schema['additionalProperties'])}}}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)
