"""Bounces and delay warnings: RFC 3464 reports, and the many prose formats of mail servers that never followed it.

Prose is recognised by three independent signs (who writes, what the subject says, what the first lines say), so that a
customer who forwards a bounce and asks about it is not swallowed. Rules are per kind of wording, not per server.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from channels.email import addresses, charset, mime, words

MAX_REPORT = 20_000
"""Characters of prose that are searched."""
MAX_FAILED = 100


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a bounce says: whether it is final, whom it is about, and the Message-ID of the mail that failed."""

    permanent: bool
    addresses: tuple[str, ...]
    original_message_id: str | None
    guard: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What prose is judged by; `null_sender` is the empty SMTP sender or Return-Path, `answers` an
    In-Reply-To or References."""

    sender: str
    sender_name: str
    subject: str
    text: str
    null_sender: bool
    answers: bool
    own: frozenset[str]


# --- reports (RFC 3464) --------------------------------------------------------------------------------------------------


def from_report(root: mime.Part) -> Bounce | None:
    """The bounce or delay of a mail with a message/delivery-status part; None when it reports nothing bad."""
    groups = [group for part in root.walk() if part.media_type == "message/delivery-status" for group in _groups(part)]
    failed, delayed = [], []
    for group in groups:
        action = group.get("action", "")
        status = group.get("status", "")
        address = _recipient(group)
        if action.startswith("fail") or (not action and status.startswith("5")):
            failed.append(address)
        elif action.startswith("delay") or (not action and status.startswith("4")):
            delayed.append(address)
    if not failed and not delayed:
        return None
    return Bounce(bool(failed), _named(failed or delayed), original_id(root, ""), "delivery_report")


def is_success_report(root: mime.Part) -> bool:
    """True for a delivery report whose every recipient was delivered, relayed or expanded."""
    groups = [group for part in root.walk() if part.media_type == "message/delivery-status" for group in _groups(part)]
    actions = {group["action"].split()[0] for group in groups if group.get("action", "").strip()}
    return bool(actions) and actions <= {"delivered", "relayed", "expanded"}


def _groups(part: mime.Part) -> list[dict[str, str]]:
    """The field groups of a delivery-status body (lower-cased names and values kept apart by blank lines)."""
    content = part.content() if not part.children else part.body
    text = charset.decode(content).text.replace("\r\n", "\n").replace("\r", "\n")
    groups = []
    for block in re.split(r"\n[ \t]*\n", text[: MAX_REPORT * 5]):
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(
                    name.strip().lower(), value.strip() if "recipient" in name.lower() else value.strip().lower()
                )
        if fields:
            groups.append(fields)
    return groups[:MAX_FAILED]


def _recipient(group: dict[str, str]) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = group.get(name, "")
        _kind, semicolon, address = value.partition(";")
        found = _ADDRESS.search(_unxtext(address if semicolon else value))
        if found:
            return found.group().strip(".")
    return ""


def _unxtext(value: str) -> str:
    return re.sub(r"\+([0-9A-F]{2})", lambda hexed: chr(int(hexed.group(1), 16)), value) if "+" in value else value


def _named(found: Iterable[str]) -> tuple[str, ...]:
    unique = {address.lower(): address for address in reversed(list(found)) if address}
    return tuple(reversed(unique.values()))[:MAX_FAILED]


# --- the mail that failed ------------------------------------------------------------------------------------------------

_ID_LINE = re.compile(r"(?im)^[> ]*Message-ID:\s*<([^<>\s]{3,900})>")


def original_id(root: mime.Part, text: str) -> str | None:
    """Message-ID of the returned mail: from the attached mail or its header, else from a copy inside the prose."""
    for part in root.walk():
        if part is root:
            continue
        if part.media_type in ("text/rfc822-headers", "message/rfc822-headers"):
            found = _ID_LINE.search(charset.decode(part.content()).text[: MAX_REPORT * 5])
            if found:
                return f"<{found.group(1)}>"
        value = words.unfold(part.headers.get("message-id")) if "message-id" in part.headers else ""
        if value:
            return f"<{value.strip('<> ')}>"
    found = _ID_LINE.search(text)
    return f"<{found.group(1)}>" if found else None


# --- prose ---------------------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?=[A-Za-z0-9])){0,200}")
_DAEMON = re.compile(r"(?i)^(mailer[-_.]?daemon|mdaemon|mail-?daemon|mailsystem|mail\.?delivery|ndr)\b")
_POSTMASTER = re.compile(r"(?i)^(postmaster|bounce[sd]?|smtp-?admin|microsoftexchange[0-9a-f]+)\b")
_DAEMON_NAME = re.compile(r"(?i)mail(?:er)? (?:delivery|daemon)|delivery sub-?system|邮件系统|退信")
_ABOUT_MAIL = re.compile(
    r"(?i)message|e-?mail|\bmail\b|nachricht|courri?el|mensaje|correo|messaggio|mensagem|bericht|邮件|郵件|信件|メール|"
    r"сообщени|письмо"
)
_SUBJECT = re.compile(
    r"(?i)undeliver|un-?deliver|non-?deliver|not (?:be |been )?(?:deliver|sent)|could not be deliver|"
    r"deliver\w{0,12} (?:status )?"
    r"(?:fail|notif|error|problem|report|delay)|fail\w{0,12} (?:to deliver|deliver|mail|notice|to )|failure (?:notice|"
    r"delivery)|"
    r"returned? (?:mail|to sender|message)|returning (?:mail|message) to|mail (?:delivery )?(?:fail|error|return|"
    r"problem|system error)|"
    r"permanent delivery|processing error|message (?:delayed|status|not delivered)|delayed mail|"
    r"warning: (?:message|could not)|"
    r"user unknown|unknown user|unzustellbar|nicht zugestellt|zustellung|fehlgeschlagen|non remis|échec|echec|"
    r"n'a pas pu|"
    r"no se (?:ha )?(?:pudo|puede|entreg)|no entregado|mancata consegna|impossibile recapitare|não entregue|"
    r"falha na entrega|"
    r"niet bezorgd|onbestelbaar|退信|退件|无法投递|投递失败|发送失败|系统退回|未送达|無法傳遞|傳遞失敗|配信|配達|エラーメール|送信できません|"
    r"не доставлено|невозможно доставить|недоставлен"
)
_FAILED = re.compile(
    r"(?i)could not (?:be )?(?:deliver|sent|send)|(?:was|were|is|been|did) not (?:be |been )?(?:deliver|receive|"
    r"reach)|not deliverable|"
    r"(?:un|not )able to deliver|cannot be (?:deliver|sent)|can ?not deliver|wasn'?t able to deliver|undeliver|"
    r"deliver\w{0,12} (?:to the following|attempt|has failed|failed|failure|error|is delayed|delayed|problem)|"
    r"(?:failed|failure) (?:to deliver|permanently|addresses|recipients?)|fatal (?:delivery )?errors?|"
    r"address(?:\(?es\)?)? (?:failed|rejected)|"
    r"(?:un|not )known (?:user|recipient|local|or illegal|mailbox)|n'a pas pu|could not be reached|failed to these|"
    r"user unknown|no such (?:user|recipient|mailbox|account|address|person)|"
    r"(?:mailbox|mailfolder|quota|inbox)\W+(?:is )?(?:full|exceeded|over|unavailable|disabled|not found)|"
    r"(?:exceed\w{0,12}|over) (?:\w+ ){0,3}quota|"
    r"quota (?:exceeded|violation)|returned because|has been returned|does ?n[o']t (?:have a|exist|like recipient)|"
    r"account (?:has been|is) (?:disabled|closed|over)|"
    r"invalid (?:final delivery|recipient|address|mailbox)|error[- ]for:|intended recipient|non-delivery report|"
    r"no valid recipients|"
    r"did not (?:exactly )?match|not (?:listed|found) in|(?:message|mail) (?:delayed|looping)|will (?:keep|"
    r"continue|be) (?:trying|retr)|still (?:being )?(?:tr|queued)|"
    r"\b5\d\d[ -]\d\.\d\.\d|\b55[0-4][ -]|unzustellbar|nicht zugestellt|konnte nicht|n'a pas (?:pu|été)|"
    r"no (?:se )?(?:pudo|puede|ha podido) (?:ser )?entreg|no pudo|não p[ôo]de|non [èe] stato|"
    r"niet (?:worden )?(?:bezorgd|afgeleverd)|"
    r"无法(?:发送|投递|送达)|未能(?:送达|投递|发送)|退回|退信|投递失败|無法(?:傳遞|投遞|送達)|配信(?:でき|に失敗)|送信でき|届けられ|невозможно доставить|"
    r"не (?:удалось|может|был)"
)
_LATER = re.compile(
    r"(?i)will (?:keep|continue|be) (?:trying|retr|to (?:try|retry|be retried|attempt))|not yet (?:been )?deliver|"
    r"(?:is|was|been|message) delayed|delivery delay|delayed mail|"
    r"delay (?:warning|notification)|still (?:being tr|trying|queued|in the queue|undelivered)|"
    r"this is (?:just )?(?:a )?warning|warning message only|"
    r"do not need to re-?send|temporar\w{0,12} (?:problem|failure|error|undeliver)|will (?:re)?try|"
    r"trying again (?:later|for)|continue to (?:try|attempt)|attempts? will continue|"
    r"has not yet been (?:collected|delivered)|unable to deliver (?:\w+ ){0,6}(?:for the last|for \d+ (?:hour|min|"
    r"day))|verzögert|retard[ée]|稍后重试|继续尝试|延迟"
)
_FINAL = re.compile(
    r"(?i)permanent|giving up|given up|not going to try|will not (?:be )?(?:re)?tr|no longer|has been removed|"
    r"mailbox full|quota|unknown|no such|最终|delivery failure notification"
)
_COPY_FOLLOWS = re.compile(
    r"(?im)^[^\n]{0,60}(?:(?:original|returned|your|attached|old|failed|unsent) (?:message|mail|email|"
    r"header)[^\n]{0,40}(?:follow|below|attached|----|:\s*$)|"
    r"copy of (?:the|your) (?:message|original|mail)|message (?:text |header |body )?follows|returned (?:mail|"
    r"message) follows|"
    r"header(?:s)? of the original|(?:begin|start) of (?:returned|original)|----+ ?(?:original|returned|unsent|"
    r"message|header|forwarded)[^\n]{0,40}-|"
    r"mensaje original|mensagem original|message d'origine|ursprüngliche nachricht|原信|原邮件|копия сообщения)[^\n]*$"
)
_RECEIVED_LINE = re.compile(
    r"(?im)^(?:return-path|received|from|message-id|mime-version): [^\n]+\n(?:[ \t][^\n]*\n|[\w-]+: [^\n]*\n){2}"
)
_AT_START = re.compile(r"(?m)^[ \t>*]{0,12}<(" + _ADDRESS.pattern + r")>[ \t]*(?=[:.,;(\-]|\r?$|\s)")
_ALONE = re.compile(
    r"(?m)^[ \t>*]{0,24}(?:mailto:|to:? )?("
    + _ADDRESS.pattern
    + r")[ \t]*(?:$|[:;,](?![^\s])|[:;,]\s|\.\.\.|[ \t]+\(|[ \t]+-|[ \t]+on )"
)
_ALIAS = re.compile(r"(?i)\((?:expanded|generated|aliased|redirected) from:? ?<?(" + _ADDRESS.pattern + r")")
_AFTER_WORDS = re.compile(
    r"(?i)(?:(?:recipients?|address(?:\(?es\)?)?|user(?:id)?|users?|deliver(?:ed|y)?(?: \w+){0,4} to|"
    r"undeliverable +to|attempts|reach|error-for|mailbox|account|"
    r"full|to|for|destinatario|destinataire|empfänger|adresse)(?![\w.%+-])|收件人|地址|"
    r"用户)(?:\(s\))?\s{0,3}[:=]?\s{0,12}[\"'\[(<]{0,2}(?:smtp[:=])?(" + _ADDRESS.pattern + r")"
)
_SMTP_TALK = re.compile(
    r"(?i)(?:rcpt to:? ?|5\d\d[ -](?:\d\.\d\.\d+ )?(?:[\w:,.]+ ){0,6})<?(" + _ADDRESS.pattern + r")"
)
_X400 = re.compile(r"(?i)smtp=(" + _ADDRESS.pattern + r")")
_NOT_FAILED = re.compile(r"(?i)^(mailer-daemon|postmaster|abuse|helpdesk|admin-?contact|noc)@")


def from_prose(root: mime.Part, evidence: Evidence) -> Bounce | None:
    """The bounce or delay told in words, or None."""
    if "x-failed-recipients" not in root.headers and _surely_a_person(evidence):
        return None
    report = _report(evidence.text)
    if "x-failed-recipients" in root.headers:
        failed = _header_recipients(root)
    else:
        failed, sure = _failed_addresses(report, evidence)
        if not _convincing(evidence, report, named=bool(failed) and sure):
            return None
    delayed = _LATER.search(f"{evidence.subject}\n{report}") and not _FINAL.search(report)
    return Bounce(not delayed, _named(failed), original_id(root, evidence.text[: MAX_REPORT * 5]), "bounce_in_words")


def _surely_a_person(evidence: Evidence) -> bool:
    """The cheap part of `_convincing`, asked of every mail: nothing in its envelope looks like a mail server."""
    if evidence.null_sender or _POSTMASTER.match(evidence.sender) or is_daemon(evidence.sender, evidence.sender_name):
        return False
    return evidence.answers or bool(evidence.sender_name) or not _SUBJECT.search(evidence.subject)


def _convincing(evidence: Evidence, report: str, *, named: bool) -> bool:
    """Whether the signs suffice; the less the sender looks like a mail server, the more the words must say."""
    subject = _SUBJECT.search(evidence.subject) is not None
    prose = _FAILED.search(report) is not None or _LATER.search(report) is not None
    if is_daemon(evidence.sender, evidence.sender_name):
        return prose or subject
    if _POSTMASTER.match(evidence.sender):
        return prose and (subject or named) and not evidence.answers
    if evidence.null_sender:
        # Careless web forms send from <> too, and parcels "could not be delivered" as well.
        return (
            prose
            and subject
            and not evidence.answers
            and bool(_ABOUT_MAIL.search(f"{evidence.subject} {report[:400]}"))
        )
    start = report[:400]
    return named and bool(_FAILED.search(start)) and bool(_ABOUT_MAIL.search(f"{evidence.subject} {start}"))


def _header_recipients(root: mime.Part) -> list[str]:
    return [
        address.shown
        for value in root.headers.all("x-failed-recipients")[:20]
        for address in addresses.parse(words.unfold(value))
    ]


def _report(text: str) -> str:
    """The server's own words: the text before the copy of the returned mail."""
    text = text[:MAX_REPORT].replace("\r", "")
    ends = [match.start() for match in (_COPY_FOLLOWS.search(text, 1), _RECEIVED_LINE.search(text, 1)) if match]
    cut = text[: min(ends)] if ends else text
    return cut if _ADDRESS.search(cut) else text


def is_daemon(sender: str, name: str) -> bool:
    """True when address or name are those under which mail servers themselves write."""
    return bool(_DAEMON.match(sender) or _DAEMON_NAME.search(name))


def _failed_addresses(report: str, evidence: Evidence) -> tuple[list[str], bool]:
    """Addresses by the surest form of naming that the report uses, and whether that form is a sure one."""
    for patterns in ((_AT_START, _ALONE, _ALIAS, _X400), (_AFTER_WORDS,), (_SMTP_TALK,), (_ANY,)):
        found = [match.group(1) for pattern in patterns for match in pattern.finditer(report)][: MAX_FAILED * 3]
        kept = [address for address in found if _may_have_failed(address, evidence)]
        if kept:
            return kept, patterns != (_ANY,)
    return [], False


_ANY = re.compile("(" + _ADDRESS.pattern + ")")


def _may_have_failed(address: str, evidence: Evidence) -> bool:
    lowered = address.lower()
    return lowered != evidence.sender and lowered not in evidence.own and not _NOT_FAILED.match(address)
