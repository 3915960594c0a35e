"""The aiohttp application made from declared operations: who calls, may they, what did they send, what do they get.

The order of the checks is part of the promise: sign-in, CSRF, permission, rate, path, body. So 401 and 403 say nothing
about whether a thing exists.
"""

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiohttp import web

from config.settings import Settings
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.errors import Forbidden, NotSignedIn
from contact_center.web import answering, middleware, reading
from contact_center.web.context import (
    ADDRESS,
    LANGUAGE,
    Authenticator,
    Context,
    Principal,
)
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.ratelimit import Gate
from contact_center.web.routes import PUBLIC, SIGNED_IN, Operation, Routes

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Web:
    """What the web runtime needs; made once by the composition."""

    settings: Settings
    database: Database
    clock: Clock
    authenticator: Authenticator
    metrics: Metrics
    gate: Gate
    idempotency: Idempotency


def application(parts: Web) -> web.Application:
    """An application without operations yet: middleware, headers, lag sampling. Add operations, sockets, pages."""
    app = web.Application(
        middlewares=[middleware.around(parts.metrics, trusted_proxies=parts.settings.http.trusted_proxies)],
        client_max_size=parts.settings.http.max_body_bytes,
    )
    app.on_response_prepare.append(middleware.add_headers)
    app.cleanup_ctx.append(parts.metrics.sampling)
    return app


def operations_of(routes: Sequence[Routes]) -> list[Operation]:
    """All declared operations; two with one name or one address are a mistake of ours."""
    found = [operation for one in routes for operation in one.operations]
    for key in (lambda o: (o.method, o.path), lambda o: o.name):
        keys = [key(operation) for operation in found]
        if twice := {str(one) for one in keys if keys.count(one) > 1}:
            raise ValueError(f"declared twice: {sorted(twice)}")
    return found


def add_operations(app: web.Application, operations: Sequence[Operation], parts: Web) -> None:
    """Serve the operations. A parameter never takes the word of a fixed path beside it: /queues/live is no queue's id."""
    paths = {operation.path for operation in operations}
    for operation in operations:
        handler, pattern = _Handler(operation, parts), _pattern(operation.path, paths)
        if operation.method == "GET":
            app.router.add_get(pattern, handler.serve)
        else:
            app.router.add_route(operation.method, pattern, handler.serve)


def _pattern(path: str, paths: Iterable[str]) -> str:
    """The path as aiohttp's router wants it, each parameter excluding the fixed words that stand in its place."""
    segments = path.split("/")
    for place, segment in enumerate(segments):
        if segment.startswith("{"):
            words = sorted(_fixed_words(path.split("/")[:place], paths))
            unless = f"(?!(?:{'|'.join(map(re.escape, words))})(?:/|$))" if words else ""
            segments[place] = f"{{{segment[1:-1]}:{unless}[^/]+}}"
    return "/".join(segments)


def _fixed_words(prefix: Sequence[str], paths: Iterable[str]) -> set[str]:
    """The words that follow this prefix in other paths."""
    longer = (path.split("/") for path in paths if path.count("/") >= len(prefix))
    following = {segments[len(prefix)] for segments in longer if segments[: len(prefix)] == list(prefix)}
    return {word for word in following if not word.startswith("{")}


class _Handler:
    """Serves one operation."""

    def __init__(self, operation: Operation, parts: Web) -> None:
        self.operation = operation
        self.parts = parts

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request from start to end; every refusal is a `Problem` that the middleware turns into its answer."""
        operation, parts = self.operation, self.parts
        principal = await self._principal(request)
        if principal is not None:
            request[LANGUAGE] = principal.language
        check_caller(request, operation, principal)
        await parts.gate.admit(operation, principal, request[ADDRESS])
        context = self._context(request, principal)
        arguments = dict[str, object](reading.path_values(request, operation))
        if operation.query is not None:
            arguments["query"] = reading.query_values(request, operation.query, context.language)
        raw = await reading.body_bytes(request, operation, limit=parts.settings.http.max_body_bytes)
        if operation.body is not None:
            arguments["body"] = reading.body_value(raw, operation.body, context.language)

        async def handle() -> web.Response:
            return answering.answer(await operation.handler(context, **arguments), operation)

        if operation.idempotent and principal is not None:
            return await parts.idempotency.once(request, principal, raw, handle)
        return await handle()

    async def _principal(self, request: web.Request) -> Principal | None:
        """The caller; where nobody need sign in, a token that is no good does no harm."""
        try:
            return await self.parts.authenticator.authenticate(request)
        except NotSignedIn:
            if self.operation.permission == PUBLIC:
                return None
            raise

    def _context(self, request: web.Request, principal: Principal | None) -> Context:
        return Context(
            request=request,
            database=self.parts.database,
            clock=self.parts.clock,
            language=middleware.language_of(request),
            maybe_principal=principal,
            permission=self.operation.permission,
            upload_limit=self.parts.settings.http.max_upload_bytes,
        )


def check_caller(request: web.Request, operation: Operation, principal: Principal | None) -> None:
    """Sign-in, then CSRF, then permission. A token is no person: what only asks for a sign-in is closed to it."""
    if operation.permission == PUBLIC:
        return
    if principal is None:
        raise NotSignedIn
    if principal.session_id is not None and request.method not in SAFE_METHODS:
        given, expected = request.headers.get(CSRF_HEADER, ""), principal.csrf_token or ""
        if not expected or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
            raise Forbidden("csrf")
    if operation.permission == SIGNED_IN:
        if principal.session_id is None:
            raise Forbidden
    elif principal.reach(operation.permission) is None:
        raise Forbidden
