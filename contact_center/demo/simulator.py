"""The page `/simulator` and what stands behind it: send mail as a customer, read what came back. Loopback only."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from aiohttp import BodyPartReader, web

from contact_center import i18n
from contact_center.clock import Clock
from contact_center.demo.catcher import Caught, MailCatcher
from contact_center.demo.mailing import Enclosure, Letter, Refused, answer_to, body_of, send
from contact_center.demo.pages import FOLDER, asset, local_only, page_of, same_page
from contact_center.demo.people import DOMAIN, PERSONAS, QUEUES, SHOPS
from contact_center.demo.samples import SAMPLES
from contact_center.errors import BadRequest, Conflict, NotFound, TooLarge, Unavailable

LARGEST = 25 * 1024 * 1024
MANY = 20
SHOWN = 100
SHOP_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_TEXTS = "simulator."
Address = Callable[[], tuple[str, int] | None]


class Simulator:
    """Adds its addresses to the application; `listener` tells where the house takes mail."""

    def __init__(self, catcher: MailCatcher, clock: Clock, listener: Address) -> None:
        self._catcher, self._clock, self._listener = catcher, clock, listener

    def add_to(self, app: web.Application) -> None:
        """Serve the page."""
        app.router.add_get("/simulator", self.page)
        app.router.add_get("/simulator/{name:(?:page|phone|call)\\.(?:js|css)}", self.asset)
        app.router.add_get("/simulator/shop", self.shop)
        app.router.add_get("/simulator/mailbox", self.mailbox)
        app.router.add_get("/simulator/mailbox/{mail_id}", self.raw)
        app.router.add_post("/simulator/mail", self.write)

    async def page(self, request: web.Request) -> web.Response:
        """The page in the language asked for."""
        local_only(request)
        return page_of(request, "page.html", PAGE_TEXTS, _choices)

    async def shop(self, request: web.Request) -> web.Response:
        """A page of a shop with the chat on it; `?site=` chooses one of the demo's sites, `?page=2` its second page."""
        local_only(request)
        keys = [shop.key for shop in SHOPS]
        site = request.query.get("site", "")
        site = site if site in keys else keys[0]
        default = next(shop.language for shop in SHOPS if shop.key == site)
        language = i18n.normal(request.query.get("lang") or default)
        html = (FOLDER / "shop.html").read_text(encoding="utf-8")
        for key in ("title", "text", "first", "second"):
            html = html.replace("{{" + key + "}}", escape(i18n.text(language, f"simulator.shop_{key}")))
        html = html.replace("{{language}}", language).replace("{{site}}", site)
        headers = {"Content-Security-Policy": SHOP_POLICY, "Cache-Control": "no-cache"}
        return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)

    async def asset(self, request: web.Request) -> web.Response:
        """Its script and style."""
        local_only(request)
        return asset(request.match_info["name"])

    async def mailbox(self, request: web.Request) -> web.Response:
        """`{items: [{id, raw, from, to, subject, text, at, message_id, answer_to}]}`, newest first; `?to=` one address only."""
        local_only(request)
        mails = self._catcher.mails(to=request.query.get("to", ""), limit=SHOWN)
        return web.json_response({"items": [shown(mail) for mail in mails]})

    async def raw(self, request: web.Request) -> web.Response:
        """One caught mail, byte for byte."""
        local_only(request)
        mail = self._catcher.mail(request.match_info["mail_id"])
        if mail is None:
            raise NotFound
        headers = {"Content-Disposition": "attachment; filename=mail.eml", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=mail.raw, content_type="message/rfc822", headers=headers)

    async def write(self, request: web.Request) -> web.Response:
        """Send a mail as a customer: fields name, address, to, subject, text, answers (a caught mail's id), count; files."""
        local_only(request)
        same_page(request)
        listener = self._listener()
        if listener is None:
            raise Unavailable
        fields, files = await _form(request)
        letters = self._letters(fields, files)
        try:
            identifiers = await send(letters, self._clock.now(), listener)
        except Refused as refused:
            raise Conflict("mail_refused", params={"answer": str(refused)[:300]}) from refused
        return web.json_response({"sent": len(identifiers), "message_ids": identifiers}, status=201)

    def _letters(self, fields: Mapping[str, str], files: list[Enclosure]) -> list[Letter]:
        answered = self._catcher.mail(fields["answers"]) if fields.get("answers") else None
        to = fields.get("to", "").strip() or (answer_to(answered) if answered is not None else "")
        address, count = fields.get("address", "").strip(), fields.get("count") or "1"
        if "@" not in address or "@" not in to or not count.isdigit() or not 1 <= int(count) <= MANY:
            raise BadRequest
        subject = fields.get("subject", "")
        return [
            Letter(
                name=fields.get("name", ""),
                address=address,
                to=to,
                subject=subject if count == "1" else f"{subject} ({number})",
                text=fields.get("text", ""),
                answers=answered,
                files=files,
            )
            for number in range(1, int(count) + 1)
        ]


def shown(mail: Caught) -> dict[str, Any]:
    """A caught mail as JSON; `raw` is its source as text."""
    parsed = mail.parsed()
    return {
        "id": mail.id,
        "raw": _as_text(mail.raw),
        "from": str(parsed.get("From", "")),
        "to": list(mail.recipients),
        "subject": str(parsed.get("Subject", "")),
        "text": body_of(parsed),
        "at": mail.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "message_id": str(parsed.get("Message-ID", "")),
        "answer_to": answer_to(mail),
        "attachments": [part.get_filename() or part.get_content_type() for part in parsed.iter_attachments()],
    }


def _as_text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _choices(texts: Mapping[str, str]) -> dict[str, Any]:
    """What the page's script must know."""
    return {
        "texts": dict(texts),
        "customers": [
            {"name": persona.name, "address": persona.address, "language": persona.language} for persona in PERSONAS
        ],
        "mailboxes": [f"{line.mailbox}@{DOMAIN}" for line in QUEUES],
        "samples": [{"label": one.label, "to": one.to, "subject": one.subject, "text": one.text} for one in SAMPLES],
        "many": MANY,
    }


async def _form(request: web.Request) -> tuple[dict[str, str], list[Enclosure]]:
    """The fields and files of a form (multipart, or urlencoded when there are no files), within the limit."""
    fields: dict[str, str] = {}
    if request.content_type == "application/x-www-form-urlencoded":
        return {name: str(value).replace("\x00", "") for name, value in (await request.post()).items()}, []
    files: list[Enclosure] = []
    size = 0
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise BadRequest("malformed_upload")
            held = bytearray()
            while chunk := await part.read_chunk(65_536):
                held.extend(chunk)
                size += len(chunk)
                if size > LARGEST:
                    raise TooLarge(params={"limit": LARGEST})
            if part.filename:
                kind = part.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
                files.append(Enclosure(part.filename, kind, bytes(held)))
            elif part.name:
                fields[part.name] = held.decode("utf-8", "replace").replace("\x00", "")
    except (ValueError, AssertionError, KeyError, RuntimeError) as error:
        raise BadRequest("malformed_upload") from error
    return fields, files
