"""The same request sent twice acts once."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.web.idempotency import IdempotencyRow
from tests.web.small import THING, Served, principal

ALICE = {"X-Test-Principal": "alice", "X-CSRF-Token": "right"}


async def send(served: Served, name: str, key: str = "key-1", **headers: str) -> Any:
    """Add a thing under a key."""
    given = {**ALICE, "Idempotency-Key": key, **headers}
    return await served.client.post("/api/v1/things", json={"name": name}, headers=given)


async def row_count(served: Served) -> int:
    """How many keys are remembered."""
    async with served.parts.database.read() as session:
        return await session.scalar(select(func.count()).select_from(IdempotencyRow)) or 0


async def change_rows(served: Served, **values: Any) -> None:
    """Change what is remembered."""

    async def unit(session: AsyncSession) -> None:
        await session.execute(update(IdempotencyRow).values(**values))

    await served.parts.database.write(unit)


async def test_a_repeated_request_gets_the_first_answer(served: Served) -> None:
    first, second = await send(served, "a"), await send(served, "a")
    assert (first.status, await first.read()) == (second.status, await second.read())
    assert "Idempotency-Replayed" not in first.headers
    assert (second.headers["Idempotency-Replayed"], second.headers["ETag"]) == ("true", '"1"')
    assert served.things.acted == 1


async def test_a_key_belongs_to_one_request(served: Served) -> None:
    await send(served, "a")
    other = await send(served, "b")
    assert (other.status, (await other.json(content_type=None))["code"]) == (422, "idempotency_mismatch")


async def test_a_key_belongs_to_one_caller(served: Served) -> None:
    await send(served, "a")
    served.people.known["machine"] = principal(
        "machine", session=False, things_write=served.people.known["alice"].permissions["things.write"]
    )
    assert (await send(served, "b", **{"X-Test-Principal": "machine"})).status == 201
    assert served.things.acted == 2


async def test_a_request_still_under_way_is_not_started_again_until_its_process_is_presumed_dead(
    served: Served,
) -> None:
    await send(served, "a")
    now = served.parts.clock.now()
    await change_rows(served, answer=None)
    waiting = await send(served, "a")
    assert (waiting.status, (await waiting.json(content_type=None))["code"]) == (409, "idempotency_in_flight")
    assert waiting.headers["Retry-After"] == "1"
    await change_rows(served, created_at=now - timedelta(minutes=6))
    assert (await send(served, "a")).status == 201


async def test_a_day_later_the_key_is_free_again(served: Served) -> None:
    await send(served, "a")
    await change_rows(served, created_at=served.parts.clock.now() - timedelta(hours=25))
    assert (await send(served, "b")).status == 201
    await change_rows(served, created_at=served.parts.clock.now() - timedelta(hours=25))
    assert await served.parts.idempotency.forget_old() == 1
    assert await row_count(served) == 0


async def test_refused_requests_may_run_again(served: Served) -> None:
    assert (await send(served, "taken")).status == 409
    assert (await send(served, "")).status == 422
    assert await row_count(served) == 0
    assert (await send(served, "a")).status == 201


async def test_many_at_once_act_once(served: Served) -> None:
    answers = await asyncio.gather(*(send(served, "a") for _ in range(6)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert served.things.acted == 1


async def test_what_is_stored_shows_nothing_without_the_key(served: Served) -> None:
    await send(served, "visible-secret")
    async with served.parts.database.read() as session:
        row = (await session.scalars(select(IdempotencyRow))).one()
    assert row.answer is not None
    assert b"visible-secret" not in row.answer
    assert THING.encode() not in row.answer
    assert "key-1" not in row.key_hash


async def test_an_absurd_key_is_refused(served: Served) -> None:
    for key in ("", "x" * 256, "é"):
        refused = await send(served, "a", key)
        assert (refused.status, (await refused.json(content_type=None))["code"]) == (400, "bad_idempotency_key")
