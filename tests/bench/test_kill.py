"""What the senders of the kill proof see."""

import asyncio

from bench.mails import make_mails
from prove.kill import Tally, deliver


async def test_a_kill_between_the_250_and_the_goodbye_leaves_a_mail_that_was_taken() -> None:
    (mail,) = make_mails(1, to="desk@example.org", seed=1)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        for code in (b"250", b"250", b"250", b"354"):
            await reader.readline()
            writer.write(code + b" go on\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 taken\r\n")
        await reader.readline()
        writer.transport.abort()

    tally = Tally()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        await deliver(server.sockets[0].getsockname()[1], mail, tally)
    assert tally.acked == {mail.key}
    assert tally.answers == {"250": 1}
