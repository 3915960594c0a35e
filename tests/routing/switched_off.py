"""Rules that only the whole product shows, each with a switch that turns it off: a plugin for pytest, told by `SWITCHED_OFF` which.

One thing to know: a row's tests must fail with its rule off. `python -m prove rules` runs them both ways and prints the list.
"""

import os
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

import channels.voice.record
import contact_center.agents.capacity
import contact_center.interactions.ending
import routing.commit
import routing.look
import routing.onward
import routing.triage_job
from contact_center.agents.states import Presence
from contact_center.hours import Hours

TOLD = "SWITCHED_OFF"
Switch = Callable[[pytest.MonkeyPatch], None]


def _nothing(*_: object, **__: object) -> None:
    return None


async def _nothing_soon(*_: object, **__: object) -> None:
    return None


async def _no_after_work(*_: object) -> tuple[bool, None]:
    return False, None


def _always_open(patch: pytest.MonkeyPatch) -> None:
    for place in (routing.triage_job, routing.onward):
        patch.setattr(place, "door_of", _nothing)


def _no_holidays(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Hours, "spans", lambda self, day: self.week.get(day.weekday(), ()))


def _presence_is_no_matter(patch: pytest.MonkeyPatch) -> None:
    """The router's picture and the agent's own row both guard it."""
    patch.setattr(routing.look, "takes_work", lambda *_: True)
    patch.setattr(contact_center.agents.capacity, "Presence", SimpleNamespace(AVAILABLE=Presence.AWAY))


def _without(place: Any, name: str, value: object) -> Switch:
    return lambda patch: patch.setattr(place, name, value)


SWITCHES: Mapping[str, Switch] = {
    "t19": _always_open,
    "t25": _without(contact_center.interactions.ending, "_after_work", _no_after_work),
    "t30": _presence_is_no_matter,
    "t32": _without(channels.voice.record, "_to_voicemail", _nothing_soon),
    "3f_9": _no_holidays,
    "3f_12": _without(routing.commit, "fence", _nothing_soon),
}
"""Row or case -> the switch of its rule."""


def pytest_configure(config: pytest.Config) -> None:
    """Turn off what was asked for, for as long as pytest runs."""
    patch = pytest.MonkeyPatch()
    SWITCHES[os.environ[TOLD]](patch)
    config.add_cleanup(patch.undo)
