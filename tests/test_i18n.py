"""Both languages are complete, and places and plurals come out right."""

import re
from itertools import chain

from contact_center import i18n


def places(entry: i18n.Entry) -> set[str]:
    texts = [entry] if isinstance(entry, str) else entry.values()
    return set(chain.from_iterable(re.findall(r"{(\w+)}", text) for text in texts))


def test_every_text_exists_in_every_language_with_the_same_places() -> None:
    english = i18n.catalogue("en")
    for language in i18n.LANGUAGES:
        other = i18n.catalogue(language)
        assert set(other) == set(english)
        assert {key: places(entry) for key, entry in other.items()} == {
            key: places(entry) for key, entry in english.items()
        }


def test_every_problem_has_a_title_and_a_detail() -> None:
    codes = {key.split(".")[1] for key in i18n.catalogue("en") if key.startswith("problem.")}
    assert codes
    assert all(i18n.has(f"problem.{code}.{part}") for code in codes for part in ("title", "detail"))


def test_plurals_follow_the_language() -> None:
    assert i18n.text("en", "problem.too_many.detail", count=1) == "Please wait 1 second and try again."
    assert i18n.text("en", "problem.too_many.detail", count=2) == "Please wait 2 seconds and try again."
    assert i18n.text("zh-CN", "problem.too_many.detail", count=1) == "请等待 1 秒后重试。"


def test_the_browsers_best_liked_language_is_chosen() -> None:
    for header, language in (
        (None, "en"),
        ("", "en"),
        ("fr, de;q=0.5", "en"),
        ("zh-Hant-TW", "zh-CN"),
        ("en;q=0.2, zh;q=0.9", "zh-CN"),
        ("en, zh", "en"),
        ("zh;q=x, en;q=0.1", "en"),
        ("zh;q=0", "en"),
    ):
        assert i18n.choose(header) == language, header


def test_unknown_keys_and_places_never_fail() -> None:
    assert i18n.text("en", "no.such.key") == "no.such.key"
    assert i18n.text("en", "problem.too_large.detail") == "At most {limit} bytes are accepted here."
