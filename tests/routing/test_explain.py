"""The answers to "why does it wait", "who could take it" and "why this agent"."""

from dataclasses import replace

from routing import events as ev
from routing.explain import Because, explain, rivals
from routing.state import State
from tests.routing.desk import CONFIG, SECOND, Desk, need


def reasons(desk: Desk, interaction: int) -> dict[int, Because]:
    """Agent -> what is in its way."""
    made = explain(desk.engine, interaction)
    assert made is not None
    return {candidate.agent: candidate.because for candidate in made.candidates}


def test_a_waiting_interaction_names_the_blocking_requirement_and_when_it_widens() -> None:
    step = ev.RelaxStep(30 * SECOND, 7, 2)
    desk = Desk().queue(skills=(need(7, 5), need(8)), relax=(step,))
    desk.agent(1, {7: 3, 8: 1})
    desk.agent(2, {7: 9, 8: 1}, available=False)
    desk.at(3).arrive(1)
    made = explain(desk.engine, 1)
    assert made is not None
    assert made.state is State.WAITING and made.position == 1
    assert [(one.skill, one.level, one.agents, one.available) for one in made.requirements] == [
        (7, 5, 1, 0),
        (8, 1, 2, 1),
    ]
    assert (made.next_step, made.next_step_at) == (step, 33 * SECOND)
    assert reasons(desk, 1) == {1: Because.SKILLS, 2: Because.UNAVAILABLE}
    assert made.candidates[0].missing == ((7, 5),)


def test_each_thing_in_the_way_has_its_name() -> None:
    desk = Desk().queue(last_agent_wait=60 * SECOND).queue(2, reserve=1)
    desk.agent(1, exclusive=("voice",))
    desk.take(1, 1)
    desk.agent(2, units=20)
    desk.agent(3, caps=(ev.Cap("chat", 0),))
    desk.arrive(2, channel="chat", units=30)
    assert reasons(desk, 2) == {1: Because.EXCLUSIVE, 2: Because.UNITS, 3: Because.CAP}
    desk.agent(4)
    desk.decline(2, 4)
    made = explain(desk.engine, 2)
    assert made is not None and made.candidates[-1].because is Because.DECLINED
    assert made.candidates[-1].until == 60 * SECOND
    desk.agent(5, queues=(2,))
    desk.arrive(3, queue=2)
    assert reasons(desk, 3) == {5: Because.RESERVE}


def test_kept_for_the_last_agent_says_for_whom_and_until_when() -> None:
    desk = Desk().queue(last_agent_wait=60 * SECOND)
    desk.agent(1)
    desk.take(1, 1)
    desk.agent(2)
    desk.arrive(2, last_agent=1)
    made = explain(desk.engine, 2)
    assert made is not None and (made.kept_for, made.kept_until) == (1, 60 * SECOND)
    assert reasons(desk, 2) == {1: Because.UNITS, 2: Because.LAST_AGENT}


def test_the_place_in_line_counts_the_queues_own_order() -> None:
    desk = Desk().queue(order=ev.Order.STRICT)
    for interaction, priority in ((1, 0), (2, 5), (3, 1)):
        desk.arrive(interaction, priority=priority, skills=(need(interaction),))
    places = [explain(desk.engine, interaction) for interaction in (1, 2, 3)]
    assert [place.position for place in places if place is not None] == [3, 1, 2]


def test_rivals_are_the_other_able_agents_best_first() -> None:
    desk = Desk(replace(CONFIG, auto_accept=True)).queue(choice=ev.Choice.MOST_SKILLED, skills=(need(7),))
    for agent, level in ((1, 3), (2, 9), (3, 5)):
        desk.agent(agent, {7: level})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]
    assert rivals(desk.engine, 1) == [(3, (-5, 0, 3)), (1, (-3, 0, 1))]
    assert rivals(desk.engine, 1, limit=1) == [(3, (-5, 0, 3))]
    assert desk.arrive(2) == [("offer", 0, 2, 3)]


def test_nothing_is_said_of_what_ended() -> None:
    assert explain(Desk().engine, 1) is None
    assert rivals(Desk().engine, 1) == []
