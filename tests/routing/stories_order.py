"""Stories of who may serve what, in which order, and which agent wins: rules by their number in the catalogue of features."""

from routing import events as ev
from routing import floor, match, pairing, roster, state
from tests.routing.desk import SECOND, Desk, need
from tests.routing.switches import nothing, setting, story, without


def _seek_last(here: pairing.Pairing, item: state.Interaction, *_: object) -> None:
    item.key += 60 * SECOND
    here.join(item)


# -- skills ------------------------------------------------------------------------------------------------------------------


@story("t01", without(state, "combine", lambda queue, own=(): match.Need((), ())))
def only_agents_with_the_skill_are_offered_the_work() -> None:
    desk = Desk().queue(skills=(need(7),))
    desk.agent(1, {3: 9})
    desk.agent(2, {7: 1})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]
    assert desk.arrive(2) == []


@story("t02", without(roster, "meets", lambda levels, required: all(skill in levels for skill, _ in required)))
def a_level_below_the_required_is_not_enough() -> None:
    desk = Desk().queue(skills=(need(7, 5),))
    desk.agent(1, {7: 4})
    desk.agent(2, {7: 5})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]


@story("t02", without(state, "combine", lambda queue, own=(): match.Need((), ())))
def the_interactions_own_skills_add_to_the_queues() -> None:
    desk = Desk().queue(skills=(need(7, 2),))
    desk.agent(1, {7: 2})
    desk.agent(2, {7: 9, 8: 3})
    assert desk.arrive(1, skills=(need(8, 3),)) == [("offer", 0, 1, 2)]


@story("t03", without(state, "combine", lambda queue, own=(): match.Need(tuple((n.skill, n.level) for n in queue), ())))
def a_preferred_skill_excludes_nobody_but_ranks() -> None:
    desk = Desk().queue(skills=(need(7, 5, required=False),), choice=ev.Choice.MOST_SKILLED)
    desk.agent(1, {})
    desk.agent(2, {7: 1})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]
    assert desk.arrive(2) == [("offer", 0, 2, 1)]


# -- relaxation -----------------------------------------------------------------------------------------------------------------


@story("t04", without(floor.Floor, "arm_relax", nothing))
def each_step_widens_at_its_time() -> None:
    steps = (ev.RelaxStep(30 * SECOND, 7, None), ev.RelaxStep(10 * SECOND, 7, 3))
    desk = Desk().queue(skills=(need(7, 5),), relax=steps)
    desk.agent(1, {7: 2})
    desk.agent(2, {7: 3})
    assert desk.arrive(1) == []
    assert desk.at(9).tick() == []
    assert desk.at(12).accept(1, 2) == [("relax", 10, 1), ("offer", 10, 1, 2)]
    assert desk.arrive(2) == []
    assert desk.at(50).tick() == [("relax", 22, 2), ("relax", 42, 2), ("offer", 42, 2, 1)]


@story("t04", without(pairing.Pairing, "seek", _seek_last))
def the_key_stays_when_the_search_widens() -> None:
    desk = Desk().queue(skills=(need(7),), relax=(ev.RelaxStep(10 * SECOND, 7, None),))
    desk.arrive(1)
    desk.at(5).arrive(2)
    assert desk.at(12).tick() == [("relax", 10, 1)]
    assert desk.agent(1, {7: 1}) == [("offer", 12, 1, 1)]


@story("3f_1", without(floor.Floor, "advance", nothing))
def a_step_due_in_the_tick_an_agent_frees_fires_first() -> None:
    desk = Desk().queue(skills=(need(7, 5),), relax=(ev.RelaxStep(10 * SECOND, 7, 1),))
    desk.agent(1, {7: 5})
    desk.take(1, 1)
    desk.arrive(2)
    desk.agent(2, {7: 1})
    assert desk.at(10).finish(1) == [("relax", 10, 2), ("offer", 10, 2, 2)]


# -- order ------------------------------------------------------------------------------------------------------------------------


@story("t06", setting(order=ev.Order.KEY))
def strict_priority_beats_any_age() -> None:
    desk = Desk().queue(order=ev.Order.STRICT)
    desk.arrive(1, priority=1)
    desk.at(9000).arrive(2, priority=2)
    assert desk.agent(1) == [("offer", 9000, 2, 1)]


@story("t07", setting(head_start=0))
def priority_is_a_head_start_in_time() -> None:
    desk = Desk().queue(head_start=30 * SECOND)
    desk.arrive(1, priority=0)
    desk.at(29).arrive(2, priority=1)
    desk.at(62).arrive(3, priority=2)
    assert desk.agent(1) == [("offer", 62, 2, 1)]
    desk.accept(2, 1)
    assert desk.finish(2) == [("offer", 62, 1, 1)]


@story("t08", setting(order=ev.Order.KEY))
def the_nearest_deadline_goes_first() -> None:
    desk = Desk().queue(order=ev.Order.DEADLINE)
    desk.arrive(1)
    desk.arrive(2, deadline=90 * SECOND)
    desk.arrive(3, deadline=50 * SECOND)
    assert desk.agent(1) == [("offer", 0, 3, 1)]
    desk.accept(3, 1)
    assert desk.finish(3) == [("offer", 0, 2, 1)]


@story("t09", without(state.Queue, "entry", lambda queue, item: (0, -item.key, -item.id, item)))
def first_come_first_served_and_ties_by_id() -> None:
    desk = Desk().queue()
    for interaction in (3, 2):
        desk.arrive(interaction)
    desk.at(1).arrive(1)
    assert desk.agent(1) == [("offer", 1, 2, 1)]
    desk.accept(2, 1)
    assert desk.finish(2) == [("offer", 1, 3, 1)]


