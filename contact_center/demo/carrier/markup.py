"""Reads TwiML as strictly as the company's own validator would: an unknown verb or attribute is a fault of ours, not ignored."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_ATTRIBUTES: Mapping[str, str] = {
    "Say": "voice language loop",
    "Play": "loop digits",
    "Pause": "length",
    "Gather": "input action method timeout numDigits finishOnKey actionOnEmptyResult language hints speechTimeout",
    "Redirect": "method",
    "Hangup": "",
    "Reject": "reason",
    "Record": "action method timeout finishOnKey maxLength playBeep trim recordingStatusCallback "
    "recordingStatusCallbackMethod recordingStatusCallbackEvent",
    "Dial": "action method timeout callerId",
    "Conference": "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants record "
    "statusCallback statusCallbackEvent statusCallbackMethod participantLabel jitterBufferSize coach trim",
}
WHILE_HELD = frozenset({"Play", "Say", "Pause", "Redirect"})
_INSIDE: Mapping[str, frozenset[str]] = {
    "Response": frozenset(_ATTRIBUTES) - {"Conference"},
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": frozenset({"Conference"}),
}


class Fault(Exception):
    """The document breaks the provider's rules; the text says which."""


def read(text: str, *, only: frozenset[str] | None = None) -> Sequence[Element]:
    """The verbs of a document, in order; `only` narrows what may stand in it. Raises `Fault`."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Fault(f"no XML: {error}") from None
    if root.tag != "Response":
        raise Fault(f"the document is a {root.tag}")
    _check(root, only)
    return list(root)


def _check(element: Element, only: frozenset[str] | None = None) -> None:
    for child in element:
        if child.tag not in (only or _INSIDE.get(element.tag, frozenset())):
            raise Fault(f"{child.tag} may not stand in {element.tag}")
        known = _ATTRIBUTES[child.tag].split()
        for name in child.attrib:
            if name not in known:
                raise Fault(f"{child.tag} has no {name}")
        _check(child)


def seconds(element: Element, name: str, default: float) -> float:
    """A duration in seconds."""
    return float(element.get(name, default))


def true(element: Element, name: str, default: bool) -> bool:
    """A flag."""
    return element.get(name, str(default)).lower() == "true"
