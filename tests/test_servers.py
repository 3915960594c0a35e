"""The private servers behave as the tests that lean on them need: durable when asked, alone, and gone afterwards."""

import os
from collections.abc import Callable

import asyncpg
import pytest
from playwright.async_api import Browser
from redis.asyncio import Redis

from tests import servers
from tests.servers import Postgres, Valkey
from tests.waiting import eventually


async def value(server: Postgres, query: str) -> object:
    connection = await asyncpg.connect(user="cc", database="postgres", host=str(server.directory))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_durable_server_keeps_what_was_committed_when_it_is_killed() -> None:
    server = Postgres(durable=True)
    try:
        assert await value(server, "SHOW fsync") == await value(server, "SHOW synchronous_commit") == "on"
        server.execute("CREATE TABLE kept AS SELECT 7 AS n")
        server.kill()
        server.restart()
        assert await value(server, "SELECT n FROM kept") == 7
    finally:
        server.stop()
    assert not server.directory.exists()


async def test_binaries_in_a_private_folder_are_copied_to_where_nobody_may_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers, "_open_to_all", lambda path: False)
    server = Postgres()
    try:
        assert await value(server, "SELECT 1") == 1
        assert (server.copied is not None) == (os.geteuid() == 0)
    finally:
        server.stop()
    assert server.copied is None or not server.copied.exists()


async def test_databases_of_one_test_are_apart(make_postgres: Callable[[], str]) -> None:
    assert make_postgres() != make_postgres()


async def test_valkey_answers_again_after_a_crash() -> None:
    server = Valkey()
    try:
        server.kill()
        server.restart()
        async with Redis.from_url(server.url) as client:
            assert await client.ping()
    finally:
        server.stop()


async def test_waiting_has_an_end() -> None:
    with pytest.raises(TimeoutError, match="the moon"):
        await eventually(lambda: None, seconds=0.05, what="the moon")


async def test_the_browser_draws_a_page(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<button onclick=\"this.textContent='你好'\">greet</button>")
    await page.get_by_role("button").click()
    assert await page.get_by_role("button").inner_text() == "你好"
