"""One short story for each rule of routing that the engine carries, named by its number in the catalogue of features (`row`) or in the
list of special cases (`case`), each with the switch that turns the rule off and must make the story fail."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from routing import capacity, engine, floor, pairing, roster, state
from routing import events as ev
from tests.routing.desk import CONFIG, SECOND, Desk, need

Off = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Story:
    """A story, the number it belongs to, and the switch."""

    number: str
    tell: Callable[[], None]
    off: Off

    def __str__(self) -> str:
        return f"{self.number}-{self.tell.__name__}"


STORIES: list[Story] = []


def story(number: str, off: Off) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter a story into the table."""

    def enter(tell: Callable[[], None]) -> Callable[[], None]:
        STORIES.append(Story(number, tell, off))
        return tell

    return enter


def without(place: object, name: str, value: object) -> Off:
    """A switch that replaces one function."""
    return lambda patch: patch.setattr(place, name, value)


def setting(**fixed: object) -> Off:
    """A switch that makes every queue forget these settings."""
    plain = state.Queue.adopt

    def adopt(queue: state.Queue, given: ev.QueueSet) -> None:
        plain(queue, replace(given, **fixed))  # type: ignore[arg-type]

    return without(state.Queue, "adopt", adopt)


def profile(**fixed: object) -> Off:
    """A switch that makes every agent forget these settings."""
    plain = state.Agent.adopt

    def adopt(agent: state.Agent, given: ev.AgentSet, shared: state.Profile) -> None:
        plain(agent, replace(given, **fixed), shared)  # type: ignore[arg-type]

    return without(state.Agent, "adopt", adopt)


def nothing(*_: object, **__: object) -> None:
    """Do nothing."""


# -- skills ------------------------------------------------------------------------------------------------------------------


@story("1", without(state, "combine", lambda queue, own=(): state.Need((), ())))
def only_agents_with_the_skill_are_offered_the_work() -> None:
    desk = Desk().queue(skills=(need(7),))
    desk.agent(1, {3: 9})
    desk.agent(2, {7: 1})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]
    assert desk.arrive(2) == []


@story("2", without(roster, "meets", lambda levels, required: all(skill in levels for skill, _ in required)))
def a_level_below_the_required_is_not_enough() -> None:
    desk = Desk().queue(skills=(need(7, 5),))
    desk.agent(1, {7: 4})
    desk.agent(2, {7: 5})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]


@story("2", without(state, "combine", lambda queue, own=(): state.Need((), ())))
def the_interactions_own_skills_add_to_the_queues() -> None:
    desk = Desk().queue(skills=(need(7, 2),))
    desk.agent(1, {7: 2})
    desk.agent(2, {7: 9, 8: 3})
    assert desk.arrive(1, skills=(need(8, 3),)) == [("offer", 0, 1, 2)]


@story("3", without(state, "combine", lambda queue, own=(): state.Need(tuple((n.skill, n.level) for n in queue), ())))
def a_preferred_skill_excludes_nobody_but_ranks() -> None:
    desk = Desk().queue(skills=(need(7, 5, required=False),), choice=ev.Choice.MOST_SKILLED)
    desk.agent(1, {})
    desk.agent(2, {7: 1})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]
    assert desk.arrive(2) == [("offer", 0, 2, 1)]


# -- relaxation -----------------------------------------------------------------------------------------------------------------


@story("4", without(floor.Floor, "arm_relax", nothing))
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


@story("4", without(floor.Floor, "_rejoin", lambda self, item: _rejoin_last(self, item)))
def the_key_stays_when_the_search_widens() -> None:
    desk = Desk().queue(skills=(need(7),), relax=(ev.RelaxStep(10 * SECOND, 7, None),))
    desk.arrive(1)
    desk.at(5).arrive(2)
    assert desk.at(12).tick() == [("relax", 10, 1)]
    assert desk.agent(1, {7: 1}) == [("offer", 12, 1, 1)]


@story("3f relaxation in the same tick", without(floor.Floor, "advance", nothing))
def a_step_due_in_the_tick_an_agent_frees_fires_first() -> None:
    desk = Desk().queue(skills=(need(7, 5),), relax=(ev.RelaxStep(10 * SECOND, 7, 1),))
    desk.agent(1, {7: 5})
    desk.take(1, 1)
    desk.arrive(2)
    desk.agent(2, {7: 1})
    assert desk.at(10).finish(1) == [("relax", 10, 2), ("offer", 10, 2, 2)]


