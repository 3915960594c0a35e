"""Signed tokens that go out in links and on mail, and opaque secrets. A token proves who made it, so nothing secret is stored.

A token is good for one purpose only, whatever else is right about it. Where a row knows when it ends and whether it was used
(a link to set a password), the token names that row (`name`, `named`); a mark on mail stands alone for years (`issue`, `read`).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

_BYTES = 32
_FORMAT = 1
_NO_EXPIRY = 0
MAX_PAYLOAD = 200
"""Bytes inside a token."""


def opaque() -> str:
    """A new random secret of 256 bits, safe in headers, cookies and addresses."""
    return secrets.token_urlsafe(_BYTES)


def hashed(secret: str) -> str:
    """What we store of an opaque secret: its SHA-256 in hex. Enough, because the secret is random."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """A second secret that only the holder of the first can know (the CSRF token of a session)."""
    return _text(hmac.digest(secret.encode("utf-8", "replace"), purpose.encode(), "sha256"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class BadToken(Exception):
    """The token was not made by us for this purpose, is damaged, or has expired; the text says which."""


class Tokens:
    """Makes and reads tokens. `keys` maps a key's number (1-255) to its secret; the highest number signs, all verify.

    Lower-case base32, because mail systems lower-case local parts on the way. It hides nothing.
    """

    def __init__(self, keys: Mapping[int, bytes], *, mac_bytes: int = 12) -> None:
        if not keys or not all(1 <= number <= 255 and len(secret) >= 16 for number, secret in keys.items()):
            raise ValueError("tokens need keys numbered 1 to 255 of at least 16 bytes")
        if not 10 <= mac_bytes <= 32:
            raise ValueError("a token's signature has 10 to 32 bytes")
        self._keys = dict(keys)
        self._current = max(self._keys)
        self._mac_bytes = mac_bytes

    @classmethod
    def of(cls, secret_key: str, *, mac_bytes: int = 32) -> Self:
        """Tokens under the installation's `secret_key`."""
        key = hashlib.sha256(b"contact-center signed tokens\n" + secret_key.encode()).digest()
        return cls({1: key}, mac_bytes=mac_bytes)

    def issue(self, purpose: str, payload: bytes, *, expires_at: datetime | None = None) -> str:
        """A token for `payload` (at most 200 bytes): letters a-z and digits 2-7 only."""
        if len(payload) > MAX_PAYLOAD:
            raise ValueError("a token's payload has at most 200 bytes")
        expiry = int(expires_at.timestamp()) if expires_at else _NO_EXPIRY
        head = bytes((_FORMAT, self._current)) + (b"\x01" + expiry.to_bytes(5, "big") if expiry else b"\x00")
        body = head + payload
        return base64.b32encode(body + self._mac(self._current, purpose, body)).decode("ascii").rstrip("=").lower()

    def read(self, purpose: str, token: str, *, now: datetime | None = None) -> bytes:
        """The payload of a token issued for `purpose`; raises `BadToken`. `now` is needed for tokens that expire."""
        raw = _unpack(token)
        if len(raw) < 3 + self._mac_bytes or raw[0] != _FORMAT or raw[1] not in self._keys:
            raise BadToken("not one of our tokens")
        body, mac = raw[: -self._mac_bytes], raw[-self._mac_bytes :]
        if not hmac.compare_digest(mac, self._mac(raw[1], purpose, body)):
            raise BadToken("wrong signature")
        if body[2] == 0:
            return body[3:]
        if now is None or now > datetime.fromtimestamp(int.from_bytes(body[3:8], "big"), UTC):
            raise BadToken("expired")
        return body[8:]

    def name(self, purpose: str, identifier: str) -> str:
        """A token that names a row by its id (a UUID)."""
        return self.issue(purpose, uuid.UUID(identifier).bytes)

    def named(self, purpose: str, token: str) -> str | None:
        """The id inside, None when the token is not one of ours for this purpose."""
        try:
            return str(uuid.UUID(bytes=self.read(purpose, token)))
        except (BadToken, ValueError):
            return None

    def _mac(self, number: int, purpose: str, body: bytes) -> bytes:
        label = purpose.encode("utf-8")
        message = len(label).to_bytes(2, "big") + label + body
        return hmac.new(self._keys[number], message, hashlib.sha256).digest()[: self._mac_bytes]


def _unpack(token: str) -> bytes:
    if not token.isascii() or len(token) > 500:
        raise BadToken("not one of our tokens")
    text = token.strip().upper()
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise BadToken("not one of our tokens") from None
