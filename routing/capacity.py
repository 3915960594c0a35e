"""How much an agent carries and what still fits: a unit budget, caps per channel, exclusive and interruptible channels.

One thing to know: a pending offer weighs as much as an assignment, and work on an interruptible channel does not stand in the way of
other channels (they may interrupt it), while everything stands in the way of more interruptible work.
"""

from collections.abc import Iterable

from routing.events import AgentSet


class Load:
    """What one agent holds (offered or assigned), kept as running sums so that `fits` costs the same at any load."""

    __slots__ = (
        "caps", "count", "counts", "exclusive", "firm_sole", "interruptible", "soft_count", "soft_used", "sole", "units", "used",
    )  # fmt: skip

    def __init__(self, setting: AgentSet, held: Iterable[tuple[str, int]] = ()) -> None:
        self.units = setting.units
        self.caps = {cap.channel: cap.n for cap in setting.caps}
        self.exclusive = frozenset(setting.exclusive)
        self.interruptible = frozenset(setting.interruptible)
        self.used = self.soft_used = 0
        self.count = self.soft_count = 0
        self.sole = self.firm_sole = 0
        self.counts = dict.fromkeys(self.caps, 0)
        for channel, units in held:
            self.add(channel, units)

    def add(self, channel: str, units: int) -> None:
        """Take one interaction in hand."""
        self.used += units
        self.count += 1
        soft = channel in self.interruptible
        if soft:
            self.soft_used += units
            self.soft_count += 1
        if channel in self.exclusive:
            self.sole += 1
            self.firm_sole += not soft
        if channel in self.counts:
            self.counts[channel] += 1

    def remove(self, channel: str, units: int) -> None:
        """Let one interaction go."""
        self.used -= units
        self.count -= 1
        soft = channel in self.interruptible
        if soft:
            self.soft_used -= units
            self.soft_count -= 1
        if channel in self.exclusive:
            self.sole -= 1
            self.firm_sole -= not soft
        if channel in self.counts:
            self.counts[channel] -= 1

    @property
    def firm_used(self) -> int:
        """Units of what other channels may not interrupt."""
        return self.used - self.soft_used

    @property
    def firm_count(self) -> int:
        """How many pieces of work other channels may not interrupt."""
        return self.count - self.soft_count

    def fits(self, channel: str, units: int) -> bool:
        """True when one more interaction of this channel and weight may be offered now."""
        used, count, sole = self.used, self.count, self.firm_sole
        if channel in self.interruptible:
            sole = self.sole
        elif self.soft_count:
            used -= self.soft_used
            count -= self.soft_count
        if sole or used + units > self.units or (count and channel in self.exclusive):
            return False
        return channel not in self.caps or self.counts[channel] < self.caps[channel]

    def why_not(self, channel: str, units: int) -> str | None:
        """The first thing in the way of one more such interaction, or None: `exclusive`, `units` or `cap`."""
        if self.fits(channel, units):
            return None
        firm = channel not in self.interruptible
        if (self.firm_sole if firm else self.sole) or (
            channel in self.exclusive and (self.firm_count if firm else self.count)
        ):
            return "exclusive"
        return "units" if (self.firm_used if firm else self.used) + units > self.units else "cap"

    def share(self) -> float:
        """Part of the unit budget in use; what least_loaded and pack compare."""
        return self.used / self.units if self.units else 0.0
