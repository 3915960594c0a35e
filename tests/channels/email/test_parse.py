"""A mail becomes a message: sender, subject, text, files and the ids of what it answers, however it was written."""

import base64
import struct

import pytest

from channels.email import marks, parse
from contact_center.channel import InboundMessage, Parked
from tests.channels.email.mails import KEYS, mail, multipart, part

CONVERSATION = "01890a5d-ac96-774b-bcce-b302099a8057"


def read(raw: bytes, own: marks.Own = marks.NOBODY) -> InboundMessage:
    found = parse.read(raw, own)
    assert isinstance(found, parse.Mail)
    return found.message


def test_a_plain_mail() -> None:
    message = read(mail("Hello,\r\nwhere is it?\r\n"))
    assert (message.sender.value, message.sender.name) == ("jane@customer.example", "Jane Roe")
    assert [address.value for address in message.recipients] == ["support@shop.example"]
    assert (message.subject, message.text, message.html) == ("A question", "Hello,\nwhere is it?\n", None)
    assert message.provider_id == "<one@customer.example>"
    assert message.sent_at is not None and message.sent_at.isoformat() == "2026-11-03T02:00:00+00:00"


def test_an_alternative_gives_text_and_html() -> None:
    body, header = multipart("alternative", part("plain"), part("<p>rich</p>", "text/html"))
    message = read(mail(body, header))
    assert (message.text, message.html, message.attachments) == ("plain", "<p>rich</p>", ())


def test_html_alone_gets_a_derived_text() -> None:
    message = read(mail("<p>Hello</p><style>p{}</style><p>there</p>", "Content-Type: text/html"))
    assert message.text == "Hello\n\nthere"


def test_files_get_safe_names_and_images_belong_where_the_page_shows_them() -> None:
    body, header = multipart(
        "mixed",
        part('<p>see files <img src="cid:pic@x"></p>', "text/html"),
        part(
            b"%PDF", "application/octet-stream", 'Content-Disposition: attachment; filename="../../etc/\u202epdf.pdf"'
        ),
        part(b"\x89PNG", "image/png", "Content-ID: <pic@x>", "Content-Disposition: attachment; filename=a.png"),
        part(b"\x89PNG", "image/png", "Content-ID: <unused@x>", "Content-Disposition: inline; filename=b.png"),
    )
    file, image, unused = read(mail(body, header)).attachments
    assert "/" not in file.name
    assert "\u202e" not in file.name
    assert (file.media_type, file.content, file.inline) == ("application/pdf", b"%PDF", False)
    assert (image.name, image.content_id, image.inline) == ("a.png", "pic@x", True)
    assert not unused.inline


def test_a_named_text_is_a_file_and_a_mail_inside_is_one_too() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: older\r\n\r\ninner"
    body, header = multipart(
        "mixed", part("outer"), part("log", "text/plain", "Content-Disposition: attachment; filename=a.log"), inner
    )
    message = read(mail(body, header))
    assert message.text == "outer"
    assert [(file.name, file.media_type) for file in message.attachments] == [
        ("a.log", "text/plain"),
        ("older.eml", "message/rfc822"),
    ]


def test_uuencoded_files_leave_the_text() -> None:
    message = read(mail("before\r\nbegin 644 note.txt\r\n%:&5L;&\\ \r\n`\r\nend\r\nafter\r\n"))
    assert [(file.name, file.content) for file in message.attachments] == [("note.txt", b"hello")]
    assert "begin" not in message.text and "before" in message.text and "after" in message.text


