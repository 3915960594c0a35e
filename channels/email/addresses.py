"""Address headers (From, To, Reply-To...) as senders write them, not as the grammar wishes; never raises, linear time.

The header is taken apart before its encoded words are decoded: a decoded comma or quote must not look like syntax.
"""

import re

from channels.email import words
from contact_center.channel import Address, AddressKind

MAX_ADDRESSES = 500
MAX_LENGTH = 100_000
MAX_NAME = 200
_MAILBOX = re.compile(r"[^\s<>()\[\],;:\"'@]{1,128}@(?:[^\s<>()\[\],;:\"'@]{1,255}|\[[0-9A-Fa-f.:IPv]{2,60}\])")
_SPACES = re.compile(r"[ \t]+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPED = re.compile(r"\\(.)")
_OLD_NAME = re.compile(r"\(([^()]*)\)\s*$")


def parse(text: str) -> list[Address]:
    """The addresses of an unfolded header value, in order; entries without anything like an address are left out."""
    return [address for address in map(_entry, _split(text[:MAX_LENGTH])) if address is not None]


def first(text: str) -> Address | None:
    """The first address of a header value, or None."""
    found = parse(text)
    return found[0] if found else None


def make(value: str, name: str = "") -> Address:
    """An e-mail address; `value` may be written in any case. A name of blanks alone is none."""
    shown = value.strip()
    return Address(AddressKind.EMAIL, shown.lower(), name[:MAX_NAME] if name.strip() else "", shown)


def _split(text: str) -> list[str]:
    """Entries at top level. A quote that is never closed is read again as an ordinary character."""
    entries = _scan(text, quotes=True)
    if entries is None:
        entries = _scan(text, quotes=False) or []
    return _rejoin([entry for entry in (part.strip() for part in entries) if entry])[:MAX_ADDRESSES]


def _scan(text: str, *, quotes: bool) -> list[str] | None:
    entries: list[str] = []
    start = depth = at = 0
    quoted = angle = colon = False  # `colon`: this entry may no longer open a group
    while at < len(text):
        char = text[at]
        if quoted:
            if char == "\\":
                at += 1
            elif char == '"':
                quoted = False
        elif char == '"' and quotes:
            quoted = True
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif char == "<":
            angle = True
        elif char == ">":
            angle = False
        elif not depth and (char in ",;" if not angle else char == ";"):
            entries.append(text[start:at])
            start, angle, colon = at + 1, False, False
        elif char == "@":
            colon = True
        elif char == ":" and not depth and not angle and not colon:
            colon = True
            start = start if _scheme(text, start, at) else at + 1
        at += 1
    if quoted:
        return None
    if depth:
        return [*entries, *text[start:].split(",")]
    return [*entries, text[start:]]


def _scheme(text: str, start: int, at: int) -> bool:
    """True when the colon belongs to `mailto:` and the like or to an encoded word, so that it opens no group."""
    return text[start:at].strip().lower() in {"mailto", "smtp", "imceaex"} or text[start:at].strip().startswith("=?")


def _rejoin(entries: list[str]) -> list[str]:
    """Undo a split at an unquoted comma inside a name: `Doe, Jane <jane@example.org>` is one entry."""
    out: list[str] = []
    waiting: list[str] = []
    for entry in entries:
        if "@" not in entry and "<" not in entry and len(waiting) < 5:
            waiting.append(entry)
            continue
        angle = entry.find("<")
        bare = _MAILBOX.match(entry) is not None and angle < 0
        if waiting and not bare and angle > 0 and "@" not in entry[:angle]:
            out.append(", ".join([*waiting, entry]))
        else:
            out += [*waiting, entry]
        waiting = []
    return out + waiting


def _entry(entry: str) -> Address | None:
    entry = entry.removeprefix("mailto:")
    open_at, close_at = entry.rfind("<"), entry.rfind(">")
    if open_at >= 0:
        inside = entry[open_at + 1 : close_at if close_at > open_at else len(entry)]
        value = _mailbox(inside)
        if value:
            return make(value, _name(entry[:open_at]) or _name(entry[close_at + 1 :] if close_at > open_at else ""))
    value = _mailbox(entry)
    if not value:
        return None
    comment = _OLD_NAME.search(entry)
    name = comment.group(1) if comment else entry.replace(value, "", 1) if value != entry else ""
    return make(value, _name(name.replace("<", " ").replace(">", " ")))


def _mailbox(text: str) -> str:
    text = text.strip().removeprefix("mailto:")
    if "=?" in text:
        text = words.decode_words(text)
    text = _OLD_NAME.sub("", text).strip()
    found = _MAILBOX.search(text.replace(" @ ", "@"))
    if found:
        return found.group().strip(".'")
    if text.startswith('"') and "@" in text:
        local, _, domain = text.rpartition("@")
        return f"{local}@{domain.strip()}"[:254] if local.endswith('"') and _TOKEN.fullmatch(domain.strip()) else ""
    return text if _TOKEN.fullmatch(text) else ""


_TOKEN = re.compile(r"[A-Za-z0-9._+=/-]{1,128}")


def _name(text: str) -> str:
    """A name as it was written: what is quoted or in encoded words comes back whole; only bare words are tidied."""
    text = text.strip(" \t")
    if _QUOTED.fullmatch(text):
        return words.decode_words(_ESCAPED.sub(r"\1", text[1:-1]))
    decoded = words.decode_words(text)
    return decoded if decoded != text else _tidy(text)


def _tidy(name: str) -> str:
    """Bare words of a careless sender: without escapes, marks around the whole, and runs of blanks, which folding makes."""
    name = _ESCAPED.sub(r"\1", name)
    while len(name) > 1 and (name[0], name[-1]) in {('"', '"'), ("'", "'"), ("(", ")")}:
        name = name[1:-1].strip()
    return _SPACES.sub(" ", name.strip('" '))
