"""A message's HTML as a document of its own for a sandboxed frame, and a message's raw bytes.

What customers sent was sanitised before it was stored; it is sanitised again on the way out, because rules get better
and stored rows do not. The Content-Security-Policy forbids everything but pictures and styles whatever the HTML says.
"""

import base64
from collections.abc import Mapping
from html import escape

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.errors import NotFound
from contact_center.files import SAFE_INLINE, FileRow, FileStore
from contact_center.heavy import Heavy, TooSlow, WorkerDied
from contact_center.html import BLOCKED_SOURCE, sanitise
from contact_center.intake.models import Inbound
from contact_center.interactions.models import Message, MessageFile
from contact_center.web import Download

OFF_LOOP_FROM = 32_768
"""Characters from which sanitising goes to a worker process: a thread would keep the interpreter's lock, and the loop waiting."""
SANITISE_SECONDS = 20.0
INLINE_AT_MOST = 8_000_000
"""Bytes of pictures put into one document."""
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<base target="_blank"><style>:root{{color-scheme:light}}body{{margin:0;padding:12px;background:#fff;color:#131926;
font:14px/1.5 Inter,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}}
img{{max-width:100%;height:auto}}table{{max-width:100%}}pre{{white-space:pre-wrap}}
blockquote{{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #e4e7ed}}</style></head>
<body>{body}</body></html>"""


def policy(*, images: bool) -> str:
    """The policy of the document: no script, no frame, no form; pictures from elsewhere only when a person asked."""
    sources = "data: http: https:" if images else "data:"
    return (
        f"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {sources}; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


async def html_document(
    session: AsyncSession, store: FileStore, heavy: Heavy, message: Message, *, images: bool
) -> Download:
    """The document; `NotFound` for a message without HTML. A page that no worker can finish is shown as its text."""
    if message.html is None:
        raise NotFound
    files = await _inline_images(session, store, message)
    markup = message.html.replace(f"{BLOCKED_SOURCE}=", "src=") if images else message.html
    if len(markup) < OFF_LOOP_FROM:
        body = harmless(markup, files, images)
    else:
        try:
            body = await heavy.run(harmless, markup, files, images, timeout=SANITISE_SECONDS)
        except (TooSlow, WorkerDied):
            body = f"<pre>{escape(message.text)}</pre>"
    return Download(
        _PAGE.format(body=body).encode(),
        "text/html; charset=utf-8",
        inline=True,
        headers={"Content-Security-Policy": policy(images=images), "Cache-Control": "private, no-store"},
    )


def harmless(markup: str, files: Mapping[str, str], images: bool) -> str:
    """`sanitise` with the pictures of the mail by Content-ID; a function of plain values, as workers need it."""
    return sanitise(markup, cid=files.get, images=images)


async def _inline_images(session: AsyncSession, store: FileStore, message: Message) -> dict[str, str]:
    """Content-ID -> the picture itself as a data: address, up to `INLINE_AT_MOST` bytes in all.

    A sandboxed frame has no origin, so the browser sends no cookie for addresses inside it and /files would refuse them.
    """
    if "cid:" not in (message.html or ""):
        return {}
    rows = await session.execute(
        select(MessageFile.content_id, FileRow.sha256, FileRow.size, FileRow.media_type)
        .join(FileRow, FileRow.id == MessageFile.file_id)
        .where(MessageFile.message_id == message.id, MessageFile.content_id.is_not(None))
        .order_by(MessageFile.position)
    )
    found: dict[str, str] = {}
    left = INLINE_AT_MOST
    for row in rows:
        media_type = row.media_type.split(";")[0].strip().lower()
        if media_type in SAFE_INLINE and media_type.startswith("image/") and row.size <= left:
            left -= row.size
            content = base64.b64encode(await store.get(row.sha256)).decode()
            found[row.content_id.strip("<> ")] = f"data:{media_type};base64,{content}"
    return found


async def raw(session: AsyncSession, store: FileStore, message: Message) -> Download:
    """The bytes as they came over the wire; `NotFound` for what did not come in as such."""
    row = await session.get(Inbound, message.inbound_id) if message.inbound_id else None
    if row is None:
        raise NotFound
    content = row.raw
    if content is None and row.raw_sha256 is not None:
        content = await store.get(row.raw_sha256)
    if content is None:
        raise NotFound
    return Download(content, "message/rfc822", name=f"{message.id}.eml")
