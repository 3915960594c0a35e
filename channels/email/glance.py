"""A first look at a mail that could not be understood: who seems to have sent it and what about, as far as can be read."""

from channels.email import mime, words

LOOKED_AT = 65_536
SHOWN = 300


def glance(raw: bytes) -> tuple[str, str]:
    """(from, subject) as people should read them; empty where there is nothing. Never fails: it is shown beside the reason."""
    try:
        root, _ = mime.parse(raw[:LOOKED_AT])
        sender, subject = root.headers.get("from"), root.headers.get("subject")
    except (ValueError, LookupError, RecursionError):
        return "", ""
    return words.header(sender)[:SHOWN], words.header(subject)[:SHOWN]
