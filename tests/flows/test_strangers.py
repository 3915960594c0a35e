"""Sockets of strangers: what they send may be anything; their own line ends, nothing else does."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from channels.chat.models import ChatVisitor
from tests.flows.caller import Tab
from tests.flows.house import House
from tests.waiting import eventually

LINE = "/socket.io/?EIO=4&transport="


async def heard_to_the_end(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMsgType:
    """How the line ended."""
    async with asyncio.timeout(20):
        while (heard := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return heard.type


@pytest.mark.parametrize(
    "nonsense",
    ["x", "4x", "4" + "[" * 5000, '42/chat,["' + "[" * 5000, "42/chat,{}", "b?", "9", '42/chat,["disconnect"]'],
)
async def test_a_line_that_speaks_nonsense_ends_and_the_next_visitor_is_served(house: House, nonsense: str) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{house.url}{LINE}websocket") as socket:
        await socket.receive_str()
        await socket.send_str("40/chat,")
        await socket.receive_str()
        await socket.send_str(nonsense)
        assert await heard_to_the_end(socket) is not aiohttp.WSMsgType.ERROR
    tab = await Tab(house).connect()
    assert (await tab.hello())["state"] == "none"
    await tab.close()


async def test_polling_with_what_is_no_packet_is_answered_and_holds_nothing(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        for body in (b"6/agent,", b"\xff\xfe", b"9", b"4" + b"[" * 5000, b"41", b"1"):
            async with http.get(f"{house.url}{LINE}polling") as opened:
                sid = (await opened.json(content_type=None, loads=_after_first))["sid"]
            async with asyncio.timeout(20), http.post(f"{house.url}{LINE}polling&sid={sid}", data=body) as answer:
                assert answer.status in (200, 400)
            async with asyncio.timeout(20), http.post(f"{house.url}{LINE}polling&sid={sid}", data=b"3") as answer:
                assert answer.status in (200, 400)


def _after_first(text: str) -> Any:
    return json.loads(text[1:])


async def test_a_visitor_who_is_gone_before_they_are_known_counts_as_gone(house: House) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{house.url}{LINE}websocket") as socket:
        await socket.receive_str()
        await socket.send_str("40/chat,")
        await socket.receive_str()
        await socket.send_str('42/chat,["hello",{"site":"shop"}]')

    async def gone() -> int:
        async with house.server.database.read() as session:
            query = select(func.count()).select_from(ChatVisitor).where(ChatVisitor.gone_at.is_not(None))
            return int(await session.scalar(query) or 0)

    await eventually(gone, what="the visitor counts as gone")
    await eventually(lambda: house.server.chat.visitors() == 0)
