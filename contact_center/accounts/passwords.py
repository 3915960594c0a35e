"""Passwords: argon2id in threads, two at once: a burst of sign-ins neither stops the loop nor takes all memory."""

import asyncio
import functools
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contact_center.errors import FieldError, Invalid

T = TypeVar("T")
SHORTEST, LONGEST = 10, 200
DEMO_PASSWORD = "demo"
AT_ONCE = 2


class Passwords:
    """Hashes and verifies. Demo mode uses cheap parameters: its password is known to everybody anyway."""

    def __init__(self, *, demo: bool = False) -> None:
        self._demo = demo
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1) if demo else PasswordHasher()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The argon2id hash in PHC form."""
        return await self._threaded(functools.partial(self._hasher.hash, password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """True when right. Nobody's password (`stored` None) takes as long to be wrong as somebody's."""
        known = stored is not None
        checked = stored if stored is not None else await self._nobodys()
        right = await self._threaded(functools.partial(_verify, self._hasher, checked, password))
        return right and known and (self._demo or password != DEMO_PASSWORD)

    def outdated(self, stored: str) -> bool:
        """True when the hash was made with other parameters than today's."""
        return not self._demo and self._hasher.check_needs_rehash(stored)

    def check(self, password: str, *, email: str, field: str = "password") -> None:
        """Refuse what is guessed first; raises `Invalid`. Length is what counts (NIST SP 800-63B 3.1.1.2)."""
        if self._demo and password == DEMO_PASSWORD:
            return
        local = email.partition("@")[0].casefold()
        guessed = {email.casefold(), local, local * 2, "password", "contactcenter"}
        plain = password.casefold().strip()
        if len(password) < SHORTEST:
            raise _weak(field, "validation.password")
        if plain in guessed or len(set(plain)) < 4:
            raise _weak(field, "validation.guessable")

    async def _nobodys(self) -> str:
        if self._nobody is None:
            self._nobody = await self.hash("nobody has this password")
        return self._nobody

    async def _threaded(self, work: Callable[[], T]) -> T:
        async with self._slots:
            return await asyncio.to_thread(work)


def _weak(field: str, why: str) -> Invalid:
    return Invalid("weak_password", params={"count": SHORTEST}, errors=[FieldError(field, why)])


def _verify(hasher: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
