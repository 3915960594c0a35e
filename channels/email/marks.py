"""Our own marks on mail: which addresses are ours, and the signed conversation id that travels in Message-IDs and
plus-addresses and comes back in answers.

`<cc.{token}.{serial}@domain>` and `support+cc.{token}@domain`. A token that does not verify is an ordinary id of a stranger.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contact_center.tokens import Tokens

PURPOSE = "email.conversation"
OWN_HEADER = "X-CC-Installation"
"""Carried by everything that we send; its value tells this installation from another one running the same product."""
_MARK = re.compile(r"(?:\A|[+<\s])cc\.([a-z2-7]{20,200})(?:[.@]|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Own:
    """What is ours: mailbox addresses (lower case), key material for tokens, and the installation's name in our header."""

    addresses: frozenset[str] = frozenset()
    keys: Mapping[int, bytes] = field(default_factory=dict)
    installation: str = ""

    def conversation_of(self, candidates: Iterable[str]) -> str | None:
        """The conversation id in the first candidate (a message id or an address) that carries a true mark of ours."""
        for candidate in candidates if self.keys else ():
            match = _MARK.search(candidate)
            conversation = read_token(signer(self.keys), match.group(1)) if match else None
            if conversation:
                return conversation
        return None

    def is_ours(self, address: str) -> bool:
        """True for one of our mailboxes, with or without a plus part."""
        return _without_plus(address.lower()) in self.addresses

    def made(self, message_id: str) -> bool:
        """True when that Message-ID was written by us (its signature is right)."""
        return self.conversation_of([message_id]) is not None


NOBODY = Own()
"""No addresses and no keys: for reading a mail without judging whose it is."""


def signer(keys: Mapping[int, bytes]) -> Tokens:
    """The maker of our mail tokens: a short signature, because local parts have 64 octets."""
    return Tokens(keys, mac_bytes=10)


def conversation_token(tokens: Tokens, conversation_id: str) -> str:
    """The signed form of a conversation's UUID."""
    return tokens.name(PURPOSE, conversation_id)


def read_token(tokens: Tokens, token: str) -> str | None:
    """The conversation id inside a token of ours, or None."""
    return tokens.named(PURPOSE, token)


def message_id(token: str, serial: str, domain: str) -> str:
    """Our Message-ID with its angle brackets; `serial` makes it unique (the message's and the attempt's number)."""
    return f"<cc.{token}.{serial}@{domain}>"


def plus_address(mailbox: str, token: str) -> str:
    """Our mailbox with the token in its local part, so that an answer finds its conversation even without References.

    Local parts over 64 octets are refused by some servers (RFC 5321 4.5.3.1.1): then the plain mailbox is returned.
    """
    local, _, domain = mailbox.rpartition("@")
    marked = f"{local}+cc.{token}"
    return f"{marked}@{domain}" if len(marked) <= 64 else mailbox


def _without_plus(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.split('+', 1)[0]}@{domain}"
