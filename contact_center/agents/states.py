"""What an agent's presence means. Stored: `chosen`, `next`, `forced`; busy, wrapping up and so on are derived, never written."""

from enum import StrEnum


class Presence(StrEnum):
    """What the agent chose."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


class Forced(StrEnum):
    """What the system put on top of the choice."""

    NONE = "none"
    NOT_RESPONDING = "not_responding"
    DISCONNECTED = "disconnected"


class Shown(StrEnum):
    """What people see: derived from the choice, what is forced, and the work in hand."""

    AVAILABLE = "available"
    BUSY = "busy"
    WRAPPING_UP = "wrapping_up"
    AWAY = "away"
    NOT_RESPONDING = "not_responding"
    DISCONNECTED = "disconnected"
    OFFLINE = "offline"


def takes_work(chosen: Presence, forced: Forced) -> bool:
    """True when the router may offer work."""
    return chosen is Presence.AVAILABLE and forced is Forced.NONE


def shown(chosen: Presence, forced: Forced, *, used: int, units: int, wrapping_up: bool, exclusive: bool) -> Shown:
    """What to show; `used` of `units` in hand, `exclusive` when a channel that takes the agent alone is live."""
    if forced is not Forced.NONE:
        return Shown(forced.value)
    if chosen is not Presence.AVAILABLE:
        return Shown(chosen.value)
    if exclusive or (units and used >= units):
        return Shown.BUSY
    return Shown.WRAPPING_UP if wrapping_up else Shown.AVAILABLE
