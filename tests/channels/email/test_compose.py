"""What we write, read back by an independent parser (the standard library's) and by our own."""

import email
import email.policy
import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import marks, parse
from channels.email.compose import OutFile, Unsendable, compose, wire_id
from contact_center.channel import (
    AccountSettings,
    Address,
    AddressKind,
    ChannelKind,
    Ignored,
    InboundMessage,
    OutboundMessage,
)
from tests.channels.email.mails import KEYS

CONVERSATION = "01890a5d-ac96-774b-bcce-b302099a8057"
TOKENS = marks.signer(KEYS)


def account(**given: object) -> AccountSettings:
    return AccountSettings("acc-1", ChannelKind.EMAIL, "support@shop.example", "Shop", "en", given)


def message(**changes: object) -> OutboundMessage:
    values: dict[str, object] = {
        "delivery_id": "d-1",
        "message_id": "01890a5d-ac96-774b-bcce-b302099a8058",
        "conversation_id": CONVERSATION,
        "account_id": "acc-1",
        "attempt": 1,
        "sender_name": "Mei at Shop",
        "to": [Address(AddressKind.EMAIL, "jane@customer.example", "Jane Roe", "jane@customer.example")],
        "cc": [],
        "bcc": [],
        "subject": "Re: A question",
        "text": "Hello Jane\nBye",
        "html": None,
        "attachments": [],
        "in_reply_to": None,
        "references": [],
        "created_at": datetime(2026, 11, 3, 10, 0, tzinfo=UTC),
    }
    return OutboundMessage(**{**values, **changes})  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def written(
    files: tuple[OutFile, ...] = (), settings: dict[str, object] | None = None, **changes: object
) -> EmailMessage:
    return read(compose(account(**settings or {}), message(**changes), tokens=TOKENS, files=files).raw)


