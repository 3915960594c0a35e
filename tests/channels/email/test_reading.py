"""Large mails are understood in a worker; what cannot be finished is parked, never lost."""

import pytest

from channels.email import marks, reading
from contact_center.channel import InboundMessage, Parked, ParkReason
from contact_center.heavy import Heavy
from tests.channels.email.mails import mail, multipart, part


@pytest.mark.parametrize("size", [10, 200_000])
async def test_small_and_large_mails_read_the_same_way(size: int) -> None:
    body, header = multipart("mixed", part("<p onclick=x>Hi</p>", "text/html"), part(b"a" * size, "application/pdf"))
    heavy = Heavy(1)
    found, page = await reading.understand(mail(body, header), marks.NOBODY, heavy)
    await heavy.close()
    assert isinstance(found, InboundMessage)
    assert (found.text, page, len(found.attachments[0].content)) == ("Hi", "<p>Hi</p>", size)


async def test_a_mail_that_takes_too_long_is_parked() -> None:
    heavy = Heavy(1)
    found, page = await reading.understand(mail(b"x" * 3_000_000), marks.NOBODY, heavy, seconds=0.0)
    await heavy.close()
    assert (found, page) == (Parked(ParkReason.PARSE_TOO_SLOW, None, found.content_hash), None)