@story(
    "t09",
    without(
        pairing.Pairing, "_among", staticmethod(lambda agent, heads: max(heads.values(), key=lambda entry: entry[1:3]))
    ),
)
def an_agent_of_two_queues_serves_the_longest_waiting_head() -> None:
    desk = Desk().queue(1, order=ev.Order.STRICT).queue(2)
    desk.arrive(1, queue=2)
    desk.at(5).arrive(2, queue=1, priority=9)
    assert desk.agent(1, queues=(1, 2)) == [("offer", 5, 1, 1)]


@story(
    "t09",
    without(
        pairing.Pairing, "_among", staticmethod(lambda agent, heads: min(heads.values(), key=lambda entry: entry[1:3]))
    ),
)
def an_agent_may_serve_the_queue_it_knows_best_first() -> None:
    desk = Desk().queue(1, skills=(need(7),)).queue(2, skills=(need(8),))
    desk.arrive(1, queue=1)
    desk.at(5).arrive(2, queue=2)
    assert desk.agent(1, {7: 2, 8: 9}, queues=(1, 2), pick=ev.Pick.LEVEL_ORDER) == [("offer", 5, 2, 1)]


@story("t06", setting(order=ev.Order.KEY))
def a_queue_has_one_order_over_all_its_channels() -> None:
    quick = ev.ChannelTerms("chat", offer_time=5 * SECOND, last_agent_wait=0, choice=ev.Choice.LONGEST_IDLE)
    desk = Desk().queue(order=ev.Order.STRICT, by_channel=(quick,))
    desk.arrive(1, channel="chat", units=30)
    desk.at(50).arrive(2, channel="email", units=10, priority=2)
    desk.at(60).arrive(3, channel="chat", units=30, priority=3)
    assert desk.agent(1, units=30) == [("offer", 60, 3, 1)]
    desk.accept(3, 1)
    assert desk.finish(3) == [("offer", 60, 2, 1)]
    desk.accept(2, 1)
    assert desk.finish(2) == [("offer", 60, 1, 1)]


@story("t14", setting(by_channel=()))
def each_channel_rings_as_long_as_the_queue_says_for_it() -> None:
    quick = ev.ChannelTerms("chat", offer_time=5 * SECOND, last_agent_wait=0, choice=ev.Choice.LONGEST_IDLE)
    desk = Desk().queue(by_channel=(quick,))
    desk.agent(1)
    desk.arrive(1, channel="chat", units=30)
    desk.arrive(2, channel="email", units=10)
    assert desk.at(19).tick() == [("expire", 5, 1, 1), ("offer", 5, 1, 1), ("expire", 10, 1, 1), ("withdraw", 10, 2, 1)]


# -- choice of agent ----------------------------------------------------------------------------------------------------------


@story(
    "t10",
    without(
        state.Bucket, "note", lambda bucket, agent: (0, -agent.idle_since, agent.ordinal, agent.id, agent.epoch, agent)
    ),
)
def the_longest_idle_agent_is_chosen_then_the_lower_ordinal() -> None:
    desk = Desk().queue()
    desk.agent(3, ordinal=1)
    desk.agent(2, ordinal=2)
    desk.at(1).agent(1, ordinal=0)
    assert [desk.arrive(n)[0][3] for n in (1, 2, 3)] == [3, 2, 1]


@story("t10", setting(choice=ev.Choice.LONGEST_IDLE))
def the_most_skilled_by_sum_over_listed_skills_is_chosen() -> None:
    desk = Desk().queue(skills=(need(7), need(8, required=False)), choice=ev.Choice.MOST_SKILLED)
    desk.agent(1, {7: 9})
    desk.agent(2, {7: 4, 8: 6})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]


@story("t10", setting(choice=ev.Choice.MOST_SKILLED))
def level_order_looks_at_the_first_listed_skill_only() -> None:
    desk = Desk().queue(skills=(need(7), need(8, required=False)), choice=ev.Choice.LEVEL_ORDER)
    desk.agent(1, {7: 4, 8: 9})
    desk.agent(2, {7: 5})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]


@story("t10", setting(choice=ev.Choice.PACK))
def the_least_loaded_share_is_chosen() -> None:
    desk = Desk().queue(choice=ev.Choice.LEAST_LOADED)
    desk.agent(1, units=100)
    desk.agent(2, units=60)
    assert [desk.arrive(n, channel="chat", units=30)[0][3] for n in (1, 2, 3)] == [1, 2, 1]


@story("t10", setting(choice=ev.Choice.LEAST_LOADED))
def pack_fills_the_busiest_first() -> None:
    desk = Desk().queue(choice=ev.Choice.PACK)
    desk.agent(1)
    desk.agent(2)
    assert [desk.arrive(n, channel="chat", units=30)[0][3] for n in (1, 2, 3, 4)] == [1, 1, 1, 2]


@story("t10", setting(choice=ev.Choice.LONGEST_IDLE))
def round_robin_goes_on_from_the_last() -> None:
    desk = Desk().queue(choice=ev.Choice.ROUND_ROBIN)
    for agent in (1, 2, 3):
        desk.agent(agent)
    served: list[object] = []
    for n in range(1, 6):
        served.append(desk.at(n).arrive(n, channel="chat", units=10)[0][3])
    assert served == [1, 2, 3, 1, 2]
