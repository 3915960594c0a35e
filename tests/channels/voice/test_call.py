"""Every row of the call's state table."""

import pytest

from channels.voice import commands as do
from channels.voice import contract as saw
from channels.voice import wishes as wish
from channels.voice.contract import Answerer, Failure, Left, Mode
from channels.voice.states import Clock, Outcome, PartStatus, Policy, Recording, State
from tests.channels.voice.desk import Story
from tests.channels.voice.world import MENU


def test_a_caller_hears_the_menu() -> None:
    story = Story(MENU)
    assert story.arrives() is State.IVR
    assert story.asked(do.Prompt)


def test_a_key_leads_to_its_queue() -> None:
    story = Story(MENU)
    story.arrives()
    assert story.says("1") is State.WAITING
    (enqueue,) = story.asked(do.Enqueue)
    assert isinstance(enqueue, do.Enqueue) and enqueue.queue == "sales"
    assert story.asked(do.EnqueueAudio)


def test_three_senseless_answers_or_silence_lead_to_the_fallback() -> None:
    story, silent = Story(MENU), Story(MENU)
    story.arrives()
    assert [story.says("7") for _ in range(3)] == [State.IVR, State.IVR, State.WAITING]
    silent.arrives()
    assert silent.time_of(Clock.IVR) is State.WAITING


def test_an_offer_rings_while_the_music_goes_on() -> None:
    story = Story()
    story.arrives()
    assert story.offered() is State.OFFERING
    assert not story.last


def test_nine_becomes_a_call_back_that_keeps_its_place() -> None:
    story = Story()
    story.arrives()
    story.later(50)
    assert story.says("9") is State.CALLBACK_WAIT
    (enqueue,) = story.asked(do.Enqueue)
    assert isinstance(enqueue, do.Enqueue) and enqueue.enqueued_at == 0 and enqueue.call_back


def test_a_withheld_number_goes_on_waiting() -> None:
    story = Story()
    story.arrives("")
    assert story.says("9") is State.WAITING


def test_waiting_too_long_or_a_closed_queue_leads_to_voicemail() -> None:
    story, closed = Story(), Story()
    story.arrives()
    assert story.time_of(Clock.MAX_WAIT) is State.VOICEMAIL
    closed.arrives()
    assert closed.wish(wish.QueueClosed) is State.VOICEMAIL
    assert closed.asked(do.TakeVoicemail)


def test_accepting_invites_the_agent() -> None:
    story = Story().connecting()
    assert story.call.state is State.CONNECTING
    assert story.asked(do.Invite)


def test_declined_or_expired_the_caller_keeps_his_place() -> None:
    story = Story()
    story.arrives()
    story.offered()
    assert story.wish(wish.OfferDeclined, offer_id="o-ann", agent="ann") is State.WAITING
    story.offered("bob")
    assert story.time_of(Clock.OFFER) is State.WAITING
    (enqueue,) = story.asked(do.Enqueue)
    assert isinstance(enqueue, do.Enqueue)
    assert (enqueue.enqueued_at, enqueue.excluded, enqueue.front) == (0, ("ann", "bob"), False)


def test_the_customer_is_bridged_only_when_the_agent_is_there() -> None:
    story = Story().connecting()
    assert story.joins(story.leg_of("ann")) is State.BRIDGING
    assert story.asked(do.Bridge)
    assert story.joins("in") is State.TALKING


def test_an_agent_who_does_not_come_is_freed_and_the_caller_goes_to_the_front() -> None:
    story, left = Story().connecting(), Story().connecting()
    assert story.time_of(Clock.JOIN) is State.WAITING
    assert story.call.line is not None and story.call.line.front
    assert [one for one in story.asked(do.AgentFreed) if isinstance(one, do.AgentFreed) and one.no_show]
    assert left.leaves(left.leg_of("ann")) is State.WAITING


def test_a_bridge_to_a_customer_who_is_gone_ends_abandoned_without_wrap_up() -> None:
    story = Story().connecting()
    story.joins(story.leg_of("ann"))
    (bridge,) = story.asked(do.Bridge)
    assert story.wish(saw.CommandFailed, command_id=bridge.command_id, code=Failure.GONE) is State.ENDED
    assert story.call.outcome is Outcome.ABANDONED and not story.call.parts


def test_a_bridge_that_never_comes_puts_the_caller_in_front() -> None:
    story = Story().connecting()
    story.joins(story.leg_of("ann"))
    assert story.time_of(Clock.BRIDGE) is State.WAITING


def test_recording_follows_the_policy_and_pauses() -> None:
    story = Story(policy=Policy("q", record=True)).talking()
    assert [one for one in story.asked(do.Record) if isinstance(one, do.Record) and one.announce]
    story.wish(wish.RecordingWanted, agent="ann", on=False)
    assert story.call.recording == Recording.PAUSED.value
    story.wish(wish.RecordingWanted, agent="ann", on=True)
    assert story.call.recording == Recording.ON.value


