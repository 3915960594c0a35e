"""HTTP: channel accounts (mailboxes for now) with a live test against the real peer. Secrets go in and never come out.

The sealer and the channels are handed in by the composition, so this is a function that makes the routes.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.changes import Edit
from contact_center.channel import Channel, ChannelKind, ProbeStep, SendReason
from contact_center.errors import Conflict, NotFound
from contact_center.interactions import accounts
from contact_center.interactions.models import ChannelAccount
from contact_center.sealing import Sealer, Unsealable
from contact_center.web import Change, Context, Ident, Model, Page, Paged, Routes, Text, Time, paged
from contact_center.web.fields import Name

PROBE_SECONDS = 30.0
Language = Literal["en", "zh-CN"]


def _mailbox(text: str) -> str:
    """A mailbox address in its canonical form."""
    local, _, domain = text.strip().lower().rpartition("@")
    if not local or not domain or any(character.isspace() or character in '<>,;:"' for character in text.strip()):
        raise PydanticCustomError("email", "must be an e-mail address")
    return f"{local}@{domain}"


def _relay(text: str) -> str:
    """A relay's address without a password in it: that has its own, sealed field."""
    if not text:
        return text
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("smtp", "smtps", "smtp+starttls") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise PydanticCustomError("relay_url", "must be smtp://host:port, smtps:// or smtp+starttls://")
    if parts.password is not None:
        raise PydanticCustomError("relay_password", "must not contain the password: it has its own field")
    return text


Mailbox = Annotated[Text, Field(min_length=3, max_length=320), AfterValidator(_mailbox)]
RelayUrl = Annotated[Text, Field(max_length=500), AfterValidator(_relay)]


class SettingsView(Model):
    """The channel's own settings; of the password only whether there is one."""

    relay_url: str | None
    username: str | None
    password_set: bool
    signature: str | None


class SettingsGiven(Model):
    """Entries to write; null or empty takes one away. The password is sealed and never shown again."""

    relay_url: RelayUrl | None = None
    username: Annotated[Text, Field(max_length=320)] | None = None
    password: Annotated[Text, Field(max_length=1000, json_schema_extra={"writeOnly": True})] | None = None
    signature: Annotated[Text, Field(max_length=5000)] | None = None


class Status(Model):
    """How the account fares."""

    last_inbound_at: Time | None
    last_error: str | None


class AccountView(Model):
    """One configured mailbox. `settings` and `status` are null for those who may not read settings."""

    id: str
    channel: str
    name: str
    address: str
    language: str
    enabled: bool
    default_queue_id: str | None
    settings: SettingsView | None
    status: Status | None
    version: int


class AccountNew(Model):
    """An account to be made."""

    channel: Literal["email"] = "email"
    name: Name
    address: Mailbox
    language: Language = "en"
    enabled: bool = True
    default_queue_id: Ident | None = None
    settings: SettingsGiven = SettingsGiven()


class AccountChange(Change):
    """What to change of it; null for `default_queue_id` leaves the choice to the rules."""

    clears = {"default_queue_id": None}

    name: Name | None = None
    address: Mailbox | None = None
    language: Language | None = None
    enabled: bool | None = None
    default_queue_id: Ident | None = None
    settings: SettingsGiven | None = None


class StepView(Model):
    """One thing tried: settings, connect, sign_in, sender; `reason` is a code, `detail` in the peer's own words."""

    name: str
    ok: bool
    reason: SendReason | None
    detail: str


class Tested(Model):
    """What a live test came to."""

    ok: bool
    steps: list[StepView]


def view(account: ChannelAccount, *, whole: bool) -> AccountView:
    """The row as people see it; `whole` for those who may read settings."""
    settings = SettingsView(
        relay_url=account.settings.get("relay_url"),
        username=account.settings.get("username"),
        password_set="password" in account.secrets,
        signature=account.settings.get("signature"),
    )
    plain = ("id", "channel", "name", "address", "language", "enabled", "default_queue_id", "version")
    return AccountView.model_validate(
        {name: getattr(account, name) for name in plain}
        | {
            "settings": settings if whole else None,
            "status": Status(last_inbound_at=account.last_inbound_at, last_error=account.last_error) if whole else None,
        }
    )


