"""What happens around every request: correlation id, caller's address, metrics, the last line of defence for errors."""

import ipaddress
import re
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.typedefs import Middleware
from aiohttp.web_request import BaseRequest

from config.logs import correlation, logger
from contact_center import clock, errors, i18n, ids
from contact_center.db import DatabaseUnavailable
from contact_center.web import problems
from contact_center.web.context import ADDRESS, CORRELATION, LANGUAGE
from contact_center.web.metrics import Metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{8,100}\Z")
UNKNOWN_ROUTE = "(unknown)"
RETRY_SECONDS = 2
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
log = logger(__name__)


def around(metrics: Metrics, *, trusted_proxies: int) -> Middleware:
    """The one outer middleware."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        identifier = _correlation_id(request)
        request[CORRELATION] = identifier
        request[ADDRESS] = client_address(request, trusted_proxies)
        mark = correlation.set(identifier)
        started = clock.monotonic()
        status = 500
        try:
            response = await _answered(request, handler)
            status = response.status
            return response
        finally:
            metrics.observe_request(
                method=request.method if request.method in _METHODS else "other",
                route=route_of(request),
                status=status,
                seconds=clock.monotonic() - started,
            )
            correlation.reset(mark)

    return middleware


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The handler's answer, or the problem that stands for what it raised."""
    try:
        return await handler(request)
    except errors.Problem as problem:
        return problems.response(problem, language_of(request))
    except web.HTTPException as error:
        return _translated(error, request)
    except DatabaseUnavailable:
        log.warning("database unavailable", route=route_of(request))
        return problems.response(errors.Unavailable(retry_after=RETRY_SECONDS), language_of(request))
    except (web.RequestPayloadError, BadHttpMessage):
        return problems.response(errors.BadRequest(), language_of(request))
    except Exception:
        log.exception("request failed", route=route_of(request), method=request.method)
        return problems.plain(500, "internal", language_of(request), params={"correlation": request[CORRELATION]})


def _translated(error: web.HTTPException, request: web.Request) -> web.StreamResponse:
    """aiohttp's own answers (no such address, no such method) as problems; redirects pass."""
    language = language_of(request)
    if isinstance(error, web.HTTPMethodNotAllowed):
        allow, named = {"Allow": ", ".join(sorted(error.allowed_methods))}, {"method": request.method[:20]}
        return problems.plain(405, "method_not_allowed", language, params=named, headers=allow)
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return problems.plain(413, "too_large", language, params={"limit": request.app._client_max_size})
    code = {404: "not_found", 400: "bad_request", 417: "bad_request"}.get(error.status)
    if code is not None:
        return problems.plain(error.status, code, language)
    return error


def language_of(request: web.Request) -> str:
    """The caller's language: the signed-in user's own, else what the browser asks for."""
    return request.get(LANGUAGE) or i18n.choose(request.headers.get("Accept-Language"))


def route_of(request: web.Request) -> str:
    """The pattern of the route that answers, never the address itself."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else UNKNOWN_ROUTE


def _correlation_id(request: web.Request) -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if _SANE_ID.match(given) else ids.new_id()


def client_address(request: BaseRequest, trusted_proxies: int) -> str:
    """The caller's address: each trusted proxy appended one entry to X-Forwarded-For, so count from the end."""
    peer = request.remote or ""
    if trusted_proxies == 0:
        return peer
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    if not chain:
        return peer
    return _bare(chain[-min(trusted_proxies, len(chain))]) or peer


def _bare(text: str) -> str:
    """An address without its port or brackets; empty when it is none."""
    candidate = text.strip('"').rpartition("]")[0].lstrip("[") if text.strip('"').startswith("[") else text.strip('"')
    for attempt in (candidate, candidate.rpartition(":")[0]):
        try:
            return str(ipaddress.ip_address(attempt))
        except ValueError:
            continue
    return ""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal on_response_prepare: what every answer carries. A handler's own choice stays."""
    headers = response.headers
    headers["X-Request-Id"] = request.get(CORRELATION, "")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", API_POLICY)
    headers.pop("Server", None)
