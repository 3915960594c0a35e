"""Named leases: loops that must run once per installation hold one. Only here the database's own clock is asked.

A lease never guarantees safety by itself (its holder may be stopped and resumed): writers also call `fence()` in the
transaction, which on PostgreSQL makes a takeover wait for commits in flight and a stale holder match nothing.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Double, String, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db.base import Base, upsert
from contact_center.db.database import Database


class LeaseRow(Base):
    """One named lease: who holds it, under which token, until when (seconds since the epoch, database clock)."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    owner: Mapped[str] = mapped_column(String(200))
    token: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[float] = mapped_column(Double)


class LeaseLost(Exception):
    """Somebody else holds the lease now; the transaction must not go on."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease held by us: `token` goes to `fence()`; `until` is on the database's clock."""

    name: str
    token: int
    until: float


class Leases:
    """Takes and renews leases for one node."""

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._owner = owner

    async def take(self, name: str, *, seconds: float) -> Lease | None:
        """Take or renew the lease; None when another node holds it. A new holder gets a higher token.

        Who asks in vain only reads, because the row's lock is what every commit of the holder needs for its fence.
        """
        if await self._held_by_another(name):
            return None

        async def unit(session: AsyncSession) -> Lease | None:
            now = await database_now(session)
            await upsert(session, LeaseRow, [{"name": name, "owner": "", "token": 0, "until": 0.0}], key=["name"])
            row = (await session.execute(select(LeaseRow).where(LeaseRow.name == name).with_for_update())).scalar_one()
            if row.owner != self._owner and row.until > now:
                return None
            token = row.token if row.owner == self._owner and row.until > now else row.token + 1
            row.owner, row.token, row.until = self._owner, token, now + seconds
            return Lease(name, token, row.until)

        return await self._database.write(unit)

    async def _held_by_another(self, name: str) -> bool:
        async with self._database.read() as session:
            now = await database_now(session)
            held = select(LeaseRow.name).where(
                LeaseRow.name == name, LeaseRow.owner != self._owner, LeaseRow.until > now
            )
            return (await session.execute(held)).first() is not None

    async def drop(self, lease: Lease) -> None:
        """Give the lease up at once, so that the next node need not wait for its end."""

        async def unit(session: AsyncSession) -> None:
            await session.execute(
                update(LeaseRow).where(LeaseRow.name == lease.name, LeaseRow.token == lease.token).values(until=0.0)
            )

        await self._database.write(unit)


async def database_now(session: AsyncSession) -> float:
    """Seconds since the epoch on the database's clock."""
    if session.get_bind().dialect.name == "postgresql":
        statement = text("SELECT extract(epoch FROM clock_timestamp())::float8")
    else:
        statement = text("SELECT (julianday('now') - 2440587.5) * 86400.0")
    return float((await session.execute(statement)).scalar_one())


STOPPED = "5000"
"""Milliseconds after which PostgreSQL ends a fenced transaction whose node says nothing more: a node that was stopped in the middle of one
must not keep the lease's row, nor its agents', from the next leader."""


async def fence(session: AsyncSession, lease: Lease) -> None:
    """Hold the lease row for the rest of this transaction; raises `LeaseLost` when the token is no longer ours."""
    statement = select(LeaseRow.token).where(LeaseRow.name == lease.name, LeaseRow.token == lease.token)
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.add_columns(func.set_config("idle_in_transaction_session_timeout", STOPPED, True))
    if (await session.execute(statement.with_for_update(read=True))).first() is None:
        raise LeaseLost(lease.name)
