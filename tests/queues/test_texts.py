"""Which text a queue says, and how its places are filled."""

import pytest

from contact_center.channel import ChannelKind
from contact_center.queues.texts import Said, filled, unknown_variables, which

TEXTS = {kind.value: {"en": kind.value} for kind in Said}


@pytest.mark.parametrize(
    ("channel", "closed", "said"),
    [
        (ChannelKind.CHAT, False, "greeting"),
        (ChannelKind.CHAT, True, "out_of_hours"),
        (ChannelKind.EMAIL, False, "acknowledgement"),
        (ChannelKind.EMAIL, True, "out_of_hours"),
        (ChannelKind.SMS, False, None),
        (ChannelKind.SMS, True, "out_of_hours"),
        (ChannelKind.VOICE, True, None),
        (ChannelKind.API, False, None),
    ],
)
def test_each_channel_says_what_fits_the_hour(channel: ChannelKind, closed: bool, said: str | None) -> None:
    found = which(TEXTS, channel, closed=closed)
    assert (None if found is None else found["en"]) == said


def test_closed_without_a_text_for_it_a_mail_is_acknowledged_and_nobody_is_greeted() -> None:
    texts = {name: text for name, text in TEXTS.items() if name != "out_of_hours"}
    mail = which(texts, ChannelKind.EMAIL, closed=True)
    assert mail is not None and mail["en"] == "acknowledgement"
    assert which(texts, ChannelKind.CHAT, closed=True) is None
    assert which({}, ChannelKind.EMAIL, closed=False) is None


def test_what_is_not_known_leaves_nothing_behind() -> None:
    values = {"ticket.number": "42", "customer.name": "王 {{x}}"}
    assert filled("{{customer.name}}, #{{ ticket.number }} {{queue.opens_at}}", values) == "王 {{x}}, #42"


def test_only_what_can_be_filled_in_may_be_asked_for() -> None:
    assert unknown_variables("{{ticket.number}} {{agent.name}} {{ shoe.size }}") == ["agent.name", "shoe.size"]
