"""What the simulator's pages share: drawn in a language, served to this machine only, locked to their own scripts."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from contact_center import i18n
from contact_center.errors import NotFound

FOLDER = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def page_of(
    request: web.Request, name: str, prefix: str, data: Callable[[Mapping[str, str]], dict[str, Any]]
) -> web.Response:
    """A page in the language asked for; its texts are those of the catalogue under `prefix`, `data` is for its script."""
    asked = request.query.get("lang") or i18n.choose(request.headers.get("Accept-Language"))
    language = i18n.normal(asked)
    texts = {
        key.removeprefix(prefix): i18n.text(language, key)
        for key in i18n.catalogue(i18n.DEFAULT)
        if key.startswith(prefix)
    }
    html = (FOLDER / name).read_text(encoding="utf-8")
    for key, text in texts.items():
        html = html.replace("{{" + key + "}}", escape(text))
    return answer(html.replace("{{language}}", language).replace("{{data}}", _embedded(data(texts))), "text/html")


def asset(name: str) -> web.Response:
    """A page's script or style."""
    kind = "text/javascript" if name.endswith(".js") else "text/css"
    return answer((FOLDER / name).read_text(encoding="utf-8"), kind)


def _embedded(value: object) -> str:
    """JSON that cannot end the script element that holds it."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def answer(text: str, kind: str) -> web.Response:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type=kind, charset="utf-8", headers=headers)


def local_only(request: web.Request) -> None:
    """Whoever is not on this machine does not learn that there is a simulator."""
    try:
        local = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotFound


def same_page(request: web.Request) -> None:
    """A form on a foreign page must not write mails here."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.host:
        raise NotFound
