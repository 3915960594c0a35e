"""How long one will still wait: the range against played traffic, and what it counts as being ahead."""

import pytest

from prove.waits import LOADS, coverage
from routing import events as ev
from routing.estimate import Pace, Range, estimate, expected_wait
from routing.simulate import Simulation
from tests.routing.desk import SECOND, Desk, need

PACE = Pace(handling=100)


@pytest.mark.parametrize("name", LOADS)
def test_half_are_served_within_p50_and_four_in_five_within_p80(name: str) -> None:
    found = coverage(name, calls=6_000)
    assert found.holds, found


def test_a_guess_by_the_mean_alone_would_be_noticed() -> None:
    def mean(play: Simulation, caller: int, pace: Pace) -> Range | None:
        found = estimate(play.engine, caller, pace)
        return None if found is None else Range(found.p80, found.p80)

    assert not coverage("C1", calls=6_000, told_by=mean).holds


def test_one_stage_is_the_exponential_law() -> None:
    found = expected_wait(ahead=0, servers=10, pace=PACE)
    assert found is not None
    assert found.p50 == pytest.approx(6.93, rel=0.02)
    assert found.p80 == pytest.approx(16.09, rel=0.02)


def test_impatient_people_ahead_shorten_the_wait_and_nobody_serving_gives_no_answer() -> None:
    patient = expected_wait(ahead=20, servers=10, pace=PACE)
    impatient = expected_wait(ahead=20, servers=10, pace=Pace(100, 60))
    assert patient is not None and impatient is not None
    assert impatient.p80 < patient.p50
    assert expected_wait(ahead=20, servers=0, pace=PACE) is None


def test_only_those_competing_for_the_same_agents_are_ahead() -> None:
    desk = Desk().queue(1, skills=(need(1),)).queue(2, skills=(need(2),))
    for agent, skills in ((1, {1: 5}), (2, {1: 5, 2: 5}), (3, {2: 5})):
        desk.agent(agent, skills, queues=(1, 2))
    for busy in (1, 2, 3):
        desk.arrive(busy, queue=2 if busy == 3 else 1)
    for number in range(10, 14):
        desk.at(1).arrive(number, queue=2)
    desk.at(2).arrive(20, queue=1)
    # Half of queue 2's agents also serve queue 1: two of its four callers count, and two agents serve.
    assert estimate(desk.engine, 20, PACE) == expected_wait(ahead=2, servers=2, pace=PACE)
    assert estimate(desk.engine, 10, PACE) == expected_wait(ahead=0, servers=2, pace=PACE)
    assert estimate(desk.engine, 1, PACE) is None


def test_places_follow_capacity_and_absent_agents_serve_nobody() -> None:
    desk = Desk().queue()
    desk.agent(1, units=100, caps=(ev.Cap("chat", 2),))
    for number in (1, 2, 3):
        desk.arrive(number, channel="chat", units=30)
    assert estimate(desk.engine, 3, PACE) == expected_wait(ahead=0, servers=2, pace=PACE)
    desk.accept(1, 1)
    desk.accept(2, 1)
    desk.state(1, False)
    assert estimate(desk.engine, 3, PACE) is None


def test_the_time_already_waited_does_not_enter() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.take(1, 1)
    desk.arrive(2)
    before = estimate(desk.engine, 2, PACE)
    desk.t = 500 * SECOND
    desk.tick()
    assert estimate(desk.engine, 2, PACE) == before
