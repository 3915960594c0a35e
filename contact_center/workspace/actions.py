"""The edges of the workspace: each opens one unit of work and answers with what the screen needs next."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history
from contact_center.interactions import delivering
from contact_center.interactions.models import Message
from contact_center.web import Context, Reply
from contact_center.workspace import drafts, marks, reading, replying, shapes, starting, thread_shapes
from contact_center.workspace.files import check_files
from contact_center.workspace.items import Viewers, item_of
from contact_center.workspace.replying import Rules
from contact_center.workspace.thread import message_of
from contact_center.workspace.visibility import visible, visible_message


async def write_message(
    context: Context, conversation_id: str, body: thread_shapes.NewMessage, rules: Rules
) -> Reply[thread_shapes.Message]:
    """Store a reply or note: 201 with the message, 200 when it was stored before."""

    async def unit(session: AsyncSession) -> Reply[thread_shapes.Message]:
        conversation = await visible(session, context, conversation_id, lock=True)
        written = await replying.write(session, context, conversation, body, rules)
        if written.new and body.kind == "reply":
            await marks.answered(session, conversation_id, context.principal.user_id)
        return Reply(await message_of(session, written.message_id), status=201 if written.new else 200)

    return await context.database.write(unit)


async def start_conversation(
    context: Context, body: shapes.NewConversation, rules: Rules, viewers: Viewers
) -> shapes.WorkItem:
    """Write first; answers with the new work item, or with the one this very request made before."""

    async def unit(session: AsyncSession) -> shapes.WorkItem:
        conversation_id = await starting.begin(session, context, body, rules)
        return await item_of(session, conversation_id, user_id=context.principal.user_id, viewers=viewers)

    return await context.database.write(unit)


async def save_draft(context: Context, conversation_id: str, body: shapes.DraftIn) -> shapes.Draft:
    """Keep what the caller is writing here."""

    async def unit(session: AsyncSession) -> shapes.Draft:
        await visible(session, context, conversation_id)
        await check_files(session, context, body.attachment_ids)
        return await drafts.save_draft(session, conversation_id, context.principal.user_id, body, at=context.now)

    return await context.database.write(unit)


async def drop_draft(context: Context, conversation_id: str, mode: str) -> None:
    """Throw the caller's draft away."""

    async def unit(session: AsyncSession) -> None:
        await visible(session, context, conversation_id)
        await drafts.drop_draft(session, conversation_id, context.principal.user_id, mode)

    await context.database.write(unit)


async def mark_read(context: Context, conversation_id: str, message_id: str) -> None:
    """The caller has read up to this message."""

    async def unit(session: AsyncSession) -> None:
        await visible(session, context, conversation_id)
        await marks.mark_read(session, conversation_id, context.principal.user_id, message_id)

    await context.database.write(unit)


async def mark_unread(context: Context, conversation_id: str) -> None:
    """The caller wants to find it unread again."""

    async def unit(session: AsyncSession) -> None:
        await visible(session, context, conversation_id)
        await reading.mark_unread(session, conversation_id, context.principal.user_id)

    await context.database.write(unit)


async def snooze(context: Context, conversation_id: str, body: shapes.SnoozeIn, viewers: Viewers) -> shapes.WorkItem:
    """Put the work item aside until then, or bring it back."""

    async def unit(session: AsyncSession) -> shapes.WorkItem:
        conversation = await visible(session, context, conversation_id, lock=True)
        actor = history.user(context.principal.user_id)
        await marks.snooze(session, conversation, body.until, at=context.now, actor=actor)
        return await item_of(session, conversation_id, user_id=context.principal.user_id, viewers=viewers)

    return await context.database.write(unit)


async def assign(
    context: Context, conversation_id: str, body: shapes.AssignIn, rules: Rules, viewers: Viewers
) -> shapes.WorkItem:
    """Hand the work to an agent, or back into a line."""

    async def unit(session: AsyncSession) -> shapes.WorkItem:
        conversation = await visible(session, context, conversation_id, lock=True)
        actor = history.user(context.principal.user_id)
        await marks.assign(
            session,
            conversation,
            agent_id=body.agent_id,
            queue_id=body.queue_id,
            rules=rules,
            at=context.now,
            actor=actor,
        )
        return await item_of(session, conversation_id, user_id=context.principal.user_id, viewers=viewers)

    return await context.database.write(unit)


async def retry(context: Context, message_id: str) -> thread_shapes.Message:
    """Send a failed message again."""
    actor = history.user(context.principal.user_id)
    return await _deliver(
        context, message_id, lambda session: delivering.retry(session, message_id, at=context.now, actor=actor)
    )


async def discard(context: Context, message_id: str) -> thread_shapes.Message:
    """Give a message up that has not gone out."""
    actor = history.user(context.principal.user_id)
    return await _deliver(
        context, message_id, lambda session: delivering.discard(session, message_id, at=context.now, actor=actor)
    )


async def undo(context: Context, message_id: str) -> thread_shapes.Message:
    """Take back a message that is still held."""
    user_id = context.principal.user_id

    async def act(session: AsyncSession) -> None:
        await delivering.undo(session, message_id, user_id, at=context.now)
        message = await session.get_one(Message, message_id)
        if message.forwards_id is None:
            actor = history.user(user_id)
            await replying.taken_back(session, message.conversation_id, at=context.now, actor=actor)

    return await _deliver(context, message_id, act)


async def _deliver(
    context: Context, message_id: str, act: Callable[[AsyncSession], Awaitable[None]]
) -> thread_shapes.Message:
    async def unit(session: AsyncSession) -> thread_shapes.Message:
        await visible_message(session, context, message_id, lock=True)
        await act(session)
        return await message_of(session, message_id)

    return await context.database.write(unit)
