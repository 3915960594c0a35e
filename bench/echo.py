"""The bare echo beside which chat is measured: python-socketio over aiohttp as the product serves it, answering at once what it is told.

`python -m bench.echo PORT` serves until told to stop.
"""

import sys

import socketio  # type: ignore[import-untyped]
from aiohttp import web


def main(port: int) -> None:
    """Serve `/chat` with one event, `message`, on loopback."""
    server = socketio.AsyncServer(async_mode="aiohttp", ping_interval=20, cors_allowed_origins="*")

    async def message(_: str, data: object) -> object:
        return data

    async def connect(_: str, __: object, ___: object = None) -> None:
        return None

    server.on("message", message, namespace="/chat")
    server.on("connect", connect, namespace="/chat")
    app = web.Application()
    server.attach(app)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
