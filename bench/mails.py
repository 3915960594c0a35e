"""Mails for measuring, and the smallest SMTP client that can send them fast: no library's cost in the figures."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

WORDS = (
    "order invoice refund delivery parcel account password charge twice yesterday please help thank you waiting since "
    "monday number customer service returned damaged late address change cancel subscription payment card bank"
).split()


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: its key (the Message-ID), sender, and bytes ready for DATA (dot-stuffed, with the final dot)."""

    key: str
    sender: str
    data: bytes


def make_mails(count: int, *, to: str, seed: int, size: int = 1_500, attachment: int = 0) -> list[Mail]:
    """`count` mails of about 2.2 kB, half with HTML, each from a sender never seen before; optional random attachment."""
    chance = random.Random(seed)
    mails = []
    for number in range(count):
        text = " ".join(chance.choices(WORDS, k=size // 7))
        message = EmailMessage(policy=SMTP)
        sender = f"customer{seed}.{number}@sender{number % 97}.example"
        key = f"<{seed}.{number}.{chance.getrandbits(64):x}@sender.example>"
        message["From"], message["To"] = f"Customer {number} <{sender}>", to
        message["Subject"], message["Message-ID"] = (
            f"Question {number} about my order",
            key,
        )
        message["Date"] = "Sun, 22 Nov 2026 10:00:00 +0000"
        if number % 2:
            half = text[: size // 2]
            message.set_content(half)
            message.add_alternative(
                f"<html><body><p>{half}</p><p><b>Regards</b></p></body></html>",
                subtype="html",
            )
        else:
            message.set_content(text)
        if attachment:
            content = chance.randbytes(attachment)
            message.add_attachment(
                content,
                maintype="application",
                subtype="octet-stream",
                filename=f"file{number}.bin",
            )
        raw = message.as_bytes().replace(b"\r\n.", b"\r\n..")
        mails.append(
            Mail(
                key,
                sender,
                raw + (b"" if raw.endswith(b"\r\n") else b"\r\n") + b".\r\n",
            )
        )
    return mails


class Sender:
    """One SMTP connection; `send` returns the final code of each mail. Raises ConnectionError when cut."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> None:
        """Connect and greet."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        await self._answer()
        await self._say(b"EHLO bench.example\r\n")

    async def send(self, mail: Mail, to: str) -> int:
        """MAIL, RCPT, DATA; the code that answered the last of them."""
        for line in (
            f"MAIL FROM:<{mail.sender}>\r\n",
            f"RCPT TO:<{to}>\r\n",
            "DATA\r\n",
        ):
            code = await self._say(line.encode())
            if code >= 400:
                await self._say(b"RSET\r\n")
                return code
        return await self._say(mail.data)

    async def close(self) -> None:
        """QUIT and hang up."""
        try:
            await self._say(b"QUIT\r\n")
        finally:
            self._writer.close()

    async def _say(self, line: bytes) -> int:
        self._writer.write(line)
        await self._writer.drain()
        return await self._answer()

    async def _answer(self) -> int:
        while True:
            line = await self._reader.readline()
            if not line:
                raise ConnectionResetError("the server hung up")
            if line[3:4] != b"-":
                return int(line[:3])


async def send_all(port: int, mails: Sequence[Mail], to: str, *, connections: int) -> list[int]:
    """Send all over so many connections at once; the codes in order of the mails."""
    codes = [0] * len(mails)
    numbers = iter(range(len(mails)))

    async def work() -> None:
        sender = Sender(port)
        await sender.open()
        for number in numbers:
            codes[number] = await sender.send(mails[number], to)
        await sender.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return codes
