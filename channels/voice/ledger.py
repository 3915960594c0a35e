"""How long everything took: a pure fold of a call's history. Menu, wait, talk and the rest add up to the call's length, exactly.

Seconds of wrap-up come after, per agent; agents of a conference each have their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.voice.states import Entry, State

_MENU, _WAIT, _TALK, _HOLD, _PROMISED, _DIALLING, _VOICEMAIL = range(7)
_COLUMN = {
    State.IVR: _MENU,
    State.WAITING: _WAIT,
    State.OFFERING: _WAIT,
    State.CONNECTING: _WAIT,
    State.BRIDGING: _WAIT,
    State.TALKING: _TALK,
    State.HELD: _HOLD,
    State.CONSULTING: _HOLD,
    State.RECOVERING: _HOLD,
    State.CALLBACK_WAIT: _PROMISED,
    State.CALLBACK_DIALING: _DIALLING,
    State.VOICEMAIL: _VOICEMAIL,
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """All in microseconds. `wait` includes an agent's way to the phone; `hold` consultations and lost agents; `promised`:
    the caller hung up and waits for our call."""

    menu: int
    wait: int
    talk: int
    hold: int
    promised: int
    dialling: int
    voicemail: int
    wrap_up: int


def fold(history: Iterable[Entry], now: int) -> Ledger:
    """The sums up to `now`; what has ended counts to its end."""
    sums, column, since, wrapping, wrapped = [0] * 7, -1, 0, dict[str, int](), 0
    for entry in history:
        if entry.what == "wrap_up":
            wrapping[entry.agent] = entry.at
        elif entry.what == "wrapped_up":
            wrapped += entry.at - wrapping.pop(entry.agent)
        else:
            if column >= 0:
                sums[column] += entry.at - since
            column, since = _COLUMN.get(State(entry.what), -1), entry.at
    if column >= 0:
        sums[column] += now - since
    sums.append(wrapped + sum(now - begun for begun in wrapping.values()))
    return Ledger(*sums)
