"""Secrets at rest: sealed with a key made from `secret_key`, never returned, never logged. The one thing to know: what was
sealed for one place (say, one account's password) opens only there, so copying a sealed value elsewhere gives nothing.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = "s1."
_NONCE = 12


class Unsealable(Exception):
    """The text was not sealed with this key for this place, or was changed since."""


class Sealer:
    """Seals short texts with AES-256-GCM; `secret_key` as in settings."""

    def __init__(self, secret_key: str) -> None:
        if not secret_key:
            raise ValueError("sealing needs a secret key")
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"contact-center sealed secrets 1")
        self._cipher = AESGCM(derived.derive(secret_key.encode()))

    def seal(self, secret: str, *, place: str) -> str:
        """The secret as text fit for a column; `place` names where it belongs, for example `channel_account:<id>:password`."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, secret.encode(), place.encode())
        return VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, *, place: str) -> str:
        """The secret again; raises `Unsealable`."""
        if not sealed.startswith(VERSION):
            raise Unsealable("unknown version of sealing")
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(VERSION))
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable("not sealed with this key for this place") from error
