"""Events and commands as JSON for their rows, and back. Pure; the names in the rows are the classes' names, which therefore stay."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from channels.voice import commands as do
from channels.voice.contract import Event

TO_PROVIDER: tuple[type[do.Command], ...] = (
    do.Prompt,
    do.EnqueueAudio,
    do.Invite,
    do.Bridge,
    do.Hold,
    do.Resume,
    do.Mute,
    do.Supervise,
    do.Remove,
    do.SendDigits,
    do.Record,
    do.TakeVoicemail,
    do.ListLegs,
)
"""Commands that go over the wire; the others are the desk's own."""
_BY_NAME = {kind.__name__: kind for kind in TO_PROVIDER}


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return _ADAPTERS.setdefault(kind.__name__, _ADAPTERS.get(kind.__name__) or TypeAdapter(kind))


def event_json(event: Event) -> dict[str, Any]:
    """The event's fields."""
    return dict(_adapter(type(event)).dump_python(event, mode="json"))


def command_json(command: do.Command) -> dict[str, Any]:
    """The command's fields; its kind is kept beside them."""
    return dict(_adapter(type(command)).dump_python(command, mode="json"))


def command_of(kind: str, payload: Mapping[str, Any]) -> do.Command:
    """The command again. Raises KeyError for a kind that goes over no wire, pydantic's ValidationError for other fields."""
    command = _adapter(_BY_NAME[kind]).validate_python(dict(payload))
    assert isinstance(command, do.Command)
    return command
