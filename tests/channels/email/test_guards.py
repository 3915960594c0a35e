"""What is no work is ignored by a named guard, and people are never silenced."""

import pytest

from channels.email import marks, parse
from contact_center.channel import Ignored, IgnoreReason, InboundMessage
from tests.channels.email.mails import KEYS, mail, multipart

OWN = marks.Own(addresses=frozenset({"support@shop.example"}), keys=KEYS, installation="house-1")


def judged(raw: bytes, envelope_from: str | None = None) -> Ignored:
    found = parse.understand(raw, OWN, envelope_from=envelope_from)
    assert isinstance(found, Ignored), found
    return found


def report(action: str, status: str, *, more: str = "") -> bytes:
    status_part = (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example\r\n\r\n"
        f"Original-Recipient: rfc822; gone@far.example\r\nFinal-Recipient: rfc822; x@inner.example\r\nAction: {action}\r\nStatus: {status}\r\n{more}"
    )
    copy = "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <sent-1@shop.example>\r\nSubject: our answer\r\n"
    body, header = multipart(
        "report; report-type=delivery-status", "Content-Type: text/plain\r\n\r\nSorry.", status_part, copy
    )
    return mail(body, header, sender="MAILER-DAEMON@mx.far.example")


def test_a_failure_report_names_the_address_and_our_mail() -> None:
    found = judged(report("failed", "5.1.1"))
    assert (found.reason, found.guard, found.permanent) == (IgnoreReason.BOUNCE, "delivery_report", True)
    assert (found.failed_addresses, found.original_message_id) == (("gone@far.example",), "<sent-1@shop.example>")


def test_a_delay_report_is_not_final() -> None:
    found = judged(report("delayed", "4.4.1"))
    assert (found.reason, found.permanent) == (IgnoreReason.DELAY, False)


def test_a_success_report_is_a_receipt() -> None:
    assert judged(report("delivered", "2.0.0")).reason == IgnoreReason.RECEIPT


PROSE = [
    ("Undelivered Mail", "I could not deliver your message.\r\n\r\n<gone@far.example>: 550 5.1.1 user unknown\r\n", IgnoreReason.BOUNCE),
    ("failure notice", "The following address failed:\r\n\r\n  gone@far.example\r\n    mailbox is full\r\n", IgnoreReason.BOUNCE),
    ("Warning: could not send", "Still trying.\r\n  gone@far.example\r\nWe will keep trying for 3 days.\r\n", IgnoreReason.DELAY),
    ("Unzustellbar", "Ihre Nachricht konnte nicht zugestellt werden:\r\n\r\ngone@far.example\r\n", IgnoreReason.BOUNCE),
    ("系统退信", "您的邮件无法投递到以下地址：\r\n\r\n<gone@far.example>:\r\n用户不存在\r\n", IgnoreReason.BOUNCE),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "text", "reason"), PROSE)
def test_bounces_told_in_words(subject: str, text: str, reason: IgnoreReason) -> None:
    copy = "\r\n----- Original message -----\r\nMessage-ID: <sent-2@shop.example>\r\nFrom: support@shop.example\r\n"
    raw = mail(
        text + copy,
        f"Subject: {subject}",
        "Content-Type: text/plain; charset=utf-8",
        sender="Mail Delivery System <mailer-daemon@far.example>",
    )
    found = judged(raw)
    assert (found.reason, found.guard, found.failed_addresses) == (reason, "bounce_in_words", ("gone@far.example",))
    assert found.original_message_id == "<sent-2@shop.example>"


@pytest.mark.parametrize(
    "lines",
    [
        ["Auto-Submitted: auto-replied"],
        ["X-Autoreply: yes"],
        ["Precedence: auto_reply"],
        ["X-POST-MessageClass: 9; Autoresponder"],
        ["Subject: Automatic reply: Your order"],
        ["Subject: Out of Office: back Monday"],
        ["Subject: Out of office"],
        ["Subject: Abwesenheitsnotiz: Ihre Anfrage"],
        ["Subject: Réponse automatique : commande"],
        ["Subject: 自动回复：您的订单"],
        ["Subject: 自動回覆: 訂單"],
        ["Subject: 不在のお知らせ"],
    ],
)
def test_answers_that_no_person_wrote(lines: list[str]) -> None:
    assert judged(mail("I am away.", *lines)).reason == IgnoreReason.AUTO_REPLY


def test_read_receipts() -> None:
    body, header = multipart(
        "report; report-type=disposition-notification",
        "Content-Type: text/plain\r\n\r\nYour message was displayed.",
        "Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
    )
    assert judged(mail(body, header)).reason == IgnoreReason.RECEIPT


def test_loops() -> None:
    assert judged(mail("x", sender="support@shop.example")).guard == "from_ourselves"
    assert judged(mail("x", f"{marks.OWN_HEADER}: house-1")).reason == IgnoreReason.OWN_MESSAGE
    assert judged(mail("x", *["Received: from a by b"] * 60)).guard == "too_many_hops"
    assert judged(mail("x", "X-Loop: support@shop.example")).guard == "marked_loop"
    token = marks.conversation_token(marks.signer(KEYS), "01890a5d-ac96-774b-bcce-b302099a8057")
    assert judged(mail("x", f"Message-ID: {marks.message_id(token, '7', 'shop.example')}")).guard == "own_message"


def test_an_empty_mail() -> None:
    assert judged(mail("  \r\n", "Subject: ")).reason == IgnoreReason.EMPTY


PEOPLE = [
    mail("My parcel could not be delivered to my address. Write to jane@customer.example", "Subject: Delivery failed"),
    mail("See below, what does it mean?\r\n> <a@b.example>: user unknown", "Subject: Fwd: Undelivered Mail Returned to Sender"),
    mail("How do I set one up?", "Subject: 自动回复怎么设置"),
    mail("When do you open?", "Subject: Out of office hours question"),
    mail("Form filled in", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"),
    mail("To the list", "Precedence: list", "List-Id: <support.shop.example>"),
    mail("x", "Auto-Submitted: no"),
    mail("from another house", f"{marks.OWN_HEADER}: house-2"),
    mail(b"\x81\x82\x83", "Content-Type: text/plain; charset=x-klingon"),
    mail("I cannot send you the file, mailbox full?", sender="postmaster@customer.example"),
]  # fmt: skip


@pytest.mark.parametrize("raw", PEOPLE)
@pytest.mark.parametrize("envelope_from", [None, "someone@customer.example"])
def test_people_are_heard(raw: bytes, envelope_from: str | None) -> None:
    assert isinstance(parse.understand(raw, OWN, envelope_from=envelope_from), InboundMessage)


def test_a_web_form_that_sends_without_a_sender_is_heard() -> None:
    raw = mail("My parcel could not be delivered. Reach me at: jane@customer.example", "Subject: Delivery failed")
    assert isinstance(parse.understand(raw, OWN, envelope_from=""), InboundMessage)


def test_a_postmaster_who_answers_is_heard() -> None:
    raw = mail(
        "Your message could not be delivered to bob@far.example, user unknown.",
        "In-Reply-To: <q@shop.example>",
        sender="postmaster@far.example",
    )
    assert isinstance(parse.understand(raw, OWN), InboundMessage)
