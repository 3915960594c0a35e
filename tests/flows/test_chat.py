"""A chat from the shop's page to the agent's screen and back, in two real browsers."""

from playwright.async_api import Browser, expect

from tests.flows.house import House
from tests.flows.screen import Screen
from tests.flows.widget import Shopper


async def test_a_visitor_writes_it_rings_is_accepted_and_answered_in_the_widget(house: House, browser: Browser) -> None:
    alice = await Screen.open(browser, house, "alice")
    await alice.available()
    visitor = await Shopper.open(browser, house)
    await visitor.chat()
    await visitor.say("Where is my parcel?")
    await visitor.stored("Where is my parcel?")
    accept = alice.page.get_by_role("button", name="Accept")
    await expect(accept).to_be_visible(timeout=20_000)
    await alice.page.keyboard.press("Alt+a")
    await expect(alice.page.get_by_text("Where is my parcel?").last).to_be_visible(timeout=20_000)
    await expect(visitor.panel.get_by_role("status")).to_contain_text("Alice", timeout=20_000)
    box = alice.page.locator("textarea").last
    await box.fill("It arrives tomorrow. 明天到！")
    await alice.page.keyboard.press("Control+Enter")
    await visitor.sees("It arrives tomorrow. 明天到！")
    assert await visitor.texts() == ["Where is my parcel?", "It arrives tomorrow. 明天到！"]
    await visitor.say("Thank you!")
    await expect(alice.page.get_by_text("Thank you!").last).to_be_visible(timeout=20_000)
    assert visitor.errors == [] and alice.errors == []
    await visitor.close()
    await alice.close()