# -- order ------------------------------------------------------------------------------------------------------------------------


@story("6", setting(order=ev.Order.KEY))
def strict_priority_beats_any_age() -> None:
    desk = Desk().queue(order=ev.Order.STRICT)
    desk.arrive(1, priority=1)
    desk.at(9000).arrive(2, priority=2)
    assert desk.agent(1) == [("offer", 9000, 2, 1)]


@story("7", setting(head_start=0))
def priority_is_a_head_start_in_time() -> None:
    desk = Desk().queue(head_start=30 * SECOND)
    desk.arrive(1, priority=0)
    desk.at(29).arrive(2, priority=1)
    desk.at(62).arrive(3, priority=2)
    assert desk.agent(1) == [("offer", 62, 2, 1)]
    desk.accept(2, 1)
    assert desk.finish(2) == [("offer", 62, 1, 1)]


@story("8", setting(order=ev.Order.KEY))
def the_nearest_deadline_goes_first() -> None:
    desk = Desk().queue(order=ev.Order.DEADLINE)
    desk.arrive(1)
    desk.arrive(2, deadline=90 * SECOND)
    desk.arrive(3, deadline=50 * SECOND)
    assert desk.agent(1) == [("offer", 0, 3, 1)]
    desk.accept(3, 1)
    assert desk.finish(3) == [("offer", 0, 2, 1)]


@story("9", without(state.Queue, "entry", lambda queue, item, serial: (0, -item.key, -item.id, serial, item)))
def first_come_first_served_and_ties_by_id() -> None:
    desk = Desk().queue()
    for interaction in (3, 2):
        desk.arrive(interaction)
    desk.at(1).arrive(1)
    assert desk.agent(1) == [("offer", 1, 2, 1)]
    desk.accept(2, 1)
    assert desk.finish(2) == [("offer", 1, 3, 1)]


@story(
    "9",
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
    "9",
    without(
        pairing.Pairing, "_among", staticmethod(lambda agent, heads: min(heads.values(), key=lambda entry: entry[1:3]))
    ),
)
def an_agent_may_serve_the_queue_it_knows_best_first() -> None:
    desk = Desk().queue(1, skills=(need(7),)).queue(2, skills=(need(8),))
    desk.arrive(1, queue=1)
    desk.at(5).arrive(2, queue=2)
    assert desk.agent(1, {7: 2, 8: 9}, queues=(1, 2), pick=ev.Pick.LEVEL_ORDER) == [("offer", 5, 2, 1)]


# -- choice of agent ----------------------------------------------------------------------------------------------------------


@story(
    "10",
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


@story("10", setting(choice=ev.Choice.LONGEST_IDLE))
def the_most_skilled_by_sum_over_listed_skills_is_chosen() -> None:
    desk = Desk().queue(skills=(need(7), need(8, required=False)), choice=ev.Choice.MOST_SKILLED)
    desk.agent(1, {7: 9})
    desk.agent(2, {7: 4, 8: 6})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]


@story("10", setting(choice=ev.Choice.MOST_SKILLED))
def level_order_looks_at_the_first_listed_skill_only() -> None:
    desk = Desk().queue(skills=(need(7), need(8, required=False)), choice=ev.Choice.LEVEL_ORDER)
    desk.agent(1, {7: 4, 8: 9})
    desk.agent(2, {7: 5})
    assert desk.arrive(1) == [("offer", 0, 1, 2)]


@story("10", setting(choice=ev.Choice.PACK))
def the_least_loaded_share_is_chosen() -> None:
    desk = Desk().queue(choice=ev.Choice.LEAST_LOADED)
    desk.agent(1, units=100)
    desk.agent(2, units=60)
    assert [desk.arrive(n, channel="chat", units=30)[0][3] for n in (1, 2, 3)] == [1, 2, 1]


@story("10", setting(choice=ev.Choice.LEAST_LOADED))
def pack_fills_the_busiest_first() -> None:
    desk = Desk().queue(choice=ev.Choice.PACK)
    desk.agent(1)
    desk.agent(2)
    assert [desk.arrive(n, channel="chat", units=30)[0][3] for n in (1, 2, 3, 4)] == [1, 1, 1, 2]


