"""A sealed secret opens with its key at its place, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_center.sealing import Sealer, Unsealable


@given(st.text())
def test_what_was_sealed_opens_at_its_place(secret: str) -> None:
    sealer = Sealer("k" * 32)

    assert sealer.unseal(sealer.seal(secret, place="here"), place="here") == secret


def test_the_same_secret_never_looks_the_same_twice() -> None:
    sealer = Sealer("k" * 32)

    assert sealer.seal("secret", place="here") != sealer.seal("secret", place="here")


def test_it_opens_neither_elsewhere_nor_with_another_key_nor_when_changed() -> None:
    sealed = Sealer("k" * 32).seal("secret", place="here")

    for sealer, text, place in (
        (Sealer("k" * 32), sealed, "there"),
        (Sealer("q" * 32), sealed, "here"),
        (Sealer("k" * 32), sealed[:-4] + "AAA=", "here"),
        (Sealer("k" * 32), "plain", "here"),
    ):
        with pytest.raises(Unsealable):
            sealer.unseal(text, place=place)


def test_there_is_no_sealing_without_a_key() -> None:
    with pytest.raises(ValueError, match="secret key"):
        Sealer("")
