"""A complaint from end to end in real browsers: said in one conversation, recorded in the agent's language, known at the next
offer, settled in its layer; the same in English and in Chinese.
"""

from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, expect

from tests.flows.house import House, letter
from tests.flows.screen import SOON, Screen

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the screen in one language."""

    record: str
    about: str
    category: str
    critical: str
    says: str
    save: str
    done: str
    none: str
    on_offer: str
    line: str
    acknowledge: str
    acknowledged: str
    resolve: str
    what: str
    resolved: str
    again: str


WORDS = {
    "en": Words(
        "Record a complaint", "About", "Delivery", "Critical", "What the customer says", "Record", "is recorded",
        "No complaints.", "1 open complaint", "Delivery, Critical", "Acknowledge", "Acknowledged", "Resolve",
        "What was done", "Resolved", "Complained about this before",
    ),
    "zh-CN": Words(
        "登记投诉", "投诉类别", "物流配送", "非常严重", "客户的说法", "登记", "已登记",
        "没有投诉。", "1 条未结投诉", "物流配送，非常严重", "受理", "已受理", "解决",
        "处理结果", "已解决", "此前同类投诉",
    ),
}  # fmt: skip


async def speak(house: House, language: str) -> None:
    alice = await house.sign_in("alice", connect=False)
    await alice.call("PATCH", "/me", {"language": language})
    await alice.call("PUT", "/agents/me/presence", {"state": "available"})


@pytest.mark.parametrize("language", WORDS)
async def test_a_recorded_complaint_is_known_at_the_next_offer_and_is_settled_in_its_layer(
    house: House, browser: Browser, language: str
) -> None:
    words = WORDS[language]
    await speak(house, language)
    alice = await Screen.open(browser, house, "alice", language=language)
    page = alice.page
    await house.mail(letter(text="Three weeks late!"))
    await alice.rings("Charged twice")
    await expect(alice.offers.locator(".offer-c")).to_have_count(0)
    await page.keyboard.press("Alt+a")
    await expect(page.locator(".record")).to_contain_text(words.none, timeout=SOON)

    await page.locator(".cmp textarea").press("Escape")
    await page.locator(".ch h2").click()
    await page.keyboard.press("Shift+C")
    dialog = page.get_by_role("dialog", name=words.record)
    noted = page.locator(".record section", has_text=words.record).locator(".past button")
    await dialog.get_by_label(words.about).click()
    await page.get_by_role("option", name=words.category).click()
    await dialog.get_by_text(words.critical, exact=True).click()
    await dialog.get_by_role("textbox", name=words.says).fill("Three weeks late, 没有人回电。")
    await dialog.get_by_role("button", name=words.save, exact=True).click()
    await expect(page.get_by_text(words.done).first).to_be_visible(timeout=SOON)
    await expect(noted).to_have_count(1, timeout=SOON)

    await house.mail(letter(subject="And now?", text="Where is it?"))
    await alice.rings("And now?")
    await expect(alice.offers.locator(".offer-c")).to_contain_text(words.on_offer)
    await expect(alice.offers.locator(".offer-c")).to_contain_text(words.line)
    await page.keyboard.press("Alt+a")
    await expect(page.get_by_role("main").get_by_role("heading", name="And now?")).to_be_visible(timeout=SOON)
    await noted.click()
    layer = page.locator(".complaint")
    await expect(layer).to_contain_text("Three weeks late, 没有人回电。", timeout=SOON)
    await layer.get_by_role("button", name=words.acknowledge, exact=True).click()
    await expect(layer.locator(".complaint-h")).to_contain_text(words.acknowledged, timeout=SOON)
    await layer.get_by_role("button", name=words.resolve, exact=True).click()
    await layer.get_by_role("textbox", name=words.what).fill("Sent by courier, 运费已退。")
    await layer.get_by_role("button", name=words.resolve, exact=True).click()
    await expect(layer.locator(".complaint-h")).to_contain_text(words.resolved, timeout=SOON)
    await expect(layer.locator(".story")).to_contain_text("运费已退", timeout=SOON)
    await page.keyboard.press("Escape")
    await expect(noted.locator(".pill")).to_have_text(words.resolved, timeout=SOON)

    await page.locator(".record").get_by_role("button", name=words.record).click()
    again = page.get_by_role("dialog", name=words.record)
    await again.get_by_label(words.about).click()
    await page.get_by_role("option", name=words.category).click()
    await expect(again).to_contain_text(words.again, timeout=SOON)
    assert alice.errors == []
    await alice.close()
