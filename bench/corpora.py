"""`make corpora CORPORA=dir`: the product over a folder of real cases that nobody here wrote, judged by that folder's `judge.py`.

The folder's judge reads the cases and says what counts as right; this module only runs the product on them. A set that the folder
does not have is left out, so that a held-back part can be measured with the same command.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from email.utils import parseaddr
from pathlib import Path

from bench import corpora_live
from bench.corpora_judging import Case, Judge, Tally, load_judge
from channels.email import marks, mime, parse, reading, replies
from contact_center import html
from contact_center.channel import Ignored, IgnoreReason, InboundMessage, Parked, ParkReason


def _message(raw: bytes) -> InboundMessage | None:
    found = parse.read(raw)
    return found.message if isinstance(found, parse.Mail) else None


# --- mails -----------------------------------------------------------------------------------------------------------------


def parsed_mails(judge: Judge) -> list[Tally]:
    """Subject, sender, body and attachment names, each judged alone and then all together."""
    tallies = {what: Tally(f"parse_zammad {what}") for what in ("subject", "from", "body", "attachments", "all")}
    for case in judge.rows("email/parse_zammad"):
        wrong = {what: why for what, why in _compare(judge, case).items() if why}
        for what in ("subject", "from", "body", "attachments"):
            tallies[what].count(case["id"], wrong.get(what, ""))
        tallies["all"].count(case["id"], ", ".join(wrong))
    return list(tallies.values())


def _compare(judge: Judge, case: Case) -> dict[str, str]:
    expected = case["expect"]
    message = _message(judge.raw(case))
    if message is None:
        bare = not expected["from_email"]
        return {} if bare else dict.fromkeys(("subject", "from", "body", "attachments"), "parked")
    wanted = (expected["subject"] or "").strip()
    address = parseaddr(expected["from_email"] or "")[1] or (expected["from_email"] or "")
    body = judge.same_text(message.html or message.text, expected["body_norm"]) or judge.same_text(
        message.text, expected["body_norm"]
    )
    blank = expected["body_norm"] == "no visible content" and not judge.plain(message.html or message.text)
    names = {name for name, _size in expected["attachments"] or [] if name not in ("message.html", "file")}
    missing = {_folded(name) for name in names} - {_folded(one.name) for one in message.attachments}
    return {
        "subject": "" if _folded(message.subject) == _folded(wanted) else repr(message.subject[:60]),
        "from": "" if message.sender.value == address.strip('"').lower() else repr(message.sender.value),
        "body": "" if body or blank else "differs",
        "attachments": f"missing {sorted(missing)}" if missing else "",
    }


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def visible_replies(judge: Judge) -> list[Tally]:
    """The new words of a mail, a page or a text."""
    tallies: dict[str, Tally] = {}
    for case in judge.rows("email/replies"):
        tally = tallies.setdefault(case["set"], Tally(f"replies {case['set']}"))
        good, why = judge.visible_reply(case, _visible(judge, case))
        tally.count(case["id"], "" if good else why)
    return list(tallies.values())


def _visible(judge: Judge, case: Case) -> str:
    if "raw" in case:
        message = _message(judge.raw(case))
        return (message.visible_text or message.text) if message else ""
    page = case.get("html")
    text = None if page is not None else case["text"]
    shown = text if text is not None else html.to_text(page or "")
    return replies.visible(text, page, shown=shown) or shown


def bounces(judge: Judge) -> list[Tally]:
    """A bounce opens no work, is told from a delay, and names the failed addresses."""
    closed, named, kind = (
        Tally("bounces open no work"),
        Tally("bounces name addresses"),
        Tally("bounces final or delay"),
    )
    for case in judge.rows("email/bounces"):
        expected = case["expect"]
        found = parse.understand(judge.raw(case))
        ignored = isinstance(found, Ignored)
        closed.count(case["id"], "" if ignored else "opens work")
        wanted = {address.lower() for address in expected["rcpts"]}
        got = {address.lower() for address in found.failed_addresses} if isinstance(found, Ignored) else set()
        named.count(case["id"], "" if wanted <= got else f"missing {sorted(wanted - got)}")
        delayed = isinstance(found, Ignored) and found.reason is IgnoreReason.DELAY
        kind.count(case["id"], "" if delayed == (expected["kind"] == "delayed") else f"taken for delayed={delayed}")
    return [closed, named, kind]


def structures(judge: Judge) -> list[Tally]:
    """Header fields and leaf types of the MIME tree."""
    tally = Tally("mime_mime4j")
    for case in judge.rows("email/mime_mime4j"):
        root, _ = mime.parse(judge.raw(case))
        leaves = [part.media_type for part in root.walk() if not part.children and not part.multipart]
        wanted = [(name.lower(), _words(value)) for name, value in case["expect"]["headers"]]
        got = [(name, _words(value.decode("utf-8", "replace"))) for name, value in root.headers.items]
        why = "" if leaves == case["expect"]["leaf_types"] else f"leaves {leaves}, not {case['expect']['leaf_types']}"
        tally.count(case["id"], why or ("" if got == wanted else "headers differ"))
    return [tally]


def _words(value: str) -> str:
    return " ".join(value.split())


def robustness(judge: Judge) -> list[Tally]:
    """Never a crash, never a lost mail: taken in, ignored by a named guard, or parked for want of sender or header."""
    tally = Tally("robustness")
    for case in judge.rows("email/robustness"):
        try:
            found, _page = reading.read(judge.raw(case), marks.NOBODY)
        except Exception as error:
            tally.count(case["id"], f"{type(error).__name__}: {error}")
            continue
        if isinstance(found, Ignored):
            tally.notes.append((case["id"], f"ignored by {found.guard}"))
        if isinstance(found, Parked):
            tally.notes.append((case["id"], f"parked: {found.reason}"))
        tally.count(case["id"], "" if not isinstance(found, Parked) or _may_park(found) else found.reason)
    return [tally]


def _may_park(found: Parked) -> bool:
    return found.reason in (ParkReason.NO_SENDER, ParkReason.NO_HEADER)


# --- html ------------------------------------------------------------------------------------------------------------------


def attacks(judge: Judge) -> list[Tally]:
    """No live construct is left after sanitising, once or twice, with images shown or not."""
    tally = Tally("html/xss")
    for case in judge.rows("html/xss"):
        once = html.sanitise(case["payload"])
        live = judge.unsafe(once) + judge.unsafe(html.sanitise(once, images=True))
        tally.count(case["id"], " ".join(live))
    return [tally]


def naughty(folder: Path, judge: Judge) -> list[Tally]:
    """Strange strings: harmless as HTML; as escaped text they come back unchanged; as a mail's text too (NUL apart)."""
    safe, kept, mailed = Tally("naughty harmless"), Tally("naughty kept as text"), Tally("naughty through a mail")
    for number, text in enumerate(json.loads((folder / "html/naughty_strings.json").read_text("utf-8"))):
        case_id = f"naughty-{number}"
        safe.count(case_id, " ".join(judge.unsafe(html.sanitise(text))))
        wanted = " ".join(text.replace("\x00", "").split())
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        shown = html.sanitise(escaped)
        back = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u00a0").replace("&amp;", "&")
        printable = "".join(one for one in text if (one >= " " or one in "\t\n\r") and one != "\x7f")
        kept.count(case_id, "" if back.split() == printable.split() else repr(back[:60]))
        mail = f"From: a@b.example\r\nSubject: s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
        message = _message(mail.encode("utf-8", "surrogatepass"))
        got = " ".join(message.text.split()) if message else ""
        mailed.count(case_id, "" if got == wanted else repr(got[:60]))
    return [safe, kept, mailed]


