"""What those who wait are told: their place, a range by the queue's pace, and whether anybody is there; on every node alike."""

from datetime import timedelta
from typing import Any

import pytest

from contact_center.agents.states import Presence
from contact_center.interactions.queueing import customer_left
from routing.mirror import Rules
from routing.outlook import Outlook
from routing.pace import pace_of, patience
from routing.waiting_room import Waiting
from tests.routing.conftest import Served
from tests.routing.story import Story, asks

SUNDAYS = [{"day": 6, "opens": "09:00", "closes": "12:00"}]


@pytest.fixture
async def story(served: Served) -> Story:
    return Story(served)


@pytest.fixture(params=["leads", "does not lead"])
def waiting(story: Story, request: pytest.FixtureRequest) -> Waiting:
    """The waiting room of a node that leads, and of one that only serves."""
    centre = story.centre
    desk = (lambda: centre.router.desk) if request.param == "leads" else (lambda: None)
    return Waiting(centre.database, centre.clock, Outlook(centre.clock, Rules(centre.routing), desk))


async def handled(story: Story, agent: str, *, seconds: int, times: int = 3) -> None:
    """Contacts that this agent handled one after the other, each for so long."""
    for _ in range(times):
        mail = await story.centre.mail()
        await story.centre.take(mail, agent)
        await story.wait(seconds)
        await story.served.must("boss", "POST", f"/interactions/{mail}/close", {})
    await story.step()


async def line(story: Story, *, seconds: int = 100, length: int = 3) -> tuple[str, list[str]]:
    """One agent with one mail in hand and a line behind it."""
    alice = await story.agent("alice", caps={"email": 1})
    await handled(story, alice, seconds=seconds)
    mails = [await story.centre.mail() for _ in range(length + 1)]
    await story.step()
    await story.accept(mails[0])
    return alice, mails[1:]


async def test_the_range_grows_with_the_place_and_the_pace(story: Story, waiting: Waiting) -> None:
    _, mails = await line(story)
    assert [await waiting.position(mail) for mail in mails] == [1, 2, 3]
    told = [await waiting.estimated_wait(mail) for mail in mails]
    assert all(one is not None and 0 < one.p50_s < one.p80_s for one in told)
    first, _, last = (one for one in told if one is not None)
    assert 60 < first.p50_s < 80 < 150 < first.p80_s < 170  # one exponential stage of 100 s
    assert last.p50_s > 2.5 * first.p50_s


async def test_what_is_not_in_line_has_no_place(story: Story, waiting: Waiting) -> None:
    alice, mails = await line(story)
    in_hand = (await story.centre.offers())[0].interaction_id
    assert (await waiting.position(in_hand), await waiting.estimated_wait(in_hand)) == (None, None)
    await story.served.must("boss", "POST", f"/interactions/{in_hand}/close", {})
    await story.step()
    assert await story.offered_to(mails[0]) == alice
    assert await waiting.position(mails[0]) == 1
    assert [await waiting.position(mail) for mail in mails[1:]] == [1, 2]


async def test_whose_requirements_fewer_meet_waits_for_those_alone(story: Story, waiting: Waiting) -> None:
    billing = await story.centre.skill("Billing")
    _, mails = await line(story, length=2)
    await story.agent("bob", skills={billing: 5}, caps={"email": 1})
    await story.step()
    await story.accept(mails[0])
    await story.queue(skills=[asks(billing)])
    await story.step()
    narrow = await waiting.estimated_wait(mails[1])
    await story.queue(skills=[])
    await story.step()
    wide = await Waiting(story.centre.database, story.centre.clock, _fresh(story)).estimated_wait(mails[1])
    assert narrow is not None and wide is not None
    assert narrow.p50_s > 1.5 * wide.p50_s


def _fresh(story: Story) -> Outlook:
    return Outlook(story.centre.clock, Rules(story.centre.routing), lambda: story.centre.router.desk)


async def test_too_little_known_says_nothing(story: Story, waiting: Waiting) -> None:
    await story.agent("alice", caps={"email": 0})
    mail = await story.centre.mail()
    await story.step()
    assert (await waiting.position(mail), await waiting.estimated_wait(mail)) == (1, None)


async def test_what_the_router_has_not_heard_of_yet_has_a_place_all_the_same(story: Story, waiting: Waiting) -> None:
    await line(story, length=1)
    mail = await story.centre.mail()
    assert await waiting.position(mail) == 2


async def test_handling_counts_from_the_offer_and_those_who_gave_up_tell_of_patience(story: Story) -> None:
    alice, mails = await line(story, seconds=40, length=3)
    await story.wait(60)
    for mail in mails:

        async def leaves(session: Any, gone: str = mail) -> None:
            await customer_left(session, gone, at=story.centre.clock.now())

        await story.centre.do(leaves)
    async with story.centre.database.read() as session:
        now, queue_id = story.centre.clock.now(), story.centre.queue_id
        pace = await pace_of(session, queue_id, "email", now=now)
        later = await pace_of(session, queue_id, "email", now=now + timedelta(days=2))
        other = await pace_of(session, queue_id, "chat", now=now)
    assert pace is not None and pace.handling == pytest.approx(40, abs=1)
    assert pace.patience == pytest.approx(60, abs=2)
    assert (later, other) == (None, None)


def test_patience_is_all_waiting_over_those_who_gave_up() -> None:
    assert patience([(10, True), (20, True), (30, True), (60, False)]) == 40
    assert patience([(10, True), (20, True), (30, False)]) is None


async def test_queues_and_explanations_tell_the_range_over_http(story: Story) -> None:
    _, mails = await line(story)
    (support, other) = (await story.served.must("boss", "GET", "/queues/live/waits"))["items"]
    assert (other["queue"]["name"], other["channels"]) == ("Billing", [])
    (email,) = support["channels"]
    assert (support["queue"]["name"], email["channel"]) == ("Support", "email")
    told = (await story.explain(mails[2]))["estimate"]
    assert email["p50_s"] > told["p50_s"]  # one more is ahead of whoever comes now
    assert (await story.explain((await story.centre.offers())[0].interaction_id))["estimate"] is None
    await story.agent("bob")
    await story.step()
    free = (await story.served.must("boss", "GET", "/queues/live/waits"))["items"][0]["channels"]
    assert free == [{"channel": "email", "p50_s": 0, "p80_s": 0}]


async def test_somebody_is_there_only_while_the_queue_is_open(story: Story, waiting: Waiting) -> None:
    here, other = story.centre.queue_id, story.centre.other_queue_id
    assert not await waiting.staffed(here) and not await waiting.staffed(None)
    alice = await story.agent("alice")
    assert await waiting.staffed(here) and await waiting.staffed(None)
    body = {"name": "Sundays", "time_zone": "UTC", "week": SUNDAYS, "exceptions": []}
    hours = (await story.served.must("boss", "POST", "/business-hours", body))["id"]
    await story.queue(hours_id=hours)
    assert not await waiting.staffed(here) and not await waiting.staffed(None)
    await story.queue(when_closed="serve")
    assert await waiting.staffed(here)
    await story.queue(when_closed="overflow", closed_queue_id=other)
    assert not await waiting.staffed(here)
    await story.agent("bob", queues=[other])
    assert await waiting.staffed(here) and await waiting.staffed(other)
    await story.queue(when_closed="hold")
    story.centre.clock.advance(6 * 86_400 + 3600)  # Sunday, 10:00
    await story.centre.presence(alice, Presence.AWAY)
    assert not await waiting.staffed(here)
    await story.centre.presence(alice, Presence.AVAILABLE)
    assert await waiting.staffed(here)
