"""What stands before the nodes, as a proxy would: one address that passes each connection on to the first node that answers."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence

CHUNK = 65536


class Front:
    """`nodes`: ports in the order of preference. Connections live as long as both their ends."""

    def __init__(self, nodes: Sequence[int]) -> None:
        self._nodes = list(nodes)
        self._server: asyncio.Server | None = None
        self.url = ""

    async def open(self) -> None:
        """Listen; `url` is the address afterwards."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Take no more connections; those that live end with the nodes."""
        if self._server is not None:
            self._server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            for port in self._nodes:
                with contextlib.suppress(OSError):
                    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
                    with contextlib.closing(far_writer):
                        await _until_one_ends(_copy(reader, far_writer), _copy(far_reader, writer))
                    return


async def _until_one_ends(*copies: Coroutine[object, object, None]) -> None:
    tasks = [asyncio.create_task(one) for one in copies]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
