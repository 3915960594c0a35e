"""What of a mail is new: the visible reply without quotation and signature. The full text is always kept beside it."""


def visible(text: str | None, page: str | None, *, shown: str, is_reply: bool) -> str | None:
    """The new words of a mail, or None when all of it is new."""
    return None


def replies_in(subject: str) -> bool:
    """True when the subject says that this is an answer or a forward."""
    return False
