"""The whole demo on loopback, on both engines: the real server with its listener, its catcher and its simulator."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from config import settings as configuration
from config.settings import Settings
from contact_center.main import Server, build


@dataclass
class DemoHouse:
    """The running demo; `call` speaks to its API as whoever signed in last."""

    server: Server
    http: aiohttp.ClientSession
    base: str
    csrf: str = field(default="")

    async def sign_in(self, login: str) -> Any:
        """Sign in; returns the user."""
        status, answer = await self.call("POST", "/session", {"email": f"{login}@demo.example", "password": "demo"})
        assert status == 201, answer
        self.csrf = answer["csrf_token"]
        return answer["user"]

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """(status, decoded body) of the API."""
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        async with self.http.request(method, f"{self.base}/api/v1{path}", json=body, headers=headers) as answer:
            return answer.status, (await answer.json(content_type=None) if answer.status != 204 else None)

    async def write(self, *, headers: dict[str, str] | None = None, **fields: str) -> tuple[int, Any]:
        """Send a mail from the simulator's form, with one attachment when `enclosed` names it."""
        form = aiohttp.FormData()
        enclosed = fields.pop("enclosed", "")
        given = {"name": "Anna Schmidt", "address": "anna.schmidt@kunde.example", "to": "support@demo.example"} | fields
        for name, value in given.items():
            form.add_field(name, value)
        if enclosed:
            form.add_field("file", b"%PDF-1.4", filename=enclosed, content_type="application/pdf")
        async with self.http.post(f"{self.base}/simulator/mail", data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    async def mailbox(self, to: str) -> list[dict[str, Any]]:
        """What came back to a customer, newest first."""
        async with self.http.get(f"{self.base}/simulator/mailbox", params={"to": to}) as answer:
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found


def demo_settings(database_url: str, folder: Path) -> Settings:
    """Demo settings on free ports."""
    return configuration.load(
        {},
        demo=True,
        secret_key="k" * 40,
        data_dir=folder,
        http={"port": 0},
        database={"url": database_url},
        email={"smtp_listen": "127.0.0.1:0"},
    )


@pytest.fixture
async def demo_house(database_url: str, tmp_path: Path) -> AsyncIterator[DemoHouse]:
    server = await build(demo_settings(database_url, tmp_path))
    await server.start()
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield DemoHouse(server, http, f"http://127.0.0.1:{server.port}")
    await server.stop()
