"""`make prove`: every proof, or those named on the command line; exit 1 when one does not hold."""

import asyncio
import importlib
import sys

PROOFS = (
    "kill",
    "nodes",
    "rules",
    "theory",
    "waits",
    "replay",
    "mailfuzz",
    "chat",
    "chat_nodes",
    "sockets",
    "calls",
    "soak",
)


def main() -> int:
    """Run them one after the other; each prints its table and says whether it holds."""
    broken = []
    for name in sys.argv[1:] or PROOFS:
        result = importlib.import_module(f"prove.{name}").run()
        holds = asyncio.run(result) if asyncio.iscoroutine(result) else result
        if not holds:
            broken.append(name)
    print(f"\n{'All proofs hold.' if not broken else 'BROKEN: ' + ', '.join(broken)}")
    return 1 if broken else 0


sys.exit(main())
