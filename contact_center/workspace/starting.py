"""We write first: a new conversation whose interaction (`direction=out`) is its author's."""

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import history, words
from contact_center.channel import Address, AddressKind, ChannelKind
from contact_center.db import fold, upsert
from contact_center.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from contact_center.ids import new_id
from contact_center.intake.identify import Known, identify, key_of
from contact_center.interactions import assigning, sending
from contact_center.interactions.models import (
    ChannelAccount,
    Conversation,
    ConversationKey,
    Participant,
    subject_key,
)
from contact_center.interactions.sending import Outgoing
from contact_center.tickets import actions as tickets
from contact_center.web import Context
from contact_center.workspace.files import check_files
from contact_center.workspace.recipients import checked, one_line
from contact_center.workspace.replying import Rules, go_on, writer
from contact_center.workspace.shapes import NewConversation
from contact_center.workspace.visibility import visible

WRITABLE = {ChannelKind.EMAIL: AddressKind.EMAIL, ChannelKind.SMS: AddressKind.PHONE}
"""Channels on which we may begin, and what their addresses are."""


class _Begun(Exception):
    """The same request began this conversation before; undoes what this one did so far."""


async def begin(session: AsyncSession, context: Context, body: NewConversation, rules: Rules) -> str:
    """Store conversation, interaction, ticket and message; returns the conversation's id, the same for a repetition."""
    if context.principal.agent_id is None:
        raise Conflict("no_agent_profile")
    account = await _account(session, body.channel_account_id)
    recipients = checked("to", body.to, account.channel)
    checked("cc", body.cc, account.channel)
    checked("bcc", body.bcc, account.channel)
    await check_files(session, context, body.attachment_ids)
    before_it = await _continued(session, context, body, account)
    one_line("subject", body.subject)
    kind = WRITABLE[ChannelKind(account.channel)]
    key = f"begun:{context.principal.user_id}:{body.client_message_id}"
    before = await _before(session, account.id, key)
    if before is not None:
        return before
    try:
        async with session.begin_nested():
            return await _begin(session, context, body, rules, account, recipients, kind, key, before_it)
    except _Begun:
        found = await _before(session, account.id, key)
        assert found is not None
        return found


async def _begin(
    session: AsyncSession,
    context: Context,
    body: NewConversation,
    rules: Rules,
    account: ChannelAccount,
    recipients: list[dict[str, str]],
    kind: AddressKind,
    key: str,
    continued: Conversation | None,
) -> str:
    at, principal = context.now, context.principal
    assert principal.agent_id is not None
    actor = history.user(principal.user_id)
    people = [
        Address(kind, fold(one["value"]) if kind is AddressKind.EMAIL else one["value"], one["name"], one["value"])
        for one in recipients
    ]
    known = await identify(session, people, language=account.language, at=at)
    order = [known[key_of(address)] for address in people]
    conversation_id = await _conversation(session, account, body, order[0], continued, at=at)
    if not await _mark(session, account.id, key, conversation_id):
        raise _Begun
    await _participants(session, conversation_id, order, recipients)
    units = rules.units.get(account.channel, 0)
    given = await assigning.start(session, conversation_id, principal.agent_id, units=units, at=at, actor=actor)
    await tickets.assigned(session, given.interaction.id, at=at, actor=actor)
    outgoing = Outgoing(
        conversation_id,
        writer(principal),
        body.text,
        subject=body.subject,
        to=recipients,
        cc=checked("cc", body.cc, account.channel),
        bcc=checked("bcc", body.bcc, account.channel),
        file_ids=body.attachment_ids,
        interaction_id=given.interaction.id,
        client_message_id=body.client_message_id,
    )
    await sending.send(session, outgoing, at=at, hold=rules.hold(account.channel, body.undo_seconds))
    if continued is not None:
        params = {"address": recipients[0]["value"], "conversation_id": conversation_id}
        await sending.system_line(
            session, continued.id, "chat_continued_by_mail", params, interaction_id=continued.interaction_id, at=at
        )
    if body.then is not None:
        await go_on(session, conversation_id, body.then, at=at, actor=actor)
    return conversation_id


async def _continued(
    session: AsyncSession, context: Context, body: NewConversation, account: ChannelAccount
) -> Conversation | None:
    """The conversation that goes on on this other channel: one within sight, locked so that its ticket stays its own."""
    if body.continues is None:
        return None
    try:
        found = await visible(session, context, body.continues, lock=True)
    except (NotFound, Forbidden):
        raise Invalid(errors=[FieldError("continues", "validation.unknown_conversation")]) from None
    if found.channel == account.channel:
        raise Invalid(errors=[FieldError("continues", "validation.same_channel")])
    return found


async def _account(session: AsyncSession, account_id: str) -> ChannelAccount:
    account = await session.get(ChannelAccount, account_id)
    if account is None or not account.enabled or account.channel not in {kind.value for kind in WRITABLE}:
        raise Invalid(errors=[FieldError("channel_account_id", "validation.channel_account")])
    return account


async def _conversation(
    session: AsyncSession,
    account: ChannelAccount,
    body: NewConversation,
    customer: Known,
    continued: Conversation | None,
    *,
    at: object,
) -> str:
    identifier = new_id()
    await session.execute(
        insert(Conversation).values(
            id=identifier,
            account_id=account.id,
            channel=account.channel,
            customer_id=customer.customer_id,
            subject=body.subject,
            language=account.language,
            created_at=at,
            last_message_at=at,
            preview_direction="out",
            attention="today",
            queue_id=account.default_queue_id if continued is None else continued.queue_id,
            ticket_id=None if continued is None else continued.ticket_id,
        )
    )
    await words.add(session, {identifier: subject_key(body.subject)})
    return identifier


async def _mark(session: AsyncSession, account_id: str, key: str, conversation_id: str) -> bool:
    """Claim the request's key; False when another request with it was first."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(ConversationKey).values(account_id=account_id, key=key, conversation_id=conversation_id)
    return await session.scalar(statement.on_conflict_do_nothing().returning(ConversationKey.key)) is not None


async def _before(session: AsyncSession, account_id: str, key: str) -> str | None:
    return await session.scalar(
        select(ConversationKey.conversation_id).where(
            ConversationKey.account_id == account_id, ConversationKey.key == key
        )
    )


async def _participants(
    session: AsyncSession, conversation_id: str, people: list[Known], recipients: list[dict[str, str]]
) -> None:
    rows: dict[str, dict[str, str]] = {}
    for position, (known, one) in enumerate(zip(people, recipients, strict=True)):
        role = "customer" if position == 0 else "cc"
        row = {"conversation_id": conversation_id, "identity_id": known.identity_id, "role": role, "name": one["name"]}
        rows.setdefault(known.identity_id, row)
    await upsert(session, Participant, list(rows.values()), key=["conversation_id", "identity_id"])
