"""Stories of capacity, offers, and what becomes of them: rules by their number in the catalogue of features."""

from dataclasses import replace

from routing import capacity, engine, estimate, floor, state
from routing import events as ev
from routing.decisions import Code
from tests.routing.desk import CONFIG, SECOND, Desk, need
from tests.routing.switches import nothing, profile, setting, story, without

_expire = floor.Floor._expire


def _expire_and_age(here: floor.Floor, item: state.Interaction) -> None:
    item.key += 60 * SECOND
    _expire(here, item)


def _miss(here: floor.Floor, item: state.Interaction) -> None:
    here._expire(item)
    here.pairing.leave(item)


_accept = engine.Engine._accept


def _accept_unforgiving(self: engine.Engine, event: ev.Accept) -> Code | None:
    agent = self.floor.roster.agents[event.agent]
    misses = agent.misses
    code = _accept(self, event)
    agent.misses = misses
    return code


# -- capacity ------------------------------------------------------------------------------------------------------------------


@story("t11", without(capacity.Load, "fits", lambda load, channel, units: True))
def units_and_channel_caps_both_hold() -> None:
    desk = Desk().queue()
    desk.agent(1, units=100, caps=(ev.Cap("email", 2),))
    assert [len(desk.arrive(n, channel="email", units=10)) for n in (1, 2, 3)] == [1, 1, 0]
    assert [len(desk.arrive(n, channel="chat", units=30)) for n in (4, 5, 6)] == [1, 1, 0]


@story("t11", profile(exclusive=()))
def an_exclusive_channel_needs_an_empty_desk_and_keeps_it() -> None:
    desk = Desk().queue()
    desk.agent(1, exclusive=("voice",))
    desk.arrive(1, channel="chat", units=10)
    desk.accept(1, 1)
    assert desk.arrive(2, units=50) == []
    assert desk.finish(1) == [("offer", 0, 2, 1)]
    assert desk.arrive(3, channel="chat", units=10) == []


@story("t12", profile(interruptible=()))
def a_call_may_interrupt_mail_but_mail_no_call() -> None:
    desk = Desk().queue()
    desk.agent(1, exclusive=("voice",), interruptible=("email",))
    desk.arrive(1, channel="email", units=100)
    desk.accept(1, 1)
    assert desk.arrive(2) == [("offer", 0, 2, 1)]
    assert desk.arrive(3, channel="email", units=0) == []


@story("t12", setting(reserve=0))
def a_reserve_keeps_idle_agents_for_others() -> None:
    desk = Desk().queue(1, reserve=1).queue(2)
    desk.agent(1, queues=(1, 2))
    assert desk.arrive(1, queue=1, channel="email") == []
    assert desk.agent(2, queues=(1, 2)) == [("offer", 0, 1, 1)]
    assert desk.arrive(2, queue=1, channel="email") == []
    assert desk.arrive(3, queue=2) == [("offer", 0, 3, 2)]


@story("t13", without(engine.Engine, "_finish", nothing))
def capacity_is_free_when_handling_ends() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.take(1, 1)
    assert desk.arrive(2) == []
    assert desk.at(60).finish(1) == [("offer", 60, 2, 1)]


@story("3f_6", without(capacity.Load, "fits", lambda load, channel, units: True))
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


@story("t14", setting(offer_time=0))
def an_offer_not_answered_expires_and_is_made_again() -> None:
    desk = Desk().queue()
    desk.agent(1)
    assert desk.arrive(1) == [("offer", 0, 1, 1)]
    assert desk.at(21).accept(1, 1) == [("expire", 20, 1, 1), ("offer", 20, 1, 1)]


@story("t14", without(floor.Floor, "_unblock", nothing))
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
    "3f_2",
    without(floor.Floor, "_expire", lambda self, item: _expire_and_age(self, item)),
)
def an_expired_offer_returns_to_its_old_place() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    desk.at(1).arrive(2)
    assert desk.at(20).tick() == [("expire", 20, 1, 1), ("offer", 20, 1, 1)]


@story("t15", without(floor.Floor, "unavailable", nothing))
def misses_in_a_row_make_an_agent_unavailable() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    assert desk.at(99).tick() == [("expire", 20, 1, 1), ("offer", 20, 1, 1), ("expire", 40, 1, 1)]
    assert desk.state(1, True) == [("offer", 99, 1, 1)]


@story("t15", without(engine.Engine, "_accept", lambda self, event: _accept_unforgiving(self, event)))
def an_accept_between_two_misses_forgives_the_first() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    desk.at(20).accept(1, 1)
    desk.finish(1)
    desk.arrive(2)
    assert desk.at(40).tick() == [("expire", 40, 2, 1), ("offer", 40, 2, 1)]


