"""The way out: sent once, in order, tried again by rule, never repeated blindly, and always shown on the message."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import deliver, jobs
from contact_center.bell import Bell
from contact_center.channel import AccountSettings, ChannelKind, DeliveryOutcome, DeliveryReport, OutboundMessage
from contact_center.clock import Clock, FixedClock
from contact_center.deliver import RETRY_AFTER, Deliver
from contact_center.ids import new_id
from contact_center.interactions import delivering
from contact_center.interactions.models import Delivery, Message
from contact_center.interactions.sending import Outgoing, Writer, send
from contact_center.jobs import JobRow, JobRunner
from tests.waiting import eventually
from tests.workspace.house import House, Peer, settings_of

O = DeliveryOutcome
LATER = timedelta(minutes=1)
"""A clock that stands still must not be behind what is written while a slow machine gets there."""


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it to become true."""
    done: bool = await eventually(check)
    assert done


@asynccontextmanager
async def sending(house: House, peer: Peer, *, clock: Clock | None = None) -> AsyncIterator[JobRunner]:
    """A job runner that delivers through the peer."""
    clock = clock or house.clock
    runner = JobRunner(house.database, clock, Bell(), node="here")
    out = Deliver(house.database, clock, {ChannelKind.EMAIL: peer}, settings_of)
    runner.register(out.kind())
    runner.start()
    try:
        yield runner
    finally:
        await runner.close()


async def write(house: House, conversation_id: str | None, text: str, **more: Any) -> dict[str, Any]:
    body = {"kind": "reply", "text": text, "client_message_id": text, "then": "stay", **more}
    answer: dict[str, Any] = await house.post(f"/conversations/{conversation_id}/messages", body)
    return answer


async def states(house: House) -> list[str]:
    return [row.state for row in await house.rows(Delivery)]


async def waits_for(house: House, *expected: str) -> None:
    async def reached() -> bool:
        return await states(house) == list(expected)

    await until(reached)


async def test_an_answer_threads_under_the_customers_message_and_theirs_under_ours(house: House) -> None:
    peer = Peer()
    taken = await house.arrive(agent="alice")
    async with sending(house, peer):
        await write(house, taken.conversation_id, "first")
        await waits_for(house, "sent")
        ours = next(row for row in await house.rows(Message) if row.direction == "out")
        theirs = next(row for row in await house.rows(Message) if row.direction == "in")
        assert peer.sent[0].in_reply_to == theirs.wire_id
        assert peer.sent[0].references == [theirs.wire_id]
        assert ours.wire_id == f"<{ours.id}@house.example>"
        answer = await house.arrive("thanks", answers=ours.wire_id, queue=None)
        assert answer.conversation_id == taken.conversation_id
        await write(house, taken.conversation_id, "second")
        await waits_for(house, "sent", "sent")
    newest = next(row for row in await house.rows(Message) if row.text == "thanks")
    assert peer.sent[1].in_reply_to == newest.wire_id
    assert peer.sent[1].references == [theirs.wire_id, ours.wire_id, newest.wire_id]


async def test_messages_of_a_conversation_leave_in_order(house: House) -> None:
    peer = Peer()
    taken = await house.arrive(agent="alice")
    texts = [f"number {number}" for number in range(6)]
    for text in texts:
        await write(house, taken.conversation_id, text)
    async with sending(house, peer):
        await waits_for(house, *["sent"] * 6)
    assert [message.text for message in peer.sent] == texts


async def test_a_passing_failure_is_tried_again_in_its_place(house: House) -> None:
    clock = FixedClock(Clock().now() + LATER)
    peer = Peer()
    peer.answers = [O.TRANSIENT]
    taken = await house.arrive(agent="alice")
    first = await write(house, taken.conversation_id, "first")
    await write(house, taken.conversation_id, "second")
    async with sending(house, peer, clock=clock):
        await waits_for(house, "failed", "queued")
        shown = (await house.get(f"/conversations/{taken.conversation_id}/messages"))["items"][-2]
        assert shown["id"] == first["id"]
        assert (shown["delivery"]["reason"], shown["delivery"]["detail"]) == ("refused", "peer says transient")
        assert shown["delivery"]["next_try_at"] is not None
        assert shown["version"] > first["version"]
        await until(lambda: _free(house))
        clock.advance(RETRY_AFTER[0] + 1)
        await waits_for(house, "sent", "sent")
    assert [message.text for message in peer.sent] == ["first", "first", "second"]
    assert [message.attempt for message in peer.sent] == [1, 2, 1]


async def _free(house: House) -> bool:
    return all(row.leased_by is None for row in await house.rows(JobRow))


