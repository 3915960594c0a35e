"""Articles from the first draft to the archive, and what others see of them meanwhile."""

from typing import Any

import pytest
from sqlalchemy import select

from contact_center.accounts.models import AuditRow
from contact_center.history import HistoryRow
from tests.kb.writing import WRITER, begun, found, published, step, written
from tests.workspace.house import House

SIZES = written("Shoe sizes", "<p>Our shoes run small.</p>")
SIZES_ZH = written("鞋码说明", "<p>我们的鞋偏小一码。</p>")


async def test_a_draft_is_seen_by_those_who_write_and_by_nobody_else(house: House) -> None:
    article = await begun(house, en=SIZES)
    path = f"/articles/{article['id']}"
    assert (article["state"], article["version"], article["published_at"]) == ("draft", 1, None)
    assert article["texts"]["en"]["text"] == "Our shoes run small."
    assert (await house.call("GET", path, who="alice"))[0] == 404
    assert (await house.get("/articles", who="alice"))["items"] == []
    assert await found(house, "shoes") == []
    assert [one["id"] for one in (await house.get("/articles", who=WRITER))["items"]] == [article["id"]]
    assert await found(house, "shoes", who=WRITER) == []
    assert await found(house, "shoes", who=WRITER, drafts="true") == ["Shoe sizes"]
    assert (await house.call("GET", "/kb/search", who="alice", params={"q": "shoes", "drafts": "true"}))[0] == 403


async def test_published_it_is_read_in_both_languages_by_everybody(house: House) -> None:
    article = await published(house, en=SIZES, zh=SIZES_ZH)
    read = await house.get(f"/articles/{article['id']}", who="bob")
    assert {language: text["title"] for language, text in read["texts"].items()} == {
        "en": "Shoe sizes",
        "zh-CN": "鞋码说明",
    }
    assert not any(read["can"].values())
    (line,) = (await house.get("/articles?lang=zh-CN", who="bob"))["items"]
    assert line["titles"] == {"en": "Shoe sizes", "zh-CN": "鞋码说明"}


async def test_writing_on_disturbs_no_reader_until_it_is_published_again(house: House) -> None:
    article = await published(house, en=SIZES)
    path, body = f"/articles/{article['id']}", {"texts": {"en": written("Boot sizes", "<p>Boots run large.</p>")}}
    status, changed = await house.call("PATCH", path, body, who=WRITER, version=article["version"])
    assert (status, changed["version"]) == (200, article["version"] + 1)
    assert (changed["texts"]["en"]["title"], changed["texts"]["en"]["published"]) == ("Boot sizes", False)
    assert (await house.get(path, who="alice"))["texts"]["en"]["title"] == "Shoe sizes"
    assert (await found(house, "shoes"), await found(house, "boots")) == (["Shoe sizes"], [])
    assert (await step(house, article, "publish"))[1]["texts"]["en"]["published"] is True
    assert (await house.get(path, who="alice"))["texts"]["en"]["title"] == "Boot sizes"
    assert (await found(house, "shoes"), await found(house, "boots")) == ([], ["Boot sizes"])


async def test_every_save_is_a_revision_with_its_author_and_an_unchanged_one_is_none(house: House) -> None:
    article = await begun(house, en=SIZES)
    path = f"/articles/{article['id']}"
    for body in ({"texts": {"en": SIZES}}, {"texts": {"zh-CN": SIZES_ZH}}, {"category": "Shopping"}):
        assert (await house.call("PATCH", path, body, who="root"))[0] == 200
    assert (await house.get(path, who=WRITER))["version"] == 3
    await house.call("PATCH", path, {"texts": {"en": written("Sizes", "<p>Small.</p>")}}, who="root")
    kept = (await house.get(f"{path}/revisions", who=WRITER))["items"]
    assert [(one["language"], one["number"], one["author"]["name"], one["newest"]) for one in kept] == [
        ("en", 2, "Root", True),
        ("zh-CN", 1, "Root", True),
        ("en", 1, "Sue", False),
    ]
    assert (await house.call("GET", f"{path}/revisions", who="alice"))[0] == 403


