"""Signing in and out, from a browser's side."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config import settings as configuration
from contact_center.accounts import sessions
from contact_center.accounts.models import Attempts, UserSession
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.sessions import Begun, Ended, EndReason
from tests.accounts.people import PASSWORD, House


async def code(response: Any) -> tuple[int, str]:
    """Status and problem code."""
    return response.status, (await response.json(content_type=None))["code"]


async def test_signing_in_sets_a_safe_cookie_and_tells_who_one_is(house: House) -> None:
    person = await house.somebody()
    response = await person.sign_in("Alice@Example.org")
    view = await response.json()
    assert response.status == 201
    assert "HttpOnly; SameSite=Lax" in response.headers["Set-Cookie"]
    assert "Secure" not in response.headers["Set-Cookie"]
    assert view["user"]["email"] == "alice@example.org"
    assert view["user"]["permissions"]["conversations.read"] == "queues"
    again = await person.json("GET", "/session")
    assert again == view


async def test_the_cookie_is_not_in_the_database(house: House) -> None:
    person = await house.somebody()
    response = await person.sign_in("alice@example.org")
    cookie = response.cookies["cc_session"].value
    async with house.database.read() as session:
        stored = (await session.scalars(select(UserSession))).one()
    assert cookie not in (stored.cookie_hash, stored.id)
    assert person.csrf not in (stored.cookie_hash, cookie)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.org", "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("'", "x"),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(house: House, email: str, password: str) -> None:
    await house.add_user("gone@example.org", "agent", active=False)
    person = await house.somebody()
    assert await code(await person.sign_in(email, password)) == (401, "wrong_credentials")


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
async def test_tries_against_one_address_have_to_wait_known_or_not(house: House, email: str) -> None:
    person = await house.somebody()
    answers = [await code(await person.sign_in(email, "wrong")) for _ in range(11)]
    assert answers[:10] == [(401, "wrong_credentials")] * 10
    assert answers[10] == (429, "too_many_attempts")


async def test_who_waited_and_knows_the_password_starts_afresh(house: House) -> None:
    person = await house.somebody()
    for _ in range(10):
        await person.sign_in("alice@example.org", "wrong")
    refused = await person.sign_in("alice@example.org")
    assert await code(refused) == (429, "too_many_attempts")
    assert 1 <= int(refused.headers["Retry-After"]) <= 5

    async def later(session: AsyncSession) -> None:
        await session.execute(update(Attempts).values(wait_until=house.clock.now() - timedelta(seconds=1)))

    await house.database.write(later)
    assert (await person.sign_in("alice@example.org")).status == 201
    async with house.database.read() as session:
        assert (await session.scalars(select(Attempts))).all() == []


async def test_many_tries_at_once_gain_nothing(house: House) -> None:
    person = await house.somebody()
    answers = await asyncio.gather(*(person.sign_in("alice@example.org", f"guess {n}") for n in range(15)))
    assert sum(answer.status == 401 for answer in answers) == 10
    assert sum(answer.status == 429 for answer in answers) == 5


async def test_signing_out_ends_the_session_here_and_for_the_sockets(house: House) -> None:
    ended: list[Ended] = []
    house.side.accounts.ends.add(ended.append)
    person = await house.signed_in("alice@example.org")
    cookie = next(iter(person.client.session.cookie_jar)).value
    await person.json("DELETE", "/session", status=204)
    assert [one.reason for one in ended] == [EndReason.SIGNED_OUT]
    assert await house.side.accounts.of_session(ended[0].session_id) is None
    replay = await house.somebody()
    response = await replay.call("GET", "/me", headers={"Cookie": f"cc_session={cookie}"})
    assert await code(response) == (401, "not_signed_in")


@pytest.mark.parametrize("column", ["seen_at", "ends_at"])
async def test_a_session_ends_when_unused_or_old(house: House, column: str) -> None:
    person = await house.signed_in("alice@example.org")
    await house.side.accounts.close()

    async def long_ago(session: AsyncSession) -> None:
        await session.execute(update(UserSession).values({column: house.clock.now() - timedelta(hours=17)}))

    await house.database.write(long_ago)
    house.side.accounts.forget()
    assert (await person.call("GET", "/me")).status == 401
    ended: list[Ended] = []
    house.side.accounts.ends.add(ended.append)
    await house.side.accounts.sweep()
    assert [one.reason for one in ended] == [EndReason.EXPIRED]


async def test_every_call_with_a_cookie_is_a_sign_of_life_but_not_each_is_passed_on(house: House) -> None:
    person = await house.signed_in("alice@example.org")
    for _ in range(3):
        await person.json("GET", "/me")
    await house.side.accounts.close()
    assert [one.user_id for one in house.seen] == [house.users["alice@example.org"]]


async def test_changes_of_oneself_need_the_csrf_token_and_the_right_version(house: House) -> None:
    person = await house.signed_in("alice@example.org")
    changed = await person.json("PATCH", "/me", json={"language": "zh-CN", "preferences": {"sound": True}})
    assert (changed["language"], changed["preferences"]) == ("zh-CN", {"sound": True})
    stale = await person.call("PATCH", "/me", json={"theme": "dark"}, headers={"If-Match": '"1"'})
    found = await stale.json(content_type=None)
    assert (stale.status, found["title"]) == (412, "内容已变更")
    person.csrf = "x"
    assert await code(await person.call("PATCH", "/me", json={"theme": "dark"})) == (403, "csrf")


async def test_the_demo_password_is_refused_outside_the_demo() -> None:
    stored = await Passwords(demo=True).hash("demo")
    assert await Passwords(demo=True).matches(stored, "demo")
    assert not await Passwords(demo=False).matches(stored, "demo")


async def test_the_cookie_is_secure_wherever_people_come_by_https() -> None:
    begun = Begun("s", "cookie", "csrf")
    for address, secure in (("https://help.example", True), ("http://127.0.0.1:8080", False)):
        settings = configuration.load({}, demo=True, http={"public_url": address})
        assert sessions.cookie(begun, settings).endswith("; Secure") is secure
        assert sessions.dropped_cookie(settings).endswith("; Secure") is secure