def test_winmail_dat_is_unpacked() -> None:
    def attribute(level: int, name: int, value: bytes) -> bytes:
        return struct.pack("<BHHI", level, name, 0, len(value)) + value + b"\x00\x00"

    long_name = "报价.xls".encode("utf-16-le") + b"\x00\x00"
    properties = (
        struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(long_name)) + long_name + b"\x00" * (-len(long_name) % 4)
    )
    stream = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x800C, b"text inside\x00")
    stream += attribute(2, 0x9002, b"\x00" * 14) + attribute(2, 0x800F, b"data") + attribute(2, 0x9005, properties)
    body, header = multipart(
        "mixed", part(stream, "application/ms-tnef", "Content-Disposition: attachment; filename=winmail.dat")
    )
    message = read(mail(body, header))
    assert message.text == "text inside"
    assert [(file.name, file.content) for file in message.attachments] == [("报价.xls", b"data")]


@pytest.mark.parametrize(
    ("header", "value", "name"),
    [
        ("From: Doe, Jane <jane@x.example>", "jane@x.example", "Doe, Jane"),
        ('From: "Doe, Jane" <Jane@X.example>', "jane@x.example", "Doe, Jane"),
        ("From: jane@x.example (Jane)", "jane@x.example", "Jane"),
        ("From: Jane <jane@x.example", "jane@x.example", "Jane"),
        ('From: "Jane <jane@x.example>', "jane@x.example", "Jane"),
        ("From: =?utf-8?B?546L5bCP5piO?= <wang@x.example>", "wang@x.example", "王小明"),
        ("From: team: a@x.example, b@x.example;", "a@x.example", ""),
        ("From: <>\r\nSender: s@x.example", "s@x.example", ""),
        ("Return-Path: <r@x.example>", "r@x.example", ""),
        ("Reply-To: p@x.example", "p@x.example", ""),
        ("From: a@x.example\r\nFrom: b@x.example", "a@x.example", ""),
        ("From: jane@x.example <jane@x.example>", "jane@x.example", "jane@x.example"),
        ("From: mailto:jane@x.example", "jane@x.example", ""),
        ("From: 'Jane  Roe' <jane@x.example>", "jane@x.example", "Jane Roe"),
        (r'From: "  \"J\\ (nobody)\"  \' " <jane@x.example>', "jane@x.example", '  "J\\ (nobody)"  \' '),
        ("From: =?utf-8?Q?_=22Jane=22_?=\r\n =?utf-8?Q?_(R)_?= <jane@x.example>", "jane@x.example", ' "Jane"  (R) '),
        ("From: =?utf-8?B?4oCuZW5hSuKArA==?= <jane@x.example>", "jane@x.example", "\u202eenaJ\u202c"),
        ("From: =?utf-8?Q?_=09?= <jane@x.example>", "jane@x.example", ""),
    ],
)
def test_the_sender_is_found(header: str, value: str, name: str) -> None:
    message = read(mail("x", *header.split("\r\n"), sender=None))
    assert (message.sender.value, message.sender.name) == (value, name)


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("Subject:   bare words  ", "bare words"),
        ("Subject: =?utf-8?Q?_=09in_a_word_=0B?=", " \tin a word \x0b"),
        ("Subject: =?utf-8?Q?one=0D=0Atwo=0Dthree=0Afour?=", "one two three four"),
        ("Subject: folded\r\n =?utf-8?Q?here?=", "folded here"),
    ],
)
def test_a_subject_is_what_was_written_without_what_the_wire_added(header: str, subject: str) -> None:
    assert read(mail("x", header)).subject == subject


def test_the_language_is_that_of_the_new_words() -> None:
    text = "您好，请问什么时候发货？\n\nOn Tue, 3 Nov 2026, Shop wrote:\n> Dear customer, thank you for your order\n"
    assert read(mail(text, "Content-Type: text/plain; charset=utf-8", "Subject: Re: order")).language == "zh-CN"
    assert read(mail("Where is it?")).language is None


def test_a_mail_without_any_sender_is_parked_and_keeps_its_id() -> None:
    found = parse.understand(mail("x", sender=None))
    assert isinstance(found, Parked)
    assert (found.reason, found.provider_id) == ("no_sender", "<one@customer.example>")


