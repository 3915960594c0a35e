"""`make bench`: every benchmark, or those named on the command line."""

import asyncio
import importlib
import sys

BENCHES = ("intake", "ring", "worklist", "engine", "commits", "big_mail", "chat", "desk")


def main() -> None:
    """Run them one after the other; each prints its tables."""
    for name in sys.argv[1:] or BENCHES:
        module = importlib.import_module(f"bench.{name}")
        result = module.run()
        if asyncio.iscoroutine(result):
            asyncio.run(result)


main()