# --- the table ---------------------------------------------------------------------------------------------------------------


def run(folder: Path) -> list[Tally]:
    """Every set that the folder has."""
    judge = load_judge(folder)
    sets: Sequence[tuple[str, Callable[[], list[Tally]]]] = (
        ("email/parse_zammad.jsonl.gz", lambda: parsed_mails(judge)),
        ("email/replies.jsonl.gz", lambda: visible_replies(judge)),
        ("email/bounces.jsonl.gz", lambda: bounces(judge)),
        ("email/mime_mime4j.jsonl.gz", lambda: structures(judge)),
        ("email/robustness.jsonl.gz", lambda: robustness(judge)),
        ("html/xss.jsonl.gz", lambda: attacks(judge)),
        ("html/naughty_strings.json", lambda: naughty(folder, judge)),
    )
    return [tally for name, measure in sets if (folder / name).is_file() for tally in measure()]


def show(tallies: Sequence[Tally]) -> None:
    """The table, then what failed and why."""
    print(f"{'set':40}{'passed':>8}{'of':>6}")
    for tally in tallies:
        print(f"{tally.name:40}{tally.passed:8}{tally.total:6}  {tally.summary}".rstrip())
    for tally in tallies:
        for case_id, why in tally.failed:
            print(f"failed  {tally.name}: {case_id}: {why}")
        for case_id, why in tally.notes:
            print(f"note    {tally.name}: {case_id}: {why}")


def main(arguments: Sequence[str]) -> int:
    """Exit 1 when a line through the running server is not met; the other lines only tell (expectations are other projects')."""
    if len(arguments) != 1:
        print("usage: python -m bench.corpora DIR", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    try:
        alone = run(folder)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    show(alone)
    served = asyncio.run(corpora_live.run(folder))
    if served:
        print("\nthrough the running server, every line required")
        show(served)
    missed = [tally.name for tally in served if tally.failed]
    if missed:
        print(f"not met: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
