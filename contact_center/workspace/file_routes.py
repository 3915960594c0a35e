"""HTTP of files: uploading before a message is sent, downloading what one may see."""

from contact_center.errors import BadRequest, NotFound, TooLarge, UnsupportedMedia
from contact_center.files import SAFE_INLINE, FileStore
from contact_center.web import Context, Download, Routes, read_upload
from contact_center.workspace.files import keep, visible_file
from contact_center.workspace.thread_shapes import StoredFile


def file_routes(store: FileStore) -> Routes:
    """Upload and download."""
    routes = Routes("files")

    @routes.post("/files", allow="files.write", uploads=True, errors=[BadRequest, TooLarge, UnsupportedMedia])
    async def upload_file(context: Context) -> StoredFile:
        """Take in a file (multipart, part `file`), to be attached to a message afterwards."""
        return await keep(context, store, await read_upload(context))

    @routes.get("/files/{file_id}", allow="files.read", errors=[NotFound], media_type="*/*")
    async def get_file(context: Context, file_id: str) -> Download:
        """The bytes of a file; pictures and sound may be shown, everything else is saved."""
        async with context.database.read() as session:
            row = await visible_file(session, context, file_id)
        try:
            content = await store.get(row.sha256)
        except FileNotFoundError:
            raise NotFound from None
        media_type = row.media_type.split(";")[0].strip().lower()
        return Download(content, row.media_type, name=row.name, inline=media_type in SAFE_INLINE)

    return routes
