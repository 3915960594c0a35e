"""Passwords changed and reset, invitations accepted: from the mail that goes out to the sign-in that follows."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts import links
from contact_center.accounts.models import PasswordLink, User
from contact_center.tokens import Tokens
from tests.accounts.people import PASSWORD, House, Person

NEW = "another long password"


def mailed(house: House) -> links.SystemMail:
    """The last mail that was to go out."""
    job = [job for job in house.jobs if job.kind == links.JOB][-1]
    return links.compose(job.payload, tokens=Tokens.of("k" * 40), public_url="https://help.example")


def token_in(mail: links.SystemMail) -> str:
    """The token of the link in a mail."""
    (line,) = (line for line in mail.text.splitlines() if line.startswith("https://"))
    assert line.startswith("https://help.example/console/set-password#token=")
    return line.partition("#token=")[2]


async def confirm(person: Person, token: str, password: str = NEW) -> tuple[int, Any]:
    """Set a password with a token."""
    body = {"token": token, "password": password}
    response = await person.call("POST", "/password-reset/confirm", json=body)
    return response.status, (await response.json(content_type=None))["code"] if response.status != 204 else None


async def test_a_forgotten_password_is_set_anew_by_mail_and_every_session_ends(house: House) -> None:
    signed_in, stranger = await house.signed_in("sue@example.org"), await house.somebody()
    await stranger.json("POST", "/password-reset", status=202, json={"email": "SUE@example.org"})
    mail = mailed(house)
    assert (mail.to, mail.subject) == ("sue@example.org", "设置新密码")
    assert await confirm(stranger, token_in(mail), "short") == (422, "weak_password")
    assert await confirm(stranger, token_in(mail)) == (204, None)
    assert await confirm(stranger, token_in(mail)) == (422, "bad_link")
    assert (await signed_in.call("GET", "/me")).status == 401
    assert (await stranger.sign_in("sue@example.org", PASSWORD)).status == 401
    assert (await stranger.sign_in("sue@example.org", NEW)).status == 201


async def test_asking_for_somebody_unknown_is_answered_the_same_and_mails_nobody(house: House) -> None:
    stranger = await house.somebody()
    known = await stranger.json("POST", "/password-reset", status=202, json={"email": "alice@example.org"})
    assert await stranger.json("POST", "/password-reset", status=202, json={"email": "x@example.org"}) == known
    assert len(house.jobs) == 1


async def test_only_three_mails_an_hour_go_to_one_address_and_only_the_last_link_works(house: House) -> None:
    stranger = await house.somebody()
    for _ in range(5):
        await stranger.json("POST", "/password-reset", status=202, json={"email": "alice@example.org"})
    assert len(house.jobs) == 3
    first, last = house.jobs[0], house.jobs[-1]
    tokens = Tokens.of("k" * 40)
    old = token_in(links.compose(first.payload, tokens=tokens, public_url="https://help.example"))
    new = token_in(links.compose(last.payload, tokens=tokens, public_url="https://help.example"))
    assert await confirm(stranger, old) == (422, "bad_link")
    assert await confirm(stranger, new) == (204, None)


@pytest.mark.parametrize("spoil", ["", "x", "{token}x", "{other}", "{id}"])
async def test_a_forged_link_is_none(house: House, spoil: str) -> None:
    stranger = await house.somebody()
    await stranger.json("POST", "/password-reset", status=202, json={"email": "alice@example.org"})
    token = token_in(mailed(house))
    other = ("a" if token[9] != "a" else "b").join((token[:9], token[10:]))
    identifier = str(Tokens.of("k" * 40).named("password-reset", token))
    status, code = await confirm(stranger, spoil.format(token=token, other=other, id=identifier))
    assert (status, code) == ((422, "bad_link") if spoil else (422, "invalid"))


async def test_a_token_for_another_purpose_sets_no_password(house: House) -> None:
    stranger = await house.somebody()
    await stranger.json("POST", "/password-reset", status=202, json={"email": "alice@example.org"})
    tokens = Tokens.of("k" * 40)
    link_id = str(tokens.named("password-reset", token_in(mailed(house))))
    assert await confirm(stranger, tokens.name("email.conversation", link_id)) == (422, "bad_link")
    assert await confirm(stranger, tokens.name("password-reset", link_id)) == (204, None)


async def test_a_link_runs_out(house: House) -> None:
    stranger = await house.somebody()
    await stranger.json("POST", "/password-reset", status=202, json={"email": "alice@example.org"})

    async def later(session: AsyncSession) -> None:
        await session.execute(update(PasswordLink).values(expires_at=house.clock.now()))

    await house.database.write(later)
    assert await confirm(stranger, token_in(mailed(house))) == (422, "bad_link")


async def test_an_invited_user_chooses_a_password_and_signs_in(house: House) -> None:
    admin, newcomer = await house.signed_in("admin@example.org"), await house.somebody()
    body = {"email": "new@example.org", "name": "New One", "roles": ["agent"], "language": "en"}
    made = await admin.json("POST", "/users", status=201, json=body)
    assert made["invited"] is True
    assert (await newcomer.sign_in("new@example.org")).status == 401
    assert "Hello New One" in mailed(house).text
    await admin.json("POST", f"/users/{made['id']}/invite")
    assert await confirm(newcomer, token_in(mailed(house))) == (204, None)
    assert (await newcomer.sign_in("new@example.org", NEW)).status == 201
    again = await admin.call("POST", f"/users/{made['id']}/invite")
    assert (again.status, (await again.json(content_type=None))["code"]) == (409, "not_invited")


async def test_changing_the_password_keeps_this_session_and_ends_the_others(house: House) -> None:
    here, there = await house.signed_in("alice@example.org"), await house.signed_in("alice@example.org")
    wrong = await here.call("POST", "/me/password", json={"current": "wrong", "new": NEW})
    assert (await wrong.json(content_type=None))["errors"][0]["field"] == "current"
    for weak in ("short", "alice@example.org", "aaaaaaaaaaaaaaa"):
        refused = await here.call("POST", "/me/password", json={"current": PASSWORD, "new": weak})
        assert (await refused.json(content_type=None))["code"] == "weak_password"
    await here.json("POST", "/me/password", status=204, json={"current": PASSWORD, "new": NEW})
    assert (await here.call("GET", "/me")).status == 200
    assert (await there.call("GET", "/me")).status == 401


async def test_passwords_are_stored_as_argon2id(house: House) -> None:
    async with house.database.read() as session:
        stored = (await session.scalars(select(User.password_hash))).all()
    assert all(one is not None and one.startswith("$argon2id$") for one in stored)


async def test_an_invited_administrator_counts_as_the_last_one_only_when_they_can_sign_in(house: House) -> None:
    admin, stranger = await house.signed_in("admin@example.org"), await house.somebody()
    own = f"/users/{house.users['admin@example.org']}"
    body = {"email": "bob@example.org", "name": "Bob", "roles": ["admin"]}
    await admin.json("POST", "/users", status=201, json=body)
    for change in ({"active": False}, {"roles": ["agent"]}):
        refusal = await admin.json("PATCH", own, status=409, json=change)
        assert refusal["code"] == "last_admin"
    assert await confirm(stranger, token_in(mailed(house))) == (204, None)
    assert (await admin.json("PATCH", own, json={"roles": ["agent"]}))["roles"] == ["agent"]
