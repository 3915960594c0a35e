"""What a relay's answers come to, against a real SMTP peer that fails in every way a relay can."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from channels.email.send import EmailChannel
from contact_center.channel import Address, AddressKind, DeliveryOutcome, OutboundAttachment
from tests.channels.email.mails import KEYS
from tests.channels.email.test_compose import account, message

Relay = Callable[..., Awaitable["Sink"]]


class Sink:
    """A relay that follows a script: `answers` maps a command (or "." for the end of DATA) to its answer or to "cut"."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def answer(command: str, usual: str) -> bool:
            line = next((self.answers[key] for key in (command, command.split(" ")[0]) if key in self.answers), usual)
            if line != "cut":
                writer.write(f"{line}\r\n".encode())
            return line != "cut"

        if not answer("CONNECT", "220 sink"):
            return
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            word = line.split(" ")[0].upper()
            usual = {
                "EHLO": "250-sink\r\n250-SIZE 1000000\r\n250 AUTH PLAIN",
                "DATA": "354 go",
                "QUIT": "221 bye",
                "AUTH": "235 ok",
            }
            if not answer(line if word == "RCPT" else word, usual.get(word, "250 ok")) or word == "QUIT":
                return
            if word == "DATA" and "DATA" not in self.answers:
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                if not answer(".", "250 queued as 7"):
                    return


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    servers: list[asyncio.Server] = []

    async def run(**answers: str) -> Sink:
        sink = Sink({key.replace("_", " "): value for key, value in answers.items()})
        server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
        sink.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return sink

    yield run
    for server in servers:
        server.close()
        await server.wait_closed()


async def fetch(file_id: str) -> bytes:
    return f"bytes of {file_id}".encode()


def channel(sink: Sink) -> EmailChannel:
    return EmailChannel(
        keys=KEYS, fetch=fetch, default_relay_url=f"smtp://127.0.0.1:{sink.port}", installation="house-1"
    )


async def test_a_mail_is_handed_in(relay: Relay) -> None:
    sink = await relay()
    report = await channel(sink).send(
        account(), message(attachments=[OutboundAttachment("f-1", "a.txt", "text/plain")])
    )
    assert (report.outcome, report.delivery_id) == (DeliveryOutcome.SENT, "d-1")
    assert report.provider_id == channel(sink).wire_id(account(), message())
    assert "MAIL FROM:<support@shop.example>" in sink.commands[1]
    assert b"Ynl0ZXMgb2YgZi0x" in sink.mails[0]
    assert sink.commands[-1] == "QUIT"


@pytest.mark.parametrize(
    ("answers", "outcome", "reason", "words"),
    [
        ({"CONNECT": "421 busy"}, DeliveryOutcome.TRANSIENT, "unreachable", "busy"),
        ({"CONNECT": "554 go away"}, DeliveryOutcome.TRANSIENT, "unreachable", "go away"),
        ({"CONNECT": "cut"}, DeliveryOutcome.TRANSIENT, "unreachable", ""),
        ({"MAIL": "451 later"}, DeliveryOutcome.TRANSIENT, "refused", "451 later"),
        ({"MAIL": "550 no such sender"}, DeliveryOutcome.PERMANENT, "refused", "550 no such sender"),
        ({"MAIL": "530 sign in first"}, DeliveryOutcome.TRANSIENT, "refused", "530"),
        ({"MAIL": "cut"}, DeliveryOutcome.TRANSIENT, "connection_lost", ""),
        ({"RCPT": "450 greylisted"}, DeliveryOutcome.TRANSIENT, "refused", "greylisted"),
        ({"RCPT": "550 5.1.1 unknown"}, DeliveryOutcome.PERMANENT, "refused", "unknown"),
        ({"RCPT": "cut"}, DeliveryOutcome.TRANSIENT, "connection_lost", ""),
        ({"DATA": "451 not now"}, DeliveryOutcome.TRANSIENT, "refused", "not now"),
        ({"DATA": "554 no valid recipients"}, DeliveryOutcome.PERMANENT, "refused", "no valid"),
        ({".": "452 disk full"}, DeliveryOutcome.TRANSIENT, "refused", "disk full"),
        ({".": "552 too large"}, DeliveryOutcome.PERMANENT, "refused", "too large"),
        ({".": "cut"}, DeliveryOutcome.UNKNOWN, "no_answer", ""),
    ],
)
async def test_every_failing_answer(
    relay: Relay, answers: dict[str, str], outcome: DeliveryOutcome, reason: str, words: str
) -> None:
    report = await channel(await relay(**answers)).send(account(), message())
    assert (report.outcome, report.reason) == (outcome, reason)
    assert words in report.detail and report.detail


