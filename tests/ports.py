"""A port for a server whose address must be known before it listens."""

import random
import socket

OURS = range(20_000, 32_000)
"""Below the ports that systems give to outgoing connections: one of those could take it before the server does."""


def free_port() -> int:
    """One that was free a moment ago; raises OSError when there is none."""
    for port in random.sample(OURS, 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")
