"""Reading an uploaded file: one multipart part named `file`, within the limit, kept in memory (25 MB as shipped)."""

from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from contact_center.errors import BadRequest, TooLarge, UnsupportedMedia
from contact_center.web.context import Context
from contact_center.web.reading import UPLOAD

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in: the client's own name and media type are claims, not facts."""

    name: str
    media_type: str
    content: bytes


async def read_upload(context: Context) -> Upload:
    """The part `file` of the request; 415, 413 or 400 `malformed_upload` otherwise."""
    request = context.request
    if request.content_type != UPLOAD:
        raise UnsupportedMedia(params={"expected": UPLOAD})
    try:
        part = await _file_part(request)
        content = await _content(part, context.upload_limit)
    except (ValueError, AssertionError, KeyError, RuntimeError, LookupError) as error:
        raise BadRequest("malformed_upload") from error
    name = (part.filename or "").replace("\x00", "")[:255]
    return Upload(name, (part.headers.get("Content-Type") or "application/octet-stream")[:255], content)


async def _file_part(request: web.Request) -> BodyPartReader:
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "file":
            return part
    raise BadRequest("malformed_upload")


async def _content(part: BodyPartReader, limit: int) -> bytes:
    held = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        held.extend(chunk)
        if len(held) > limit:
            raise TooLarge(params={"limit": limit})
    return bytes(held)
