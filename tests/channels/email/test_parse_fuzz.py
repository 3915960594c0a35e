"""Any bytes at all: parsing never raises, gives clean text, and its work grows with the size, not with its square."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import marks, mime, parse
from contact_center.channel import Ignored, InboundMessage, Parked
from tests.channels.email.mails import KEYS, mail

OWN = marks.Own(addresses=frozenset({"support@shop.example"}), keys=KEYS, installation="house-1")
_PIECES = [
    b"From: a@b.example", b"From: ", b"Subject: ", b"To: x: ;", b"=?utf-8?B?", b"=?gb2312?Q?=B2", b"?=", b"\r\n", b"\n", b"\r", b"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=\"c d\"", b"--b", b"--b--", b"--c d",
    b"Content-Type: text/html; charset=utf-7", b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64", b"begin 644 x", b"end",
    b"Content-Disposition: attachment; filename*0*=utf-8''%41; filename*1=b", b"<p><table><blockquote>", b"\x00\xff\xfe\x1b$B", b"> On x wrote:",
    b"Date: 1", b"References: <a> <b@c>", b"\x78\x9f\x3e\x22\x01\x00\x02", b"Content-Type: application/ms-tnef", b"-- \n", b"\"", b"(", b"<", b";",
]  # fmt: skip


def _sound(found: object) -> None:
    assert isinstance(found, InboundMessage | Ignored | Parked)
    if isinstance(found, InboundMessage):
        for text in (
            found.subject,
            found.text,
            found.html or "",
            found.visible_text or "",
            found.sender.name,
            *(a.name for a in found.attachments),
        ):
            assert "\x00" not in text
            text.encode("utf-8")


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_understood_or_parked(raw: bytes) -> None:
    _sound(parse.understand(raw, OWN))


@given(st.lists(st.sampled_from(_PIECES) | st.binary(max_size=12), max_size=60).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_any_mixture_of_mail_like_pieces_is_understood_or_parked(raw: bytes) -> None:
    _sound(parse.understand(b"From: a@b.example\r\n" + raw, OWN))


HOSTILE = {
    "nested multiparts": lambda n: mail("".join(f"--b{i}\r\nContent-Type: multipart/mixed; boundary=b{i + 1}\r\n\r\n" for i in range(n // 50)), "Content-Type: multipart/mixed; boundary=b0"),
    "many parts": lambda n: mail("--b\r\n\r\nx\r\n" * (n // 10), "Content-Type: multipart/mixed; boundary=b"),
    "many headers": lambda n: mail("x", *["X-A: b"] * (n // 8)),
    "encoded words": lambda n: mail("x", "Subject: " + "=?utf-8?Q?" * (n // 10)),
    "colons": lambda n: mail("x", sender="=?" + ":" * n),
    "angles": lambda n: mail("x", sender="<" * n),
    "quotes": lambda n: mail("x", sender='"\\' * (n // 2)),
    "commas": lambda n: mail("x", "Cc: " + "a," * (n // 2)),
    "semicolons": lambda n: mail("x", "Content-Type: text/plain" + ";" * n),
    "brackets": lambda n: mail("x", "Content-Type: text/plain" + "(" * n),
    "blanks": lambda n: mail("x", "Subject: a" + " " * n + "b"),
    "begins": lambda n: mail("begin 644 a\n" * (n // 12)),
    "quoted lines": lambda n: mail("> a\n" * (n // 4)),
    "blank lines": lambda n: mail("\n" * n + "x"),
    "spaces": lambda n: mail(" " * n + "x"),
    "dashes": lambda n: mail("-" * n),
    "divs": lambda n: mail("<div>" * (n // 5), "Content-Type: text/html"),
    "open tags": lambda n: mail("<" * n, "Content-Type: text/html"),
    "tables": lambda n: mail("<table><tr><td>" * (n // 15), "Content-Type: text/html"),
    "on wrote": lambda n: mail("On a " * (n // 5)),
    "at signs": lambda n: mail("a@" * (n // 2), "Subject: Undelivered Mail", sender="mailer-daemon@x.example"),
    "device": lambda n: mail("sent from my " + "a" * 180 + "!\n" + "hi\n" * (n // 3) + "sent from my " + "a" * 180 + "!"),
    "times": lambda n: mail(("1:00" * 90 + "@ :\n") * (n // 400)),
    "deliveries": lambda n: mail("deliver" * (n // 7), sender="mailer-daemon@x.example"),
    "failures": lambda n: mail("delivery failed to a " * (n // 21), sender="mailer-daemon@x.example"),
    "fields": lambda n: mail("From:" * (n // 5) + "\n" + "To: \n" * (n // 5)),
    "nested tables": lambda n: mail("<table><tr><td>x" * 100 + "y" * n, "Content-Type: text/html"),
    "wide table": lambda n: mail("<table><tr>" + "<td>x" * (n // 5), "Content-Type: text/html"),
    "from lines": lambda n: mail("From: a\nSent: b\n" * (n // 16)),
}  # fmt: skip


def _steps(raw: bytes) -> int:
    """Lines of our own Python executed: a work counter that no busy machine can disturb."""
    count = 0

    def trace(frame: object, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        parse.understand(raw, OWN)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_mail_costs_no_more_than_its_size(kind: str) -> None:
    small, large = _steps(HOSTILE[kind](2_000)), _steps(HOSTILE[kind](16_000))
    assert large <= 12 * small + 20_000


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.timeout(30)
def test_hostile_mail_of_a_megabyte_is_taken_in(kind: str) -> None:
    _sound(parse.understand(HOSTILE[kind](1_000_000), OWN))


def test_limits_are_named_and_kept() -> None:
    raw = mail("--b\r\n\r\nx\r\n" * (mime.MAX_PARTS + 50), "Content-Type: multipart/mixed; boundary=b")
    root, defects = mime.parse(raw)
    assert sum(1 for _ in root.walk()) <= mime.MAX_PARTS
    assert f"more than {mime.MAX_PARTS} parts" in defects