def lines(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_plain_answer_threads_both_ways() -> None:
    mail = written(in_reply_to="<q@customer.example>", references=["<a@x>", "<q@customer.example>"])
    assert mail["From"] == "Mei at Shop <support@shop.example>"
    assert mail["To"] == "Jane Roe <jane@customer.example>"
    assert (mail["In-Reply-To"], mail["References"]) == ("<q@customer.example>", "<a@x> <q@customer.example>")
    assert lines(mail) == "Hello Jane\nBye\n"
    assert mail["Date"].datetime == datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
    reply = f"From: jane@customer.example\r\nTo: {mail['Reply-To']}\r\nSubject: Re\r\n\r\nthanks".encode()
    answered = f"From: jane@customer.example\r\nIn-Reply-To: {mail['Message-ID']}\r\n\r\nthanks".encode()
    for raw in (reply, answered):
        found = parse.understand(raw, marks.Own(keys=KEYS))
        assert isinstance(found, InboundMessage) and found.conversation_token == CONVERSATION


def test_the_message_id_is_the_same_for_every_attempt_and_stays_whole() -> None:
    first, second = (compose(account(), message(attempt=n), tokens=TOKENS) for n in (1, 2))
    assert first.message_id == second.message_id == wire_id(account(), message(), TOKENS)
    assert f"Message-ID: {first.message_id}\r\n".encode() in first.raw


def test_chinese_everywhere() -> None:
    mail = written(
        (OutFile("2026年第三季度的报价单以及其他非常重要的附件说明文件最终版本.pdf", "application/pdf", b"%PDF-1"),),
        subject="回复：您的订单已经发货，请注意查收。如有任何问题，请随时与我们联系，谢谢您的支持！",
        sender_name="王小明",
        text="您好，\n您的订单已发货。\n" * 50,
        to=[Address(AddressKind.EMAIL, "li@客户.example", "李雷", "li@客户.example")],
    )
    assert mail["Subject"] == "回复：您的订单已经发货，请注意查收。如有任何问题，请随时与我们联系，谢谢您的支持！"
    assert mail["From"].addresses[0].display_name == "王小明"
    assert mail["To"].addresses[0].domain == "客户.example".encode("idna").decode()
    body = mail.get_body(("plain",))
    assert body is not None and lines(body) == "您好，\n您的订单已发货。\n" * 50
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "2026年第三季度的报价单以及其他非常重要的附件说明文件最终版本.pdf"


def test_html_images_and_files_take_their_places() -> None:
    files = (
        OutFile("logo.png", "image/png", b"\x89PNG", content_id="logo@shop"),
        OutFile("a.txt", "text/plain", b"caf\xe9"),
        OutFile("old.eml", "message/rfc822", b"From: x\r\n\r\ny"),
    )
    mail = written(files, html='<p>Hello</p><img src="cid:logo@shop">')
    assert mail.get_content_type() == "multipart/mixed"
    alternative, *attached = mail.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    plain, related = alternative.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    page, image = related.iter_parts()
    assert "<p>Hello</p>" in page.get_content() and image["Content-ID"] == "<logo@shop>"
    assert [(part.get_content_type(), part.get_filename()) for part in attached] == [
        ("text/plain", "a.txt"),
        ("application/octet-stream", "old.eml"),
    ]
    assert [part.get_payload(decode=True) for part in attached] == [b"caf\xe9", b"From: x\r\n\r\ny"]


def test_machine_mail_says_so() -> None:
    assert written()["Auto-Submitted"] is None
    assert written(auto_submitted=True)["Auto-Submitted"] == "auto-generated"
    assert written(auto_submitted=True, in_reply_to="<q@x>")["Auto-Submitted"] == "auto-replied"


def test_references_are_bounded_and_keep_the_first() -> None:
    mail = written(references=[f"<r{n}@x.example>" for n in range(100)], in_reply_to="<r99@x.example>")
    kept = mail["References"].split()
    assert len(kept) == 20
    assert (kept[0], kept[-1]) == ("<r0@x.example>", "<r99@x.example>")


def test_signature_and_plus_addressing_are_settings() -> None:
    mail = written(settings={"signature": "Shop Ltd", "plus_addressing": False})
    assert lines(mail).endswith("-- \nShop Ltd\n")
    assert mail["Reply-To"] is None


def test_long_lines_are_never_sent() -> None:
    raw = compose(account(), message(text="x" * 5_000, html="<p>" + "y" * 5_000), tokens=TOKENS).raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"x" * 5_000 in parse_text(raw)


def parse_text(raw: bytes) -> bytes:
    found = parse.read(raw)
    assert isinstance(found, parse.Mail)
    return found.message.text.encode()


def test_our_own_mail_coming_back_is_recognised() -> None:
    raw = compose(account(), message(), tokens=TOKENS, installation="house-1").raw
    found = parse.understand(raw, marks.Own(keys=KEYS, installation="house-1"))
    assert isinstance(found, Ignored) and found.guard == "own_message"


@pytest.mark.parametrize(
    "address", ["", "jane", "a@b\r\nBcc: x@y.example", "a b@c.example", "<a@b.example>", "a@" + "b" * 300]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unsendable, match="not_an_address"):
        compose(account(), message(to=[Address(AddressKind.EMAIL, address, "", address)]), tokens=TOKENS)


def test_nobody_addressed_is_refused() -> None:
    with pytest.raises(Unsendable, match="nobody_addressed"):
        compose(account(), message(to=[]), tokens=TOKENS)


def test_blind_copies_are_in_the_envelope_only() -> None:
    blind = Address(AddressKind.EMAIL, "boss@shop.example", "Boss", "boss@shop.example")
    composed = compose(account(), message(bcc=[blind]), tokens=TOKENS)
    assert list(composed.recipients) == ["jane@customer.example", "boss@shop.example"]
    assert b"boss" not in composed.raw


_ANY = st.text(max_size=120)


@given(subject=_ANY, name=_ANY, text=_ANY, file=_ANY, signature=_ANY)
@settings(max_examples=150, deadline=None)
def test_no_value_can_add_a_header_or_a_part(subject: str, name: str, text: str, file: str, signature: str) -> None:
    files = (OutFile(file, file, b"data", content_id=file),)
    person = Address(AddressKind.EMAIL, "jane@customer.example", name, "jane@customer.example")
    raw = compose(
        account(signature=signature[:100]),
        message(subject=subject, sender_name=name, text=text, to=[person], html="<b>x</b>"),
        tokens=TOKENS,
        files=files,
        installation="i",
    ).raw
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    usual = [
        "Date",
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Message-ID",
        "Content-Language",
        "MIME-Version",
        marks.OWN_HEADER,
        "Content-Type",
    ]
    assert mail.keys() == usual
    assert [part.get_content_type() for part in mail.walk()][:4] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert len(list(mail.walk())) == 5
    found = parse.read(raw)
    assert isinstance(found, parse.Mail)
    assert "".join(found.message.subject.split()) == "".join(parse_plain(subject).split())


def parse_plain(text: str) -> str:
    """What may be left of a value: no control characters."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
