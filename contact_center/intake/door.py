"""Where channels knock: hands what they received to one transaction, parks what fails on the way, replays what was parked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.logs import correlation, logger
from contact_center.channel import ChannelKind, InboundMessage, ParkReason
from contact_center.db import Database, DatabaseUnavailable, Gathering, one_at_a_time
from contact_center.errors import Conflict, NotFound
from contact_center.files import FileStore
from contact_center.ids import new_id
from contact_center.intake.models import INBOUND, Inbound, InboundEvent, InboundState
from contact_center.intake.received import Received, TakenIn
from contact_center.intake.take_in import parked_copy, second_of, take_in

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A parked inbound row with its raw bytes, ready for another try."""

    id: str
    account_id: str | None
    channel: str
    raw: bytes
    envelope: dict[str, object]
    correlation: str


class Intake:
    """One per process. `receive` returns only after the commit: what it returned for exists exactly once."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database, self._files = database, files
        self._heard: dict[str, datetime] = {}
        self._gathering: Gathering[Received, TakenIn] = Gathering(database, partial(take_in, heard=self._heard))

    async def receive(self, item: Received) -> TakenIn:
        """Take the item in; when our own step fails it is stored as parked. Raises `DatabaseUnavailable` only."""
        try:
            taken = await self._gathering.submit(item)
            self._heard[item.account_id] = second_of(item)
            return taken
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if not isinstance(item.understood, InboundMessage) or item.replay_of is not None:
                raise
            log.exception("intake failed; the message is parked", inbound=item.inbound_id)
            parked = parked_copy(item, ParkReason.INTAKE_FAILED, type(error).__name__)

            async def unit(session: AsyncSession) -> Sequence[TakenIn]:
                return await take_in(session, [parked])

            return (await self._database.write(unit))[0]

    async def park(
        self, channel: ChannelKind, raw: bytes, reason: ParkReason, *, envelope: Mapping[str, object], at: datetime
    ) -> None:
        """Keep what nobody may be trusted to have sent: it belongs to no account, and the same bytes are kept once."""
        digest = hashlib.sha256(b"untrusted\n" + raw).hexdigest()

        async def unit(session: AsyncSession) -> None:
            await one_at_a_time(session, f"inbound:{digest}")
            known = select(Inbound.id).where(Inbound.account_id.is_(None), Inbound.dedupe_key == digest)
            if await session.scalar(known) is not None:
                return
            session.add(
                Inbound(
                    id=new_id(),
                    account_id=None,
                    channel=channel.value,
                    received_at=at,
                    raw=raw,
                    raw_sha256=None,
                    size=len(raw),
                    envelope=dict(envelope),
                    dedupe_key=digest,
                    state=INBOUND.after(InboundState.STORED, InboundEvent.PARK).value,
                    reason=reason.value,
                    guard=None,
                    message_id=None,
                    correlation=correlation.get(),
                )
            )

        await self._database.write(unit)

    async def parked(self, inbound_id: str) -> ParkedRow:
        """The parked row and its bytes; raises NotFound, or Conflict when it is not parked (any more)."""
        async with self._database.read() as session:
            row = (await session.scalars(select(Inbound).where(Inbound.id == inbound_id))).one_or_none()
        if row is None:
            raise NotFound
        if row.state != InboundState.PARKED.value:
            raise Conflict("not_parked", current={"state": row.state})
        return ParkedRow(
            row.id,
            row.account_id,
            row.channel,
            await self.raw(row),
            dict(row.envelope),
            row.correlation,
        )

    async def raw(self, row: Inbound) -> bytes:
        """The bytes as they came."""
        if row.raw is not None:
            return row.raw
        return await self._files.get(row.raw_sha256) if row.raw_sha256 else b""
