"""HTTP: what could not be taken in: listed with its reason, readable byte for byte, tried again.

Reading and trying again are the channel's business, so the composition hands in how: a function that makes the routes.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.channel import ParkReason
from contact_center.errors import Conflict, NotFound
from contact_center.intake.door import Intake
from contact_center.intake.models import Inbound, InboundState
from contact_center.intake.received import TakenIn
from contact_center.interactions.models import ChannelAccount
from contact_center.web import Context, Download, Model, Page, Paged, Routes, Time, paged
from contact_center.web.refs import Ref

MEDIA_TYPES = {"email": "message/rfc822"}
Glance = Callable[[bytes], tuple[str, str]]
"""The raw bytes -> (from, subject) as far as they can be read."""
Replay = Callable[[str], Awaitable[TakenIn]]
"""A parked row's id -> what became of it now; raises `NotFound` and `Conflict`."""


class ParkedView(Model):
    """One message that waits for somebody to look at it; `reason` is a code, `detail` technical words; `size` in bytes."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    channel: str
    reason: ParkReason
    detail: str
    received_at: Time
    account: Ref | None
    size: int
    sender: Annotated[str, Field(alias="from")]
    subject: str


class Replayed(Model):
    """What the new try came to: `state` is replayed, or parked when it failed again."""

    id: str
    state: str
    message_id: str | None
    conversation_id: str | None
    interaction_id: str | None


class _Handlers:
    """The operations and what they need."""

    def __init__(self, intake: Intake, glances: Mapping[str, Glance], replays: Mapping[str, Replay]) -> None:
        self._intake, self._glances, self._replays = intake, glances, replays

    async def list_parked(self, context: Context, query: Page) -> Paged[ParkedView]:
        """What is parked, newest first."""
        statement = (
            select(Inbound, ChannelAccount)
            .outerjoin(ChannelAccount, ChannelAccount.id == Inbound.account_id)
            .where(Inbound.state == InboundState.PARKED.value)
        )
        async with context.database.read() as session:
            rows, cursor = await paged(session, statement, Inbound.received_at, Inbound.id, page=query)
        return Paged[ParkedView](items=[await self._view(row, account) for row, account in rows], next_cursor=cursor)

    async def get_parked_raw(self, context: Context, inbound_id: str) -> Download:
        """The bytes as they came."""
        row = await self._row(context, inbound_id)
        if row.state not in (InboundState.PARKED.value, InboundState.REPLAYED.value):
            raise NotFound
        kind = MEDIA_TYPES.get(row.channel, "application/octet-stream")
        return Download(await self._raw(row), kind, f"{row.id}.{'eml' if row.channel == 'email' else 'bin'}")

    async def replay_parked(self, context: Context, inbound_id: str) -> Replayed:
        """Try it again, after what parked it has been mended."""
        row = await self._row(context, inbound_id)
        replay = self._replays.get(row.channel)
        if replay is None:
            raise Conflict("no_such_channel", params={"channel": row.channel})
        taken = await replay(inbound_id)
        after = await self._row(context, inbound_id)
        edit = Edit.of(context)

        async def unit(session: AsyncSession) -> None:
            changes.note(session, edit, "inbound.replayed", "inbound", inbound_id, {"state": (row.state, after.state)})

        await context.database.write(unit)
        return Replayed(
            id=inbound_id,
            state=after.state,
            message_id=taken.message_id,
            conversation_id=taken.conversation_id,
            interaction_id=taken.interaction_id,
        )

    async def _row(self, context: Context, inbound_id: str) -> Inbound:
        async with context.database.read() as session:
            row = await session.get(Inbound, inbound_id)
        if row is None:
            raise NotFound
        return row

    async def _raw(self, row: Inbound) -> bytes:
        try:
            return await self._intake.raw(row)
        except FileNotFoundError:
            raise NotFound from None

    async def _view(self, row: Inbound, account: ChannelAccount | None) -> ParkedView:
        glance = self._glances.get(row.channel)
        try:
            sender, subject = glance(await self._intake.raw(row)) if glance is not None else ("", "")
        except FileNotFoundError:
            sender, subject = "", ""
        return ParkedView(
            id=row.id,
            channel=row.channel,
            reason=ParkReason(str(row.reason)),
            detail=row.detail,
            received_at=row.received_at,
            account=None if account is None else Ref(id=account.id, name=account.name),
            size=row.size,
            sender=sender or str(row.envelope.get("mail_from") or ""),
            subject=subject,
        )


def parked_routes(intake: Intake, *, glances: Mapping[str, Glance], replays: Mapping[str, Replay]) -> Routes:
    """The routes; `glances` and `replays` by channel."""
    routes, handlers = Routes("settings"), _Handlers(intake, glances, replays)
    routes.get("/parked", allow="parked.read")(handlers.list_parked)
    routes.get("/parked/{inbound_id}/raw", allow="parked.read", media_type="*/*")(handlers.get_parked_raw)
    routes.post("/parked/{inbound_id}/replay", allow="parked.replay", status=200, errors=[Conflict])(
        handlers.replay_parked
    )
    return routes
