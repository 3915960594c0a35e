"""HTTP of the worklist and of one conversation: what people see, and what they do with it.

Made by a function because some handlers need what main composes: rules from settings, who is viewing, the file store, the workers.
"""

from datetime import timedelta

from contact_center.errors import Conflict, Forbidden, Invalid, NotFound
from contact_center.files import FileStore
from contact_center.heavy import Heavy
from contact_center.web import Context, Encoded, Routes
from contact_center.workspace import actions, article_routes, canned_routes, shapes
from contact_center.workspace.complaint_routes import complaint_routes
from contact_center.workspace.counting import Counting
from contact_center.workspace.customer_routes import customer_routes
from contact_center.workspace.file_routes import file_routes
from contact_center.workspace.interaction_routes import interaction_routes
from contact_center.workspace.items import Viewers, as_json, nobody
from contact_center.workspace.message_routes import message_routes
from contact_center.workspace.record import record_of
from contact_center.workspace.replying import Rules
from contact_center.workspace.search import Searching
from contact_center.workspace.visibility import SEE, WRITE, seen_by, visible
from contact_center.workspace.worklist import Listed, page_of, wanted

REPEAT_WITHIN = timedelta(days=90)


def all_routes(
    *, rules: Rules, store: FileStore, heavy: Heavy, viewers: Viewers = nobody, repeat_within: timedelta = REPEAT_WITHIN
) -> list[Routes]:
    """Every operation of the workspace; `repeat_within`: how far back a complaint about the same is a repeat."""
    return [
        worklist_routes(viewers),
        conversation_routes(rules, viewers),
        message_routes(rules, store, heavy),
        file_routes(store),
        interaction_routes(),
        customer_routes(),
        complaint_routes(repeat_within),
        canned_routes.routes,
        article_routes.routes,
    ]


def worklist_routes(viewers: Viewers) -> Routes:
    """The list and the record panel."""
    routes = Routes("conversations")

    counting, searching = Counting(), Searching()

    @routes.get("/conversations", allow=SEE)
    async def list_conversations(context: Context, query: shapes.WorklistQuery) -> Encoded[shapes.Worklist]:
        """The worklist: conversations with their interaction and ticket, newest first unless asked otherwise."""
        user_id = context.principal.user_id
        group = None if query.group is None else query.group.value
        want = wanted(query.view, seen_by(context), group=query.group, channel=query.channel, queue=query.queue)
        if want is None:
            return Encoded(as_json(Listed([], [], None), {}, (), group=group, channel=query.channel))
        if query.q is not None and query.q.strip():
            listed = await searching.page(
                context.database, want, query.q, user_id=user_id, limit=query.limit, cursor=query.cursor
            )
        else:
            async with context.database.read(planned_once=True) as session:
                listed = await page_of(
                    session,
                    want,
                    user_id=user_id,
                    limit=query.limit,
                    cursor=query.cursor,
                    oldest=query.sort is shapes.Sort.OLDEST,
                )
        found = await counting.figures(context.database, want)
        return Encoded(as_json(listed, viewers(listed.ids), found, group=group, channel=query.channel))

    @routes.get("/conversations/{conversation_id}", allow=SEE, errors=[NotFound])
    async def get_conversation(context: Context, conversation_id: str) -> shapes.Record:
        """The record panel in one answer."""
        async with context.database.read() as session:
            conversation = await visible(session, context, conversation_id)
            return await record_of(session, context, conversation, viewers=viewers)

    return routes


def conversation_routes(rules: Rules, viewers: Viewers) -> Routes:
    """What people do with a conversation beside writing messages."""
    routes = Routes("conversations")

    @routes.post("/conversations", allow=WRITE, errors=[Conflict, Invalid])
    async def start_conversation(context: Context, body: shapes.NewConversation) -> shapes.WorkItem:
        """Write first: a new conversation in the hands of its author."""
        return await actions.start_conversation(context, body, rules, viewers)

    @routes.put("/conversations/{conversation_id}/draft", allow=WRITE, errors=[NotFound, Forbidden, Invalid])
    async def save_draft(context: Context, conversation_id: str, body: shapes.DraftIn) -> shapes.Draft:
        """Keep what you are writing here."""
        return await actions.save_draft(context, conversation_id, body)

    @routes.delete("/conversations/{conversation_id}/draft", allow=WRITE, errors=[NotFound, Forbidden])
    async def drop_draft(context: Context, conversation_id: str, query: shapes.DraftQuery) -> None:
        """Throw your draft away."""
        await actions.drop_draft(context, conversation_id, query.mode)

    @routes.post("/conversations/{conversation_id}/read", allow=SEE, status=204, errors=[NotFound])
    async def mark_read(context: Context, conversation_id: str, body: shapes.ReadIn) -> None:
        """Say how far you have read."""
        await actions.mark_read(context, conversation_id, body.up_to_message_id)

    @routes.delete("/conversations/{conversation_id}/read", allow=SEE, errors=[NotFound, Conflict])
    async def mark_unread(context: Context, conversation_id: str) -> None:
        """Find the customer's newest message unread again."""
        await actions.mark_unread(context, conversation_id)

    @routes.post(
        "/conversations/{conversation_id}/snooze", allow=WRITE, status=200, errors=[NotFound, Forbidden, Invalid]
    )
    async def snooze_conversation(context: Context, conversation_id: str, body: shapes.SnoozeIn) -> shapes.WorkItem:
        """Put it aside until then, or bring it back now."""
        return await actions.snooze(context, conversation_id, body, viewers)

    @routes.post(
        "/conversations/{conversation_id}/assign",
        allow=WRITE,
        status=200,
        errors=[NotFound, Forbidden, Conflict, Invalid],
    )
    async def assign_conversation(context: Context, conversation_id: str, body: shapes.AssignIn) -> shapes.WorkItem:
        """Hand it to an agent, or back into a line."""
        return await actions.assign(context, conversation_id, body, rules, viewers)

    return routes