async def _tried(peer: Peer, times: int) -> bool:
    return len(peer.sent) == times


async def test_after_the_third_failure_later_messages_may_pass(house: House) -> None:
    clock = FixedClock(Clock().now() + LATER)
    peer = Peer()
    peer.answers = [O.TRANSIENT, O.TRANSIENT, O.TRANSIENT]
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")
    await write(house, taken.conversation_id, "second")
    async with sending(house, peer, clock=clock):
        for made, wait in enumerate(RETRY_AFTER[:2], start=1):
            await until(functools.partial(_tried, peer, made))
            await waits_for(house, "failed", "queued")
            await until(lambda: _free(house))
            clock.advance(wait + 1)
        await waits_for(house, "failed", "sent")
        clock.advance(RETRY_AFTER[2] + 1)
        await waits_for(house, "sent", "sent")


async def test_a_last_failure_is_shown_until_somebody_retries_or_discards(house: House) -> None:
    peer = Peer()
    peer.answers = [O.PERMANENT]
    taken = await house.arrive(agent="alice")
    message = await write(house, taken.conversation_id, "first")
    async with sending(house, peer):
        await waits_for(house, "failed_permanently")
        item = (await house.get(f"/conversations/{taken.conversation_id}"))["item"]
        assert item["failed_send"] is True
        await house.post(f"/messages/{message['id']}/retry", None)
        await waits_for(house, "sent")
        item = (await house.get(f"/conversations/{taken.conversation_id}"))["item"]
        assert item["failed_send"] is False
        status, problem = await house.call("POST", f"/messages/{message['id']}/discard")
        assert (status, problem["current"]) == (409, {"state": "sent"})


async def test_a_discarded_message_never_leaves(house: House) -> None:
    peer = Peer()
    taken = await house.arrive(agent="alice")
    first = await write(house, taken.conversation_id, "first")
    await write(house, taken.conversation_id, "second")
    answer = await house.post(f"/messages/{first['id']}/discard", None)
    assert answer["delivery"]["state"] == "cancelled"
    async with sending(house, peer):
        await waits_for(house, "cancelled", "sent")
    assert [message.text for message in peer.sent] == ["second"]


@pytest.mark.parametrize("answer", [O.UNKNOWN, RuntimeError("boom")])
async def test_no_clear_answer_is_unknown_and_not_repeated(house: House, answer: Any) -> None:
    peer = Peer()
    peer.answers = [answer]
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")
    async with sending(house, peer):
        await waits_for(house, "unknown")
        await until(lambda: _no_jobs(house))
    assert len(peer.sent) == 1
    assert (await house.get(f"/conversations/{taken.conversation_id}"))["item"]["failed_send"] is True


async def _no_jobs(house: House) -> bool:
    return all(row.kind != "deliver" for row in await house.rows(JobRow))


async def test_a_channel_that_never_answers_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Peer):
        async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
            await asyncio.Event().wait()
            raise AssertionError("never reached")

    monkeypatch.setattr(deliver, "SEND_SECONDS", 0.05)
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")
    async with sending(house, Silent()):
        await waits_for(house, "unknown")


async def test_a_process_that_died_while_sending_leaves_it_unknown(house: House) -> None:
    """The row says `sending`, the dead node's lease has ended: nobody knows whether it left."""
    clock = FixedClock(Clock().now() + LATER)
    peer = Peer()
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")

    async def crashed(session: AsyncSession) -> None:
        await session.execute(update(Delivery).values(state="sending", attempt=1, at=clock.now()))
        await session.execute(
            update(JobRow)
            .where(JobRow.kind == "deliver")
            .values(leased_by="dead", leased_until=clock.now() + jobs.LEASE, attempts=1)
        )

    await house.database.write(crashed)
    clock.advance(jobs.LEASE.total_seconds() + 1)
    async with sending(house, peer, clock=clock):
        await waits_for(house, "unknown")
    assert peer.sent == []


async def test_while_another_node_may_still_be_sending_nobody_judges(house: House) -> None:
    clock = FixedClock(Clock().now() + LATER)
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")

    async def began(session: AsyncSession) -> None:
        await session.execute(update(Delivery).values(state="sending", attempt=1, at=clock.now()))

    await house.database.write(began)
    out = Deliver(house.database, clock, {ChannelKind.EMAIL: Peer()}, settings_of)
    (job,) = [row for row in await house.rows(JobRow) if row.kind == "deliver"]
    with pytest.raises(jobs.Later):
        await out.run(jobs.Job(job.id, job.kind, job.lane, job.payload, 1, ""))
    assert await states(house) == ["sending"]