def test_hold_and_resume_and_a_reminder() -> None:
    story = Story().talking()
    assert story.wish(wish.HoldWanted, agent="ann", on=True) is State.HELD
    assert story.asked(do.Hold)
    assert story.time_of(Clock.HOLD_WARN) is State.HELD
    assert story.asked(do.HoldTooLong)
    assert story.wish(wish.HoldWanted, agent="ann", on=False) is State.TALKING
    assert story.asked(do.Resume)


def test_mute_and_keys_change_no_state() -> None:
    story = Story().talking()
    assert story.wish(wish.MuteWanted, agent="ann", on=True) is State.TALKING
    assert story.asked(do.Mute)
    assert story.wish(wish.KeysWanted, agent="ann", digits="12#") is State.TALKING
    assert story.asked(do.SendDigits)


def test_a_consultation_holds_the_customer_and_bridges_the_agents() -> None:
    story = Story().talking()
    assert story.wish(wish.ConsultWanted, agent="ann", second="bob") is State.CONSULTING
    assert story.asked(do.Hold) and story.asked(do.Invite)
    ann, bob = story.leg_of("ann"), story.leg_of("bob")
    story.joins(bob)
    (bridge,) = story.asked(do.Bridge)
    assert isinstance(bridge, do.Bridge) and bridge.leg_ids == (ann, bob)


@pytest.mark.parametrize(
    ("how", "active"),
    [(wish.ConsultEnd.COMPLETE, ["bob"]), (wish.ConsultEnd.MERGE, ["ann", "bob"]), (wish.ConsultEnd.CANCEL, ["ann"])],
)
def test_a_consultation_is_completed_merged_or_cancelled(how: wish.ConsultEnd, active: list[str]) -> None:
    story = Story().consulting()
    assert story.wish(wish.ConsultEnded, agent="ann", how=how) is State.TALKING
    assert [part.agent for part in story.call.active] == active
    assert story.asked(do.Resume)


def test_a_consulted_agent_who_does_not_come_leaves_the_two_talking() -> None:
    story = Story().talking()
    story.wish(wish.ConsultWanted, agent="ann", second="bob")
    assert story.time_of(Clock.CONSULT) is State.TALKING
    assert [part.agent for part in story.call.parts] == ["ann"]


def test_a_blind_transfer_waits_in_the_other_queue_while_the_agent_wraps_up() -> None:
    story = Story().talking()
    target = wish.Target(wish.TargetKind.QUEUE, "sales")
    assert story.wish(wish.TransferWanted, agent="ann", target=target) is State.WAITING
    (enqueue,) = story.asked(do.Enqueue)
    assert isinstance(enqueue, do.Enqueue) and enqueue.queue == "sales" and enqueue.transferred
    assert story.call.parts[0].status is PartStatus.WRAPPING


def test_a_transfer_to_a_number_keeps_the_agent_until_it_answers() -> None:
    story, refused = Story().talking(), Story().talking()
    target = wish.Target(wish.TargetKind.NUMBER, "+4999")
    for one in (story, refused):
        one.wish(wish.TransferWanted, agent="ann", target=target)
        assert one.call.lead is not None
    (invite,) = refused.asked(do.Invite)
    assert isinstance(invite, do.Invite)
    assert refused.leaves(invite.leg_id, Left.BUSY) is State.TALKING and refused.call.lead is not None
    assert story.joins(invite.leg_id) is State.TALKING and story.call.lead is None
    assert story.leaves(invite.leg_id) is State.ENDED
    assert story.call.outcome is Outcome.COMPLETED


def test_a_lost_agent_may_come_back_within_fifteen_seconds() -> None:
    story = Story().talking()
    assert story.leaves(story.leg_of("ann"), Left.MEDIA_LOST) is State.RECOVERING
    assert story.asked(do.Hold)
    story.wish(wish.RejoinWanted, agent="ann")
    assert story.joins(story.leg_of("ann")) is State.TALKING
    assert story.asked(do.Resume)


def test_a_lost_agent_who_stays_away_sends_the_caller_to_the_front() -> None:
    story = Story().talking()
    story.leaves(story.leg_of("ann"))
    begun = story.now
    assert story.time_of(Clock.REJOIN) is State.WAITING
    assert story.now - begun == 15 * saw.SECOND
    assert story.call.line is not None and story.call.line.front


def test_a_call_back_is_dialled_when_the_agent_is_there() -> None:
    story = Story().promised()
    story.offered()
    story.accepts()
    assert story.joins(story.leg_of("ann")) is State.CALLBACK_DIALING
    (invite,) = story.asked(do.Invite)
    assert isinstance(invite, do.Invite) and invite.target == "+4911"


def test_a_call_back_answered_ends_as_called_back() -> None:
    story = Story().dialling()
    customer = story.call.customer
    assert customer is not None and story.joins(customer.leg_id) is State.TALKING
    story.leaves(customer.leg_id)
    assert story.call.outcome is Outcome.CALLED_BACK


