"""Mails of our own writing for the e-mail tests: small builders, so that a story shows only what matters to it."""

import base64

KEYS = {1: b"0123456789abcdef0123456789abcdef"}


def mail(body: bytes | str = "Hello", *lines: str, sender: str | None = "Jane Roe <jane@customer.example>") -> bytes:
    """A mail with usual headers; `lines` are further header lines, a later one overriding nothing."""
    head = [] if sender is None else [f"From: {sender}"]
    head += ["To: support@shop.example", "Date: Tue, 03 Nov 2026 10:00:00 +0800", *lines]
    names = {line.split(":")[0].lower() for line in head}
    if "subject" not in names:
        head.append("Subject: A question")
    if "message-id" not in names:
        head.append("Message-ID: <one@customer.example>")
    data = body.encode() if isinstance(body, str) else body
    return "\r\n".join(head).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + data


def multipart(kind: str, *parts: bytes | str, boundary: str = "=_b1") -> tuple[bytes, str]:
    """(body, Content-Type line) of a multipart; each part brings its own header."""
    data = [part.encode() if isinstance(part, str) else part for part in parts]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in data)
    return body + b"--" + boundary.encode() + b"--\r\n", f'Content-Type: multipart/{kind}; boundary="{boundary}"'


def part(content: bytes | str, media_type: str = "text/plain", *lines: str) -> bytes:
    """One part with a base64 body."""
    data = content.encode() if isinstance(content, str) else content
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    head = [f"Content-Type: {media_type}{charset}", "Content-Transfer-Encoding: base64", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + base64.encodebytes(data)
