"""Signed tokens that go out in links and cookies: an identifier and a MAC, so that nothing secret need be stored.

A token is good for one purpose only. `Signer` is for links: when one ends, and whether it was used, stands in the row that
it names. `Tokens` is for marks on mail that must stand alone for years: case-proof, with the number of its key inside.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from contact_center import ids

_BYTES = 32
_FORMAT = 1
_NO_EXPIRY = 0
MAX_PAYLOAD = 200
"""Bytes inside one of `Tokens`' tokens."""


class Signer:
    """Signs identifiers with a key made from the installation's `secret_key`."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"contact-center signed tokens\n" + secret_key.encode()).digest()

    def sign(self, purpose: str, identifier: str) -> str:
        """`<identifier>.<mac>`, safe in an address."""
        return f"{identifier}.{self._mac(purpose, identifier)}"

    def opened(self, purpose: str, token: str) -> str | None:
        """The identifier inside, None when the token is not one of ours for this purpose."""
        identifier, _, mac = token.partition(".")
        good = ids.is_id(identifier) and hmac.compare_digest(
            mac.encode("utf-8", "replace"), self._mac(purpose, identifier).encode()
        )
        return identifier if good else None

    def _mac(self, purpose: str, identifier: str) -> str:
        return _text(hmac.digest(self._key, f"{purpose}\n{identifier}".encode(), "sha256"))


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

    Lower-case base32, because mail systems lower-case local parts on the way. A token proves who made it; it hides nothing.
    """

    def __init__(self, keys: Mapping[int, bytes], *, mac_bytes: int = 12) -> None:
        if not keys or not all(1 <= number <= 255 and len(secret) >= 16 for number, secret in keys.items()):
            raise ValueError("tokens need keys numbered 1 to 255 of at least 16 bytes")
        if not 10 <= mac_bytes <= 32:
            raise ValueError("a token's signature has 10 to 32 bytes")
        self._keys = dict(keys)
        self._current = max(self._keys)
        self._mac_bytes = mac_bytes

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
