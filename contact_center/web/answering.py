"""From what a handler returned to an HTTP response: JSON with ETag, downloads a browser cannot be tricked by."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel

from contact_center.web.models import Download, Encoded, Reply
from contact_center.web.routes import Operation

SHOWN_INLINE = re.compile(
    r"(image/(png|jpeg|gif|webp|avif|bmp)|text/(plain|html)|(audio|video)/[\w.+-]+|application/pdf)\Z"
)
"""What may be shown in a page at all; SVG and XML are saved as files."""
SANDBOX = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
_BAD_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|\u202a-\u202e\u2066-\u2069\ufeff]')


def answer(result: object, operation: Operation) -> web.Response:
    """The response for a handler's result; `operation` says which status is the usual one."""
    if isinstance(result, Reply):
        return _body(result.body, result.status, result.headers)
    if result is None:
        return web.Response(status=204)
    if isinstance(result, Encoded):
        return web.Response(body=result.content, content_type="application/json", headers={"Cache-Control": "no-store"})
    if isinstance(result, Download):
        return _download(result)
    return _body(result, next(status for status in operation.statuses if status != 204), {})


def _body(body: object, status: int, headers: Mapping[str, str]) -> web.Response:
    if body is None:
        return web.Response(status=status, headers=headers)
    if isinstance(body, Download):
        return _download(body)
    if not isinstance(body, BaseModel):
        raise TypeError(f"a handler answered {type(body).__name__}, which is no model")
    made = web.Response(
        body=body.model_dump_json(by_alias=True).encode(),
        status=status,
        content_type="application/json",
        headers=headers,
    )
    version = getattr(body, "version", None)
    if isinstance(version, int):
        made.headers.setdefault("ETag", f'"{version}"')
    made.headers.setdefault("Cache-Control", "no-store")
    return made


def _download(given: Download) -> web.Response:
    """Bytes of unknown origin: never sniffed, never run, a name that no system misreads (RFC 6266, RFC 8187)."""
    media_type = given.media_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+(;\s?[\w-]+=[\w.+-]+)*", given.media_type) else ""
    inline = given.inline and SHOWN_INLINE.match(media_type.split(";")[0].lower()) is not None
    made = web.Response(body=given.content, headers=given.headers)
    made.headers["Content-Type"] = media_type or "application/octet-stream"
    made.headers["Content-Disposition"] = disposition(given.name, inline=inline)
    made.headers["X-Content-Type-Options"] = "nosniff"
    made.headers.setdefault("Content-Security-Policy", SANDBOX)
    made.headers.setdefault("Cache-Control", "private, max-age=3600")
    return made


def disposition(name: str, *, inline: bool = False) -> str:
    """A Content-Disposition value; the file name in ASCII and, where that loses something, in UTF-8."""
    kind = "inline" if inline else "attachment"
    clean = _BAD_IN_NAMES.sub("_", name).encode("utf-8", "replace").decode("utf-8").strip(" .")[:200]
    if not clean:
        return kind
    plain = clean.encode("ascii", "replace").decode("ascii").replace("?", "_").replace("%", "_")
    if plain == clean:
        return f'{kind}; filename="{clean}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