@story("3f_3", without(floor.Floor, "take_back", lambda self, item, rule: _miss(self, item)))
def a_withdrawn_offer_is_no_miss() -> None:
    desk = Desk(replace(CONFIG, misses=1)).queue()
    desk.agent(1)
    desk.arrive(1)
    assert desk.at(5).cancel(1) == [("withdraw", 5, 1, 1)]
    assert desk.arrive(2) == [("offer", 5, 2, 1)]


@story(
    "3f_5",
    without(floor.Floor, "unavailable", lambda self, agent: setattr(agent, "available", False)),
)
def an_agent_who_leaves_gives_its_offer_back() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.at(1).agent(2)
    desk.arrive(1)
    assert desk.state(1, False) == [("withdraw", 1, 1, 1), ("offer", 1, 1, 2)]


@story("t31", without(engine.Engine, "_answered", lambda self, event: self.floor.items[event.interaction]))
def accepting_twice_is_harmless_and_another_cannot_accept() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.agent(2)
    desk.arrive(1)
    assert desk.accept(1, 2) == [("refused", 0, 1, "not_offered")]
    assert desk.accept(1, 1) == []
    assert desk.accept(1, 1) == []
    assert desk.decline(1, 1) == [("refused", 0, 1, "not_offered")]


@story("3f_11", without(engine.Engine, "_accept", lambda self, event: None))
def an_accept_after_the_offer_ended_is_refused() -> None:
    desk = Desk(replace(CONFIG, misses=1)).queue()
    desk.agent(1)
    desk.arrive(1)
    assert desk.at(20).accept(1, 1) == [("expire", 20, 1, 1), ("refused", 20, 1, "not_offered")]


# -- whom else, where else -----------------------------------------------------------------------------------------------------


@story("t16", without(engine.Engine, "_prefer_last_agent", nothing))
def the_last_agent_is_preferred_to_a_longer_idle_one() -> None:
    desk = Desk().queue(last_agent_wait=30 * SECOND)
    desk.agent(1)
    desk.at(1).agent(2)
    assert desk.arrive(1, last_agent=2) == [("offer", 1, 1, 2)]


@story("3f_4", setting(last_agent_wait=0))
def a_busy_last_agent_is_waited_for_until_the_time_is_up() -> None:
    desk = Desk().queue(last_agent_wait=30 * SECOND)
    desk.agent(2)
    desk.take(1, 2)
    desk.agent(1)
    assert desk.at(10).arrive(2, last_agent=2) == []
    assert desk.at(10).arrive(3, last_agent=2) == []
    assert desk.at(20).finish(1) == [("offer", 20, 2, 2)]
    assert desk.at(41).tick() == [("offer", 40, 3, 1), ("expire", 40, 2, 2), ("offer", 40, 2, 2)]


@story("t17", without(floor.Floor, "open", nothing))
def a_preferred_agent_who_declines_opens_the_search_at_once() -> None:
    desk = Desk().queue(last_agent_wait=30 * SECOND)
    desk.agent(1)
    desk.agent(2)
    assert desk.arrive(1, last_agent=2) == [("offer", 0, 1, 2)]
    assert desk.decline(1, 2) == [("offer", 0, 1, 1)]


@story("t05", without(floor.Floor, "_open_own", nothing))
def waiting_for_an_agent_who_logs_out_is_skipped() -> None:
    desk = Desk().queue(last_agent_wait=900 * SECOND)
    desk.agent(2)
    desk.take(1, 2)
    desk.agent(1)
    assert desk.arrive(2, last_agent=2) == []
    assert desk.at(5).state(2, False) == [("offer", 5, 2, 1)]


@story("3f_8", without(floor.Floor, "unavailable", nothing))
def when_all_log_out_everything_waits_in_its_place() -> None:
    desk = Desk().queue()
    desk.agent(1)
    desk.arrive(1)
    desk.arrive(2)
    assert desk.state(1, False) == [("withdraw", 0, 1, 1)]
    assert desk.arrive(3) == []
    assert desk.at(9).state(1, True) == [("offer", 9, 1, 1)]


@story("t18", without(engine.Engine, "_requeue", nothing))
def overflow_to_another_queue_keeps_the_place() -> None:
    desk = Desk().queue(1).queue(2)
    desk.arrive(1, queue=1)
    desk.at(5).arrive(2, queue=2)
    assert desk.at(30).requeue(1, 2) == []
    assert desk.agent(1, queues=(2,)) == [("offer", 30, 1, 1)]


@story("t23", without(engine.Engine, "_requeue", nothing))
def a_transfer_frees_the_agent_and_may_go_to_the_front() -> None:
    desk = Desk().queue(1).queue(2)
    desk.agent(1)
    desk.take(1, 1)
    desk.arrive(2, queue=2, queued_at=-5 * SECOND)
    assert desk.at(5).requeue(1, 2, front=True) == []
    assert desk.arrive(3) == [("offer", 5, 3, 1)]
    assert desk.agent(2, queues=(2,)) == [("offer", 5, 1, 2)]


