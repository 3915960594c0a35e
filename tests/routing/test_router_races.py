"""What must hold when several act at once, when a leader is late, and when everything is read anew."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from contact_center import history
from contact_center.bell import Bell
from contact_center.clock import wall
from contact_center.db import Database, LeaseLost, Leases
from contact_center.db.leases import Lease
from contact_center.errors import Conflict
from contact_center.interactions import queueing
from contact_center.interactions.states import EndReason
from routing import offers
from routing.commit import Batch, write
from routing.events import QueueSet
from routing.offers import Assigned
from routing.router import Router
from routing.snapshot import SavedAgent, SavedInteraction, Snapshot, save
from tests.routing.conftest import Centre


async def test_accepting_ten_times_at_once_gives_one_assignment(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    given = await asyncio.gather(*(centre.accept(offer) for _ in range(10)))
    assert len({one.id for one in given}) == 1
    assert len(await centre.assignments(mail)) == 1
    assert (await centre.agent_row(alice)).used == 10


async def test_accepting_and_taking_over_at_once_leaves_one_in_charge(centre: Centre) -> None:
    alice, bob = await centre.agent("alice"), await centre.agent("bob", available=False)
    mails = [await centre.mail() for _ in range(10)]
    await centre.step()

    async def tried(work: Awaitable[Assigned]) -> bool:
        try:
            await work
        except Conflict:
            return False
        return True

    for mail in mails:
        offer = await centre.pending(mail)
        await asyncio.gather(tried(centre.accept(offer)), tried(centre.take(mail, bob)))
    await centre.step()
    live = [one for mail in mails for one in await centre.assignments(mail) if one.ended_at is None]
    assert len(live) == 10
    for agent_id in (alice, bob):
        held = sum(one.units for one in live if one.agent_id == agent_id)
        assert (await centre.agent_row(agent_id)).used == held


async def test_accepting_while_the_customer_leaves_is_one_or_the_other(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mails = [await centre.mail() for _ in range(10)]
    await centre.step()
    for mail in mails:
        offer = await centre.pending(mail)
        left, accepted = await asyncio.gather(
            centre.do(partial(queueing.customer_left, interaction_id=mail, at=centre.clock.now())),
            centre.accept(offer),
            return_exceptions=True,
        )
        assert (left is True) == isinstance(accepted, Conflict)
    await centre.step()
    states = [(await centre.interaction(mail)).state for mail in mails]
    assert (await centre.agent_row(alice)).used == 10 * states.count("assigned")
    assert (await centre.agent_row(alice)).misses == 0


async def test_a_stale_leader_cannot_write(centre: Centre) -> None:
    await centre.agent("alice")
    mail = await centre.mail()
    leases = Leases(centre.database, owner="another node")
    await centre.router.close()
    taken = await leases.take("router", seconds=60)
    assert taken is not None
    stale = Lease(taken.name, taken.token - 1, taken.until)
    with pytest.raises(LeaseLost):
        await centre.do(
            lambda session: write(session, Batch(), {}, lease=stale, inputs=[1, 2, 3], misses=2, at=centre.clock.now())
        )
    assert not await centre.router.step(), "another node leads"
    assert await centre.offers(mail) == []


@pytest.fixture
async def second(centre: Centre, database_url: str, tmp_path: Path) -> AsyncIterator[Router]:
    database = Database(database_url)
    router = Router(database, centre.clock, Bell(), Leases(database, owner="second"), centre.routing)
    yield router
    await router.close()
    await database.close()


async def test_a_node_with_a_wrong_clock_stops_routing_and_says_so(
    centre: Centre, second: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.router.close()
    monkeypatch.setattr("routing.router.wall", lambda: wall() + 1.5)
    assert not await second.step()
    trouble = second.status().trouble
    assert trouble is not None and "+1.5 s" in trouble
    assert await centre.offers(mail) == []
    monkeypatch.undo()
    assert await centre.router.step(), "the lease is free for a node that knows the time"
    assert [offer.agent_id for offer in await centre.offers(mail)] == [alice]


async def test_the_next_node_goes_on_where_the_first_stopped(centre: Centre, second: Router) -> None:
    alice = await centre.agent("alice", units=20)
    mails = [await centre.mail() for _ in range(4)]
    await centre.step()
    await centre.accept(await centre.pending(mails[0]))
    assert not await second.step()
    await centre.router.close()
    assert await second.step()
    assert second.status().offered == 1 and second.status().assigned == 1
    offer = await centre.pending(mails[1])
    assert offer is not None and offer.agent_id == alice
    centre.clock.advance(121)
    await centre.seen(alice)
    assert await second.step()
    (first, again) = await centre.offers(mails[1])
    assert (first.state, again.state) == ("expired", "pending")
    assert (await centre.agent_row(alice)).misses == 1


async def test_reading_everything_anew_gives_the_same_engine(centre: Centre, second: Router) -> None:
    """After a lively morning, an engine built from the database remembers what the one that lived through it does."""
    skill = await centre.skill("billing", queue_id=centre.other_queue_id, level=3)
    both = [centre.queue_id, centre.other_queue_id]
    alice = await centre.agent("alice", units=40, queues=both, skills={skill: 5})
    bob = await centre.agent("bob", units=20)
    mails = [await centre.mail() for _ in range(10)]
    await centre.step(1)
    await centre.accept(await centre.pending(mails[0]))
    await centre.accept(await centre.pending(mails[1]))
    await centre.step(2)
    await centre.decline(await centre.pending(mails[2]))
    await centre.step(1)
    await centre.finish(mails[0])
    await centre.give_back(mails[1], EndReason.REQUEUED, front=True)
    await centre.step(1)
    await centre.take(mails[7], bob)
    await centre.step(1)
    await centre.step(118)
    lived = centre.router.desk
    assert lived is not None
    await centre.router.close()
    assert await second.step()
    assert second.desk is not None
    anew, before = comparable(save(second.desk.engine)), comparable(save(lived.engine))
    assert anew[0] == before[0]
    assert anew[1] == before[1]
    assert anew[2] == before[2]
    assert (await centre.agent_row(alice)).forced == "not_responding"


def comparable(snapshot: Snapshot) -> tuple[list[SavedAgent], list[SavedInteraction], list[QueueSet]]:
    """What must be equal: ties of presence, the time of settings and who was never offered anything do not matter."""
    agents = [replace(one, setting=replace(one.setting, t=0), last_offered=0) for one in snapshot.agents]
    interactions = [replace(one, step=None, last_agent=None) for one in snapshot.interactions]
    return agents, interactions, [replace(one, t=0) for one in snapshot.queues]


async def test_a_drifted_count_of_units_is_put_right(centre: Centre) -> None:
    alice = await centre.agent("alice", units=10)

    async def drift(session) -> None:  # type: ignore[no-untyped-def]
        agent = await centre.agent_row(alice)
        row = await session.get(type(agent), alice)
        row.used = 5

    await centre.do(drift)
    mail = await centre.mail()
    await centre.step()
    assert (await centre.agent_row(alice)).used == 0, "refused by the compare-and-set, then counted anew"
    assert await centre.offers(mail) == []
    assert (await centre.interaction(mail)).state == "queued"


async def test_reconciling_mends_what_no_input_told(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None

    async def lose_inputs(session) -> None:  # type: ignore[no-untyped-def]
        await offers.accept(session, offer.id, alice, at=centre.clock.now(), actor=history.user(centre.users[alice]))
        session.info["contact_center.notes"].rows = {
            table: rows
            for table, rows in session.info["contact_center.notes"].rows.items()
            if table.__tablename__ != "routing_input"
        }

    await centre.do(lose_inputs)
    await centre.step()
    assert centre.router.status().offered == 1, "it cannot know"
    desk = centre.router.desk
    lease = centre.router._lease
    assert desk is not None and lease is not None
    await desk.reconcile(lease)
    assert (centre.router.status().offered, centre.router.status().assigned) == (0, 1)
