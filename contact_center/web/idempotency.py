"""Idempotency-Key: the same request sent twice by one caller acts once and is answered the same.

Only successes are kept (a refused request changed nothing, so it may simply run again). Answers can hold secrets shown
once, so they are stored sealed under a key that only the sender of the Idempotency-Key and this house know together.
"""

import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, LargeBinary, String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.clock import Clock
from contact_center.db import Base, Database, DatabaseUnavailable, UtcDateTime, upsert
from contact_center.errors import BadRequest, Conflict, Invalid, Problem
from contact_center.web.context import Principal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
PRESUMED_DEAD = timedelta(minutes=5)
"""A request still unfinished after this long died with its process; the key may be used again."""
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Cache-Control")


class IdempotencyRow(Base):
    """One key of one caller: in flight while `answer` is null. `digest` is the SHA-256 of the request."""

    __tablename__ = "idempotency"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    attempt: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class _Key:
    """One use of a key: `sealing` never reaches the database."""

    hashed: str
    digest: str
    attempt: str
    sealing: bytes


class Idempotency:
    """Remembers answers by key for a day."""

    def __init__(self, database: Database, clock: Clock, *, secret: str) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret.encode()

    async def once(
        self, request: web.Request, principal: Principal, raw: bytes, act: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        """Run `act`, or answer what it answered before. 422 `idempotency_mismatch`, 409 `idempotency_in_flight`."""
        given = request.headers.get(HEADER)
        if given is None:
            return await act()
        if not 1 <= len(given) <= 255 or not given.isascii() or not given.isprintable():
            raise BadRequest("bad_idempotency_key")
        key = self._key(given, request, principal, raw)
        stored = await self._database.write(lambda session: self._take(session, key))
        if stored is not None:
            return self._replayed(key, stored)
        try:
            answer = await act()
        except (Problem, DatabaseUnavailable):
            await self._release(key)
            raise
        await self._keep(key, answer)
        return answer

    async def forget_old(self) -> int:
        """Delete what is older than a day; for the sweeper. Returns how many."""
        before = self._clock.now() - KEPT

        async def unit(session: AsyncSession) -> int:
            gone = await session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < before))
            return int(getattr(gone, "rowcount", 0))

        return await self._database.write(unit)

    def _key(self, given: str, request: web.Request, principal: Principal, raw: bytes) -> _Key:
        owner = principal.token_id or principal.user_id
        named = "\n".join((owner, request.method, request.path, given)).encode()
        return _Key(
            hashed=hashlib.sha256(named).hexdigest(),
            digest=hashlib.sha256(request.raw_path.encode() + b"\n" + raw).hexdigest(),
            attempt=os.urandom(16).hex(),
            sealing=hmac.digest(self._secret, b"idempotency\n" + named, "sha256"),
        )

    async def _take(self, session: AsyncSession, key: _Key) -> bytes | None:
        """Claim the key, or return the stored answer; a key whose time is over is free again."""
        now = self._clock.now()
        await session.execute(
            delete(IdempotencyRow).where(
                IdempotencyRow.key_hash == key.hashed,
                (IdempotencyRow.created_at < now - KEPT)
                | (IdempotencyRow.answer.is_(None) & (IdempotencyRow.created_at < now - PRESUMED_DEAD)),
            )
        )
        fresh = {"key_hash": key.hashed, "digest": key.digest, "attempt": key.attempt, "created_at": now}
        await upsert(session, IdempotencyRow, [fresh], key=["key_hash"])
        row = (await session.execute(select(IdempotencyRow).where(IdempotencyRow.key_hash == key.hashed))).scalar_one()
        if row.attempt == key.attempt:
            return None
        if row.digest != key.digest:
            raise Invalid("idempotency_mismatch")
        if row.answer is None:
            raise Conflict("idempotency_in_flight", retry_after=1)
        return row.answer

    async def _keep(self, key: _Key, answer: web.Response) -> None:
        """Store the answer; what was done stays done even when that fails."""
        statement = update(IdempotencyRow).where(*_mine(key)).values(answer=_seal(key, answer))
        with suppress(DatabaseUnavailable):
            await self._database.write(lambda session: session.execute(statement))

    async def _release(self, key: _Key) -> None:
        """Nothing was done: the key is free again."""
        statement = delete(IdempotencyRow).where(*_mine(key))
        with suppress(DatabaseUnavailable):
            await self._database.write(lambda session: session.execute(statement))

    def _replayed(self, key: _Key, stored: bytes) -> web.Response:
        try:
            opened = orjson.loads(AESGCM(key.sealing).decrypt(stored[:12], stored[12:], None))
        except InvalidTag:
            raise Invalid("idempotency_mismatch") from None
        headers = {**opened["headers"], REPLAYED: "true"}
        return web.Response(status=opened["status"], headers=headers, body=opened["body"].encode() or None)


def _seal(key: _Key, answer: web.Response) -> bytes:
    body = answer.body if isinstance(answer.body, bytes) else b""
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers and body}
    plain = orjson.dumps({"status": answer.status, "headers": headers, "body": body.decode()})
    nonce = os.urandom(12)
    return nonce + AESGCM(key.sealing).encrypt(nonce, plain, None)


def _mine(key: _Key) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IdempotencyRow.key_hash == key.hashed, IdempotencyRow.attempt == key.attempt
