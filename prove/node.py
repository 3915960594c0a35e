"""One router node in a process of its own, its clock set off by the seconds given: `python -m prove.node 2.0`.

One thing to know: the clock is set off before anything of the product is imported, so that every part of the node reads the same wrong time.
"""

import sys
import time
from datetime import datetime, timedelta, tzinfo

from contact_center import clock


class _Off:
    """Stands for `datetime` in the clock's module, where only `now` is asked of it."""

    def __init__(self, seconds: float) -> None:
        self.by = timedelta(seconds=seconds)

    def now(self, tz: tzinfo) -> datetime:
        """The wrong time."""
        return datetime.now(tz) + self.by


def main(seconds: float) -> None:
    """Serve as a router until told to stop."""
    if seconds:
        real = time.time
        time.time = lambda: real() + seconds
        vars(clock)["datetime"] = _Off(seconds)
    from contact_center.cli import app

    app(["serve", "--role", "router"])


if __name__ == "__main__":
    main(float(sys.argv[1]))
