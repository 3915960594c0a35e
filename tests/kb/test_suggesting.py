"""Articles that are offered for what a customer wrote: to agents by conversation, to strangers by what they type."""

from typing import Any

import pytest

from kb.suggest import Candidate, asked_words, rank
from tests.kb.writing import begun, published, step, written
from tests.workspace.house import House

RETURNS = written(
    "Sending something back", "<p>Write to us with your order number and we send a label for the parcel.</p>"
)
RETURNS_ZH = written("如何退货", "<p>来信告知订单号，我们会寄给您退货面单。</p>")
INVOICE = written(
    "Invoices for a company", "<p>Tell us its name and its tax number, and a new invoice comes by mail.</p>"
)
STAFF = written("Refund limits", "<p>Up to fifty euros without asking a supervisor.</p>")


async def suggested(house: House, conversation: str | None, *, who: str = "alice") -> list[str]:
    """The titles, the best first."""
    status, body = await house.call("GET", "/kb/suggest", who=who, params={"conversation": conversation})
    assert status == 200, body
    assert all(0 < one["match"] <= 1 for one in body["items"])
    return [one["title"] for one in body["items"]]


async def public(house: House, path: str, **query: str) -> tuple[int, Any]:
    """What somebody without a sign-in gets."""
    async with house.client.get(f"/public/v1/kb/{path}", params=query) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_the_articles_that_share_the_rare_words_of_a_question_come_first(house: House) -> None:
    await published(house, en=RETURNS)
    await published(house, en=INVOICE)
    mail = "Hello, could you please send a new invoice? It must bear our tax number. Thank you and regards"
    asks = await house.arrive(mail, subject="Invoice", agent="alice")
    assert (await suggested(house, asks.conversation_id))[0] == "Invoices for a company"


async def test_a_question_in_chinese_finds_the_chinese_text_although_the_agent_reads_english(house: House) -> None:
    await published(house, en=RETURNS, zh=RETURNS_ZH)
    await published(house, en=INVOICE)
    asks = await house.arrive("您好，我想退货，请寄退货面单。", subject="", agent="alice")
    assert await suggested(house, asks.conversation_id) == ["如何退货"]


async def test_where_no_article_shares_a_word_nothing_is_offered(house: House) -> None:
    await published(house, en=RETURNS)
    greets = await house.arrive("Hello, how are you?", subject="Hi", agent="alice")
    assert await suggested(house, greets.conversation_id) == []
    other = await house.arrive("Zephyr quagmire", sender="dan@shop.example", subject="Xylophone", agent="alice")
    assert await suggested(house, other.conversation_id) == []


async def test_drafts_are_not_offered_and_foreign_conversations_are_not_read(house: House) -> None:
    draft = await begun(house, en=RETURNS)
    asks = await house.arrive("I need a label for my parcel", agent="alice")
    assert await suggested(house, asks.conversation_id) == []
    await step(house, draft, "publish")
    assert await suggested(house, asks.conversation_id) == ["Sending something back"]
    params = {"conversation": asks.conversation_id}
    assert (await house.call("GET", "/kb/suggest", who="bob", params=params))[0] == 404


async def test_strangers_find_and_read_what_is_for_everyone_and_nothing_else(house: House) -> None:
    shown = await published(house, audience="everyone", en=RETURNS, zh=RETURNS_ZH)
    kept = await published(house, en=STAFF)
    draft = await begun(house, audience="everyone", en=INVOICE)
    for path, asked in (("search", "label"), ("suggest", "Where do I get a label?")):
        status, body = await public(house, path, q=asked, lang="en")
        assert (status, [one["id"] for one in body["items"]]) == (200, [shown["id"]])
        for hidden in ("fifty euros supervisor", "invoice tax name", "..."):
            assert (await public(house, path, q=hidden))[1] == {"items": []}
    status, read = await public(house, f"articles/{shown['id']}", lang="zh-CN")
    assert (status, read["title"], read["text"]) == (200, "如何退货", "来信告知订单号，我们会寄给您退货面单。")
    for missing in (kept["id"], draft["id"], "nothing"):
        assert (await public(house, f"articles/{missing}"))[0] == 404


async def test_a_stranger_reads_another_language_where_theirs_is_missing(house: House) -> None:
    shown = await published(house, audience="everyone", en=RETURNS)
    status, read = await public(house, f"articles/{shown['id']}", lang="zh-CN")
    assert (status, read["language"], read["title"]) == (200, "en", "Sending something back")


async def test_who_may_read_is_changed_like_everything_else_of_an_article(house: House) -> None:
    article = await published(house, audience="everyone", en=RETURNS)
    change = {"audience": "agents"}
    status, changed = await house.call("PATCH", f"/articles/{article['id']}", change, who="sue")
    assert (status, changed["audience"], changed["version"]) == (200, "agents", article["version"] + 1)
    assert (await public(house, f"articles/{article['id']}"))[0] == 404


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Hello, how do I return the Lamp?", {"return", "lamp"}),
        ("请问怎样退货", {"问怎", "样退", "退货"}),
        ("... !?", set()),
    ],
)
def test_what_everybody_says_is_not_asked_for(said: str, words: set[str]) -> None:
    assert asked_words(said) == {word.encode() for word in words}


def test_a_rare_word_outweighs_a_frequent_one_and_the_title_the_body() -> None:
    rare, frequent = b"tax", b"parcel"
    candidates = {
        "frequent": Candidate({frequent}, set(), 100),
        "rare": Candidate({rare}, set(), 100),
        "titled": Candidate({rare}, {rare}, 100),
    }
    ranked = rank(candidates, {rare: 2, frequent: 50}, 100)
    assert [one.revision_id for one in ranked] == ["titled", "rare", "frequent"]
    assert ranked[0].match == ranked[1].match > 0.5 > ranked[2].match


def test_of_two_that_share_the_same_words_the_shorter_comes_first() -> None:
    ranked = rank({"long": Candidate({b"tax"}, set(), 9_000), "short": Candidate({b"tax"}, set(), 300)}, {b"tax": 2}, 9)
    assert [one.revision_id for one in ranked] == ["short", "long"]
