"""Which mails no machine may answer."""

import pytest

from channels.email.parse import understand
from contact_center.channel import InboundMessage

PLAIN = "From: Ana <ana@customer.example>\r\nTo: support@house.example\r\nSubject: Lamp\r\n"


def answered(
    headers: str = "", *, sender: str | None = None, envelope_from: str | None = "ana@customer.example"
) -> bool:
    start = PLAIN if sender is None else PLAIN.replace("ana@customer.example", sender)
    found = understand(f"{start}{headers}\r\nIt is broken.\r\n".encode(), envelope_from=envelope_from)
    assert isinstance(found, InboundMessage), found
    return not found.wish.no_answer


def test_a_persons_mail_may_be_answered() -> None:
    assert answered()
    assert answered("Auto-Submitted: no\r\nX-Mailer: Thunderbird\r\nPrecedence: first-class\r\n")
    assert answered(sender="mr.norepley@customer.example", envelope_from=None)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "Precedence: list",
        "List-Id: <lamps.lists.example>",
        "List-Unsubscribe: <mailto:off@lists.example>",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "Feedback-ID: 1:2:3",
        "Reply-To: no-reply@customer.example",
    ],
)
def test_what_machines_and_lists_send_is_taken_in_and_not_answered(header: str) -> None:
    assert not answered(f"{header}\r\n")


@pytest.mark.parametrize(
    "sender",
    ["noreply@shop.example", "orders.no-reply@shop.example", "do-not-reply@shop.example", "lamps-request@lists.example",
     "owner-lamps@lists.example", "notifications@shop.example"],
)  # fmt: skip
def test_nothing_is_sent_where_nobody_reads(sender: str) -> None:
    assert not answered(sender=sender, envelope_from=None)


def test_the_null_sender_gets_no_answer() -> None:
    assert not answered(envelope_from="")
