"""The SMTP door, with real clients: answers after the commit, no relay, limits, and a graceful end."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from channels.email.smtp import TAKEN_IN, Envelope, SmtpAnswer, SmtpListener
from tests.waiting import eventually

Start = Callable[..., Awaitable[tuple[SmtpListener, int]]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    running: list[SmtpListener] = []

    async def open_listener(**changes: object) -> tuple[SmtpListener, int]:
        async def accepts(address: str) -> bool:
            return address.endswith("@shop.example")

        async def receive(_mail: Envelope) -> SmtpAnswer:
            return TAKEN_IN

        settings = {"accepts": accepts, "receive": receive, **changes}
        listener = SmtpListener(**settings)  # type: ignore[arg-type]
        running.append(listener)
        _, port = await listener.start("127.0.0.1", 0)
        return listener, port

    yield open_listener
    for listener in running:
        await listener.close(grace=1.0)


class Peer:
    """A bare dialogue: send lines, read answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, port: int, *, greet: bool = True) -> "Peer":
        peer = cls(*await asyncio.open_connection("127.0.0.1", port))
        if greet:
            assert (await peer.answer()).startswith("220")
            assert (await peer.say("EHLO client.example")).startswith("250")
        return peer

    async def answer(self) -> str:
        async with asyncio.timeout(10):
            while True:
                line = (await self.reader.readline()).decode()
                if line[3:4] != "-":
                    return line.strip()

    async def say(self, line: str | bytes) -> str:
        self.writer.write(line if isinstance(line, bytes) else f"{line}\r\n".encode())
        return await self.answer()

    async def envelope(self, sender: str = "<a@b.example>") -> None:
        assert (await self.say(f"MAIL FROM:{sender}")).startswith("250")
        assert (await self.say("RCPT TO:<support@shop.example>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")

    async def ended(self) -> bytes:
        async with asyncio.timeout(10):
            return await self.reader.read()

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def test_smtplib_delivers_and_every_byte_arrives(start: Start) -> None:
    seen: list[Envelope] = []

    async def receive(mail: Envelope) -> SmtpAnswer:
        seen.append(mail)
        return TAKEN_IN

    _, port = await start(receive=receive)
    body = b"Subject: x\r\n\r\n.dot\r\n..two\r\n" + b"long" * 5_000 + b"\r\n\xff\xfe\r\n"

    def client() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("a@b.example", ["support@shop.example", "billing+x@shop.example"], body)

    await asyncio.to_thread(client)
    (mail,) = seen
    assert (mail.mail_from, list(mail.rcpt_to)) == ("a@b.example", ["support@shop.example", "billing+x@shop.example"])
    assert mail.data == body
    assert mail.peer == "127.0.0.1"


async def test_extensions_are_announced(start: Start) -> None:
    _, port = await start(max_bytes=4_000)

    def client() -> dict[str, str]:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.ehlo()
            return dict(smtp.esmtp_features)

    features = await asyncio.to_thread(client)
    assert features["size"] == "4000"
    assert {"8bitmime", "smtputf8", "pipelining"} <= set(features)
    assert "auth" not in features


async def test_no_relay(start: Start) -> None:
    _, port = await start()
    peer = await Peer.at(port)
    await peer.say("MAIL FROM:<a@b.example>")
    assert (await peer.say("RCPT TO:<victim@else.example>")).startswith("550 5.1.1")
    assert (await peer.say("DATA")).startswith("503")
    await peer.close()


async def test_the_null_sender_is_empty_and_utf8_addresses_pass(start: Start) -> None:
    seen: list[Envelope] = []

    async def receive(mail: Envelope) -> SmtpAnswer:
        seen.append(mail)
        return TAKEN_IN

    _, port = await start(receive=receive)
    peer = await Peer.at(port)
    await peer.envelope("<>")
    assert (await peer.say(b"bounce\r\n.\r\n")).startswith("250")
    assert (await peer.say("MAIL FROM:<王@b.example> SMTPUTF8")).startswith("250")
    assert (await peer.say("RCPT TO:<support@shop.example>")).startswith("250")
    assert (await peer.say("DATA")).startswith("354")
    assert (await peer.say(b".\r\n")).startswith("250")
    assert [(mail.mail_from, mail.data, mail.smtp_utf8) for mail in seen] == [
        ("", b"bounce\r\n", False),
        ("王@b.example", b"", True),
    ]
    await peer.close()


@pytest.mark.parametrize("stage", ["accepts", "receive"])
async def test_while_the_database_is_away_the_peer_keeps_the_mail(start: Start, stage: str) -> None:
    async def away(*_: object) -> SmtpAnswer:
        raise ConnectionError("database")

    _, port = await start(**{stage: away})
    peer = await Peer.at(port)
    await peer.say("MAIL FROM:<a@b.example>")
    answer = await peer.say("RCPT TO:<support@shop.example>")
    if stage == "receive":
        assert (await peer.say("DATA")).startswith("354")
        answer = await peer.say(b"x\r\n.\r\n")
    assert answer.startswith("451 4.3.0")
    await peer.close()


async def test_what_receive_answers_is_what_the_peer_hears(start: Start) -> None:
    async def receive(_mail: Envelope) -> SmtpAnswer:
        return SmtpAnswer(552, "5.2.2 Full")

    _, port = await start(receive=receive)
    peer = await Peer.at(port)
    await peer.envelope()
    assert await peer.say(b"x\r\n.\r\n") == "552 5.2.2 Full"
    await peer.close()


async def test_too_large_is_refused_by_size_and_by_count_and_the_dialogue_goes_on(start: Start) -> None:
    _, port = await start(max_bytes=100_000)
    peer = await Peer.at(port)
    assert (await peer.say("MAIL FROM:<a@b.example> SIZE=200000")).startswith("552")
    await peer.envelope()
    assert (await peer.say(b"y" * 150_000 + b"\r\n.\r\n")).startswith("552 5.3.4")
    await peer.envelope()
    assert (await peer.say(b"y" * 90_000 + b"\r\n.\r\n")).startswith("250")
    await peer.close()


async def test_endless_data_is_cut(start: Start) -> None:
    listener, port = await start(max_bytes=65_536)
    peer = await Peer.at(port)
    await peer.envelope()
    with pytest.raises((ConnectionError, BrokenPipeError)):
        for _ in range(100):
            peer.writer.write(b"z" * 65_536)
            await peer.writer.drain()
    await eventually(lambda: listener.connections == 0 and listener.in_flight == 0)
    peer.writer.close()


async def test_mails_cannot_be_smuggled_behind_bare_line_feeds(start: Start) -> None:
    seen: list[bytes] = []

    async def receive(mail: Envelope) -> SmtpAnswer:
        seen.append(mail.data)
        return TAKEN_IN

    _, port = await start(receive=receive)
    peer = await Peer.at(port)
    await peer.envelope()
    inner = b"one\n.\nMAIL FROM:<evil@b.example>\r\n.\nRCPT TO:<x@shop.example>\n.\r\nDATA\r\n"
    assert (await peer.say(inner + b".\r\n")).startswith("250")
    assert seen == [inner]
    await peer.close()


async def test_pipelined_commands_are_all_answered(start: Start) -> None:
    _, port = await start()
    peer = await Peer.at(port)
    peer.writer.write(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<support@shop.example>\r\nDATA\r\n")
    assert [(await peer.answer())[:3] for _ in range(3)] == ["250", "250", "354"]
    peer.writer.write(b"x\r\n.\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n")
    assert [(await peer.answer())[:3] for _ in range(3)] == ["250", "250", "221"]
    await peer.close()


async def test_connections_over_the_limit_are_sent_away(start: Start) -> None:
    listener, port = await start(max_connections=1)
    first = await Peer.at(port)
    second = await Peer.at(port, greet=False)
    assert (await second.answer()).startswith("421 4.7.0")
    assert await second.ended() == b""
    await first.close()
    await second.close()
    await eventually(lambda: listener.connections == 0)
    third = await Peer.at(port)
    await third.close()


async def test_silence_ends_the_connection(start: Start) -> None:
    _, port = await start(idle_seconds=0.05)
    peer = await Peer.at(port, greet=False)
    assert (await peer.ended()).startswith(b"220")
    await peer.close()


async def test_closing_lets_the_running_mail_finish(start: Start) -> None:
    taken, go = asyncio.Event(), asyncio.Event()

    async def receive(_mail: Envelope) -> SmtpAnswer:
        taken.set()
        await go.wait()
        return TAKEN_IN

    listener, port = await start(receive=receive)
    idle, busy = await Peer.at(port), await Peer.at(port)
    await busy.envelope()
    busy.writer.write(b"x\r\n.\r\n")
    await taken.wait()
    closing = asyncio.create_task(listener.close(grace=10))
    assert (await idle.answer()).startswith("421 4.3.2")
    go.set()
    assert (await busy.answer()).startswith("250")
    assert (await busy.answer()).startswith("421")
    await closing
    assert listener.connections == 0
    with pytest.raises(OSError, match="."):
        await Peer.at(port)
    await idle.close()
    await busy.close()


async def test_a_peer_that_hangs_up_does_not_cancel_the_commit(start: Start) -> None:
    taken, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def receive(_mail: Envelope) -> SmtpAnswer:
        taken.set()
        await go.wait()
        done.set()
        return TAKEN_IN

    listener, port = await start(receive=receive)
    peer = await Peer.at(port)
    await peer.envelope()
    peer.writer.write(b"x\r\n.\r\n")
    await taken.wait()
    await peer.close()
    await eventually(lambda: listener.connections == 0)
    go.set()
    async with asyncio.timeout(5):
        await done.wait()
