"""Who a visitor is: by the token we gave them, by what they say of themselves (believed by nobody), by their site's signature.

The one thing to know: a conversation belongs to a key. An anonymous key is worth nothing to somebody else, and when a site
signs for a visitor the conversation in hand moves to the signed key and leaves the anonymous one: signing out shows none of it.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.accounts import Site
from channels.chat.models import USER, VISITOR, ChatVisitor
from channels.chat.parse import Stated, is_mailbox, storable
from contact_center import history
from contact_center.channel import Address, AddressKind
from contact_center.clock import Clock
from contact_center.customers.models import Customer, Identity
from contact_center.db import fold, upsert
from contact_center.ids import new_id
from contact_center.intake.identify import Known, identify, key_of
from contact_center.interactions import announce
from contact_center.interactions.models import Conversation, ConversationKey, Interaction, Participant
from contact_center.interactions.states import OPEN
from contact_center.tickets.models import Ticket
from contact_center.tokens import BadToken, Tokens

PURPOSE = "chat visitor"
SIGNED_AT_MOST = timedelta(days=7)
"""A site's signature that lasts longer is refused: whoever copies it would be the customer for as long."""
LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor as the sockets need them."""

    id: str
    account_id: str
    key: str
    name: str
    email: str
    language: str
    blocked: bool

    @property
    def verified(self) -> bool:
        """True when the site signed for them."""
        return self.key.startswith(USER)

    @property
    def room(self) -> str:
        """All their tabs."""
        return room_of(self.account_id, self.key)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a site's signature says: `subject` is its own name for the customer, `until` when it ends."""

    subject: str
    name: str
    email: str
    until: datetime


class BadSignature(Exception):
    """The text is not a signature of this site that counts now; the message is a code."""


def room_of(account_id: str, key: str) -> str:
    """The room of all tabs of one visitor."""
    return f"{account_id}/{key}"


class VisitorTokens:
    """Tokens that bring a visitor back to their conversation; they expire and are renewed with each hello."""

    def __init__(self, secret_key: str, clock: Clock, *, days: float) -> None:
        secret = hashlib.sha256(b"contact-center chat visitors\n" + secret_key.encode()).digest()
        self._tokens, self._clock, self._lasts = Tokens({1: secret}), clock, timedelta(days=days)

    def issue(self, visitor_id: str, *, until: datetime | None = None) -> str:
        """A token for this visitor, ending with `until` at the latest."""
        ends = self._clock.now() + self._lasts
        return self._tokens.issue(
            PURPOSE, uuid.UUID(visitor_id).bytes, expires_at=min(ends, until) if until is not None else ends
        )

    def read(self, token: str) -> str | None:
        """The visitor's id; None when the token is not ours or has ended."""
        try:
            return str(uuid.UUID(bytes=self._tokens.read(PURPOSE, token, now=self._clock.now())))
        except (BadToken, ValueError):
            return None


def read_signed(text: str, secret: str, now: datetime) -> Signed:
    """The claims of a JSON Web Token (RFC 7519, HS256) made by the site: `sub` and `exp` must be there. Raises `BadSignature`."""
    if not secret:
        raise BadSignature("signing_off")
    try:
        claims = jwt.decode(text, OctKey.import_key(secret), algorithms=["HS256"]).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadSignature("bad_signature") from error
    subject, ends = claims.get("sub"), claims.get("exp")
    if not isinstance(subject, (str, int)) or isinstance(subject, bool) or not str(subject).strip():
        raise BadSignature("bad_signature")
    if isinstance(ends, bool) or not isinstance(ends, (int, float)) or not 0 < ends < 2**40:
        raise BadSignature("signature_without_end")
    until = datetime.fromtimestamp(ends, now.tzinfo)
    if until + LEEWAY < now:
        raise BadSignature("signature_expired")
    if until > now + SIGNED_AT_MOST:
        raise BadSignature("signature_too_long")
    return Signed(storable(str(subject).strip())[:200], _word(claims, "name"), _word(claims, "email"), until)


