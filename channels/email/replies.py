"""What of a mail is new: the visible reply, without quotation and signature. The full text is always kept beside it.

Careful by design: replies written between quoted lines keep the quotation (an answer without its question is worthless), and a cut
that would leave nothing is not made.
"""

from channels.email import quotes
from channels.email.quoted_html import may_quote, new_text

MAX_LINES = 20_000
MAX_LINE = 1_000
MAX_INTRODUCTION = 400
MAX_SIGNATURE_LINES = 12
MAX_CLOSING_LINES = 8
MAX_FOOTER_LINES = 8
HEADER_LINES = 4
"""An introduction ("On ... wrote:") is wrapped over at most so many lines."""


def visible(text: str | None, page: str | None, *, shown: str, forward: bool = False) -> str | None:
    """The new words of a mail, or None when all of it is new.

    `text` is the plain part (None when there is only `page`, the HTML), `shown` the text that the mail is known by. What
    is forwarded is what the mail is about: nothing of it is cut.
    """
    if forward:
        return None
    source = text if text is not None else shown
    if text is None and page is not None:
        source = (new_text(page) if may_quote(page) else "") or shown
    found = cut(source)
    return None if _same(found, shown) or not found else found


def forwards(subject: str) -> bool:
    """True when the subject says that somebody else's mail is passed on."""
    return quotes.FORWARD_SUBJECT.match(subject) is not None


def cut(text: str) -> str:
    """`text` without quotation and signature; `text` itself where nothing can be cut with confidence."""
    lines = [line.rstrip() for line in text.translate(_INVISIBLE).split("\n")]
    if len(lines) > MAX_LINES:
        return text.strip()
    lines = _without_top_block(lines)
    kept = _unquoted(lines)
    kept = _without_signature(kept)
    result = "\n".join(kept).strip()
    return result or text.strip()


_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200e\u200f\u200b"))


# --- quotation -----------------------------------------------------------------------------------------------------------


def _unquoted(lines: list[str]) -> list[str]:
    """The lines without what they quote."""
    hard = _hard_mark(lines)
    above = lines[:hard] if _has_words(lines[:hard]) else lines
    introduced = _introductions(above)
    marks = [_is_quote(line) or number in introduced for number, line in enumerate(above)]
    if not any(marks):
        return above
    words = [number for number, line in enumerate(above) if line.strip() and not marks[number]]
    words = _before_footer(above, words, marks)
    if not words:
        return above
    last_quote = max(number for number, quoted in enumerate(marks) if quoted)
    if words[-1] < last_quote:
        # Nothing new after the last quotation: it goes, up to the last new word.
        return _unquoted(above[: words[-1] + 1]) if any(marks[: words[-1]]) else above[: words[-1] + 1]
    first_quote = marks.index(True)
    if words[0] > first_quote:
        return _answer_below(above, marks)
    return above


def _before_footer(lines: list[str], words: list[int], marks: list[bool]) -> list[int]:
    """New words, not counting a signature or a footer that merely follows the quotation."""
    last_quote = max(number for number, quoted in enumerate(marks) if quoted)
    after = [number for number in words if number > last_quote]
    if not after or len(after) == len(words):
        return words
    rest = [lines[number] for number in after]
    footer = len(rest) <= MAX_SIGNATURE_LINES and (
        quotes.SIGNATURE_MARK.match(rest[0]) or quotes.RULE.match(rest[0]) or all(map(quotes.DEVICE.match, rest))
    )
    return words[: len(words) - len(after)] if footer else words


def _answer_below(lines: list[str], marks: list[bool]) -> list[str]:
    """A quotation on top: only what stands below it, if there is just one stretch of new words."""
    stretches = 0
    previous = True
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        stretches += previous and not marks[number]
        previous = marks[number]
    if stretches != 1:
        return lines
    return [line for number, line in enumerate(lines) if not marks[number]]


def _hard_mark(lines: list[str]) -> int:
    """The first line from which on everything is quoted, without quote signs; the number of lines when there is none."""
    for number, line in enumerate(lines):
        if not line or len(line) > MAX_LINE or _is_quote(line):
            continue
        bare = line.replace("&nbsp;", " ")  # QQ writes its own entity into plain text
        if quotes.SEPARATOR.match(bare) or quotes.SEPARATOR_LINE.match(bare):
            return number
        if quotes.ANY_FIELD.match(line) and _is_header_block(lines, number):
            return number - 1 if number and quotes.RULE.match(lines[number - 1]) else _above_rule(lines, number)
        end = _introduction_end(lines, number)
        if end is not None and not _quoted_below(lines, end):
            return number
    return len(lines)


def _above_rule(lines: list[str], number: int) -> int:
    """The line of dashes or underscores above a header block (with blank lines between) belongs to it."""
    above = number - 1
    while above >= 0 and number - above <= 3 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and quotes.RULE.match(lines[above]) else number


def _is_header_block(lines: list[str], start: int) -> bool:
    """True for From, Sent, To, Subject of a quoted mail: a sender with an address, or a sender and a subject.

    Two fields alone may be a customer's own "From: Beijing / To: Shanghai".
    """
    seen: set[str] = set()
    addressed = False
    blank = 0
    for line in lines[start : start + 14]:
        if not line.strip():
            blank += 1
            if blank > 1 and seen:
                break
            continue
        names = [name for name, pattern in quotes.FIELDS.items() if pattern.match(line[:200])]
        if not names and blank:
            break
        blank = 0
        seen.update(names)
        addressed = addressed or ("@" in line and bool(names))
    # "Sent" is a mail program's word; "Date" and "To" are also a traveller's.
    return "from" in seen and ("sent" in seen or ("subject" in seen and (addressed or len(seen) >= 3)))