@story("t20", setting(max_waiting=None))
def a_full_queue_rejects_what_nobody_can_take_at_once() -> None:
    desk = Desk().queue(max_waiting=1)
    desk.agent(1)
    assert desk.arrive(1) == [("offer", 0, 1, 1)]
    assert desk.arrive(2) == []
    assert desk.arrive(3) == [("reject_full", 0, 3)]
    assert desk.cancel(2) == []
    assert desk.arrive(4) == []


@story("3f_7", setting(max_waiting=None))
def a_queue_without_room_still_serves_at_once() -> None:
    desk = Desk().queue(max_waiting=0)
    desk.agent(1)
    desk.take(1, 1)
    assert desk.arrive(2) == [("reject_full", 0, 2)]
    assert desk.finish(2) == [("refused", 0, 2, "unknown_interaction")]


@story("t21", without(state.Queue, "key_of", lambda queue, item: item.entered))
def a_call_back_keeps_its_virtual_place() -> None:
    desk = Desk().queue()
    desk.at(50).arrive(1)
    desk.at(100).arrive(2, queued_at=10 * SECOND)
    assert desk.agent(1) == [("offer", 100, 2, 1)]


@story("t24", without(engine.Engine, "_assign", nothing))
def a_supervisor_may_give_work_to_anyone() -> None:
    desk = Desk().queue(skills=(need(7),))
    desk.agent(1, {7: 1})
    desk.agent(2)
    assert desk.arrive(1) == [("offer", 0, 1, 1)]
    assert desk.assign(1, 2) == [("withdraw", 0, 1, 1)]
    assert desk.arrive(2) == [("offer", 0, 2, 1)]
    assert desk.at(3).finish(1) == []


@story("t22", without(estimate, "_stands_before", lambda one, item: False))
def the_wait_told_grows_with_those_ahead_and_is_a_range() -> None:
    desk = Desk().queue()
    desk.agent(1)
    for n in (1, 2, 3):
        desk.arrive(n)
    first, second = (estimate.estimate(desk.engine, n, estimate.Pace(handling=60)) for n in (2, 3))
    assert first is not None and second is not None
    assert 0 < first.p50 < first.p80 < second.p80 and first.p50 < second.p50


@story("3f_10", without(engine.Engine, "_requeue", nothing))
def a_call_back_that_comes_due_stands_where_its_customer_stood() -> None:
    desk = Desk().queue()
    desk.at(5).arrive(1)
    desk.at(6).arrive(2, queued_at=4 * SECOND)
    assert desk.at(9).requeue(2) == []
    desk.requeue(1, front=True)
    assert desk.agent(1) == [("offer", 9, 1, 1)]
    desk.accept(1, 1)
    assert desk.finish(1) == [("offer", 9, 2, 1)]


# -- offers to several ---------------------------------------------------------------------------------------------------------


def _three(**settings: object) -> Desk:
    """A queue that asks two at once, and three agents for it."""
    desk = Desk().queue(1, offers_at_once=2, **settings)
    for agent in (1, 2, 3):
        desk.at(agent).agent(agent)
    return desk


@story("t26", setting(offers_at_once=1))
def as_many_as_the_queue_asks_are_offered_it_and_the_first_to_accept_has_it() -> None:
    desk = _three()
    assert desk.arrive(1) == [("offer", 3, 1, 1), ("offer", 3, 1, 2)]
    assert desk.accept(1, 2) == [("withdraw", 3, 1, 1)]
    assert desk.accept(1, 2) == []
    assert desk.accept(1, 1) == [("refused", 3, 1, "not_offered")]
    assert desk.arrive(2) == [("offer", 3, 2, 1), ("offer", 3, 2, 3)]


@story("t26", without(floor.Floor, "release", lambda self, item, agent: _alone(self, item, agent)))
def it_waits_again_only_when_the_last_of_them_said_no() -> None:
    desk = _three()
    desk.arrive(1)
    assert desk.decline(1, 1) == []
    assert desk.state(2, False) == [("withdraw", 3, 1, 2), ("offer", 3, 1, 3)]
    assert desk.cancel(1) == [("withdraw", 3, 1, 3)]


@story("t26", setting(offers_at_once=1))
def whoever_lets_it_ring_misses_it_and_whoever_loses_it_does_not() -> None:
    desk = _three(offer_time=20 * SECOND)
    desk.arrive(1)
    assert desk.accept(1, 1) == [("withdraw", 3, 1, 2)]
    assert desk.arrive(2) == [("offer", 3, 2, 2), ("offer", 3, 2, 3)]
    assert desk.at(30).tick()[:2] == [("expire", 23, 2, 2), ("expire", 23, 2, 3)]


def _alone(here: floor.Floor, item: state.Interaction, agent: state.Agent) -> bool:
    """As if nobody else were asked."""
    item.others = None
    del agent.held[item.id]
    agent.load.remove(item.channel, item.units)
    agent.offers.pop(item.id, None)
    item.agent = None
    return True
