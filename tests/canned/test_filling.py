"""Canned texts filled: the right language, every known value in its place, what is missing shown and named."""

import pytest

from contact_center.canned.filling import VARIABLES, choose, fill, unknown_variables

BOTH = {"en": "Hello {{customer.name}}", "zh-CN": "{{ customer.name }}，您好"}


def test_the_language_of_the_conversation_comes_first_then_the_customers_then_the_mailboxs() -> None:
    assert choose(BOTH, ("zh-CN", "en", "en")) == "zh-CN"
    assert choose(BOTH, (None, "zh-TW", "en")) == "zh-CN"
    assert choose(BOTH, (None, None, "en")) == "en"


def test_a_text_in_one_language_serves_everybody_until_it_is_translated() -> None:
    assert choose({"zh-CN": "好"}, ("en",)) == "zh-CN"
    assert choose({"zh-CN": "好"}, ()) == "zh-CN"


def test_every_variable_is_filled_and_spaces_in_its_braces_mean_nothing() -> None:
    values = {name: f"<{name}>" for name in VARIABLES}
    filled = fill({"en": " ".join(f"{{{{ {name} }}}}" for name in VARIABLES)}, ("en",), values)
    assert filled.text == " ".join(f"<{name}>" for name in VARIABLES)
    assert filled.missing == []


@pytest.mark.parametrize(("language", "words"), [("en", "⟦customer name⟧"), ("zh-CN", "⟦客户姓名⟧")])
def test_a_missing_value_becomes_a_mark_in_the_language_of_the_text(language: str, words: str) -> None:
    filled = fill(BOTH, (language,), {"customer.name": "  "})
    assert words in filled.text
    assert "{{" not in filled.text
    assert filled.missing == ["customer.name"]


def test_a_value_is_never_read_as_a_place_again() -> None:
    filled = fill(BOTH, ("en",), {"customer.name": "{{ticket.number}}", "ticket.number": "7"})
    assert filled.text == "Hello {{ticket.number}}"


def test_what_nobody_can_fill_is_found() -> None:
    assert unknown_variables("{{customer.name}} {{ customer.shoe_size }} {{}} {single}") == ["customer.shoe_size", ""]