def test_the_envelope_names_the_sender_when_no_header_does() -> None:
    found = parse.understand(mail("x", sender=None), envelope_from="jane@customer.example")
    assert isinstance(found, InboundMessage) and found.sender.value == "jane@customer.example"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Tue, 3 Nov 2026 10:00:00 +0800 (CST)", "2026-11-03T02:00:00+00:00"),
        ("03 Nov 26 10:00 GMT", "2026-11-03T10:00:00+00:00"),
        ("2026-11-03T10:00:00Z", "2026-11-03T10:00:00+00:00"),
        ("2026年11月3日 10:00", "2026-11-03T10:00:00+00:00"),
        ("yesterday", None),
        ("Tue, 99 Nov 2026 10:00:00 +0800", None),
        ("Tue, 3 Nov 2026 10:00:00 +999999", "2026-11-03T10:00:00+00:00"),
    ],
)
def test_dates_of_every_kind(date: str, expected: str | None) -> None:
    found = parse.parse_date(date)
    assert (found.isoformat() if found else None) == expected


def test_what_a_mail_answers_best_first() -> None:
    message = read(mail("x", "In-Reply-To: <c@x>", "References: <a@x>\r\n <b@x> <c@x>"))
    assert message.references == ("<c@x>", "<b@x>", "<a@x>")


def test_our_signed_mark_is_found_in_references_and_plus_addresses() -> None:
    token = marks.conversation_token(marks.signer(KEYS), CONVERSATION)
    own = marks.Own(keys=KEYS)
    by_id = read(mail("x", f"References: {marks.message_id(token, '1', 'shop.example')} <z@x>"), own)
    assert by_id.conversation_token == CONVERSATION
    by_address = read(mail("x", f"Cc: {marks.plus_address('support@shop.example', token).upper()}"), own)
    assert by_address.conversation_token == CONVERSATION
    forged = token[:-2] + ("aa" if token[-2:] != "aa" else "bb")
    assert read(mail("x", f"In-Reply-To: <cc.{forged}.1@shop.example>"), own).conversation_token is None


def test_a_copy_over_another_way_has_the_same_hash_and_another_text_has_not() -> None:
    first = mail("Hello\r\nyou \r\n", "Received: from a")
    copy = mail(base64.encodebytes(b"Hello\nyou\n"), "Content-Transfer-Encoding: base64", "Received: from b\r\n\tby c")
    assert read(first).content_hash == read(copy).content_hash
    assert read(first).content_hash != read(mail("Hello\r\nthem\r\n")).content_hash


def test_broken_structure_still_shows_the_text() -> None:
    assert read(mail("just text", "Content-Type: multipart/mixed; boundary=zz")).text == "just text"
    assert read(mail("just text", "Content-Type: multipart/mixed")).text == "just text"
    assert "boundary missing" in read(mail("x", "Content-Type: multipart/mixed")).defects
    unclosed = b"--b1\r\nContent-Type: text/plain\r\n\r\nopen end"
    assert read(mail(unclosed, "Content-Type: multipart/mixed; boundary=b1")).text == "open end"
    no_blank = b"From: a@x.example\r\nSubject: s\r\nHello without a blank line"
    assert read(no_blank).text == "Hello without a blank line"


def test_broken_transfer_encodings_give_what_can_be_had() -> None:
    assert (
        read(mail(b"5oKo5aW9", "Content-Transfer-Encoding: base64", "Content-Type: text/plain; charset=utf-8")).text
        == "您好"
    )
    assert (
        read(
            mail(b"5oKo\r\n!!5aW9=", "Content-Transfer-Encoding: BASE64", "Content-Type: text/plain; charset=utf-8")
        ).text
        == "您好"
    )
    assert read(mail(b"a=3Db=\r\nc=ZZ", "Content-Transfer-Encoding: quoted-printable")).text == "a=bc=ZZ"


def test_flowed_text_is_joined() -> None:
    message = read(mail("one \r\ntwo\r\n> old \r\n> text\r\n", "Content-Type: text/plain; format=flowed"))
    assert message.text.startswith("one two\n> old text")
