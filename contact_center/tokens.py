"""Signed tokens that go out in links and cookies: an identifier and a MAC, so that nothing secret need be stored.

A token is good for one purpose only; when it ends, and whether it was used, stands in the row that it names.
"""

import base64
import hashlib
import hmac
import secrets

from contact_center import ids

_BYTES = 32


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
