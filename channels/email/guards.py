"""Guards: small named judgements, asked in order, on whether a mail that was understood is work for a person.

The first guard that speaks decides. When in doubt a guard keeps silent: a wrongly opened conversation costs a click, a wrongly
ignored customer is lost. Machine-made mail (monitoring, shop and form mail: `Auto-Submitted: auto-generated`) and mailing
lists are work; only answers that no person wrote are not. Unknown charsets and defects never silence a mail.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.email import bodies, bounces, marks, mime, words
from contact_center.channel import Ignored, IgnoreReason, InboundMessage, Parked

MAX_HOPS = 50
"""Received fields; RFC 5321 6.3 asks servers to allow at least 100 in theory, real mail stays below 25."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a guard sees: the tree, the message, what is ours, and the SMTP sender ("" = null sender, None = not known)."""

    root: mime.Part
    message: InboundMessage
    own: marks.Own
    envelope_from: str | None

    def header(self, name: str) -> str:
        """A decoded, lower-cased header value, "" when absent."""
        return self.root.headers.text(name).lower()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the mail is no work."""

    reason: IgnoreReason
    guard: str
    failed: Sequence[str] = ()
    original_message_id: str | None = None
    permanent: bool = True


Guard = Callable[[Case], Verdict | None]


def judge(
    root: mime.Part, message: InboundMessage, own: marks.Own, *, envelope_from: str | None = None
) -> Ignored | None:
    """The first verdict on a mail, or None when it is work."""
    case = Case(root, message, own, envelope_from)
    for guard in GUARDS:
        verdict = guard(case)
        if verdict is not None:
            return _ignored(verdict, message.provider_id, message.content_hash)
    return None


def judge_senderless(raw: bytes, parked: Parked) -> Ignored | Parked:
    """A mail without any sender is parked, unless it is a bounce (some servers send those so)."""
    root, _ = mime.parse(raw)
    name = root.headers.text("from").replace("<>", "").strip()
    text = bodies.collect(root).text() or ""
    evidence = bounces.Evidence(
        "", name, root.headers.text("subject"), text, "from" in root.headers, False, frozenset()
    )
    bounce = bounces.from_report(root) or bounces.from_prose(root, evidence)
    if bounce is None:
        return parked
    return _ignored(_of_bounce(bounce), parked.provider_id, parked.content_hash)


def _ignored(verdict: Verdict, provider_id: str | None, content_hash: str) -> Ignored:
    return Ignored(
        verdict.reason,
        verdict.guard,
        provider_id,
        content_hash,
        failed_addresses=tuple(verdict.failed),
        original_message_id=verdict.original_message_id,
        permanent=verdict.permanent,
    )


def _of_bounce(bounce: bounces.Bounce) -> Verdict:
    reason = IgnoreReason.BOUNCE if bounce.permanent else IgnoreReason.DELAY
    return Verdict(reason, bounce.guard, bounce.addresses, bounce.original_message_id, bounce.permanent)


def own_message(case: Case) -> Verdict | None:
    """It carries our installation's header, or our signed Message-ID: we wrote it, a forwarder brought it back."""
    ours = case.own.installation and case.header(marks.OWN_HEADER.lower()) == case.own.installation.lower()
    if ours or (case.message.provider_id and case.own.made(case.message.provider_id)):
        return Verdict(IgnoreReason.OWN_MESSAGE, "own_message")
    return None


def delivery_report(case: Case) -> Verdict | None:
    """RFC 3464: failed is a bounce, delayed a delay."""
    bounce = bounces.from_report(case.root)
    return _of_bounce(bounce) if bounce else None


def success_report(case: Case) -> Verdict | None:
    """RFC 3464 as well: delivered, relayed or expanded is a receipt."""
    return Verdict(IgnoreReason.RECEIPT, "success_report") if bounces.is_success_report(case.root) else None


def rejection(case: Case) -> Verdict | None:
    """RFC 5429: a filter or a mailbox over quota rejects by a disposition notification; a person's receipt it is not."""
    if not _has_part(case.root, "message/disposition-notification"):
        return None
    if "rejected" in case.header("auto-submitted") or _from_daemon(case):
        return bounce_in_words(case)
    return None


def read_receipt(case: Case) -> Verdict | None:
    """RFC 8098: a message disposition notification."""
    kind = case.root.parameters.get("report-type", "").lower() if case.root.multipart else ""
    if kind == "disposition-notification" or _has_part(case.root, "message/disposition-notification"):
        return Verdict(IgnoreReason.RECEIPT, "read_receipt")
    return None


def bounce_in_words(case: Case) -> Verdict | None:
    """A bounce or delay warning told in prose."""
    message = case.message
    evidence = bounces.Evidence(
        sender=message.sender.value,
        sender_name=message.sender.name,
        subject=message.subject,
        text=message.text,
        null_sender=_null_sender(case),
        answers="in-reply-to" in case.root.headers or "references" in case.root.headers,
        own=case.own.addresses | {address.value for address in message.recipients},
    )
    bounce = bounces.from_prose(case.root, evidence)
    return _of_bounce(bounce) if bounce else None


