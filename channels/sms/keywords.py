"""Words with which a phone's owner allows or forbids texts (pure): the carriers' English ones, and the Chinese 退订 and TD.

Only a text that is nothing but the word counts: "please stop calling me" is a message for a person. YES is what people
answer to many things; it allows again only where texts were forbidden.
"""

import unicodedata
from enum import StrEnum

STOP = frozenset({"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "td", "退订", "退訂", "取消订阅", "取消訂閱"})  # fmt: skip
START = frozenset({"start", "unstop", "subscribe", "订阅", "訂閱", "恢复订阅", "恢復訂閱"})
START_AGAIN = frozenset({"yes"})
HELP = frozenset({"help", "info", "帮助", "幫助"})
_QUOTES = " \t\r\n.!?,;:\"'“”‘’「」『』()[]。！？，；：（）【】"


class Keyword(StrEnum):
    """What the word asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


def keyword(text: str, *, stopped: bool = False) -> Keyword | None:
    """The keyword that the whole text is; `stopped` says whether texts to this number are forbidden now."""
    word = " ".join(unicodedata.normalize("NFKC", text).strip(_QUOTES).casefold().split())
    if word in STOP:
        return Keyword.STOP
    if word in START or (stopped and word in START_AGAIN):
        return Keyword.START
    return Keyword.HELP if word in HELP else None