@story("10", setting(choice=ev.Choice.LONGEST_IDLE))
def round_robin_goes_on_from_the_last() -> None:
    desk = Desk().queue(choice=ev.Choice.ROUND_ROBIN)
    for agent in (1, 2, 3):
        desk.agent(agent)
    served = []
    for n in range(1, 6):
        agent = desk.at(n).arrive(n, channel="chat", units=10)[0][3]
        served.append(agent)
    assert served == [1, 2, 3, 1, 2]


# -- capacity ------------------------------------------------------------------------------------------------------------------


@story("11", without(capacity.Load, "fits", lambda load, channel, units: True))
def units_and_channel_caps_both_hold() -> None:
    desk = Desk().queue()
    desk.agent(1, units=100, caps=(ev.Cap("email", 2),))
    assert [len(desk.arrive(n, channel="email", units=10)) for n in (1, 2, 3)] == [1, 1, 0]
    assert [len(desk.arrive(n, channel="chat", units=30)) for n in (4, 5, 6)] == [1, 1, 0]


@story("11", profile(exclusive=()))
def an_exclusive_channel_needs_an_empty_desk_and_keeps_it() -> None:
    desk = Desk().queue()
    desk.agent(1, exclusive=("voice",))
    desk.arrive(1, channel="chat", units=10)
    desk.accept(1, 1)
    assert desk.arrive(2, units=50) == []
    assert desk.finish(1) == [("offer", 0, 2, 1)]
    assert desk.arrive(3, channel="chat", units=10) == []


@story("12", profile(interruptible=()))
def a_call_may_interrupt_mail_but_mail_no_call() -> None:
    desk = Desk().queue()
    desk.agent(1, exclusive=("voice",), interruptible=("email",))
    desk.arrive(1, channel="email", units=100)
    desk.accept(1, 1)
    assert desk.arrive(2) == [("offer", 0, 2, 1)]
    assert desk.arrive(3, channel="email", units=0) == []


@story("12", setting(reserve=0))
def a_reserve_keeps_idle_agents_for_others() -> None:
    desk = Desk().queue(1, reserve=1).queue(2)
    desk.agent(1, queues=(1, 2))
    assert desk.arrive(1, queue=1, channel="email") == []
    assert desk.agent(2, queues=(1, 2)) == [("offer", 0, 1, 1)]
    assert desk.arrive(2, queue=1, channel="email") == []
    assert desk.arrive(3, queue=2) == [("offer", 0, 3, 2)]


@story("13", without(engine.Engine, "_finish", nothing))
def capacity_is_free_when_handling_ends() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.take(1, 1)
    assert desk.arrive(2) == []
    assert desk.at(60).finish(1) == [("offer", 60, 2, 1)]


@story("3f capacity below load", without(capacity.Load, "fits", lambda load, channel, units: True))
def capacity_cut_below_the_load_takes_nothing_away_and_gives_nothing_more() -> None:
    desk = Desk().queue()
    desk.agent(1, units=100)
    for n in (1, 2, 3):
        desk.arrive(n, channel="chat", units=30)
        desk.accept(n, 1)
    assert desk.agent(1, units=60, available=False) == []
    assert desk.arrive(4, channel="chat", units=30) == []
    assert desk.finish(1) == []
    assert desk.finish(2) == [("offer", 0, 4, 1)]


# -- offers ------------------------------------------------------------------------------------------------------------------------


@story("14", setting(offer_time=0))
def an_offer_not_answered_expires_and_is_made_again() -> None:
    desk = Desk().queue()
    desk.agent(1)
    assert desk.arrive(1) == [("offer", 0, 1, 1)]
    assert desk.at(21).accept(1, 1) == [("expire", 20, 1, 1), ("offer", 20, 1, 1)]


@story("14", without(floor.Floor, "_unblock", nothing))
def a_decliner_is_spared_for_a_while_then_asked_again() -> None:
    desk = Desk().queue(offer_time=0)
    desk.agent(1)
    desk.arrive(1)
    assert desk.decline(1, 1) == []
    assert desk.at(30).arrive(2) == [("offer", 30, 2, 1)]
    desk.accept(2, 1)
    assert desk.at(40).finish(2) == []
    assert desk.at(61).tick() == [("offer", 60, 1, 1)]


