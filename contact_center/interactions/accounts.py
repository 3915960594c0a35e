"""Channel accounts: making and changing them, and what their channel gets to see (secrets unsealed only there)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import changes
from contact_center.accounts.changes import Edit
from contact_center.channel import AccountSettings, ChannelKind
from contact_center.db import notes
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount
from contact_center.queues.models import Queue
from contact_center.sealing import Sealer

BELL = "channel_accounts"
"""Rung when an account changed: listeners that remember accounts look again."""
SECRETS = frozenset({"password", "auth_token", "signing_secret"})
"""The entries of `settings` that are sealed and never shown."""
HIDDEN = "***"


def place(account_id: str, name: str) -> str:
    """What a sealed secret of an account is bound to."""
    return f"channel_account:{account_id}:{name}"


def settings_of(account: ChannelAccount, sealer: Sealer) -> AccountSettings:
    """The account as its channel needs it. Raises `Unsealable` when `secret_key` is not the one that sealed it."""
    secrets = {name: sealer.unseal(sealed, place=place(account.id, name)) for name, sealed in account.secrets.items()}
    return AccountSettings(
        account.id,
        ChannelKind(account.channel),
        account.address,
        account.name,
        account.language,
        {**account.settings, **secrets},
    )


async def create(
    session: AsyncSession, edit: Edit, sealer: Sealer, values: Mapping[str, Any], settings: Mapping[str, Any]
) -> ChannelAccount:
    """Make an account; `settings` may carry secrets in the clear, `values` are columns of `ChannelAccount`."""
    await changes.all_known(session, Queue, [values["default_queue_id"]], "default_queue_id")
    account = ChannelAccount(id=new_id(), version=1, settings={}, secrets={}, **values)
    _apply(account, sealer, settings)
    session.add(account)
    await changes.flush_unique(session, lambda: changes.name_taken("address"))
    changes.created(session, edit, "channel_account", account.id, {**values, "settings": _shown(settings)})
    notes(session).bells.add(BELL)
    return account


async def change(
    session: AsyncSession,
    edit: Edit,
    sealer: Sealer,
    account_id: str,
    values: Mapping[str, Any],
    settings: Mapping[str, Any] | None,
) -> ChannelAccount:
    """Change columns and, when given, those entries of `settings` that are named; null takes an entry away."""
    await changes.all_known(session, Queue, [values.get("default_queue_id")], "default_queue_id")
    account = await changes.held(session, ChannelAccount, account_id, edit)
    differing = changes.assign(account, values)
    if settings is not None:
        before, had = dict(account.settings), frozenset(account.secrets)
        _apply(account, sealer, settings)
        differing |= {
            f"settings.{name}": (before.get(name), account.settings.get(name))
            for name in settings.keys() - SECRETS
            if before.get(name) != account.settings.get(name)
        }
        differing |= {
            f"settings.{name}": (HIDDEN if name in had else None, HIDDEN if settings[name] else None)
            for name in settings.keys() & SECRETS
        }
    if changes.changed(session, edit, account, "channel_account", differing):
        await changes.flush_unique(session, lambda: changes.name_taken("address"))
        notes(session).bells.add(BELL)
    return account


def _apply(account: ChannelAccount, sealer: Sealer, settings: Mapping[str, Any]) -> None:
    """Write the entries given: secrets sealed, empty ones taken away. New objects, so that the change is seen."""
    plain, secrets = dict(account.settings), dict(account.secrets)
    for name, value in settings.items():
        held = secrets if name in SECRETS else plain
        if value in (None, ""):
            held.pop(name, None)
        else:
            held[name] = sealer.seal(str(value), place=place(account.id, name)) if name in SECRETS else value
    account.settings, account.secrets = plain, secrets


def _shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: HIDDEN if name in SECRETS else value for name, value in settings.items() if value not in (None, "")}
