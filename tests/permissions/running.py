"""The server that the tests of the whole surface knock at: the real composition, listening on a free port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from config import settings as configuration
from contact_center.main import Server, build


@asynccontextmanager
async def running(database_url: str, data_dir: Path) -> AsyncIterator[Server]:
    """A node of role web (nothing routes or sends by itself) until the block ends."""
    settings = configuration.load(
        {},
        secret_key="k" * 40,
        data_dir=data_dir,
        role="web",
        database={"url": database_url},
        http={"port": 0, "requests_per_second": 10_000, "request_burst": 100_000},
    )
    server = await build(settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def address(server: Server) -> str:
    """Where the server listens, without a trailing slash."""
    return f"http://127.0.0.1:{server.port}"