def _without_top_block(lines: list[str]) -> list[str]:
    """A header block before any word of the mail (a copy pasted in, an odd gateway) is no quotation: drop it, keep the rest."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or not quotes.ANY_FIELD.match(lines[first][:200]) or not _is_header_block(lines, first):
        return lines
    after = first
    while after < len(lines) and (quotes.ANY_FIELD.match(lines[after][:200]) or lines[after].startswith((" ", "\t"))):
        after += 1
    return lines[after:] if _has_words(lines[after:]) else lines


def _introductions(lines: list[str]) -> set[int]:
    """The lines of every "On ... wrote:" that stands above quoted lines."""
    found: set[int] = set()
    for number, line in enumerate(lines):
        if line.strip() and not _is_quote(line) and number not in found:
            end = _introduction_end(lines, number)
            if end is not None and _quoted_below(lines, end):
                found.update(range(number, end + 1))
    return found


def _introduction_end(lines: list[str], start: int) -> int | None:
    """The last line of an introduction that starts at `start`, or None when none starts there."""
    first = lines[start]
    if len(first) > MAX_INTRODUCTION:
        return None
    addressed = "@" in first
    if addressed and (_timed(first) or quotes.DATED_ADDRESS.match(first)):
        return start
    opens = quotes.WROTE_START.match(first) is not None
    if not opens and not addressed and not (first.endswith((":", "：")) and quotes.WROTE_END.search(first[-140:])):
        return None
    joined = ""
    for number in range(start, min(start + HEADER_LINES, len(lines))):
        line = lines[number]
        if not line.strip() or len(line) > MAX_INTRODUCTION or (number > start and _is_quote(line)):
            return None
        joined = f"{joined} {line.strip()}"
        if quotes.WROTE_END.search(line[-140:]) or (number > start and _timed(joined)):
            if quotes.TELLING.search(joined):
                return None
            dated = quotes.HAS_DATE.search(joined) is not None
            addressed = quotes.HAS_ADDRESS.search(joined) is not None
            return number if dated and (opens or addressed) or (addressed and number == start) else None
        if not opens and number > start:
            return None
    return None


def _timed(line: str) -> bool:
    """In any language: a time, then an address, then a colon that ends the line."""
    at = line.rfind("@")
    if at < 0 or not line.rstrip().endswith((":", "：")) or len(line) - at > 150:
        return False
    return bool(quotes.HAS_TIME.search(line, 0, at)) and bool(quotes.HAS_ADDRESS.search(line, max(0, at - 65)))


def _quoted_below(lines: list[str], end: int) -> bool:
    for line in lines[end + 1 : end + 8]:
        if line.strip():
            return _is_quote(line)
    return False


def _is_quote(line: str) -> bool:
    return line.lstrip(" \t").startswith((">", "＞"))


def _has_words(lines: list[str]) -> bool:
    """True when there is something new: not only blank, quoted or introducing lines."""
    return any(
        line.strip()
        and not _is_quote(line)
        and not quotes.RULE.match(line)
        and _introduction_end(lines, number) is None
        for number, line in enumerate(lines)
    )


# --- signature -----------------------------------------------------------------------------------------------------------


def _without_signature(lines: list[str]) -> list[str]:
    """Cut a marked signature, a list footer, a device's advertisement, and a closing formula with a name below it."""
    lines = _trimmed(lines)
    for find in (_marked, _footer, _device, _closing, _closing, _device):
        at = find(lines)
        if at is not None and _has_words(lines[:at]):
            lines = _trimmed(lines[:at])
    return lines


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _marked(lines: list[str]) -> int | None:
    """The line of the signature mark ("-- ", RFC 3676 4.3), when what follows looks like a signature and not like text."""
    for number in range(len(lines) - 1, max(-1, len(lines) - 60), -1):
        if quotes.SIGNATURE_MARK.match(lines[number]):
            below = [line for line in lines[number + 1 :] if line.strip()]
            strict = lines[number].startswith("--")
            return number if len(below) <= (50 if strict else MAX_SIGNATURE_LINES) else None
    return None


def _footer(lines: list[str]) -> int | None:
    """A rule with a few lines below it: what mailing lists append."""
    for number in range(len(lines) - 1, max(-1, len(lines) - MAX_FOOTER_LINES - 1), -1):
        if quotes.RULE.match(lines[number]):
            return number
    return None


def _device(lines: list[str]) -> int | None:
    for number in range(len(lines) - 1, max(-1, len(lines) - 5), -1):
        if quotes.DEVICE.match(lines[number][:200]):
            return number
        if lines[number].strip() and number < len(lines) - 3:
            return None
    return None


def _closing(lines: list[str]) -> int | None:
    """A closing formula on a line of its own near the end, followed by nothing but short lines: name, firm, telephone."""
    for number in range(len(lines) - 1, max(0, len(lines) - MAX_CLOSING_LINES - 4), -1):
        line = lines[number]
        below = [one for one in lines[number + 1 :] if one.strip()]
        if any(len(one) > 80 or one.rstrip().endswith(("?", "？")) for one in below):
            return None
        if quotes.CLOSING.match(line[:200]) and len(below) <= MAX_CLOSING_LINES:
            return number
        if not below and quotes.SLASH_NAME.match(line) and not lines[number - 1].strip():
            return number
    return None


def _same(left: str, right: str) -> bool:
    return " ".join(left.translate(_INVISIBLE).split()) == " ".join(right.translate(_INVISIBLE).split())