def test_a_call_back_not_answered_is_tried_three_times_from_its_place() -> None:
    story = Story().dialling()
    for _ in range(2):
        assert story.time_of(Clock.RING) is State.CALLBACK_WAIT
        assert not story.call.parts
        story.offered()
        assert story.asked(do.OfferGone), "its time has not come"
        story.time_of(Clock.RETRY)
        (enqueue,) = story.asked(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue) and enqueue.enqueued_at == 0
        story.offered()
        story.accepts()
        story.joins(story.leg_of("ann"))
    assert story.time_of(Clock.RING) is State.ENDED
    assert story.call.outcome is Outcome.FAILED


def test_an_answering_machine_is_no_answer() -> None:
    story = Story(policy=Policy("q", amd=True)).dialling()
    customer = story.call.customer
    assert customer is not None
    assert story.joins(customer.leg_id) is State.CALLBACK_DIALING
    detected = story.wish(saw.MachineDetected, leg_id=customer.leg_id, answerer=Answerer.MACHINE)
    assert detected is State.CALLBACK_WAIT


def test_voicemail_ends_with_its_recording_even_after_the_caller_hung_up() -> None:
    story = Story()
    story.arrives()
    story.wish(wish.QueueClosed)
    assert story.leaves("in") is State.VOICEMAIL
    story.wish(saw.RecordingReady, recording_id="r", location="x", seconds=3, voicemail=True)
    assert story.call.outcome is Outcome.VOICEMAIL and story.asked(do.ReportRecording)


def test_voicemail_without_words_is_abandoned() -> None:
    story = Story()
    story.arrives()
    story.wish(wish.QueueClosed)
    story.wish(saw.RecordingFailed, recording_id="r", voicemail=True)
    assert story.call.outcome is Outcome.ABANDONED


def test_a_caller_who_hangs_up_waiting_withdraws_the_offer_and_it_is_no_miss() -> None:
    story = Story()
    story.arrives()
    story.offered()
    assert story.leaves("in") is State.ENDED
    assert [one.miss for one in story.asked(do.WithdrawOffer) if isinstance(one, do.WithdrawOffer)] == [False]
    assert story.call.outcome is Outcome.ABANDONED


def test_a_caller_who_hangs_up_after_talking_completes_it_and_notes_are_written() -> None:
    story = Story().talking()
    assert story.leaves("in") is State.ENDED
    assert story.call.outcome is Outcome.COMPLETED and story.asked(do.WrapUpBegun)
    story.wish(wish.WrapUpDone, agent="ann")
    assert not story.call.parts


def test_a_provider_away_for_thirty_seconds_marks_the_call_and_is_asked_on_return() -> None:
    story = Story().talking()
    story.wish(saw.ProviderDown)
    assert story.time_of(Clock.DEGRADED) is State.TALKING
    marked = [story.call.degraded]
    story.later(1)
    story.wish(saw.ProviderUp)
    (listing,) = story.asked(do.ListLegs)
    assert [*marked, story.call.degraded] == [True, False]
    story.wish(saw.LegsListed, command_id=listing.command_id, leg_ids=(story.leg_of("ann"),))
    assert story.call.outcome is Outcome.COMPLETED, "the customer is gone, says the list"


def test_after_the_end_a_late_leg_is_removed_and_a_late_recording_attaches() -> None:
    story = Story().connecting()
    leg = story.leg_of("ann")
    story.leaves("in")
    assert story.joins(leg) is State.ENDED and story.asked(do.Remove)
    story.wish(saw.RecordingReady, recording_id="r", location="x", seconds=3, voicemail=False)
    assert story.asked(do.ReportRecording)


def test_a_supervisor_comes_whispers_and_goes_without_changing_the_state() -> None:
    story = Story().talking()
    story.wish(wish.SuperviseWanted, supervisor="sue", mode=Mode.WHISPER)
    (invite,) = story.asked(do.Invite)
    assert isinstance(invite, do.Invite)
    assert story.joins(invite.leg_id) is State.TALKING
    (set_,) = story.asked(do.Supervise)
    assert isinstance(set_, do.Supervise) and (set_.mode, set_.coach_leg) == (Mode.WHISPER, story.leg_of("ann"))
    story.leaves(story.leg_of("ann"))
    story.wish(wish.RejoinWanted, agent="ann")
    story.joins(story.leg_of("ann"))
    assert [one.coach_leg for one in story.asked(do.Supervise) if isinstance(one, do.Supervise)] == [
        story.leg_of("ann")
    ]
    assert story.leaves(invite.leg_id) is State.TALKING


def test_an_outbound_call_rings_the_agent_first() -> None:
    story = Story()
    assert story.wish(wish.OutboundWanted, agent="ann", number="+4912") is State.CONNECTING
    assert story.joins(story.leg_of("ann")) is State.CALLBACK_DIALING
    assert story.time_of(Clock.RING) is State.ENDED
    assert story.call.outcome is Outcome.FAILED


def test_no_two_commands_of_a_call_bear_the_same_id() -> None:
    story = Story()
    story.talking()
    given = [one.command_id for one in story.last]
    for _ in range(3):
        story.time_of(Clock.RESYNC)
        given += [one.command_id for one in story.last]
    assert len(set(given)) == len(given) and len(given) >= 3
