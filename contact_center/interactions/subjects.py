"""Subjects of what we write: an answer's, and that of a mail passed on. What stands in front already is kept as it is."""

AT_MOST = 500
_ANSWERS = ("re:", "re：", "回复:", "回复：", "答复:", "答复：")
_PASSED_ON = ("fwd:", "fw:", "转发:", "转发：")


def answered(subject: str) -> str:
    """The subject of an answer."""
    begins = subject.lstrip().casefold()
    return subject if not begins or begins.startswith(_ANSWERS) else f"Re: {subject}"[:AT_MOST]


def passed_on(subject: str) -> str:
    """The subject of a mail passed on."""
    if subject.lstrip().casefold().startswith(_PASSED_ON):
        return subject
    return f"Fwd: {subject}".rstrip()[:AT_MOST]