async def test_a_later_bounce_is_shown_on_the_message_once(house: House) -> None:
    peer = Peer()
    taken = await house.arrive(agent="alice")
    message = await write(house, taken.conversation_id, "first")
    async with sending(house, peer):
        await waits_for(house, "sent")

    async def unit(session: AsyncSession) -> list[str | None]:
        return [
            await delivering.bounced(
                session,
                account_id=house.account_id,
                wire_id=wire_id,
                addresses=["carol@shop.example"],
                at=house.clock.now(),
            )
            for wire_id in (f"{message['id']}@house.example", f"<{message['id']}@house.example>", "<other@x>")
        ]

    assert await house.database.write(unit) == [message["id"], message["id"], None]
    assert await states(house) == ["bounced"]
    shown = (await house.get(f"/conversations/{taken.conversation_id}/messages"))["items"][-1]
    assert (shown["delivery"]["reason"], shown["delivery"]["detail"]) == ("bounced", "carol@shop.example")


async def test_a_status_from_elsewhere_or_out_of_turn_changes_nothing(house: House) -> None:
    peer = Peer()
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")
    async with sending(house, peer):
        await waits_for(house, "sent")
    ours = peer.sent[0].delivery_id

    async def unit(session: AsyncSession) -> None:
        for delivery_id, outcome in ((new_id(), O.DELIVERED), (ours, O.READ), (ours, O.DELIVERED)):
            at = house.clock.now()
            await delivering.reported(session, delivery_id=delivery_id, provider_id="SM1", outcome=outcome, at=at)

    await house.database.write(unit)
    assert await states(house) == ["read"]


async def test_a_job_that_cannot_even_try_frees_the_lane_and_shows(house: House) -> None:
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")
    out = Deliver(house.database, house.clock, {}, settings_of)
    (job,) = [row for row in await house.rows(JobRow) if row.kind == "deliver"]
    parked = out.kind().parked
    assert parked is not None

    async def unit(session: AsyncSession) -> None:
        await parked(session, jobs.Job(job.id, job.kind, job.lane, job.payload, 8, ""), "KeyError: nope")

    await house.database.write(unit)
    assert await states(house) == ["failed_permanently"]
    (delivery,) = await house.rows(Delivery)
    assert (delivery.reason, delivery.detail) == ("not_tried", "KeyError: nope")


async def test_an_account_without_a_channel_fails_with_the_reason(house: House) -> None:
    taken = await house.arrive(agent="alice")
    await write(house, taken.conversation_id, "first")
    runner = JobRunner(house.database, house.clock, Bell(), node="here")
    runner.register(Deliver(house.database, house.clock, {}, settings_of).kind())
    runner.start()
    await waits_for(house, "failed_permanently")
    await runner.close()
    (delivery,) = await house.rows(Delivery)
    assert (delivery.reason, delivery.detail) == ("no_channel", "email")


async def test_a_held_message_can_be_taken_back_and_is_a_draft_again(house: House) -> None:
    taken = await house.arrive(agent="alice")
    at = house.clock.now()
    alice = house.people["alice"]

    async def held(session: AsyncSession) -> str:
        outgoing = Outgoing(
            taken.conversation_id or "",
            Writer(alice.user_id, "Alice"),
            "too early",
            to=[{"value": "carol@shop.example", "name": ""}],
            client_message_id="h",
        )
        return (await send(session, outgoing, at=at, hold=timedelta(seconds=3600))).message_id

    message_id = await house.database.write(held)
    peer = Peer()
    async with sending(house, peer):
        answer = await house.post(f"/messages/{message_id}/undo", None)
        assert answer["delivery"]["state"] == "cancelled"
        assert await _no_jobs(house)
    assert peer.sent == []
    record = await house.get(f"/conversations/{taken.conversation_id}")
    assert record["mine"]["draft"]["reply"]["text"] == "too early"
    assert record["mine"]["draft"]["reply"]["to"] == [{"value": "carol@shop.example", "name": ""}]
    status, problem = await house.call("POST", f"/messages/{message_id}/undo")
    assert (status, problem["code"]) == (409, "delivery_moved")


async def test_a_held_message_leaves_when_its_time_has_come(house: House) -> None:
    clock = FixedClock(house.clock.now())
    taken = await house.arrive(agent="alice")

    async def held(session: AsyncSession) -> None:
        outgoing = Outgoing(taken.conversation_id or "", Writer(None, "House"), "later", client_message_id="h")
        await send(session, outgoing, at=clock.now(), hold=timedelta(seconds=10))

    await house.database.write(held)
    peer = Peer()
    async with sending(house, peer, clock=clock):
        assert await states(house) == ["held"]
        clock.advance(11)
        await waits_for(house, "sent")
    assert peer.sent[0].auto_submitted
