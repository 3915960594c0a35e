"""HTTP of what could not be understood: parked messages, visible with their reason, their bytes, and another try."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from contact_center.channel import ChannelKind
from contact_center.errors import Conflict, NotFound
from contact_center.intake.door import Intake
from contact_center.intake.models import Inbound, InboundState
from contact_center.intake.received import TakenIn
from contact_center.interactions.models import ChannelAccount
from contact_center.web import Context, Download, Ident, Model, Page, Paged, Routes, Time, paged
from contact_center.web.refs import Ref

Replay = Callable[[str], Awaitable[TakenIn]]
"""Understand the parked row's bytes again and take them in."""


class ParkedItem(Model):
    """Something that came in and could not be understood or stored."""

    id: str
    channel: str
    reason: str | None
    received_at: Time
    account: Ref | None
    size: Annotated[int, Field(description="Bytes")]
    sender: str
    recipients: list[str]


class Replayed(Model):
    """What became of another try; both null: it is still parked."""

    conversation_id: Ident | None
    interaction_id: Ident | None


def parked_routes(intake: Intake, replays: Mapping[ChannelKind, Replay]) -> Routes:
    """The list, the raw bytes, and the replay; `replays` by channel."""
    routes = Routes("parked")

    @routes.get("/parked", allow="parked.read")
    async def list_parked(context: Context, query: Page) -> Paged[ParkedItem]:
        """What is parked, newest first."""
        statement = (
            select(Inbound, ChannelAccount.name)
            .outerjoin(ChannelAccount, ChannelAccount.id == Inbound.account_id)
            .where(Inbound.state == InboundState.PARKED.value)
        )
        async with context.database.read() as session:
            rows, cursor = await paged(session, statement, Inbound.received_at, Inbound.id, page=query)
        return Paged[ParkedItem](items=[_item(row) for row in rows], next_cursor=cursor)

    @routes.get("/parked/{inbound_id}/raw", allow="parked.read", media_type="message/rfc822", errors=[NotFound])
    async def get_parked_raw(context: Context, inbound_id: str) -> Download:
        """The bytes as they came."""
        async with context.database.read() as session:
            row = await session.get(Inbound, inbound_id)
        if row is None:
            raise NotFound
        return Download(await intake.raw(row), "message/rfc822", f"{inbound_id}.eml")

    @routes.post("/parked/{inbound_id}/replay", allow="parked.replay", status=200, errors=[NotFound, Conflict])
    async def replay_parked(context: Context, inbound_id: str) -> Replayed:
        """Try again, after what parked it has been mended."""
        row = await intake.parked(inbound_id)
        replay = replays.get(ChannelKind(row.channel))
        if replay is None:
            raise Conflict("not_replayable", current={"channel": row.channel})
        taken = await replay(inbound_id)
        return Replayed(conversation_id=taken.conversation_id, interaction_id=taken.interaction_id)

    return routes


def _item(row: Any) -> ParkedItem:
    inbound, account = row
    envelope = inbound.envelope
    return ParkedItem(
        id=inbound.id,
        channel=inbound.channel,
        reason=inbound.reason,
        received_at=inbound.received_at,
        account=Ref(id=inbound.account_id, name=account) if account is not None else None,
        size=inbound.size,
        sender=str(envelope.get("mail_from", "")),
        recipients=[str(one) for one in envelope.get("rcpt_to", [])],
    )