@story(
    "3f timeout returns to its place",
    without(floor.Floor, "hold", staticmethod(lambda item, agent: _hold_and_age(item, agent))),
)
def an_expired_offer_returns_to_its_old_place() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    desk.at(1).arrive(2)
    assert desk.at(20).tick() == [("expire", 20, 1, 1), ("offer", 20, 1, 1)]


@story("15", without(floor.Floor, "unavailable", nothing))
def misses_in_a_row_make_an_agent_unavailable() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    assert desk.at(99).tick() == [("expire", 20, 1, 1), ("offer", 20, 1, 1), ("expire", 40, 1, 1)]
    assert desk.state(1, True) == [("offer", 99, 1, 1)]


@story("15", without(engine.Engine, "_accept", lambda self, event: self.floor.assigned(self._answered(event))))
def an_accept_between_two_misses_forgives_the_first() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    desk.at(20).accept(1, 1)
    desk.finish(1)
    desk.arrive(2)
    assert desk.at(40).tick() == [("expire", 40, 2, 1), ("offer", 40, 2, 1)]


@story("3f cancelled is no miss", without(floor.Floor, "take_back", lambda self, item, rule: _miss(self, item)))
def a_withdrawn_offer_is_no_miss() -> None:
    desk = Desk(replace(CONFIG, misses=1)).queue()
    desk.agent(1)
    desk.arrive(1)
    assert desk.at(5).cancel(1) == [("withdraw", 5, 1, 1)]
    assert desk.arrive(2) == [("offer", 5, 2, 1)]


@story(
    "3f unavailable during an offer",
    without(floor.Floor, "unavailable", lambda self, agent: setattr(agent, "available", False)),
)
def an_agent_who_leaves_gives_its_offer_back() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.at(1).agent(2)
    desk.arrive(1)
    assert desk.state(1, False) == [("withdraw", 1, 1, 1), ("offer", 1, 1, 2)]


@story("31", without(engine.Engine, "_answered", lambda self, event: self.floor.items[event.interaction]))
def accepting_twice_is_harmless_and_another_cannot_accept() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.agent(2)
    desk.arrive(1)
    assert desk.accept(1, 2) == [("refused", 0, 1, "not_offered")]
    assert desk.accept(1, 1) == []
    assert desk.accept(1, 1) == []
    assert desk.decline(1, 1) == [("refused", 0, 1, "not_offered")]


@story("3f duplicate accept", without(engine.Engine, "_accept", lambda self, event: None))
def an_accept_after_the_offer_ended_is_refused() -> None:
    desk = Desk(replace(CONFIG, misses=1)).queue()
    desk.agent(1)
    desk.arrive(1)
    assert desk.at(20).accept(1, 1) == [("expire", 20, 1, 1), ("refused", 20, 1, "not_offered")]


# -- whom else, where else -----------------------------------------------------------------------------------------------------


@story("16", without(engine.Engine, "_prefer_last_agent", nothing))
def the_last_agent_is_preferred_to_a_longer_idle_one() -> None:
    desk = Desk().queue(last_agent_wait=30 * SECOND)
    desk.agent(1)
    desk.at(1).agent(2)
    assert desk.arrive(1, last_agent=2) == [("offer", 1, 1, 2)]


@story("3f sticky", setting(last_agent_wait=0))
def a_busy_last_agent_is_waited_for_until_the_time_is_up() -> None:
    desk = Desk().queue(last_agent_wait=30 * SECOND)
    desk.agent(2)
    desk.take(1, 2)
    desk.agent(1)
    assert desk.at(10).arrive(2, last_agent=2) == []
    assert desk.at(10).arrive(3, last_agent=2) == []
    assert desk.at(20).finish(1) == [("offer", 20, 2, 2)]
    assert desk.at(41).tick() == [("offer", 40, 3, 1), ("expire", 40, 2, 2), ("offer", 40, 2, 2)]