class _Handlers:
    """The operations and what they need."""

    def __init__(self, sealer: Sealer, channels: Mapping[ChannelKind, Channel]) -> None:
        self._sealer, self._channels = sealer, channels

    async def list_channel_accounts(self, context: Context, query: Page) -> Paged[AccountView]:
        """All accounts, by address: whoever writes first must know from where."""
        whole = context.principal.reach("settings.read") is not None
        async with context.database.read() as session:
            rows, cursor = await paged(
                session, select(ChannelAccount), ChannelAccount.address, ChannelAccount.id, page=query, descending=False
            )
        return Paged[AccountView](items=[view(row, whole=whole) for row in rows], next_cursor=cursor)

    async def get_channel_account(self, context: Context, account_id: str) -> AccountView:
        """One account."""
        return view(await self._account(context, account_id), whole=True)

    async def create_channel_account(self, context: Context, body: AccountNew) -> AccountView:
        """Make an account."""
        edit = Edit.of(context)
        values = body.model_dump(exclude={"settings"})

        async def unit(session: AsyncSession) -> AccountView:
            account = await accounts.create(session, edit, self._sealer, values, body.settings.model_dump())
            return view(account, whole=True)

        return await context.database.write(unit)

    async def change_channel_account(self, context: Context, account_id: str, body: AccountChange) -> AccountView:
        """Change an account."""
        edit = Edit.of(context)
        values = body.given("settings")
        settings = None if body.settings is None else body.settings.model_dump(exclude_unset=True)

        async def unit(session: AsyncSession) -> AccountView:
            return view(await accounts.change(session, edit, self._sealer, account_id, values, settings), whole=True)

        return await context.database.write(unit)

    async def test_channel_account(self, context: Context, account_id: str) -> Tested:
        """Try the account's settings against the real peer, step by step."""
        account = await self._account(context, account_id)
        channel = self._channels.get(ChannelKind(account.channel))
        if channel is None:
            raise Conflict("no_such_channel", params={"channel": account.channel})
        steps = await self._probe(channel, account)
        shown = [StepView(name=step.name, ok=step.ok, reason=step.reason, detail=step.detail) for step in steps]
        return Tested(ok=bool(steps) and all(step.ok for step in steps), steps=shown)

    async def _probe(self, channel: Channel, account: ChannelAccount) -> list[ProbeStep]:
        try:
            settings = accounts.settings_of(account, self._sealer)
        except Unsealable:
            return [ProbeStep("settings", False, reason=SendReason.UNSEALABLE)]
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return list(await channel.probe(settings))
        except TimeoutError:
            return [ProbeStep("connect", False, reason=SendReason.NO_ANSWER)]

    async def _account(self, context: Context, account_id: str) -> ChannelAccount:
        async with context.database.read() as session:
            account = await session.get(ChannelAccount, account_id)
        if account is None:
            raise NotFound
        return account


def account_routes(sealer: Sealer, channels: Mapping[ChannelKind, Channel]) -> Routes:
    """The routes; `channels` is the registry of the composition."""
    routes, handlers = Routes("settings"), _Handlers(sealer, channels)
    one = "/channel-accounts/{account_id}"
    routes.get("/channel-accounts", allow="choices.read")(handlers.list_channel_accounts)
    routes.post("/channel-accounts", allow="settings.write")(handlers.create_channel_account)
    routes.get(one, allow="settings.read")(handlers.get_channel_account)
    routes.patch(one, allow="settings.write")(handlers.change_channel_account)
    routes.post(f"{one}/test", allow="settings.write", status=200, errors=[Conflict])(handlers.test_channel_account)
    return routes
