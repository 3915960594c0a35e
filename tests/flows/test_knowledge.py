"""An article on its way: written and published on screen, found with # while answering, read by the customer, linked in the record."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen
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

    await linked.get_by_role("button", name="Which lamp").first.click()
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
