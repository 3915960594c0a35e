"""What a queue says by itself, as a setting."""

from typing import Any


async def test_texts_are_kept_by_language_without_the_empty_ones(house: Any) -> None:
    texts = {"acknowledgement": {"en": "Number {{ticket.number}}", "zh-CN": " "}, "greeting": {"en": ""}}
    queue = await house.made("/queues", {"name": "Support", "texts": texts})
    assert queue["texts"] == {"acknowledgement": {"en": "Number {{ticket.number}}"}}
    status, changed = await house.call("PATCH", f"/queues/{queue['id']}", {"texts": {"greeting": {"zh-CN": "您好"}}})
    assert (status, changed["texts"]) == (200, {"greeting": {"zh-CN": "您好"}})
    status, cleared = await house.call("PATCH", f"/queues/{queue['id']}", {"texts": None})
    assert (status, cleared["texts"]) == (200, {})


async def test_a_text_asks_only_for_what_is_known_without_anybody(house: Any) -> None:
    for texts, field in (
        ({"greeting": {"en": "I am {{agent.name}}"}}, "texts.greeting.en"),
        ({"greeting": {"fr": "Bonjour"}}, "texts.greeting.fr"),
        ({"farewell": {"en": "Bye"}}, "texts.farewell"),
    ):
        status, problem = await house.call("POST", "/queues", {"name": "Support", "texts": texts})
        assert status == 422
        assert problem["errors"][0]["field"].startswith(field), problem
