"""HTTP for staff: who a chat's visitor is as the sockets know them, and keeping one out.

Which conversations a caller sees is decided above (workspace), so the composition hands that in.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.models import ChatVisitor
from contact_center import history
from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.errors import Conflict, Forbidden, NotFound
from contact_center.interactions import sending
from contact_center.interactions.models import Conversation, ConversationKey
from contact_center.web import Context, Model, Routes, Time

Visible = Callable[..., Awaitable[Conversation]]
"""(session, context, conversation id, lock=) -> the conversation; raises `NotFound` and `Forbidden`."""


class VisitorView(Model):
    """The visitor behind a chat. `name` and `email` are their own words unless `verified`."""

    id: str
    name: str
    email: str
    verified: bool
    page: str
    language: str
    here: bool
    seen_at: Time
    blocked: bool


class Block(Model):
    """Whether the visitor is kept out."""

    blocked: bool


def visitor_routes(visible: Visible) -> Routes:
    """The routes."""
    routes = Routes("chat")
    path = "/conversations/{conversation_id}/visitor"

    @routes.get(path, allow="conversations.read", errors=[NotFound, Conflict])
    async def get_visitor(context: Context, conversation_id: str) -> VisitorView:
        """Who chats here; 409 for conversations that are no chats."""
        async with context.database.read() as session:
            await visible(session, context, conversation_id)
            return _view(await _visitor(session, conversation_id))

    @routes.put(path, allow="conversations.write", errors=[NotFound, Forbidden, Conflict])
    async def block_visitor(context: Context, conversation_id: str, body: Block) -> VisitorView:
        """Keep the visitor out, or let them in again."""
        edit = Edit.of(context)

        async def unit(session: AsyncSession) -> VisitorView:
            conversation = await visible(session, context, conversation_id, lock=True)
            row = await _visitor(session, conversation_id, lock=True)
            if (row.blocked_at is not None) != body.blocked:
                before = row.blocked_at is not None
                row.blocked_at = context.now if body.blocked else None
                code = "chat_blocked" if body.blocked else "chat_unblocked"
                params = {"user_id": context.principal.user_id, "user": context.principal.name}
                interaction_id = conversation.interaction_id
                await sending.system_line(
                    session, conversation_id, code, params, interaction_id=interaction_id, at=context.now
                )
                changes.note(
                    session, edit, "chat_visitor.changed", "chat_visitor", row.id, {"blocked": (before, body.blocked)}
                )
                history.append(
                    session,
                    entity="chat_visitor",
                    entity_id=row.id,
                    before=str(before).lower(),
                    after=str(body.blocked).lower(),
                    at=context.now,
                    actor=history.user(context.principal.user_id),
                    cause=code,
                )
            return _view(row)

        return await context.database.write(unit)

    return routes


async def _visitor(session: AsyncSession, conversation_id: str, *, lock: bool = False) -> ChatVisitor:
    query = (
        select(ChatVisitor)
        .join(
            ConversationKey,
            (ConversationKey.account_id == ChatVisitor.account_id) & (ConversationKey.key == ChatVisitor.key),
        )
        .where(ConversationKey.conversation_id == conversation_id)
    )
    found: ChatVisitor | None = await session.scalar(query.with_for_update(of=ChatVisitor) if lock else query)
    if found is None:
        raise Conflict("no_visitor")
    return found


def _view(row: ChatVisitor) -> VisitorView:
    return VisitorView(
        id=row.id,
        name=row.name,
        email=row.email,
        verified=row.verified,
        page=row.page,
        language=row.language,
        here=row.gone_at is None,
        seen_at=row.seen_at,
        blocked=row.blocked_at is not None,
    )
