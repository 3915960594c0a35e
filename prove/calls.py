"""10,000 calls of random events, lost, repeated, late, with restarts, in virtual time: each must end well. Seeds are fixed."""

from collections import Counter

from bench.tables import print_table
from tests.channels.voice.world import stormy

CALLS = 10_000


def run() -> bool:
    """Play them all; True when nothing was wrong with any."""
    outcomes: Counter[str] = Counter()
    broken = 0
    for seed in range(CALLS):
        world = stormy(seed)
        outcomes[world.call.outcome or "none"] += 1
        if world.wrong:
            broken += 1
            print(f"seed {seed}: {'; '.join(world.wrong)}")
    rows = [[name, str(count)] for name, count in sorted(outcomes.items())]
    print_table("Calls through a storm", ["outcome", "calls"], [*rows, ["broken", str(broken)]])
    return not broken
