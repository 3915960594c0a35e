"""HTTP: channel accounts (mailboxes, chat sites, numbers) with a live test against the real peer. Secrets go in and never come out.

The sealer and the channels are handed in by the composition, so this is a function that makes the routes.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.changes import Edit
from contact_center.channel import Channel, ChannelKind, ProbeStep, SendReason
from contact_center.errors import Conflict, FieldError, Invalid, NotFound
from contact_center.interactions import accounts
from contact_center.interactions.models import ChannelAccount
from contact_center.interactions.number_shapes import (
    NUMBER_CHANNELS,
    NUMBER_SETTINGS,
    NumberGiven,
    NumberView,
    number,
    number_view,
)
from contact_center.interactions.site_shapes import SITE_SETTINGS, SiteGiven, SiteView, site_key, site_view
from contact_center.sealing import Sealer, Unsealable
from contact_center.web import Change, Context, Ident, Model, Page, Paged, Routes, Text, Time, paged
from contact_center.web.fields import Name

PROBE_SECONDS = 30.0
MAIL_SETTINGS = frozenset({"relay_url", "username", "password", "signature"})
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


AccountAddress = Annotated[Text, Field(min_length=1, max_length=320)]
"""A mailbox, the key of a chat site, or a telephone number."""
RelayUrl = Annotated[Text, Field(max_length=500), AfterValidator(_relay)]


class SettingsView(Model):
    """The channel's own settings; of the password only whether there is one."""

    relay_url: str | None
    username: str | None
    password_set: bool
    signature: str | None


class SettingsGiven(SiteGiven, NumberGiven):
    """Entries to write, of the account's own channel; null or empty takes one away. The password is sealed and never shown again."""

    relay_url: RelayUrl | None = None
    username: Annotated[Text, Field(max_length=320)] | None = None
    password: Annotated[Text, Field(max_length=1000, json_schema_extra={"writeOnly": True})] | None = None
    signature: Annotated[Text, Field(max_length=5000)] | None = None


class Status(Model):
    """How the account fares."""

    last_inbound_at: Time | None
    last_error: str | None


class AccountView(Model):
    """One configured mailbox, chat site or number. `settings` and `status` are null for those who may not read settings."""

    id: str
    channel: str
    name: str
    address: str
    language: str
    enabled: bool
    default_queue_id: str | None
    settings: SettingsView | SiteView | NumberView | None
    status: Status | None
    version: int


class AccountNew(Model):
    """An account to be made."""

    channel: Literal["email", "chat", "sms", "whatsapp"] = "email"
    name: Name
    address: AccountAddress
    language: Language = "en"
    enabled: bool = True
    default_queue_id: Ident | None = None
    settings: SettingsGiven = SettingsGiven()

    @field_validator("address")
    @classmethod
    def _of_its_channel(cls, address: str, info: ValidationInfo) -> str:
        return canonical(address, str(info.data.get("channel", "email")))


class AccountChange(Change):
    """What to change of it; null for `default_queue_id` leaves the choice to the rules."""

    clears = {"default_queue_id": None}

    name: Name | None = None
    address: AccountAddress | None = None
    language: Language | None = None
    enabled: bool | None = None
    default_queue_id: Ident | None = None
    settings: SettingsGiven | None = None


def canonical(address: str, channel: str) -> str:
    """The address as it is kept; raises `PydanticCustomError` when it is none of this channel's."""
    if channel in NUMBER_CHANNELS:
        return number(address, channel)
    return site_key(address) if channel == ChannelKind.CHAT.value else _mailbox(address)


def of_channel(settings: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """Those of the entries that this channel has; another's are refused by name."""
    own = _settings_of_channel(channel)
    foreign = [name for name, value in settings.items() if value is not None and name not in own]
    if foreign:
        raise Invalid(errors=[FieldError(f"settings.{name}", "validation.extra_forbidden") for name in foreign])
    return {name: value for name, value in settings.items() if name in own}


def _settings_of_channel(channel: str) -> frozenset[str]:
    if channel in NUMBER_CHANNELS:
        return NUMBER_SETTINGS
    return SITE_SETTINGS if channel == ChannelKind.CHAT.value else MAIL_SETTINGS


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
    plain = ("id", "channel", "name", "address", "language", "enabled", "default_queue_id", "version")
    return AccountView.model_validate(
        {name: getattr(account, name) for name in plain}
        | {
            "settings": _settings_view(account) if whole else None,
            "status": Status(last_inbound_at=account.last_inbound_at, last_error=account.last_error) if whole else None,
        }
    )


def _settings_view(account: ChannelAccount) -> SettingsView | SiteView | NumberView:
    if account.channel == ChannelKind.CHAT.value:
        return site_view(account)
    if account.channel in NUMBER_CHANNELS:
        return number_view(account)
    return SettingsView(
        relay_url=account.settings.get("relay_url"),
        username=account.settings.get("username"),
        password_set="password" in account.secrets,
        signature=account.settings.get("signature"),
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
            settings = of_channel(body.settings.model_dump(by_alias=True), body.channel)
            await _mailbox_exists(session, settings)
            account = await accounts.create(session, edit, self._sealer, values, settings)
            return view(account, whole=True)

        return await context.database.write(unit)

    async def change_channel_account(self, context: Context, account_id: str, body: AccountChange) -> AccountView:
        """Change an account."""
        edit = Edit.of(context)
        values = body.given("settings")
        given = None if body.settings is None else body.settings.model_dump(exclude_unset=True)
        channel = (await self._account(context, account_id)).channel
        settings = None if given is None else of_channel(given, channel)
        if body.address is not None:
            values["address"] = _fitting(body.address, channel)

        async def unit(session: AsyncSession) -> AccountView:
            await _mailbox_exists(session, settings or {})
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


def _fitting(address: str, channel: str) -> str:
    try:
        return canonical(address, channel)
    except PydanticCustomError as error:
        raise Invalid(errors=[FieldError("address", f"validation.{error.type}")]) from None


async def _mailbox_exists(session: AsyncSession, settings: Mapping[str, Any]) -> None:
    """A chat goes on by mail from a mailbox that there is."""
    named = settings.get("mail_account_id")
    if named is None:
        return
    account = await session.get(ChannelAccount, named)
    if account is None or account.channel != ChannelKind.EMAIL.value:
        raise Invalid(errors=[FieldError("settings.mail_account_id", "validation.channel_account")])


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
