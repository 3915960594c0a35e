"""What a call is told because its interaction moved: nothing while they agree, and whatever happened, in the end they do."""

import pytest

from channels.voice.contract import Event
from channels.voice.follow import Contact, next_wishes
from channels.voice.states import State
from channels.voice.wishes import (
    HangUpWanted,
    OfferAccepted,
    OfferMade,
    QueueClosed,
    Target,
    TargetKind,
    TransferWanted,
    WrapUpDone,
)
from tests.channels.voice.desk import Story

HELD = Contact("assigned", 3, agent="ann", assignment="a1", busy=frozenset({"ann"}))


def told(story: Story, contact: Contact) -> list[type[Event]]:
    """Tell the call until it agrees; what it was told."""
    kinds: list[type[Event]] = []
    while wishes := next_wishes(story.call, contact, story.now):
        assert len(kinds) < 10, kinds
        for one in wishes:
            story.tell(one)
            kinds.append(type(one))
    return kinds


def test_a_waiting_call_hears_of_an_acceptance_once() -> None:
    story = Story()
    story.arrives()

    assert told(story, HELD) == [OfferMade, OfferAccepted]
    assert story.call.state is State.CONNECTING and told(story, HELD) == []


def test_while_nobody_has_it_a_waiting_call_is_told_nothing() -> None:
    story = Story()
    story.arrives()
    assert [told(story, Contact(state, 1)) for state in ("received", "queued", "offered")] == [[], [], []]


def test_a_closed_queue_ends_the_waiting() -> None:
    story = Story()
    story.arrives()
    assert told(story, Contact("scheduled", 2)) == [QueueClosed]


def test_work_given_back_takes_the_caller_along_into_the_line() -> None:
    story = Story()
    story.talking()
    (wish,) = next_wishes(story.call, Contact("queued", 4), story.now)
    assert isinstance(wish, TransferWanted) and wish.target == Target(TargetKind.QUEUE, "")
    assert told(story, Contact("queued", 4)) == [TransferWanted, WrapUpDone]
    assert story.call.state is State.WAITING


def test_work_taken_by_another_agent_moves_the_caller_to_them() -> None:
    story = Story()
    story.talking()
    other = Contact("assigned", 5, agent="bob", assignment="a2", busy=frozenset({"bob"}))

    assert told(story, other)[:1] == [TransferWanted]

    assert story.call.lead is not None and story.call.lead.agent == "bob"
    assert story.call.state is State.CONNECTING


@pytest.mark.parametrize("contact", [Contact("closed", 6), Contact("assigned", 6, busy=frozenset({"ann"}))])
def test_work_that_is_closed_or_wrapped_up_hangs_up(contact: Contact) -> None:
    story = Story()
    story.talking()
    assert told(story, contact)[0] is HangUpWanted
    assert story.call.state is State.ENDED


def test_notes_that_are_done_free_the_agent_in_the_call_too() -> None:
    story = Story()
    story.talking()
    writing = Contact("assigned", 6, busy=frozenset({"ann"}))
    told(story, writing)
    assert len(story.call.parts) == 1

    assert told(story, Contact("closed", 7)) == [WrapUpDone]
    assert not story.call.parts


def test_an_agent_who_is_only_on_the_way_when_the_work_moves_is_called_back() -> None:
    story = Story()
    story.arrives()
    told(story, HELD)

    assert told(story, Contact("queued", 8)) == [HangUpWanted]
    assert story.call.state is State.WAITING
