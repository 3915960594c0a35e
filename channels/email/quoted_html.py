"""Quotation in HTML is found by structure: the containers in which mail programs put what they quote.

Works on lxml's tree; what it leaves is laid out as text, and the rules for text go over it afterwards.
"""

import re
from collections.abc import Callable

from lxml.html import HtmlElement

from contact_center.html import parse_document, tree_to_text

MAX_NODES = 50_000

_QUOTE_CLASS = re.compile(
    r"(?i)(?:^|\s)(?:(?:ecx)?gmail_quote(?:_container)?|gmail_attr|moz-cite-prefix|yahoo_quoted|protonmail_quote|"
    r"zmail_extra|tutanota_quote|"
    r"outlookmessageheader|qmbox-quote|foxmail_quote|mail_quote|quoted_text|freebirdquote|hey_quote|"
    r"mimestream_quote|ntes_quote|wemail_quote|"
    r"x_gmail_quote|OriginalMessage|front-blockquote|js-quoted|aolmail_quote)(?:\s|$)"
)
_QUOTE_ID = re.compile(
    r"(?i)^(?:x_)*(?:divRplyFwdMsg|isReplyContent|isForwardContent|origbody|"
    r"mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|"
    r"reply-intro|oriMsgHtmlSeperator|ntes-pcmail-quote|yahoo_quoted_\w*|AOLMsgPart_\w*|qm_quote|QuotedText|"
    r"spnEditorReply|lotusReply\w*|tmjah_g_\w*)$"
)
# From such an element on, everything after it is the quoted mail too.
_FROM_HERE = re.compile(
    r"(?i)^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|zwchr|oriMsgHtmlSeperator|lineBreakAtBeginningOfMessage)$"
)
_OUTLOOK_RULE = re.compile(
    r"(?i)border:\s*none;\s*border-top:\s*solid\s*#?(?:b5c4df|e1e1e1|ccc)|border-top:\s*(?:solid\s*#?(?:b5c4df|"
    r"e1e1e1)|#?(?:b5c4df|e1e1e1)\s*1(?:\.0)?pt\s*solid)"
)
_SIGNATURE = re.compile(
    r"(?i)(?:^|\s)(?:gmail_signature|moz-signature|x_?signature|ms-outlook-mobile-signature|foxmail_signature|"
    r"mailsignature|netease_signature)(?:\s|$)"
)
_SIGNATURE_ID = re.compile(
    r"(?i)^(?:x_)*(?:Signature|AppleMailSignature|ms-outlook-mobile-signature|ntes-pcmac-signature|spnEditorSign|"
    r"_?mail_sign\w*|gmail_signature)$"
)
_MAYBE = re.compile(
    r"(?i)quot|cite|reply|rply|forward|original|orimsg|origbody|yahoo|aolm|outlook|signature|qmbox|_sign|gmail_|moz-|zmail|appendonsend|"
    r"stopspelling|zwchr|linebreakat|reference-message|src_body|tmjah|border-top"
)
_FIELD_WORDS = re.compile(r"(?i)^\s*\*?(?:from|von|de|da|van|fra|från|od|от|发件人|寄件者|差出人|보낸 사람)\s*[:：]")


def may_quote(page: str) -> bool:
    """A quick look: False when nothing in the page can be one of the containers below."""
    return _MAYBE.search(page) is not None


def new_text(page: str) -> str:
    """The text of a page without its quotations and signatures; "" when nothing is left or the page cannot be read."""
    tree = parse_document(page)
    if tree is None:
        return ""
    for signature in _all(tree, _is_signature):
        if _words(tree) - _words(signature) > 0:
            _drop(signature)
    quoted = _all(tree, _is_quote)
    if quoted and not _answered_inside(tree, quoted):
        for element in quoted:
            _drop(element)
    _cut_from_here(tree)
    return tree_to_text(tree)


def _all(tree: HtmlElement, judge: Callable[[HtmlElement], bool]) -> list[HtmlElement]:
    """The outermost elements that are judged so, in order."""
    found: list[HtmlElement] = []
    waiting = [tree]
    seen = 0
    while waiting and seen < MAX_NODES:
        element = waiting.pop()
        seen += 1
        if not isinstance(element.tag, str):
            continue
        if element is not tree and judge(element):
            found.append(element)
            continue
        waiting += reversed(element)
    return found


def _is_quote(element: HtmlElement) -> bool:
    if element.tag == "blockquote":
        kind = (element.get("type") or "").lower()
        style = (element.get("style") or "").lower()
        return (
            kind == "cite"
            or "border-left" in style
            or "margin-left" in style
            or bool(_QUOTE_CLASS.search(element.get("class") or ""))
        )
    if element.get("name") == "quote" and element.tag == "div":
        return True
    return bool(_QUOTE_CLASS.search(element.get("class") or "") or _QUOTE_ID.match(element.get("id") or ""))


def _is_signature(element: HtmlElement) -> bool:
    return bool(
        _SIGNATURE.search(element.get("class") or "")
        or _SIGNATURE_ID.match(element.get("id") or "")
        or element.get("data-smartmail") == "gmail_signature"
    )


def _answered_inside(tree: HtmlElement, quoted: list[HtmlElement]) -> bool:
    """True when new words stand both before and after a quotation, or inside one at a lower depth: answers in between."""
    order = {element: number for number, element in enumerate(quoted)}
    before = after = False
    waiting: list[tuple[HtmlElement, bool]] = [(tree, False)]
    passed = 0
    while waiting:
        element, leaving = waiting.pop()
        if leaving:
            if (element.tail or "").strip():
                before, after = (before or not passed), (after or bool(passed))
            continue
        if element in order:
            passed += 1
            waiting.append((element, True))
            continue
        if (
            isinstance(element.tag, str)
            and element.tag not in ("style", "script", "head", "title")
            and (element.text or "").strip()
        ):
            before, after = (before or not passed), (after or bool(passed))
        if element is not tree:
            waiting.append((element, True))
        if element.tag not in ("style", "script", "head", "title"):
            waiting += [(child, False) for child in reversed(element)]
    return before and after


def _cut_from_here(tree: HtmlElement) -> None:
    """Remove everything from the first separator element on, if new words stand before it."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or not _separates(element):
            continue
        if _words_before(tree, element):
            _drop_after(element)
            _drop(element)
        return


def _separates(element: HtmlElement) -> bool:
    if _FROM_HERE.match(element.get("id") or ""):
        return True
    if element.tag == "div" and _OUTLOOK_RULE.search(element.get("style") or ""):
        return bool(_FIELD_WORDS.match("".join(_some_text(element))))
    return False


def _some_text(element: HtmlElement) -> list[str]:
    out: list[str] = []
    for piece in element.itertext():
        out.append(str(piece))
        if sum(map(len, out)) > 60:
            break
    return out


def _words(element: HtmlElement) -> int:
    return sum(1 for piece in element.itertext() if str(piece).strip())


def _words_before(tree: HtmlElement, stop: HtmlElement) -> bool:
    for element in tree.iter():
        if element is stop:
            return False
        if (
            isinstance(element.tag, str)
            and element.tag not in ("style", "script", "head", "title")
            and (element.text or "").strip()
        ):
            return True
        if (element.tail or "").strip() and stop not in element.iterdescendants():
            return True
    return False


def _drop(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()


def _drop_after(element: HtmlElement) -> None:
    """Everything after the element in document order, its tail included."""
    current: HtmlElement | None = element
    while current is not None:
        current.tail = None
        parent = current.getparent()
        for sibling in list(current.itersiblings()):
            sibling.tail = None
            if parent is not None:
                parent.remove(sibling)
        current = parent
