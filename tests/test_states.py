"""Every state machine of the house: nothing leaves a final state, everything can be reached, and the table is what `after` says."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_center.complaints.states import COMPLAINT, ComplaintEvent, ComplaintState
from contact_center.intake.models import INBOUND, InboundEvent, InboundState
from contact_center.interactions.states import (
    ASSIGNMENT,
    DELIVERY,
    INTERACTION,
    OPEN,
    WAITING,
    AssignmentEvent,
    AssignmentState,
    DeliveryEvent,
    DeliveryState,
    InteractionEvent,
    InteractionState,
)
from contact_center.machine import IllegalMove, Machine
from contact_center.tickets.states import TICKET, TicketEvent, TicketStatus
from routing.states import OFFER, OfferEvent, OfferState

MACHINES: dict[str, tuple[Machine[Any, Any], type[StrEnum], type[StrEnum], set[str], set[str]]] = {
    # name: table, states, events, where things begin, where they end
    "interaction": (
        INTERACTION,
        InteractionState,
        InteractionEvent,
        {"received", "scheduled", "assigned"},
        {"closed", "abandoned", "diverted"},
    ),
    "assignment": (ASSIGNMENT, AssignmentState, AssignmentEvent, {"connecting", "active"}, {"ended"}),
    "offer": (OFFER, OfferState, OfferEvent, {"pending"}, {"accepted", "declined", "expired", "withdrawn"}),
    "ticket": (TICKET, TicketStatus, TicketEvent, {"new", "open"}, {"closed"}),
    "complaint": (COMPLAINT, ComplaintState, ComplaintEvent, {"recorded"}, set()),
    "delivery": (DELIVERY, DeliveryState, DeliveryEvent, {"draft"}, {"read", "cancelled"}),
    "inbound": (INBOUND, InboundState, InboundEvent, {"stored"}, {"taken_in", "ignored", "replayed"}),
}
names = pytest.mark.parametrize("name", MACHINES)


@names
def test_final_states_allow_nothing_and_all_others_something(name: str) -> None:
    table, states, _, _, final = MACHINES[name]
    leaving = {state.value for state, _ in table.moves()}
    assert leaving == {state.value for state in states} - final


@names
def test_every_state_can_be_reached_and_every_event_can_happen(name: str) -> None:
    table, states, events, first, _ = MACHINES[name]
    reached, moves = set(first), table.moves()
    for _ in states:
        reached |= {target.value for (state, _), target in moves.items() if state.value in reached}
    assert reached == {state.value for state in states}
    assert {event for _, event in moves} == set(events)


@names
@given(data=st.data())
def test_any_sequence_of_events_moves_only_along_the_table(name: str, data: st.DataObject) -> None:
    table, states, events, first, _ = MACHINES[name]
    state = data.draw(st.sampled_from([each for each in states if each.value in first]))
    for event in data.draw(st.lists(st.sampled_from(list(events)), max_size=20)):
        if table.allows(state, event):
            assert state in table.sources(event)
            after = table.after(state, event)
            assert table.moves()[state, event] is after
            state = after
        else:
            assert state not in table.sources(event)
            with pytest.raises(IllegalMove):
                table.after(state, event)


def test_each_event_of_an_interaction_leads_to_one_state() -> None:
    """The verbs rely on it: one statement moves many interactions."""
    for event in InteractionEvent:
        assert len({INTERACTION.after(state, event) for state in INTERACTION.sources(event)}) == 1


def test_what_is_open_is_what_can_still_be_handled() -> None:
    ways: dict[InteractionState, set[InteractionState]] = {}
    for (state, _), target in INTERACTION.moves().items():
        ways.setdefault(state, set()).add(target)
    assert {state for state in InteractionState if InteractionState.CLOSED in ways.get(state, set())} == set(OPEN)
    assert set(WAITING) < set(OPEN)
