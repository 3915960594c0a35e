"""Ids in headers, as other writers garble them."""

from email.message import EmailMessage

from channels.email.parse import understand
from contact_center.channel import InboundMessage


def test_an_id_hidden_in_encoded_words_is_found() -> None:
    long = f"<cc.{'a' * 80}.serial@ours.example>"
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["In-Reply-To"] = "ana@a.example", "Re: x", long
    mail.set_content("Hello")
    raw = mail.as_bytes()
    assert b"=?" in raw  # Python's own writer does it
    found = understand(raw)
    assert isinstance(found, InboundMessage)
    assert long in found.thread_keys