def _word(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return storable(value.strip())[:200] if isinstance(value, str) else ""


def seen_as(row: ChatVisitor) -> Visitor:
    """The row as the sockets need it."""
    return Visitor(
        row.id, row.account_id, row.key, row.name, row.email, row.language, blocked=row.blocked_at is not None
    )


async def welcome(
    session: AsyncSession, site: Site, visitor_id: str | None, *, page: str, language: str, at: datetime
) -> Visitor:
    """The visitor of this token, back again; without one, or with another site's, a new one."""
    row = await session.get(ChatVisitor, visitor_id, with_for_update=True) if visitor_id else None
    if row is None or row.account_id != site.id:
        identifier = new_id()
        row = ChatVisitor(
            id=identifier, account_id=site.id, key=f"{VISITOR}{identifier}", name="", email="", created_at=at
        )
        session.add(row)
    row.page, row.language, row.seen_at, row.gone_at = page, language, at, None
    await session.flush()
    return seen_as(row)


async def state(session: AsyncSession, visitor: Visitor, stated: Stated) -> Visitor:
    """What a visitor says of themselves. A verified one keeps what the site said."""
    row = await session.get_one(ChatVisitor, visitor.id, with_for_update=True)
    if not row.verified:
        row.name = stated.name or row.name
        row.email = stated.email if is_mailbox(stated.email) else row.email
        await session.flush()
        await _rename(session, row)
    return seen_as(row)


async def _rename(session: AsyncSession, row: ChatVisitor) -> None:
    """Until now nobody knew a name: the record made at the first words gets it."""
    conversation = await conversation_of(session, row.account_id, row.key)
    if conversation is None or not row.name:
        return
    await session.execute(
        update(Customer)
        .where(Customer.id == conversation.customer_id, Customer.id.not_in(_known_elsewhere(conversation.customer_id)))
        .values(name=row.name, name_key=fold(row.name)[:400], version=Customer.version + 1)
        .execution_options(synchronize_session=False)
    )


def _known_elsewhere(customer_id: str) -> Any:
    """The customer, when anything but a visitor's identity makes them known: such a name is not a visitor's to change."""
    return select(Identity.customer_id).where(
        Identity.customer_id == customer_id, Identity.kind != AddressKind.VISITOR.value
    )


async def conversation_of(session: AsyncSession, account_id: str, key: str) -> Conversation | None:
    """The conversation under this key, when there is one."""
    found: Conversation | None = await session.scalar(
        select(Conversation)
        .join(ConversationKey, ConversationKey.conversation_id == Conversation.id)
        .where(ConversationKey.account_id == account_id, ConversationKey.key == key)
    )
    return found


async def sign_in(session: AsyncSession, site: Site, visitor: Visitor, signed: Signed, *, at: datetime) -> Visitor:
    """The site signed for this visitor: from now on they are its customer, and the conversation in hand goes with them."""
    key = f"{USER}{signed.subject}"
    await upsert(
        session,
        ChatVisitor,
        [
            {
                "id": new_id(), "account_id": site.id, "key": key, "name": "", "email": "", "language": visitor.language,
                "page": "", "created_at": at, "seen_at": at, "gone_at": None, "read_at": None, "mailed_at": None,
                "blocked_at": None,
            }
        ],
        key=["account_id", "key"],
    )  # fmt: skip
    row = (
        await session.scalars(
            select(ChatVisitor).where(ChatVisitor.account_id == site.id, ChatVisitor.key == key).with_for_update()
        )
    ).one()
    row.name, row.email = signed.name or row.name, signed.email if is_mailbox(signed.email) else row.email
    row.seen_at, row.gone_at = at, None
    await session.flush()
    if visitor.key != key and not visitor.verified:
        await _carry_over(session, site, visitor, row, at=at)
    return seen_as(row)


async def _carry_over(session: AsyncSession, site: Site, visitor: Visitor, row: ChatVisitor, *, at: datetime) -> None:
    """An open conversation becomes the signed customer's own; one that is over stays with the anonymous visitor."""
    conversation = await conversation_of(session, site.id, visitor.key)
    if conversation is None:
        return
    conversation_id = conversation.id
    is_open = await session.scalar(
        select(Interaction.id).where(
            Interaction.conversation_id == conversation_id, Interaction.state.in_([one.value for one in OPEN])
        )
    )
    if is_open is None:
        return
    known = await customer_of(session, site, seen_as(row), at=at)
    keys = (ConversationKey.account_id == site.id, ConversationKey.key.in_([visitor.key, row.key]))
    await session.execute(delete(ConversationKey).where(*keys).execution_options(synchronize_session=False))
    await upsert(
        session,
        ConversationKey,
        [{"account_id": site.id, "key": row.key, "conversation_id": conversation_id}],
        key=["account_id", "key"],
    )
    await _hand_over(session, conversation, known, row.name, at=at)


async def customer_of(session: AsyncSession, site: Site, visitor: Visitor, *, at: datetime) -> Known:
    """The customer behind a visitor's identity; made when they are new."""
    address = address_of(site, visitor)
    return (await identify(session, [address], language=visitor.language, at=at))[key_of(address)]


def address_of(site: Site, visitor: Visitor) -> Address:
    """The visitor as an identity of this site."""
    return Address(
        AddressKind.VISITOR,
        f"{site.id}/{visitor.key}",
        name=visitor.name,
        shown=visitor.name or visitor.key,
        verified=visitor.verified,
    )


async def _hand_over(
    session: AsyncSession, conversation: Conversation, known: Known, name: str, *, at: datetime
) -> None:
    """Conversation, what is handled of it, and its ticket are this customer's now."""
    for table, where in (
        (Interaction, Interaction.conversation_id == conversation.id),
        (Ticket, Ticket.id == conversation.ticket_id),
    ):
        await session.execute(
            update(table)
            .where(where)
            .values(customer_id=known.customer_id)
            .execution_options(synchronize_session=False)
        )
    person = {"conversation_id": conversation.id, "identity_id": known.identity_id, "role": "customer", "name": name}
    await upsert(session, Participant, [person], key=["conversation_id", "identity_id"])
    history.append(
        session,
        entity="conversation",
        entity_id=conversation.id,
        before=conversation.customer_id,
        after=known.customer_id,
        at=at,
        actor=history.customer(known.customer_id),
        cause="visitor_signed_in",
    )
    values = {"customer_id": known.customer_id}
    await announce.conversations_changed(session, [conversation.id], at=at, values=values)
