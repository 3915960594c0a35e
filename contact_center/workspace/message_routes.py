"""HTTP of a conversation's thread: reading, writing, what became of messages."""

from contact_center.errors import Conflict, Forbidden, Invalid, NotFound
from contact_center.files import FileStore
from contact_center.heavy import Heavy
from contact_center.web import Context, Download, Reply, Routes
from contact_center.workspace import actions, documents, thread_shapes
from contact_center.workspace.replying import Rules
from contact_center.workspace.thread import thread_of
from contact_center.workspace.thread_search import found_in
from contact_center.workspace.visibility import SEE, WRITE, visible, visible_message


def message_routes(rules: Rules, store: FileStore, heavy: Heavy) -> Routes:
    """The thread and its messages."""
    routes = Routes("messages")

    @routes.get("/conversations/{conversation_id}/messages", allow=SEE, errors=[NotFound])
    async def list_messages(
        context: Context, conversation_id: str, query: thread_shapes.ThreadQuery
    ) -> thread_shapes.Thread:
        """A page of the thread, the newest first, ascending inside."""
        async with context.database.read() as session:
            await visible(session, context, conversation_id)
            return await thread_of(
                session, conversation_id, limit=query.limit, cursor=query.cursor, before=query.before
            )

    @routes.get("/conversations/{conversation_id}/search", allow=SEE, errors=[NotFound])
    async def search_messages(
        context: Context, conversation_id: str, query: thread_shapes.SearchQuery
    ) -> thread_shapes.FoundMessages:
        """Where in the thread something was said, the newest first."""
        async with context.database.read() as session:
            await visible(session, context, conversation_id)
            return await found_in(session, conversation_id, query.q)

    @routes.post(
        "/conversations/{conversation_id}/messages",
        allow=WRITE,
        status=(201, 200),
        errors=[NotFound, Forbidden, Conflict, Invalid],
    )
    async def write_message(
        context: Context, conversation_id: str, body: thread_shapes.NewMessage
    ) -> Reply[thread_shapes.Message]:
        """Write a reply to the customer or an internal note, or pass a mail on."""
        return await actions.write_message(context, conversation_id, body, rules)

    @routes.post("/messages/{message_id}/retry", allow=WRITE, status=200, errors=[NotFound, Forbidden, Conflict])
    async def retry_message(context: Context, message_id: str) -> thread_shapes.Message:
        """Send a failed message again."""
        return await actions.retry(context, message_id)

    @routes.post("/messages/{message_id}/discard", allow=WRITE, status=200, errors=[NotFound, Forbidden, Conflict])
    async def discard_message(context: Context, message_id: str) -> thread_shapes.Message:
        """Give up a message that has not gone out."""
        return await actions.discard(context, message_id)

    @routes.post("/messages/{message_id}/undo", allow=WRITE, status=200, errors=[NotFound, Forbidden, Conflict])
    async def undo_message(context: Context, message_id: str) -> thread_shapes.Message:
        """Take back a message that is still held."""
        return await actions.undo(context, message_id)

    @routes.get("/messages/{message_id}/html", allow=SEE, errors=[NotFound], media_type="text/html")
    async def get_message_html(context: Context, message_id: str, query: thread_shapes.HtmlQuery) -> Download:
        """The sanitised HTML body as a document for a sandboxed frame."""
        async with context.database.read() as session:
            message = await visible_message(session, context, message_id)
            return await documents.html_document(session, store, heavy, message, images=bool(query.images))

    @routes.get("/messages/{message_id}/raw", allow=SEE, errors=[NotFound], media_type="message/rfc822")
    async def get_message_raw(context: Context, message_id: str) -> Download:
        """The message as it came over the wire."""
        async with context.database.read() as session:
            message = await visible_message(session, context, message_id)
            return await documents.raw(session, store, message)

    return routes