@story("17", without(floor.Floor, "open", nothing))
def a_preferred_agent_who_declines_opens_the_search_at_once() -> None:
    desk = Desk().queue(last_agent_wait=30 * SECOND)
    desk.agent(1)
    desk.agent(2)
    assert desk.arrive(1, last_agent=2) == [("offer", 0, 1, 2)]
    assert desk.decline(1, 2) == [("offer", 0, 1, 1)]


@story("5", without(floor.Floor, "_open_own", nothing))
def waiting_for_an_agent_who_logs_out_is_skipped() -> None:
    desk = Desk().queue(last_agent_wait=900 * SECOND)
    desk.agent(2)
    desk.take(1, 2)
    desk.agent(1)
    assert desk.arrive(2, last_agent=2) == []
    assert desk.at(5).state(2, False) == [("offer", 5, 2, 1)]


@story("3f all agents log out", without(floor.Floor, "unavailable", nothing))
def when_all_log_out_everything_waits_in_its_place() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    desk.arrive(2)
    assert desk.state(1, False) == [("withdraw", 0, 1, 1)]
    assert desk.arrive(3) == []
    assert desk.at(9).state(1, True) == [("offer", 9, 1, 1)]


@story("18", without(engine.Engine, "_requeue", nothing))
def overflow_to_another_queue_keeps_the_place() -> None:
    desk = Desk().queue(1).queue(2)
    desk.arrive(1, queue=1)
    desk.at(5).arrive(2, queue=2)
    assert desk.at(30).requeue(1, 2) == []
    assert desk.agent(1, queues=(2,)) == [("offer", 30, 1, 1)]


@story("23", without(engine.Engine, "_requeue", nothing))
def a_transfer_frees_the_agent_and_may_go_to_the_front() -> None:
    desk = Desk().queue(1).queue(2)
    desk.agent(1)
    desk.take(1, 1)
    desk.arrive(2, queue=2, queued_at=-5 * SECOND)
    assert desk.at(5).requeue(1, 2, front=True) == []
    assert desk.arrive(3) == [("offer", 5, 3, 1)]
    assert desk.agent(2, queues=(2,)) == [("offer", 5, 1, 2)]


@story("20", setting(max_waiting=None))
def a_full_queue_rejects_what_nobody_can_take_at_once() -> None:
    desk = Desk().queue(max_waiting=1)
    desk.agent(1)
    assert desk.arrive(1) == [("offer", 0, 1, 1)]
    assert desk.arrive(2) == []
    assert desk.arrive(3) == [("reject_full", 0, 3)]
    assert desk.cancel(2) == []
    assert desk.arrive(4) == []


@story("3f queue full", setting(max_waiting=None))
def a_queue_without_room_still_serves_at_once() -> None:
    desk = Desk().queue(max_waiting=0)
    desk.agent(1)
    desk.take(1, 1)
    assert desk.arrive(2) == [("reject_full", 0, 2)]
    assert desk.finish(2) == [("refused", 0, 2, "unknown_interaction")]


@story("21", without(state.Queue, "key_of", lambda queue, item: item.entered))
def a_call_back_keeps_its_virtual_place() -> None:
    desk = Desk().queue()
    desk.at(50).arrive(1)
    desk.at(100).arrive(2, queued_at=10 * SECOND)
    assert desk.agent(1) == [("offer", 100, 2, 1)]


@story("24", without(engine.Engine, "_assign", nothing))
def a_supervisor_may_give_work_to_anyone() -> None:
    desk = Desk().queue(skills=(need(7),))
    desk.agent(1, {7: 1})
    desk.agent(2)
    assert desk.arrive(1) == [("offer", 0, 1, 1)]
    assert desk.assign(1, 2) == [("withdraw", 0, 1, 1)]
    assert desk.arrive(2) == [("offer", 0, 2, 1)]
    assert desk.at(3).finish(1) == []


def _hold_and_age(item: state.Interaction, agent: state.Agent) -> None:
    item.key += 60 * SECOND
    item.agent = agent
    agent.held[item.id] = item
    agent.load.add(item.channel, item.units)


def _miss(here: floor.Floor, item: state.Interaction) -> None:
    here._expire(item)
    here.pairing.leave(item)


def _rejoin_last(here: floor.Floor, item: state.Interaction) -> None:
    here.pairing.leave(item)
    item.key = here.now
    here.pairing.join(item)