_REPLY_HEADERS = (
    ("auto-submitted", re.compile(r"auto-replied")),
    ("precedence", re.compile(r"auto[_-]?reply")),
    ("x-autoreply", re.compile(r"(?!no\b|false\b).")),
    ("x-auto-reply", re.compile(r"(?!no\b|false\b).")),
    ("x-autorespond", re.compile(r"(?!no\b|false\b).")),
    ("x-autoresponder", re.compile(r"(?!no\b|false\b).")),
    ("x-auto-respond", re.compile(r"(?!no\b|false\b).")),
    ("x-autoreply-from", re.compile(r".")),
    ("x-mail-autoreply", re.compile(r".")),
    ("x-autogenerated", re.compile(r"reply|forward")),
    ("x-post-messageclass", re.compile(r"autoresponder")),
    ("delivered-to", re.compile(r"autoresponder")),
    ("x-vacation", re.compile(r"(?!no\b).")),
    ("x-qq-autoreply", re.compile(r".")),
    ("x-netease-autoreply", re.compile(r".")),
)
# What holiday notices call themselves at the very start of a subject, closed by a colon, a bracket or the end.
_REPLY_SUBJECT = re.compile(
    r"(?i)\s*\[?(?:automatic(?:ally generated)? (?:reply|response|answer)|auto[- ]?(?:reply|response|responder|"
    r"answer|antwort|svar|matische antwort)|"
    r"automatische (?:antwort|abwesenheitsnotiz|reactie)|automatisch antwoord|abwesenheits(?:notiz|meldung|"
    r"nachricht|agent)|abwesenheit|"
    r"out[- ]of[- ](?:the )?office(?: (?:auto[- ]?)?(?:reply|response|message|notification))?|ooo|on vacation|"
    r"vacation (?:reply|notice|message|response)|"
    r"away from (?:my )?(?:mail|office|desk)|r[ée]ponse automatique|absence du bureau|message d'absence|"
    r"respuesta autom[áa]tica|"
    r"fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta autom[áa]tica|aus[êe]ncia|"
    r"afwezig(?:heid)?|"
    r"automatiskt svar|autosvar|automatisk svar|automaattinen vastaus|automatyczna odpowied[źz]|"
    r"odpowied[źz] automatyczna|automatick[áa] odpov[ěe][ďd]|"
    r"автоматический ответ|автоответ(?:чик)?|自动(?:回复|答复|回覆)|自動(?:回覆|回復|応答|返信)(?:メール)?|不在通知|不在のお知らせ|休假(?:通知|自动回复)|"
    r"자동 ?(?:회신|응답|답장))"
    r"\]?\s*(?:[:：\-–—(（\]】]|\Z)"
)
_RULE_REPLY = re.compile(r"all|oof|autoreply")


def auto_reply(case: Case) -> Verdict | None:
    """RFC 3834 and what vendors set instead: an answer that no person wrote."""
    if _from_daemon(case):
        return None
    headers = case.root.headers
    for name, pattern in _REPLY_HEADERS:
        if name in headers and any(pattern.search(words.header(value).lower()) for value in headers.all(name)[:20]):
            return Verdict(IgnoreReason.AUTO_REPLY, "auto_reply")
    if _REPLY_SUBJECT.match(case.message.subject):
        return Verdict(IgnoreReason.AUTO_REPLY, "auto_reply_subject")
    return None


def exchange_reply(case: Case) -> Verdict | None:
    """Exchange marks its out-of-office answers as generated, suppresses answers to them, and answers a mail."""
    generated = case.header("auto-submitted").startswith("auto-generated")
    suppressed = _RULE_REPLY.search(case.header("x-auto-response-suppress")) is not None
    if generated and suppressed and "in-reply-to" in case.root.headers and _null_sender(case):
        return Verdict(IgnoreReason.AUTO_REPLY, "exchange_reply")
    return None


def from_ourselves(case: Case) -> Verdict | None:
    """One of our own mailboxes as sender: answering it would go round for ever."""
    return Verdict(IgnoreReason.LOOP, "from_ourselves") if case.own.is_ours(case.message.sender.value) else None


def too_many_hops(case: Case) -> Verdict | None:
    """More servers than any real way has: the mail is running in circles."""
    received = sum(1 for name, _ in case.root.headers.items if name == "received")
    return Verdict(IgnoreReason.LOOP, "too_many_hops") if received > MAX_HOPS else None


def marked_loop(case: Case) -> Verdict | None:
    """A forwarder wrote one of our addresses into X-Loop: it has been here."""
    seen = [words.header(value).lower() for value in case.root.headers.all("x-loop")[:50]]
    if any(address in value for value in seen for address in case.own.addresses):
        return Verdict(IgnoreReason.LOOP, "marked_loop")
    return None


def empty(case: Case) -> Verdict | None:
    """Neither subject, text nor file."""
    message = case.message
    if message.subject.strip() or message.text.strip() or message.attachments or (message.html or "").strip():
        return None
    return Verdict(IgnoreReason.EMPTY, "empty")


GUARDS: tuple[Guard, ...] = (
    own_message,
    delivery_report,
    success_report,
    rejection,
    read_receipt,
    auto_reply,
    exchange_reply,
    bounce_in_words,
    from_ourselves,
    too_many_hops,
    marked_loop,
    empty,
)
"""The order matters: reports first, since they quote the headers of the mail they are about."""


def _has_part(root: mime.Part, media_type: str) -> bool:
    """True when the mail itself (not a mail attached to it) has such a part."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.media_type == media_type:
            return True
        if part.multipart:
            waiting += part.children
    return False


def _from_daemon(case: Case) -> bool:
    return bounces.is_daemon(case.message.sender.value, case.message.sender.name)


def _null_sender(case: Case) -> bool:
    if case.envelope_from is not None:
        return case.envelope_from in ("", "<>")
    return words.unfold(case.root.headers.get("return-path")) == "<>"
