"""Tickets with which an agent's browser comes into a call: for one leg, for a quarter of a minute, and for the first who shows it.

The leg's row remembers who came with it: a second browser, or a ticket that was written down, finds the place taken.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice.models import LegRow
from contact_center.tokens import BadToken, Tokens

PURPOSE = "call leg"
GOOD_FOR = timedelta(seconds=15)


class Tickets:
    """Makes and reads tickets; `secret_key` is the installation's."""

    def __init__(self, secret_key: str) -> None:
        self._tokens = Tokens({1: hashlib.sha256(b"contact-center call legs\n" + secret_key.encode()).digest()})

    def issue(self, leg_id: str, *, at: datetime) -> tuple[str, datetime]:
        """A ticket for a leg, and when it ends."""
        until = at + GOOD_FOR
        return self._tokens.issue(PURPOSE, leg_id.encode(), expires_at=until), until

    def read(self, ticket: str, *, at: datetime) -> str:
        """The leg's id, empty when the ticket is not ours, damaged or too old."""
        try:
            return self._tokens.read(PURPOSE, ticket, now=at).decode()
        except (BadToken, UnicodeDecodeError):
            return ""


async def claim(session: AsyncSession, leg_id: str, provider_ref: str) -> bool:
    """Give the leg to the provider's call that came with its ticket; True again for the same one, False for another."""
    free = (LegRow.provider_ref.is_(None)) | (LegRow.provider_ref == provider_ref)
    taken = await session.execute(
        update(LegRow)
        .where(LegRow.id == leg_id, free)
        .values(provider_ref=provider_ref)
        .returning(LegRow.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None
