"""Mails mutilated at random from a fixed seed, for a share of HOURS: the reader never raises, its texts are clean, and its work stays
in proportion to the size.

Where the tests try hundreds, this tries as many as the time allows. A failing mail is printed as base64: make it a test.
"""

import base64
import os
import random
import time
from collections import Counter

from bench.tables import print_table
from channels.email import marks, reading
from channels.email.compose import base64_lines
from contact_center.channel import InboundMessage

SEED = 20_261_103
SHARE = 0.2
"""Of HOURS."""
BATCH = 200
SLOW_SECONDS_PER_KB = 0.05
"""Of processor time, measured three times before it counts: far above what any mail should cost, far below what a quadratic step does."""
OWN = marks.Own(frozenset({"support@shop.example"}), {1: b"0123456789abcdef"}, "house")
_TEXT = (
    "Hello,\r\n\r\nOn Tue, 3 Nov 2026 at 10:00, Shop <support@shop.example> wrote:\r\n> Which size?\r\nLarge\r\n-- "
    "\r\nJane\r\n"
)
_ZH = '您好，请问什么时候发货？\r\n\r\n------------------ 原始邮件 ------------------\r\n发件人: "Shop"\r\n'
_PAGE = '<div>Hi<blockquote type="cite">old</blockquote><table><tr><td>x<img src="cid:a@b"></td></tr></table></div>'
_HEAD = (
    "From: =?utf-8?B?546L?= <a@b.example>\r\nTo: support@shop.example\r\nDate: Tue, 3 Nov 2026 10:00:00 +0800\r\nSu"
    "bject: =?gb2312?Q?=C4=E3?=\r\n"
)


def _seeds() -> list[bytes]:
    part = "Content-Type: {}\r\nContent-Transfer-Encoding: {}\r\n\r\n{}"
    coded = base64_lines(_ZH.encode("gb18030")).decode()
    inner = "\r\n--b\r\n".join(
        [
            "preamble",
            part.format("text/plain; charset=gb2312", "base64", coded),
            part.format("text/html; charset=utf-8", "quoted-printable", _PAGE.replace("=", "=3D")),
            part.format("message/rfc822", "8bit", _HEAD + "\r\ninner"),
            part.format("image/png; name*0*=utf-8''%E4%BD; name*1*=%A0.png", "base64", coded),
        ]
    )
    report = "\r\n--b\r\n".join(
        [
            "",
            part.format("text/plain", "7bit", "Sorry, not delivered:\r\n<x@far.example>: 550 unknown\r\n"),
            part.format(
                "message/delivery-status",
                "7bit",
                "A: b\r\n\r\nFinal-Recipient: rfc822; x@far.example\r\nAction: failed",
            ),
        ]
    )
    return [
        f"{_HEAD}\r\n{_TEXT}".encode(),
        f"{_HEAD}Content-Type: text/plain; charset=big5\r\n\r\n{_ZH}".encode("big5", "replace"),
        f"{_HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{inner}\r\n--b--\r\n".encode(),
        f"{_HEAD}Content-Type: multipart/report; boundary=b\r\n\r\n{report}\r\n--b--\r\n".encode(),
        f"{_HEAD}Content-Type: text/html\r\n\r\n{_PAGE}".encode(),
        f"{_HEAD}\r\nbegin 644 a.txt\r\n%:&5L;&\\ \r\n`\r\nend\r\n".encode(),
    ]


def mutilated(dice: random.Random, seeds: list[bytes]) -> bytes:
    """A seed with a few cuts, copies, swaps, flips and floods."""
    raw = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        at, to = sorted(dice.randrange(len(raw) + 1) for _ in range(2))
        match dice.randrange(6):
            case 0:
                del raw[at : min(to, at + 60)]
            case 1:
                raw[at:at] = raw[at:to][:200] * dice.randint(1, 20)
            case 2:
                raw[at:at] = dice.randbytes(dice.randint(1, 12))
            case 3:
                raw[at:at] = dice.choice(
                    [b"\r\n", b"=?", b"?=", b'"', b"(", b"<", b"\x00", b"--b", b">", b"\x1b$B", b";", b"@", b":"]
                )
            case 4:
                raw[at:at] = dice.choice(
                    [b"(", b"<", b'"', b" ", b";", b"> ", b"\r\n\t", b"=?a?b?", b"<div>"]
                ) * dice.randint(50, 800)
            case _:
                other = dice.choice(seeds)
                raw[at:to] = other[: dice.randrange(len(other) + 1)]
        raw = raw[:60_000] or bytearray(b"\n")
    return bytes(raw)


def _wrong(raw: bytes) -> str:
    """What is wrong with how one mail is read; "" when nothing."""
    try:
        found, page = reading.read(raw, OWN)
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"
    if isinstance(found, InboundMessage):
        names = [one.name for one in found.attachments]
        for text in (
            found.subject,
            found.text,
            found.html or "",
            found.visible_text or "",
            found.sender.name,
            page or "",
            *names,
        ):
            if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text):
                return "unclean text"
    return "" if _cost(raw) <= SLOW_SECONDS_PER_KB * (1 + len(raw) / 1024) else "slow"


def _cost(raw: bytes) -> float:
    """Processor seconds, the least of up to three tries: other programs' noise only ever adds."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        reading.read(raw, OWN)
        best = min(best, time.process_time() - start)
        if best <= SLOW_SECONDS_PER_KB:
            break
    return best


def run() -> bool:
    """Mutilate and read until the time is up; True when every mail was read well."""
    dice, seeds = random.Random(SEED), _seeds()
    end = time.monotonic() + float(os.environ.get("HOURS", "0.5")) * 3600 * SHARE
    kinds: Counter[str] = Counter()
    while time.monotonic() < end and not kinds["broken"]:
        for _ in range(BATCH):
            raw = mutilated(dice, seeds)
            wrong = _wrong(raw)
            kinds["broken" if wrong else "read"] += 1
            if wrong:
                print(f"{wrong}: {base64.b64encode(raw).decode()}")
    rows = [[str(kinds["read"] + kinds["broken"]), str(kinds["broken"]), str(SEED)]]
    print_table("Mutilated mails", ["mails", "broken", "seed"], rows)
    return not kinds["broken"]
