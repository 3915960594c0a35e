"""Races that the machine alone decides: who comes first, who comes twice, who comes too late."""

from channels.voice import commands as do
from channels.voice import contract as saw
from channels.voice import wishes as wish
from channels.voice.call import step
from channels.voice.contract import Left
from channels.voice.states import Clock, Outcome, State
from tests.channels.voice.desk import Story
from tests.channels.voice.world import MENU


def test_the_same_event_twice_counts_once() -> None:
    story = Story()
    story.arrives()
    event = wish.OfferMade(event_id="x", provider="t", provider_ref="r", seq=1, at=0, offer_id="o", agent="ann")
    story.tell(event)
    again, commands, _ = step(story.call, event, story.now)
    assert again == story.call and commands == ()


def test_a_leg_that_left_never_comes_back() -> None:
    story = Story().connecting()
    leg = story.leg_of("ann")
    story.leaves(leg)
    assert story.joins(leg) is State.WAITING


def test_news_before_the_call_is_kept_until_it_arrives() -> None:
    story = Story()
    assert story.leaves("in") is State.NEW
    assert story.arrives() is State.ENDED
    assert story.call.outcome is Outcome.ABANDONED


def test_a_hang_up_before_the_accept_wins_and_the_loser_is_told() -> None:
    story = Story()
    story.arrives()
    story.offered()
    story.leaves("in")
    assert story.accepts() is State.ENDED
    assert story.asked(do.OfferGone) and not story.asked(do.Invite)


def test_two_tabs_accept_and_one_is_told_it_is_taken() -> None:
    story = Story().connecting()
    assert story.accepts() is State.CONNECTING
    assert story.asked(do.OfferGone) and not story.asked(do.Invite)


def test_a_timer_of_an_earlier_offer_does_nothing() -> None:
    story = Story()
    story.arrives()
    story.offered()
    old = next(one for one in story.call.timers if one.clock is Clock.OFFER)
    story.wish(wish.OfferDeclined, offer_id="o-ann", agent="ann")
    story.later(1)
    story.offered("bob")
    story.later(60)
    assert story.wish(wish.TimerFired, timer=old.clock, key="", due=old.due) is State.OFFERING


def test_an_answer_to_an_earlier_prompt_does_nothing() -> None:
    story = Story(MENU)
    story.arrives()
    old = story.call.prompt_id
    story.says("7")
    assert story.wish(saw.LegInput, leg_id="in", prompt_id=old, digits="1") is State.IVR


def test_a_redirect_that_looks_like_a_hang_up_is_none() -> None:
    story = Story().talking()
    leg = story.leg_of("ann")
    story.wish(wish.TransferWanted, agent="ann", target=wish.Target(wish.TargetKind.QUEUE, "sales"))
    assert story.leaves(leg, Left.HANGUP) is State.WAITING
