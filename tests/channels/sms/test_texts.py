"""Sizes, keywords, forms and statuses of texts: pure functions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from channels.sms.keywords import Keyword, keyword
from channels.sms.parse import parse, thread_key
from channels.sms.reports import outcome_of
from channels.sms.segments import BASIC, EXTENDED, measure
from contact_center.channel import ChannelKind, DeliveryOutcome, Ignored, InboundMessage, Parked


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "used"),
    [
        ("", "gsm7", 1, 0),
        ("a" * 160, "gsm7", 1, 160),
        ("a" * 161, "gsm7", 2, 8),
        ("€" * 80, "gsm7", 1, 160),
        ("€" * 81, "gsm7", 2, 10),  # 76 pairs fill 152 of 153: a pair is not parted
        ("您好", "ucs2", 1, 2),
        ("好" * 70, "ucs2", 1, 70),
        ("好" * 71, "ucs2", 2, 4),
        ("😀" * 35, "ucs2", 1, 70),
        ("😀" * 36, "ucs2", 2, 6),  # 33 pairs fill 66 of 67
        ("naïve", "ucs2", 1, 5),  # ï is not in the alphabet, à and è are
        ("à la carte", "gsm7", 1, 10),
    ],
)
def test_a_text_takes_the_segments_of_its_alphabet(text: str, encoding: str, segments: int, used: int) -> None:
    size = measure(text)

    assert (size.encoding, size.segments, size.used) == (encoding, segments, used)


@given(st.text(alphabet=st.sampled_from(BASIC + EXTENDED + "好😀"), max_size=400))
def test_no_segment_is_overfull_and_none_too_many(text: str) -> None:
    size = measure(text)

    assert 0 <= size.used <= size.room
    assert measure(text + "a").segments >= size.segments
    joined = 153 if size.encoding == "gsm7" else 67
    weight = sum(
        (2 if c in EXTENDED else 1) if size.encoding == "gsm7" else len(c.encode("utf-16-le")) // 2 for c in text
    )
    assert size.segments == 1 or -(-weight // joined) <= size.segments <= -(-weight // (joined - 1))


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Stop!", "ｓｔｏｐ", "退订", "TD", "“退订”", "stop  all"])
def test_a_word_alone_forbids(text: str) -> None:
    assert keyword(text) is Keyword.STOP


@pytest.mark.parametrize("text", ["please stop calling me", "Don't stop", "退订怎么操作?", "", "yes"])
def test_a_sentence_is_for_a_person(text: str) -> None:
    assert keyword(text) is None


def test_yes_allows_again_only_where_it_was_forbidden() -> None:
    assert keyword("Yes", stopped=True) is Keyword.START
    assert keyword("START") is Keyword.START
    assert keyword("帮助") is Keyword.HELP


def form(**changes: Any) -> MultiDict[str]:
    """A text as the provider posts it; None leaves a field out."""
    fields = {"MessageSid": "SM1f0", "From": "+49 151 2345678", "To": "+4930123456", "Body": "Wo ist mein Paket?"}
    return MultiDict({name: value for name, value in (fields | changes).items() if value is not None})


def test_a_form_is_a_message_of_the_conversation_of_both_numbers() -> None:
    message = parse(form())

    assert isinstance(message, InboundMessage)
    assert (message.sender.value, message.sender.shown) == ("+491512345678", "+49 151 2345678")
    assert message.conversation_key == "sms:+4930123456:+491512345678" == thread_key("+491512345678", "+4930123456")
    assert (message.text, message.provider_id) == ("Wo ist mein Paket?", "SM1f0")


def test_whatsapp_is_a_channel_of_its_own_with_the_same_number() -> None:
    message = parse(form(From="whatsapp:+491512345678", To="whatsapp:+4930123456", ProfileName="Ana"))

    assert isinstance(message, InboundMessage)
    assert message.channel is ChannelKind.WHATSAPP
    assert (message.sender.value, message.sender.name) == ("+491512345678", "Ana")
    assert message.conversation_key is not None and message.conversation_key.startswith("whatsapp:")


def test_pictures_alone_are_a_message() -> None:
    message = parse(form(Body="", MediaUrl0="https://api.example/m/1", MediaContentType0="image/jpeg"))

    assert isinstance(message, InboundMessage)
    assert [(one.url, one.media_type) for one in message.remote_files] == [("https://api.example/m/1", "image/jpeg")]


@pytest.mark.parametrize(("field", "reason"), [("MessageSid", "no_id"), ("From", "no_sender"), ("To", "no_receiver")])
def test_what_names_nobody_is_parked_with_what_is_missing(field: str, reason: str) -> None:
    understood = parse(form(**{field: None}))

    assert isinstance(understood, Parked)
    assert understood.reason == reason


def test_an_empty_text_is_no_work() -> None:
    assert isinstance(parse(form(Body="  ")), Ignored)


@given(st.dictionaries(st.sampled_from(["MessageSid", "From", "To", "Body", "MediaUrl0", "ProfileName"]), st.text()))
def test_no_form_makes_the_parser_fail(fields: dict[str, str]) -> None:
    parsed = parse(MultiDict(fields))

    assert isinstance(parsed, InboundMessage | Ignored | Parked)


def test_statuses_that_are_no_news_are_passed_over() -> None:
    assert outcome_of("Delivered") is DeliveryOutcome.DELIVERED
    assert outcome_of("undelivered") is DeliveryOutcome.PERMANENT
    assert outcome_of("queued") is None
