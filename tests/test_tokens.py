"""Tokens come back only unharmed, for their own purpose, in time, under any key that is still known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_center.ids import new_id
from contact_center.tokens import BadToken, Tokens

KEY = b"0123456789abcdef"
NOW = datetime(2026, 11, 3, tzinfo=UTC)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_went_in_comes_out_even_upper_cased(payload: bytes, purpose: str) -> None:
    tokens = Tokens({1: KEY})
    token = tokens.issue(purpose, payload)
    assert tokens.read(purpose, token.upper()) == payload
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_another_purpose_is_refused() -> None:
    tokens = Tokens({1: KEY})
    with pytest.raises(BadToken, match="signature"):
        tokens.read("reset", tokens.issue("survey", b"x"))


def test_old_keys_still_verify_until_they_are_removed() -> None:
    token = Tokens({1: KEY}).issue("p", b"x")
    assert Tokens({1: KEY, 2: KEY[::-1]}).read("p", token) == b"x"
    with pytest.raises(BadToken):
        Tokens({2: KEY[::-1]}).read("p", token)


def test_expiry() -> None:
    tokens = Tokens({1: KEY})
    token = tokens.issue("p", b"x", expires_at=NOW)
    assert tokens.read("p", token, now=NOW - timedelta(seconds=1)) == b"x"
    for late in (NOW + timedelta(seconds=1), None):
        with pytest.raises(BadToken, match="expired"):
            tokens.read("p", token, now=late)


@given(st.text(max_size=80))
def test_rubbish_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        Tokens({1: KEY}).read("p", text)


def test_every_changed_character_is_noticed() -> None:
    tokens = Tokens({1: KEY})
    token = tokens.issue("p", b"payload--!")
    for place in range(len(token) - 1):
        changed = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
        with pytest.raises(BadToken):
            tokens.read("p", changed)


@pytest.mark.parametrize("keys", [{}, {0: KEY}, {1: b"short"}])
def test_weak_set_ups_are_refused(keys: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="keys"):
        Tokens(keys)


def test_a_token_names_a_row_for_one_purpose_under_one_secret_key() -> None:
    tokens, row = Tokens.of("k" * 40), new_id()
    token = tokens.name("password-reset", row)
    assert tokens.named("password-reset", token) == row
    assert tokens.named("password-invitation", token) is None
    assert Tokens.of("l" * 40).named("password-reset", token) is None
    assert tokens.named("password-reset", tokens.issue("password-reset", b"no row")) is None
    assert tokens.named("password-reset", "nonsense") is None
