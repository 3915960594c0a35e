"""Searching articles in both languages, and linking what was found to a conversation."""

from tests.kb.writing import WRITER, begun, found, hits, published, step, written
from tests.workspace.house import House


async def test_words_are_found_by_their_beginnings_and_titles_come_before_bodies(house: House) -> None:
    await published(house, en=written("Returning shoes", "<p>Within thirty days.</p>"))
    await published(house, en=written("Delivery", "<p>How returns travel back to us.</p>"))
    assert await found(house, "return") == ["Returning shoes", "Delivery"]
    assert await found(house, "RETURN sho") == ["Returning shoes"]
    assert await found(house, "turning") == []
    assert await found(house, "delivery returns") == ["Delivery"]
    assert await found(house, "...") == []


async def test_two_characters_of_chinese_are_found_anywhere_in_a_text(house: House) -> None:
    await published(house, zh=written("如何办理退款", "<p>请在订单页面申请，三个工作日内到账。</p>"))
    await published(house, zh=written("配送时间", "<p>偏远地区的退款同样处理。</p>"))
    assert await found(house, "退款") == ["如何办理退款", "配送时间"]
    assert await found(house, "订单") == ["如何办理退款"]
    assert await found(house, "单订") == []
    assert await found(house, "退") == ["如何办理退款", "配送时间"]


async def test_an_article_is_found_once_and_shown_in_the_wanted_language(house: House) -> None:
    article = await published(
        house,
        en=written("WeChat Pay", "<p>Scan the code.</p>"),
        zh=written("WeChat Pay 微信支付", "<p>扫码付款。</p>"),
    )
    assert [(one["id"], one["language"]) for one in await hits(house, "wechat")] == [(article["id"], "en")]
    assert [one["language"] for one in await hits(house, "wechat", lang="zh-CN")] == ["zh-CN"]
    assert await found(house, "扫码", lang="en") == []
    assert [one["language"] for one in await hits(house, "扫码")] == ["zh-CN"]


async def test_marks_of_patterns_are_only_themselves(house: House) -> None:
    await published(house, en=written("Discounts", "<p>Ten per cent.</p>"))
    assert await found(house, "%") == []
    assert await found(house, "_isc") == []


async def test_an_excerpt_shows_the_words_where_they_stand(house: House) -> None:
    long = "<p>" + "Nothing of interest here. " * 40 + "The warranty lasts two years. " + "And more. " * 40 + "</p>"
    await published(house, en=written("Terms", long))
    (hit,) = await hits(house, "warranty")
    assert "warranty lasts two years" in hit["excerpt"]
    assert (hit["excerpt"][0], hit["excerpt"][-1]) == ("…", "…")


async def test_a_published_article_is_linked_once_and_unlinked(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/articles"
    article = await published(house, en=written("Shoe sizes", "<p>Small.</p>"))
    for _ in range(2):
        (line,) = (await house.post(path, {"article_id": article["id"]}))["items"]
    assert (line["id"], line["titles"], line["linked_by"]["name"]) == (article["id"], {"en": "Shoe sizes"}, "Alice")
    assert (await house.call("GET", path, who="bob"))[0] == 404
    assert (await house.call("POST", path, {"article_id": article["id"]}, who="bob"))[0] == 404
    for _ in range(2):
        assert (await house.call("DELETE", f"{path}/{article['id']}"))[0] == 204
    assert (await house.get(path))["items"] == []


async def test_a_draft_cannot_be_linked_and_one_withdrawn_later_is_hidden_from_readers(house: House) -> None:
    taken = await house.arrive(agent="alice")
    path = f"/conversations/{taken.conversation_id}/articles"
    article = await begun(house, en=written("Shoe sizes", "<p>Small.</p>"))
    status, problem = await house.call("POST", path, {"article_id": article["id"]})
    assert (status, problem["errors"][0]["field"]) == (422, "article_id")
    await step(house, article, "publish")
    await house.post(path, {"article_id": article["id"]})
    await step(house, article, "unpublish")
    assert (await house.get(path))["items"] == []
    (line,) = (await house.get(path, who=WRITER))["items"]
    assert (line["id"], line["state"]) == (article["id"], "draft")
