"""A stretch of real time as a day: stays in queues, who served them, who was there; and played again it comes out the same."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contact_center import history
from contact_center.agents.models import Skill
from contact_center.agents.states import Presence
from contact_center.interactions import ending, queueing
from contact_center.interactions.states import EndReason
from routing.day import Day, End
from routing.recorded import export
from routing.replay import happened, play
from tests.routing.conftest import START, Centre


async def exported(centre: Centre, *, after: float = 0, seconds: float = 86_400) -> Day:
    begin = START + timedelta(seconds=after)
    async with centre.database.read() as session:
        return await export(session, begin, begin + timedelta(seconds=seconds), centre.routing)


def whole(day: Day) -> list[tuple[int, int]]:
    """The only agent's shifts in whole seconds; the clock of these tests moves on a little by itself."""
    return [(round(begin), round(end)) for begin, end in day.agents[0].shifts]


async def close(centre: Centre, mail: str) -> None:
    at = centre.clock.now()
    await centre.do(lambda session: ending.close(session, mail, at=at, actor=history.SYSTEM))


async def test_each_stay_in_a_queue_is_a_call_with_its_wait_ring_and_handling(centre: Centre) -> None:
    await centre.skill("French", queue_id=centre.queue_id)
    first = await centre.mail()
    await centre.step(30)
    skill = (await exported(centre)).queues[0].skills[0].skill
    assert skill == "French"
    left = await centre.mail()
    at = centre.clock.now()
    await centre.do(lambda session: queueing.customer_left(session, left, at=at + timedelta(seconds=4)))
    names = await _skilled(centre)
    await centre.step()
    await centre.step(7)
    await centre.accept(await centre.pending(first))
    centre.clock.advance(100)
    await centre.finish(first)
    await close(centre, first)
    day = await exported(centre)
    calls = [(*map(round, (call.at, call.wait, call.ring, call.handling)), call.end, call.agent) for call in day.calls]
    assert calls == [(0, 37, 7, 100, End.SERVED, names), (30, 4, 0, 0, End.ABANDONED, None)]
    assert {call.queue for call in day.calls} == {"Support"} and day.calls[0].channel == "email"
    assert [(agent.name, agent.queues, agent.skills) for agent in day.agents] == [(names, ["Support"], {"French": 3})]
    assert whole(day) == [(30, 86_400)]


async def _skilled(centre: Centre) -> str:
    async with centre.database.read() as session:
        skill_id = (await session.scalars(select(Skill.id))).one()
    await centre.agent("alice", skills={skill_id: 3})
    return "alice"


async def test_a_requeue_opens_a_second_stay_and_presence_before_the_stretch_counts(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.accept(await centre.pending(mail))
    await centre.step(50)
    await centre.presence(alice, Presence.AWAY)
    await centre.give_back(mail, EndReason.REQUEUED)
    await centre.step(20)
    await centre.presence(alice, Presence.AVAILABLE)
    await centre.step(1)
    day = await exported(centre)
    assert [(round(call.at), round(call.wait), call.end) for call in day.calls] == [(0, 0, End.SERVED)]
    await centre.accept(await centre.pending(mail))
    day = await exported(centre)
    assert [(round(call.at), round(call.wait)) for call in day.calls] == [(0, 0), (50, 21)]
    assert whole(day) == [(0, 50), (70, 86_400)]
    assert (await exported(centre, after=60, seconds=5)).agents[0].shifts == []
    later = await exported(centre, after=71, seconds=9)
    assert whole(later) == [(0, 9)] and later.calls == []


@pytest.mark.parametrize("seed", [1, 2])
async def test_an_exported_day_played_again_reproduces_its_service_level(centre: Centre, seed: int) -> None:
    for name in ("alice", "bob"):
        await centre.agent(name, units=10)
    waiting: list[str] = []
    for number in range(24):
        waiting.append(await centre.mail())
        await centre.step(8)
        for offer in [offer for offer in await centre.offers() if offer.state == "pending"]:
            await centre.accept(offer)
        held = [mail for mail in waiting if (await centre.interaction(mail)).state == "assigned"]
        if number % 2 or len(held) > 1:
            await close(centre, held[0])
            waiting.remove(held[0])
    day = await exported(centre)
    was, came = happened(day), play(day, seed=seed)
    assert was.figures[""].offered == len(day.calls) > 15
    assert came.figures[""].service_level == pytest.approx(was.figures[""].service_level, abs=0.03)
