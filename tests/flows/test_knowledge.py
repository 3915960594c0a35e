"""An article on its way: written and published on screen, found with # while answering, suggested in the record, read by
visitors before they ask.
"""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen
from tests.flows.widget import PATIENCE, Shopper
from tools.axe import findings, serious

WORDS = {
    "en": ("Knowledge", "New article", "Save", "Publish", "Published"),
    "zh-CN": ("知识库", "新建文章", "保存", "发布", "已发布"),
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_an_article_is_written_published_found_and_sent(house: House, browser: Browser, language: str) -> None:
    place, new, save, publish, published = WORDS[language]
    boss = await Screen.open(browser, house, "supervisor")
    person = await house.sign_in("supervisor", connect=False)
    await person.call("PATCH", "/me", {"language": language})
    await boss.page.goto(f"{house.url}/console/")
    await boss.page.get_by_role("link", name=place).click(timeout=SOON)
    await boss.page.get_by_role("button", name=new).click(timeout=SOON)
    english = boss.page.locator('.article-in[lang="en"]')
    chinese = boss.page.locator('.article-in[lang="zh-CN"]')
    await english.get_by_role("textbox").first.fill("Which lamp fits a Zephyr socket", timeout=SOON)
    await english.get_by_role("textbox").last.fill("Take E27.\n\n- Warm white\n- Cold white")
    await chinese.get_by_role("textbox").first.fill("哪种灯泡适合齐菲尔灯座")
    await chinese.get_by_role("textbox").last.fill("请选择 E27。")
    await boss.page.get_by_role("button", name=save, exact=True).click()
    await boss.page.get_by_role("button", name=publish, exact=True).click(timeout=SOON)
    await expect(boss.page.locator(".sheet-h .pill")).to_have_text(published, timeout=SOON)
    assert serious(await findings(boss.page)) == set()

    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    await house.mail(letter("bea@customer.example", "Which bulb?", "Hello, which bulb do I need?"))
    await alice.accept("Which bulb?")
    await alice.answer.press_sequentially("Dear Bea,\n#zeph" if language == "en" else "您好，\n#齐菲")
    await expect(alice.page.locator(".canned-pop").get_by_role("option").first).to_be_visible(timeout=SOON)
    await alice.page.keyboard.press("Enter")
    await expect(alice.answer).to_have_value(
        re.compile(r"^(Dear Bea,|您好，)\nTake E27\.\s+\* Warm white"), timeout=SOON
    )
    linked = alice.page.get_by_role("region", name="Articles")
    await expect(linked).to_contain_text("Which lamp fits a Zephyr socket", timeout=SOON)
    await alice.page.keyboard.press("Control+Enter")
    mail = (await house.caught("bea@customer.example")).parsed()
    body = mail.get_body(("plain",))
    assert body is not None and "Take E27." in body.get_content()

    await linked.get_by_role("button", name="Which lamp").first.click(timeout=SOON)
    await expect(alice.page.get_by_role("dialog")).to_contain_text("Warm white", timeout=SOON)
    await alice.page.keyboard.press("Escape")
    await linked.get_by_role("button", name="Take “Which lamp").click()
    await expect(linked).not_to_contain_text("Zephyr", timeout=SOON)
    await linked.get_by_role("searchbox").fill("zephyr")
    await linked.get_by_role("button", name="Link “Which lamp").click(timeout=SOON)
    await expect(linked.get_by_role("button", name="Which lamp").first).to_be_visible(timeout=SOON)
    assert alice.errors + boss.errors == []
    await alice.close()
    await boss.close()


async def test_what_may_answer_is_suggested_read_and_put_into_the_answer(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    await house.mail(letter("bea@customer.example", "Invoice", "My invoice must be made out to our company, please."))
    await alice.accept("Invoice")
    section = alice.page.get_by_role("region", name="Articles")
    first = section.get_by_role("list", name="Suggested articles").get_by_role("button").first
    await expect(first).to_contain_text("Invoices made out to a company", timeout=SOON)
    await alice.answer.fill("Dear Bea,")
    await first.click()
    dialog = alice.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("tax number", timeout=SOON)
    assert serious(await findings(alice.page)) == set()
    await dialog.get_by_role("button", name="Insert into the answer").click()
    await expect(alice.answer).to_have_value(re.compile(r"^Dear Bea,\n\nTell us the company's name"), timeout=SOON)
    await expect(section.get_by_role("button", name="Take “Invoices made out")).to_be_visible(timeout=SOON)
    await expect(section.get_by_role("list", name="Suggested articles").get_by_text("made out")).to_have_count(0)
    assert alice.errors == []
    await alice.close()


@pytest.mark.parametrize(
    ("site", "asks", "title", "says", "back"),
    [
        (
            "shop",
            "How do I send something back to you?",
            "Sending something back",
            "within 30 days",
            "Back to the chat",
        ),
        ("shop-zh", "我要退货，怎么办理", "如何退货", "30 天内", "返回聊天"),
    ],
)
async def test_a_visitor_finds_the_answer_before_asking(
    house: House, browser: Browser, site: str, asks: str, title: str, says: str, back: str
) -> None:
    await (await house.sign_in("alice")).available()
    await (await house.sign_in("mei")).available()
    visitor = await Shopper.open(browser, house, site=site)
    await visitor.chat()
    if site == "shop-zh":
        await visitor.panel.get_by_label("姓名").fill("刘伟")
        await visitor.panel.get_by_label("电子邮箱").fill("liu.wei@kehu.example")
        await visitor.panel.get_by_role("button", name="开始聊天").click()
    await visitor.box.fill(asks, timeout=PATIENCE)
    button = visitor.panel.get_by_role("navigation").get_by_role("button", name=title)
    await button.click(timeout=PATIENCE)
    article = visitor.panel.get_by_role("article")
    await expect(article).to_contain_text(says, timeout=PATIENCE)
    await expect(article).to_be_focused()
    (frame,) = [one for one in visitor.page.frames if "/widget/panel" in one.url]
    assert serious(await findings(frame)) == set()
    await visitor.panel.get_by_role("button", name=back).click()
    await expect(button).to_be_focused(timeout=PATIENCE)
    await expect(visitor.box).to_have_value(asks)
    await visitor.box.press("Enter")
    await visitor.stored(asks)
    await expect(visitor.panel.get_by_role("navigation")).to_have_count(0)
    assert visitor.errors == []
    await visitor.close()


async def test_an_article_has_room_while_nobody_is_there(house: House, browser: Browser) -> None:
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    asks = "How do I send something back to you?"
    letters = visitor.panel.get_by_role("textbox", name="Message")
    await expect(visitor.panel.get_by_role("textbox", name="E-mail address")).to_be_visible(
        timeout=PATIENCE
    )  # the letter is there
    await letters.fill(asks, timeout=PATIENCE)
    button = visitor.panel.get_by_role("navigation").get_by_role("button", name="Sending something back")
    await button.click(timeout=PATIENCE)
    article = visitor.panel.get_by_role("article")
    await expect(article).to_contain_text("within 30 days", timeout=PATIENCE)
    assert await article.evaluate("here => here.clientHeight / document.body.clientHeight") > 0.6
    await visitor.panel.get_by_role("button", name="Back to the chat").click()
    await expect(letters).to_have_value(asks)
    await expect(button).to_be_focused(timeout=PATIENCE)
    assert visitor.errors == []
    await visitor.close()