async def test_of_two_who_save_at_once_the_later_is_told(house: House) -> None:
    article = await begun(house, en=SIZES)
    path = f"/articles/{article['id']}"
    body = {"texts": {"en": written("Sizes", "<p>Small.</p>")}}
    assert (await house.call("PATCH", path, body, who=WRITER, version=1))[0] == 200
    assert (await house.call("PATCH", path, {"category": "Late"}, who="root", version=1))[0] == 412
    assert (await house.call("POST", f"{path}/publish", who="root", version=1))[0] == 412


async def test_it_goes_through_its_states_and_every_step_is_kept(house: House) -> None:
    article = await begun(house, en=SIZES)
    assert (await step(house, article, "unpublish"))[0] == 409
    status, problem = await step(house, article, "restore")
    assert (status, problem["code"], problem["current"]["state"]) == (409, "article_moved", "draft")
    for verb, state in (
        ("publish", "published"),
        ("unpublish", "draft"),
        ("publish", "published"),
        ("archive", "archived"),
    ):
        status, moved = await step(house, article, verb)
        assert (status, moved["state"]) == (200, state)
    assert (await house.call("GET", f"/articles/{article['id']}", who="alice"))[0] == 404
    assert await found(house, "shoes", who=WRITER, drafts="true") == []
    change = {"texts": {"en": written("Sizes", "<p>Small.</p>")}}
    assert (await house.call("PATCH", f"/articles/{article['id']}", change, who=WRITER))[0] == 409
    assert (await step(house, article, "publish"))[0] == 409
    assert (await step(house, article, "restore"))[1]["state"] == "draft"
    async with house.database.read() as session:
        moves = await session.scalars(
            select(HistoryRow.cause).where(HistoryRow.entity_id == article["id"]).order_by(HistoryRow.id)
        )
        actions = await session.scalars(
            select(AuditRow.action).where(AuditRow.object_id == article["id"]).order_by(AuditRow.id)
        )
        steps = ["published", "unpublished", "published", "archived", "restored"]
        assert list(moves) == ["begun", *steps]
        assert list(actions) == ["article.created", *(f"article.{one}" for one in steps)]


async def test_a_button_pressed_twice_publishes_once(house: House) -> None:
    article = await published(house, en=SIZES)
    status, again = await step(house, article, "publish")
    assert (status, again["version"]) == (200, article["version"])


async def test_what_could_harm_a_reader_is_taken_out_of_the_body(house: House) -> None:
    harmful = "<p onclick='x()'>Read <a href='javascript:x()'>this</a></p><script>x()</script><img src='https://a.example/b.png'>"
    article = await published(house, en=written("Sizes", harmful))
    html = (await house.get(f"/articles/{article['id']}"))["texts"]["en"]["html"]
    assert "script" not in html
    assert "onclick" not in html
    assert 'src="https://a.example/b.png"' in html


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"texts": {}}, "texts"),
        ({"texts": {"en": written(" ", "<p>x</p>")}}, "texts.en.title"),
        ({"texts": {"en": written("x", "<script>x</script>")}}, "texts.en.html"),
        ({"texts": {"fr": written("x", "<p>x</p>")}}, "texts.fr"),
        ({"texts": {"en": SIZES}, "category": "x" * 101}, "category"),
    ],
)
async def test_what_nobody_could_read_is_refused_at_its_field(house: House, body: dict[str, Any], field: str) -> None:
    status, problem = await house.call("POST", "/articles", body, who=WRITER)
    assert (status, problem["errors"][0]["field"]) == (422, field)
    assert (await house.get("/articles", who=WRITER))["items"] == []


async def test_agents_read_and_only_supervisors_and_administrators_write(house: House) -> None:
    article = await published(house, en=SIZES)
    assert (await house.call("POST", "/articles", {"texts": {"en": SIZES}}, who="alice"))[0] == 403
    assert (await house.call("PATCH", f"/articles/{article['id']}", {"category": "x"}, who="alice"))[0] == 403
    assert (await house.call("POST", f"/articles/{article['id']}/archive", who="alice"))[0] == 403
