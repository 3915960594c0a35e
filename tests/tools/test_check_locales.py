"""Incomplete translations are found, whichever of the two shapes the catalogue has."""

from collections.abc import Mapping

import pytest

from tools.check_locales import CONSOLE_PLACE, SERVER_PLACE, Catalogue, Pair, console_catalogue, server_catalogue


def server(english: Catalogue, chinese: Catalogue, used: dict[str, str] | None = None) -> list[str]:
    return list(Pair("server", english, chinese, SERVER_PLACE, used or {}).problems())


def console(english: Mapping[str, object], chinese: Mapping[str, object]) -> list[str]:
    pair = Pair("console", console_catalogue(english), console_catalogue(chinese), CONSOLE_PLACE, {})
    return list(pair.problems())


def test_complete_catalogues_pass() -> None:
    english = server_catalogue({"a": "Hello {name}", "b": {"one": "a minute", "other": "{count} minutes"}})
    chinese = server_catalogue({"a": "{name}，您好", "b": {"other": "{count} 分钟"}})
    assert server(english, chinese, {"a": "x.py"}) == []


@pytest.mark.parametrize(
    ("english", "chinese", "problem"),
    [
        ({"a": "x", "b": "y"}, {"a": "甲"}, "b: missing in zh-CN"),
        ({"a": "x"}, {"a": "甲", "b": "乙"}, "b: missing in en"),
        ({"a": "x"}, {"a": " "}, "a: empty in zh-CN"),
        ({"a": "{name}"}, {"a": "{nmae}"}, "a: the places differ: {name} / {nmae}"),
        ({"a": {"other": "{count}"}}, {"a": {"other": "{count}"}}, "a: en lacks the plural form one"),
    ],
)
def test_what_is_missing_is_said(english: dict[str, object], chinese: dict[str, object], problem: str) -> None:
    assert server(server_catalogue(english), server_catalogue(chinese)) == [problem]


def test_a_key_that_only_code_knows_is_said() -> None:
    assert server({}, {}, {"problem.gone.title": "x.py"}) == ["problem.gone.title: used in x.py but in no catalogue"]


def test_the_console_nests_and_spells_plurals_in_keys() -> None:
    english = {"inbox": {"waiting_one": "{{count}} waits", "waiting_other": "{{count}} wait", "of": "{{ who, name }}"}}
    assert console(english, {"inbox": {"waiting_other": "{{count}} 个等待", "of": "{{who}}"}}) == []
    assert console(english, {"inbox": {"waiting_one": "{{count}}", "of": "{{who}}"}}) == [
        "inbox.waiting: zh-CN lacks the plural form other"
    ]