def people(*addresses: str) -> list[Address]:
    return [Address(AddressKind.EMAIL, address, "", address) for address in addresses]


async def test_some_recipients_refused_is_sent_with_a_reason(relay: Relay) -> None:
    sink = await relay(**{"RCPT TO:<b@y.example>": "550 unknown"})
    report = await channel(sink).send(account(), message(to=people("a@x.example", "b@y.example")))
    assert (report.outcome, report.reason) == (DeliveryOutcome.SENT, "some_refused")
    assert report.detail == "b@y.example: 550 unknown"
    assert len(sink.mails) == 1


async def test_all_refused_but_one_only_for_now_is_tried_again(relay: Relay) -> None:
    sink = await relay(**{"RCPT TO:<a@x.example>": "450 later", "RCPT TO:<b@y.example>": "550 unknown"})
    report = await channel(sink).send(account(), message(to=people("a@x.example", "b@y.example")))
    assert (report.outcome, sink.mails) == (DeliveryOutcome.TRANSIENT, [])


async def test_a_relay_that_is_not_there(relay: Relay) -> None:
    report = await EmailChannel(keys=KEYS, fetch=fetch, default_relay_url="smtp://127.0.0.1:1").send(
        account(), message()
    )
    assert report.outcome == DeliveryOutcome.TRANSIENT
    report = await EmailChannel(keys=KEYS, fetch=fetch).send(account(), message())
    assert (report.outcome, report.reason) == (DeliveryOutcome.TRANSIENT, "no_relay")


async def test_what_can_never_be_sent(relay: Relay) -> None:
    sink = await relay()
    assert (await channel(sink).send(account(), message(to=people("nonsense")))).outcome == DeliveryOutcome.PERMANENT
    assert (
        await channel(sink).send(account(), message(to=people("王@x.example")))
    ).outcome == DeliveryOutcome.PERMANENT
    assert (await channel(sink).send(account(relay_url="ftp://x"), message())).outcome == DeliveryOutcome.PERMANENT


async def test_a_file_that_cannot_be_read_now_is_tried_again(relay: Relay) -> None:
    async def broken(_file_id: str) -> bytes:
        raise OSError("disk")

    sink = await relay()
    sender = EmailChannel(keys=KEYS, fetch=broken, default_relay_url=f"smtp://127.0.0.1:{sink.port}")
    report = await sender.send(account(), message(attachments=[OutboundAttachment("f", "a", "text/plain")]))
    assert report.outcome == DeliveryOutcome.TRANSIENT


async def test_probe_tells_each_step(relay: Relay) -> None:
    sink = await relay()
    own = account(relay_url=f"smtp://127.0.0.1:{sink.port}", username="u", password="secret")
    steps = await channel(sink).probe(own)
    assert [(step.name, step.ok) for step in steps] == [
        ("settings", True),
        ("connect", True),
        ("sign_in", True),
        ("sender", True),
    ]
    assert not any("secret" in step.detail for step in steps)
    refusing = await relay(AUTH="535 wrong password")
    steps = await channel(refusing).probe(
        account(relay_url=f"smtp://127.0.0.1:{refusing.port}", username="u", password="p")
    )
    assert (steps[-1].name, steps[-1].ok) == ("sign_in", False)
    assert "535" in steps[-1].detail
    assert not (await channel(sink).probe(account(relay_url="nonsense")))[0].ok
    assert sink.mails == []
